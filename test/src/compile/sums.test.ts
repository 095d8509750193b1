// Sums over the last axis end the loops that make what they sum: in the order of the kernel, bit for bit.
import { deepEqual, equal } from 'node:assert/strict'
import { compile, manualSeed, nn, randn, setBackend, type Tensor, tensor } from '#src/index.js'

/** The loops and kernels of a step's program, which must give what the plain step gives. */
function loopsOf(step: (...xs: Tensor[]) => Tensor | Tensor[], ...xs: Tensor[]): string[] {
  const numbers = (out: Tensor | Tensor[]): unknown => [out].flat().map(x => x.toArray())
  const compiled = compile(step)
  for (let i = 0; i < 4; i++) deepEqual(numbers(compiled(...xs)), numbers(step(...xs)))
  equal(compiled.programs.length, 1)
  return compiled.explain().programs.flatMap(({ steps }) => steps.map(({ primitives }) => primitives.join(' ')))
}

describe('sums in loops', () => {
  beforeEach(() => {
    manualSeed(1)
    setBackend('auto')
  })

  it('have no loop of their own, and what only they read is never written', () => {
    deepEqual(
      loopsOf(x => x.mul(2).exp().sum(1), randn([6, 40])),
      ['mul exp sum'],
    )
    deepEqual(
      loopsOf(x => x.square().sum(-1, { keepdim: true }), randn([2, 3, 50])),
      ['square sum'],
    )
    deepEqual(
      loopsOf((x, w) => x.sub(w).square().sum(1), randn([9, 7]), randn([9, 1])),
      ['sub square sum'],
    )
  })

  it('are the same in rows of all lengths', () => {
    for (let length = 2; length <= 80; length++) {
      deepEqual(
        loopsOf(x => x.exp().sum(1), randn([3, length])),
        ['exp sum'],
      )
    }
    deepEqual(
      loopsOf(x => x.exp().sum(0), randn([100])),
      ['exp sum'],
    )
  })

  it('leave values that others read too', () => {
    deepEqual(
      loopsOf(
        x => {
          const centred = x.sub(1)
          return [centred, centred.square().sum(1), centred.abs().sum(1)]
        },
        randn([5, 33]),
      ),
      ['sub square abs sum sum'],
    )
  })

  it('stay kernels over other axes, after long chains and of rows of one number', () => {
    deepEqual(
      loopsOf(x => x.exp().sum(0), randn([6, 40])),
      ['exp', 'sum'],
    )
    deepEqual(
      loopsOf(x => x.exp().sum(1), randn([6, 1])),
      ['exp', 'sum'],
    )
    const long = (x: Tensor): Tensor => x.mul(2).add(1).exp().sub(3).abs().sqrt().mul(0.5).add(x).sum(1)
    equal(loopsOf(long, randn([4, 20])).at(-1), 'sum')
  })

  it('keep NaN, the infinities and -0', () => {
    const x = tensor([
      [1, Number.NaN, 2, 3, 4],
      [Infinity, 1, 2, 3, 4],
      [Infinity, 1, -Infinity, 3, 4],
      [-0, -0, -0, -0, -0],
    ])
    deepEqual(
      loopsOf(y => y.mul(1.5).sum(1), x),
      ['mul sum'],
    )
  })

  it('are those of layer normalisation, forward and backward', () => {
    const norm = new nn.LayerNorm(24)
    const loops = loopsOf(
      x => {
        const leaf = x.detach().requiresGrad_()
        const out = norm.forward(leaf)
        out.square().sum().backward()
        const gradient = leaf.grad as Tensor
        norm.zeroGrad()
        return [out.detach(), gradient]
      },
      randn([10, 24]),
    )
    equal(loops.filter(name => / sum/.test(name)).length > 0, true, loops.join(', '))
  })
})

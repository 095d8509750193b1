// What a program need not do is left out, and the numbers stay.
import { deepEqual, equal } from 'node:assert/strict'
import { compile, full, manualSeed, randn, type Tensor, tensor, where, zeros } from '#src/index.js'

/** The primitives of a step's program, and whether its result is that of the plain step, bit for bit. */
function primitivesOf(step: (x: Tensor) => Tensor, x = randn([7, 5])): string {
  const compiled = compile(step)
  for (let i = 0; i < 4; i++) deepEqual(compiled(x).toArray(), step(x).toArray())
  equal(compiled.programs.length, 1)
  return compiled
    .explain()
    .programs.flatMap(({ steps }) => steps.flatMap(({ primitives }) => primitives))
    .join(' ')
}

describe('a program leaves out', () => {
  before(() => {
    manualSeed(1)
  })

  it('what it has computed already', () => {
    equal(
      primitivesOf(x => x.mul(2).exp().add(x.mul(2).exp()).sum()),
      'mul exp add sum',
    )
    equal(
      primitivesOf(x => x.sum(0).add(x.sum(0)).add(x.sum(1).sum())),
      'sum sum sum add add',
    )
  })

  it('what gives back its input', () => {
    equal(
      primitivesOf(x => x.mul(1).exp().sum()),
      'exp sum',
    )
    equal(
      primitivesOf(x => x.exp().div(1).sub(0).mul(1).sum()),
      'exp sum',
    )
    equal(
      primitivesOf(x => where(x.lt(0), x.exp(), x.exp()).sum()),
      'exp sum',
    )
  })

  it('what is known beforehand', () => {
    equal(
      primitivesOf(x => x.mul(tensor([1, 2, 3, 4, 5]).square().add(1)).sum()),
      'mul sum',
    )
    equal(
      primitivesOf(x => x.mul(full([], 2).exp().add(3)).sum()),
      'mul sum',
    )
  })

  it('but not what differs in the last bit: -0 + 0 is 0', () => {
    equal(
      primitivesOf(x => x.neg().add(0), tensor([0, -0, 3])),
      'neg add',
    )
    equal(
      primitivesOf(x => x.exp().add(-0).sum()),
      'exp sum',
    )
    equal(
      primitivesOf(x => x.exp().mul(2).sum()),
      'exp mul sum',
    )
  })

  it('but not what was written to in between', () => {
    const state = zeros([5])
    const step = (x: Tensor, at: Tensor): Tensor => {
      const before = at.exp().sum()
      at.add_(x)
      return before.add(at.exp().sum())
    }
    const compiled = compile((x: Tensor) => step(x, state))
    const [plain, x] = [zeros([5]), tensor([1, -1, 0.5, 0, 2])]
    for (let i = 0; i < 6; i++) equal(compiled(x).item(), step(x, plain).item())
    deepEqual(state.toArray(), plain.toArray())
  })

  it('but not random numbers: equal calls draw different ones', () => {
    const compiled = compile(() =>
      randn([4])
        .sub(randn([4]))
        .abs()
        .sum(),
    )
    for (let i = 0; i < 6; i++) equal(compiled().item() > 0, true)
  })

  it('and what it returns is its own, also where it is equal to something else', () => {
    const compiled = compile((x: Tensor) => [x.exp(), x.exp(), x.mul(1)] as const)
    const x = tensor([1, 2])
    for (let i = 0; i < 5; i++) {
      const [a, b, c] = compiled(x)
      a.zero_()
      c.zero_()
      deepEqual(b.toArray(), x.exp().toArray())
      deepEqual(x.toArray(), [1, 2])
    }
  })
})

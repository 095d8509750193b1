// Mistakes that no golden case can make: with graphs, backends, memory and JavaScript itself. Those with arguments alone are in
// test/golden/cases/mistakes.py.
import assert from 'node:assert/strict'
import * as gradlab from '#src/index.js'
import {
  checkpoint,
  conv2d,
  convTranspose2d,
  customFunction,
  detectAnomaly,
  device,
  GradlabError,
  grad,
  linalg,
  noGrad,
  setBackend,
  sqrt,
  type Tensor,
  TensorError,
  type TensorErrorCode,
  tensor,
  zeros,
} from '#src/index.js'
import { publicNames } from './api/names.js'

function fails(f: () => unknown, code: TensorErrorCode, words: RegExp): void {
  assert.throws(f, error => {
    assert.ok(error instanceof TensorError, String(error))
    assert.equal(error.code, code)
    assert.match(error.message, words)
    return true
  })
}

const leaf = (values: number[]): Tensor => tensor(values, { requiresGrad: true })

describe('mistakes with graphs', () => {
  it('backward of several numbers wants a gradient', () => {
    fails(() => leaf([1, 2]).mul(2).backward(), 'NO_GRAD', /one element; it has shape \[2\]/)
  })

  it('a gradient has the shape of its tensor', () => {
    fails(
      () =>
        leaf([1, 2])
          .mul(2)
          .backward(tensor([1, 2, 3])),
      'SHAPE_MISMATCH',
      /\[3\].*\[2\]/,
    )
  })

  it('grad says which input was not used', () => {
    const [x, unused] = [leaf([1]), leaf([2, 3])]
    fails(() => grad(x.mul(2).sum(), [x, unused]), 'NO_GRAD', /input 1, of shape \[2\], was not used/)
    assert.equal(grad(x.mul(2).sum(), [x, unused], { allowUnused: true })[1], null)
  })

  it('a hook keeps the shape', () => {
    const x = leaf([1, 2])
    const y = x.mul(2)
    y.registerHook(() => tensor([1]))
    fails(() => y.sum().backward(), 'BAD_RULE', /shape \[2\]/)
  })

  it('a constant has no hooks', () => {
    fails(() => tensor([1]).registerHook(g => g), 'NO_GRAD', /registerHook/)
    fails(() => tensor([1]).retainGrad(), 'NO_GRAD', /retainGrad/)
  })

  it('only float leaves ask for gradients, and only leaves stop to', () => {
    fails(() => tensor([1], { dtype: 'int32' }).requiresGrad_(), 'BAD_DTYPE', /int32/)
    fails(() => leaf([1]).mul(2).requiresGrad_(false), 'IN_PLACE', /result of a recorded operation/)
  })

  it('modes end before a promise does', () => {
    fails(() => noGrad(async () => 1), 'BAD_VALUE', /noGrad: the function returned a promise/)
    assert.equal(leaf([1]).mul(2).requiresGrad, true)
  })

  it('anomaly mode names the operation whose gradient is NaN', () => {
    const odd = customFunction({
      name: 'odd',
      forward: (_, x: Tensor) => x.mul(2),
      backward: () => [tensor([Number.NaN])],
    })
    fails(
      () =>
        detectAnomaly(() =>
          odd(leaf([1]))
            .sum()
            .backward(),
        ),
      'NOT_FINITE',
      /gradient of odd is NaN for its input 0/,
    )
    const root = (): Tensor =>
      sqrt(leaf([0]).mul(0))
        .mul(0)
        .sum()
    fails(() => detectAnomaly(() => root().backward()), 'NOT_FINITE', /gradient of sqrt is NaN/)
  })

  it('a view of a detached window cannot be recorded', () => {
    const window = zeros([4]).narrow(0, 1, 3).detach()
    fails(() => window.narrow(0, 0, 1).copy_(leaf([1])), 'IN_PLACE', /detached window/)
  })
})

describe('mistakes with dtypes, backends and memory', () => {
  it('a result of another dtype is not written in place', () => {
    fails(() => tensor([1, 2], { dtype: 'int32' }).add_(tensor([0.5, 1])), 'BAD_DTYPE', /float32.*int32/)
  })

  it('matrices of 16-bit floats are not decomposed', () => {
    fails(() => linalg.inv(zeros([2, 2], { dtype: 'float16' })), 'BAD_DTYPE', /inv: needs float32 or float64.*float16/)
  })

  it('tensors of two backends do not meet', () => {
    const [a, b] = [zeros([2], { device: 'wasm' }), zeros([2], { device: 'reference' })]
    fails(() => a.add(b), 'BAD_BACKEND', /'wasm', the other on 'reference'/)
  })

  it('memory that is not there is an error with the largest tensors, and the next tensor works', () => {
    const chosen = device()
    setBackend('wasm')
    try {
      const kept = zeros([1 << 20])
      fails(() => zeros([40_000, 40_000]), 'OUT_OF_MEMORY', /float32 x 1600000000.*The largest: .*MiB/)
      assert.equal(kept.add(1).at(-1).item(), 1)
    } finally {
      setBackend(chosen)
    }
  })
})

describe('anything but a tensor', () => {
  const odd: unknown[][] = [
    [[1, 2]],
    [
      [1, 2],
      [3, 4],
    ],
    [[1, 2], 0, [1]],
    [undefined],
    [null],
    ['a'],
    [{}],
  ]
  /** Not those that set a mode: what they were given would stay. */
  const callable = publicNames().filter(
    ({ name, value, free }) =>
      free && typeof value === 'function' && !/^[A-Z]|^set[A-Z]|^memory$|^trackMemory$|^manualSeed$/.test(name),
  )

  it('is an error that teaches, in every function', () => {
    const raw: string[] = []
    for (const { name, value } of callable) {
      for (const args of odd) {
        try {
          ;(value as (...args: unknown[]) => unknown)(...args)
        } catch (error) {
          if (!(error instanceof GradlabError)) raw.push(`${name}(${JSON.stringify(args)}): ${error}`)
        }
      }
    }
    assert.ok(callable.length > 250, `${callable.length} functions`)
    assert.deepEqual(raw, [])
  })

  it('that is called where a function should be given says so', () => {
    const x = leaf([1])
    const wrong = x.mul(2) as unknown as () => Tensor
    fails(() => noGrad(wrong), 'BAD_VALUE', /noGrad: takes a function.*noGrad\(\(\) =>/)
    fails(() => checkpoint(wrong), 'BAD_VALUE', /checkpoint: takes a function/)
    fails(() => detectAnomaly(wrong), 'BAD_VALUE', /detectAnomaly: takes a function/)
    assert.equal(x.mul(2).requiresGrad, true)
  })
})

describe('mistakes with JavaScript', () => {
  it('a tensor of several numbers is not one', () => {
    fails(() => tensor([1, 2]).item(), 'NOT_A_NUMBER', /\[2\]/)
  })

  it('sizes one by one are no options', () => {
    const loose = gradlab as unknown as Record<string, (...args: unknown[]) => unknown>
    for (const name of ['zeros', 'ones', 'rand', 'randn']) {
      fails(() => loose[name]?.(2, 3), 'BAD_VALUE', new RegExp(`${name}: expected options, got .*${name}\\(\\[2, 3\\]`))
      fails(() => loose[name]?.([2], tensor([1])), 'BAD_VALUE', /expected options/)
    }
    fails(() => loose.tensor?.(1, 2, 3), 'BAD_VALUE', /tensor: expected options, got/)
    fails(() => loose.eye?.(-1), 'BAD_SHAPE', /eye: -1 rows.*eye\(3\)/)
  })

  it('options are no bias, and a bias has one number a channel', () => {
    const [x, w] = [zeros([1, 3, 4, 4]), zeros([2, 3, 3, 3])]
    fails(() => conv2d(x, w, { padding: 1 } as unknown as Tensor), 'NOT_A_TENSOR', /conv2d: the bias.*null for no bias/)
    fails(() => conv2d(x, w, zeros([3])), 'SHAPE_MISMATCH', /bias has shape \[3\]; the weight makes 2 channels/)
    const turned = zeros([3, 2, 3, 3])
    fails(() => convTranspose2d(x, turned, zeros([3])), 'SHAPE_MISMATCH', /bias has shape \[3\].* 2 channels/)
    assert.equal(convTranspose2d(x, turned, zeros([2])).shape[1], 2)
  })

  it('one place in each row wants an axis', () => {
    const labels = tensor([0, 1], { dtype: 'int32' })
    fails(() => zeros([2, 3]).gather(1, labels), 'SHAPE_MISMATCH', /index\.unsqueeze\(1\)/)
    fails(() => zeros([2, 3, 4]).gather(1, labels), 'SHAPE_MISMATCH', /for dim 1\.$/)
  })

  it('a leaf is not set to zero: the error has the name that was written', () => {
    fails(() => leaf([1]).zero_(), 'IN_PLACE', /^zero_: /)
    fails(() => leaf([1]).fill_(0), 'IN_PLACE', /^fill_: /)
  })

  it('JSON has the numbers, and null for what it cannot write', () => {
    const x = tensor([[1, Number.NaN]], { requiresGrad: true })
    assert.equal(JSON.stringify({ x, y: x.exp().sum().mul(0).nanToNum() }), '{"x":[[1,null]],"y":0}')
  })

  it('a single number has no rows', () => {
    fails(() => [...tensor(1)], 'BAD_DIM', /no rows/)
  })

  it('a view is refused where the numbers do not lie as it needs them', () => {
    const turned = zeros([2, 3]).t()
    fails(() => turned.view([6]), 'BAD_SHAPE', /strides \[1, 3\]/)
  })
})

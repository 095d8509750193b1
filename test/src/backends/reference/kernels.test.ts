import { deepEqual, equal, ok } from 'node:assert/strict'
import type { KernelName } from '#src/tensor/primitives.js'
import { INFER } from '#src/tensor/primitives.js'
import { type Answer, backend, dense, gapped, make, plain, run, shifted, turned, ulps } from './answer.js'
import { KNOWN_ANSWERS } from './known-answers.js'

/** What has an answer of its own kind, and tests of its own: see random.test.ts and linalg.test.ts. */
const ELSEWHERE = new Set<KernelName>(['eigh', 'svd', 'qr', 'randomBits', 'uniform', 'normal'])

/** Both are float64: PyTorch's results are themselves a few ulp off, and sums in another order more. */
const CLOSE: { readonly [P in KernelName]?: number } = { cholesky: 16, triangularSolve: 64, solve: 256, slogdet: 16 }
const A_FEW = 4
/** Where terms cancel, the error is in proportion to the greatest result, here and in PyTorch. */
const CANCELLING = new Set<KernelName>([
  'sum',
  'cumsum',
  'logSoftmax',
  'digamma',
  'cholesky',
  'triangularSolve',
  'solve',
  'slogdet',
])

function check({ name, inputs, params, result }: Answer, layoutOf = dense): void {
  const got = run(
    name,
    inputs.map(x => make(x, layoutOf)),
    params as never,
  )
  deepEqual([got.dtype, got.shape], [result.dtype, result.shape])
  const scale = Math.max(0, ...result.data.filter(Number.isFinite).map(Math.abs))
  got.data.forEach((value, i) => {
    const expected = result.data[i]!
    const near = ulps(value, expected) <= (CLOSE[name] ?? A_FEW)
    const cancelled = CANCELLING.has(name) && Math.abs(value - expected) <= scale * 2 ** -48
    ok(near || cancelled, `${name}: element ${i} is ${value}, should be ${expected}`)
  })
}

describe('reference kernels', () => {
  const names = [...new Set(KNOWN_ANSWERS.map(answer => answer.name))]

  it('have a known answer for every primitive', () => {
    const missing = Object.keys(INFER).filter(name => !ELSEWHERE.has(name as KernelName))
    deepEqual([...names].sort(), missing.sort())
    deepEqual(Object.keys(backend.kernels).sort(), Object.keys(INFER).sort())
  })

  for (const name of names) {
    const answers = KNOWN_ANSWERS.filter(answer => answer.name === name)
    it(`${name}: computes what PyTorch does`, () => {
      for (const answer of answers) check(answer)
    })
    if (answers.every(answer => answer.inputs.length === 0)) continue
    it(`${name}: reads operands with an offset, with gaps, and turned`, () => {
      for (const answer of answers) for (const layoutOf of [shifted, gapped, turned]) check(answer, layoutOf)
    })
  }

  it('read an expanded operand as if it were repeated in memory', () => {
    const repeated = { dtype: 'float64', shape: [3, 2], data: [4, -1, 4, -1, 4, -1] } as const
    const expanded = make({ ...repeated, shape: [2], data: [4, -1] })
    const seen = { ...expanded, shape: [3, 2], layout: [0, 1] } as unknown as typeof expanded
    const index = make({ dtype: 'int32', shape: [1, 2], data: [2, 0] })
    const [dims, none] = [{ dims: [0], keepdim: false }, {}]
    const runs: [KernelName, (x: typeof expanded) => (typeof expanded)[], object][] = [
      ['exp', x => [x], none],
      ['mul', x => [x, x], none],
      ['sum', x => [x], dims],
      ['cumsum', x => [x], { dim: 0, reverse: true }],
      ['flip', x => [x], { dims: [1] }],
      ['pad', x => [x], { before: [1, 0], after: [0, 1], value: 7 }],
      ['gather', x => [x, index], { dim: 0 }],
      ['scatterAdd', x => [x, index, make({ dtype: 'float64', shape: [1, 2], data: [1, 2] })], { dim: 0 }],
      ['argsort', x => [x], { dim: 1, descending: false }],
      ['matmul', x => [x, make({ dtype: 'float64', shape: [2, 1], data: [3, 5] })], none],
      ['qr', x => [x], none],
    ]
    for (const [name, inputs, params] of runs) {
      deepEqual(run(name, inputs(seen), params as never), run(name, inputs(make(repeated)), params as never), name)
    }
  })

  it('write elementwise results over their own operand', () => {
    const x = make({ dtype: 'float64', shape: [3], data: [1, 2, 3] }, shifted)
    const out = { ...x, layout: undefined } as unknown as typeof x
    backend.kernels.add([out, make({ dtype: 'float64', shape: [], data: [10] })], out, {})
    deepEqual(plain(out).data, [11, 12, 13])
    deepEqual(Array.from(backend.read(x.storage, 0, 8)), [99, 99, 99, 11, 12, 13, 99, 99])
  })

  it('copy into a window with gaps, and leave the rest alone', () => {
    const target = make({ dtype: 'int32', shape: [2, 2], data: [0, 0, 0, 0] }, gapped)
    const before = Array.from(backend.read(target.storage, 0, target.storage.length))
    backend.kernels.copy([make({ dtype: 'int32', shape: [2], data: [7, 8] })], target, {})
    const after = Array.from(backend.read(target.storage, 0, target.storage.length))
    deepEqual(
      after.filter((value, i) => value !== before[i]),
      [7, 8, 7, 8],
    )
    equal(after.filter(value => value === 99).length, before.length - 4)
  })
})

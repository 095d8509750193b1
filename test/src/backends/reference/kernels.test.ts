import { deepEqual, equal, ok } from 'node:assert/strict'
import type { DType } from '#src/tensor/dtype.js'
import { TensorError } from '#src/tensor/errors.js'
import { INFER, type KernelName } from '#src/tensor/primitives.js'
import { rowMajor, sizeOf } from '#src/tensor/shape.js'
import { Tensor } from '#src/tensor/tensor.js'
import { type Answer, backend, dense, gapped, make, type Plain, plain, run, shifted, turned, ulps } from './answer.js'
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

/** The first slice of `x` along an axis, as often as the axis is long: written out, and by a stride of 0. */
function repeat(x: Plain, axis: number): [Tensor, Tensor] {
  const inner = sizeOf(x.shape.slice(axis + 1))
  const first = x.data.filter((_, i) => Math.floor(i / inner) % x.shape[axis]! === 0)
  const one = make({ ...x, shape: x.shape.with(axis, Math.min(1, x.shape[axis]!)), data: first })
  const layout = rowMajor(one.shape).with(axis, 0)
  const data = x.data.map((_, i) => first[Math.floor(i / inner / x.shape[axis]!) * inner + (i % inner)]!)
  return [make({ ...x, data }), new Tensor(one.storage, 0, x.shape, layout, x.dtype, undefined)]
}

/** What a primitive makes of an answer's operands with one of them replaced. */
function outcome({ name, inputs, params }: Answer, place: number, replaced: Tensor): Plain | string {
  return attempt(() =>
    run(
      name,
      inputs.map((x, i) => (i === place ? replaced : make(x))),
      params as never,
    ),
  )
}

/** A result, or what was wrong. */
function attempt(f: () => Plain): Plain | string {
  try {
    return f()
  } catch (error) {
    if (error instanceof TensorError) return error.message
    throw error
  }
}

function resultDtype(exact: Plain, dtype: DType): DType {
  return exact.dtype === 'float64' ? dtype : exact.dtype
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

  for (const name of names) {
    const answers = KNOWN_ANSWERS.filter(answer => answer.name === name && answer.inputs.length > 0)
    if (answers.length === 0) continue
    it(`${name}: reads an expanded operand as if it were repeated in memory`, () => {
      for (const answer of answers) {
        for (const [place, x] of answer.inputs.entries()) {
          for (const axis of x.shape.keys()) {
            const [repeated, expanded] = repeat(x, axis)
            deepEqual(outcome(answer, place, expanded), outcome(answer, place, repeated))
          }
        }
      }
    })
    // A cast says itself what it rounds to: see backend.test.ts.
    if (name === 'cast') continue
    it(`${name}: computes other floats in float64 and rounds them once`, () => {
      for (const answer of answers) {
        for (const dtype of ['float32', 'float16', 'bfloat16'] as const) {
          const narrow = answer.inputs.map(x => make(x.dtype === 'float64' ? { ...x, dtype } : x))
          const wide = narrow.map(x => make({ ...plain(x), dtype: x.dtype === dtype ? 'float64' : x.dtype }))
          const exact = attempt(() => run(name, wide, answer.params as never))
          const got = attempt(() => run(name, narrow, answer.params as never))
          const rounded =
            typeof exact === 'string' ? exact : plain(make({ ...exact, dtype: resultDtype(exact, dtype) }))
          deepEqual(got, rounded)
        }
      }
    })
  }

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

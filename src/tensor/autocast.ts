// Mixed precision: which primitives compute in 16 bits, and which in float32, while autocast is on. After PyTorch's lists for CUDA.
import { type DType, isFloat } from './dtype.js'
import type { PrimitiveName } from './primitives.js'

/** The dtypes that autocast computes in. */
export type LowDType = 'float16' | 'bfloat16'

/** Products: what takes the time, and sums in float32 whatever the dtype. */
const LOW: ReadonlySet<PrimitiveName> = new Set<PrimitiveName>(['matmul', 'conv2d', 'conv2dInput', 'conv2dWeight'])

// biome-ignore format: grouped by kind
/** What loses too much in 16 bits: powers and logarithms overflow or cancel, sums round at every step. */
const HIGH: ReadonlySet<PrimitiveName> = new Set<PrimitiveName>([
  'softmax', 'logSoftmax', 'softplus',
  'sum', 'prod', 'cumsum', 'cumprod',
  'exp', 'exp2', 'expm1', 'log', 'log2', 'log10', 'log1p', 'pow', 'square', 'reciprocal', 'rsqrt',
  'acos', 'asin', 'cosh', 'sinh', 'tan', 'erfinv',
])

interface Typed {
  readonly dtype: DType
}

/**
 * The dtype in which a primitive's float inputs meet under autocast; undefined where they stay as they are. float64 is never
 * touched.
 */
export function meetingDtype(name: PrimitiveName, inputs: readonly Typed[], low: LowDType): DType | undefined {
  const wide = widest(inputs)
  if (wide === undefined || wide === 'float64') return wide
  if (LOW.has(name)) return low
  return HIGH.has(name) ? 'float32' : wide
}

/** The widest float among the inputs; float32 where both kinds of 16 bits meet. */
function widest(inputs: readonly Typed[]): DType | undefined {
  let found: DType | undefined
  for (const { dtype } of inputs) {
    if (!isFloat(dtype) || dtype === found) continue
    if (dtype === 'float64') return dtype
    found = found === undefined ? dtype : 'float32'
  }
  return found
}

// The kernels of convolutions: which way goes for which sizes, dtypes, layouts.
import type { Kernels, Operand } from '../../../tensor/backend.js'
import type { Conv2dParams } from '../../../tensor/primitives.js'
import { sizeOf } from '../../../tensor/shape.js'
import type { KernelHeap } from '../ground.js'
import { type Gemm, throughFloat32 } from '../matmul.js'
import type { WasmStorage } from '../memory/storage.js'
import { addressOf } from '../walk.js'
import { throughColumns } from './columns.js'
import { type Convolution, planOf } from './plan.js'
import { inPlace, isInPlace } from './windows.js'

/** What each kernel makes, and which operand is the image, the weight and the result, or has the gradient of it. */
const WAYS = {
  conv2d: { makes: 'forward', of: ([x, w]: readonly Operand[], out: Operand) => [x, w, out] },
  conv2dInput: { makes: 'input', of: ([g, w]: readonly Operand[], out: Operand) => [out, w, g] },
  conv2dWeight: { makes: 'weight', of: ([x, g]: readonly Operand[], out: Operand) => [x, out, g] },
} as const

type Names = keyof typeof WAYS

export function convKernels(heap: KernelHeap, gemm: Gemm, loops: Kernels): Pick<Kernels, Names> {
  const ways = { columns: throughColumns(heap, gemm), windows: inPlace(heap) }

  /** float32 by vectors, 16-bit floats through float32, float64 in loops. Inputs are copied where they are not row-major. */
  const kernel = <N extends Names>(name: N) => {
    const { makes, of } = WAYS[name]
    const fast = (inputs: readonly Operand[], result: Operand, params: Conv2dParams): void => {
      const [x, w, out] = of(inputs, result) as [Operand, Operand, Operand]
      const plan = planOf(x.shape, w.shape, out.shape, params)
      const way: Convolution = isInPlace(plan, makes) ? ways.windows : ways.columns
      way[makes](plan, addressOf(x), addressOf(w), addressOf(out))
    }
    return (inputs: readonly Operand[], out: Operand, params: Conv2dParams): void => {
      if (sizeOf(out.shape) === 0) return
      if (out.dtype === 'float32') straightened(heap, inputs, plain => fast(plain, out, params))
      else if (out.dtype === 'float64') (loops[name] as typeof fast)(inputs, out, params)
      else throughFloat32(heap, (wide, result) => fast(wide, result, params))(inputs, out)
    }
  }
  return { conv2d: kernel('conv2d'), conv2dInput: kernel('conv2dInput'), conv2dWeight: kernel('conv2dWeight') }
}

/** Runs with row-major copies of what is strided. */
export function straightened(
  heap: KernelHeap,
  inputs: readonly Operand[],
  run: (inputs: readonly Operand[]) => void,
): void {
  const used: WasmStorage[] = []
  const plain = inputs.map(x => {
    if (x.layout === undefined) return x
    const storage = heap.allocate(x.dtype, sizeOf(x.shape))
    used.push(storage)
    const copy: Operand = { storage, offset: 0, shape: x.shape, layout: undefined, dtype: x.dtype }
    storage.backend.kernels.copy([x], copy, {})
    return copy
  })
  run(plain)
  for (const storage of used) heap.release(storage)
}

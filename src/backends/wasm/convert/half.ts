// 16-bit floats by way of float32: cast, computed there, cast back. float32 has more than twice their digits, so that sums,
// products, quotients and roots come out as if they had been rounded once.
import type { Kernels, Operand } from '../../../tensor/backend.js'
import type { DType } from '../../../tensor/dtype.js'
import { BINARY, COMPARE, type KernelName, TEST, UNARY } from '../../../tensor/primitives.js'
import { withScratch } from '../ground.js'

type Run = (inputs: readonly Operand[], out: Operand, params: never) => void

const NAMES: readonly KernelName[] = [
  ...UNARY,
  ...BINARY,
  ...COMPARE,
  ...TEST,
  'where',
  'clamp',
  'sum',
  'amax',
  'amin',
  'argmax',
  'argmin',
  'softmax',
  'logSoftmax',
]

const isHalf = (dtype: DType): boolean => dtype === 'float16' || dtype === 'bfloat16'

/** Calls `body` with all inputs, of which the 16-bit floats were cast. */
function inFloat32(inputs: readonly Operand[], body: (wide: readonly Operand[]) => void): void {
  const [x, ...rest] = inputs
  if (x === undefined) body([])
  else if (!isHalf(x.dtype)) inFloat32(rest, others => body([x, ...others]))
  else {
    withScratch(x, 'float32', x.shape, wide => {
      x.storage.backend.kernels.cast([x], wide, { dtype: 'float32' })
      inFloat32(rest, others => body([wide, ...others]))
    })
  }
}

/** The loops, but for 16-bit floats the kernels of float32, where those are fast. */
export function withHalf(loops: Kernels): Kernels {
  const run =
    (name: KernelName): Run =>
    (inputs, out, params) => {
      if (!inputs.some(x => isHalf(x.dtype))) {
        ;(loops[name] as Run)(inputs, out, params)
        return
      }
      const { kernels } = out.storage.backend
      const compute = kernels[name] as Run
      inFloat32(inputs, wide => {
        if (!isHalf(out.dtype)) {
          compute(wide, out, params)
          return
        }
        withScratch(out, 'float32', out.shape, result => {
          compute(wide, result, params)
          kernels.cast([result], out, { dtype: out.dtype })
        })
      })
    }
  return { ...loops, ...Object.fromEntries(NAMES.map(name => [name, run(name)])) }
}

// Kernels along one axis: softmax, running sums and products, places of extremes, order.
import type { Kernel, Kernels, Operand } from '../../../tensor/backend.js'
import { sizeOf } from '../../../tensor/shape.js'
import { compiledBy, type Ground, withScratch } from '../ground.js'
import type { LaneName } from '../vector.js'
import { addressOf } from '../walk.js'
import { alongLines, intoLines, withLines } from './lines.js'
import { placesOfValues } from './places.js'
import { type RunningDtype, type RunningName, runningRows } from './running.js'
import { softmaxRows } from './softmax.js'
import { roomFor, sortRows } from './sort.js'

const LANES: { readonly [dtype in RunningDtype]: LaneName } = { float32: 'f32x4', float64: 'f64x2', int32: 'i32x4' }

const hasCode = (x: Operand): x is Operand & { readonly dtype: RunningDtype } =>
  Object.hasOwn(LANES, x.dtype) && sizeOf(x.shape) > 0

type Names = 'softmax' | 'logSoftmax' | 'cumsum' | 'cumprod' | 'argmax' | 'argmin' | 'argsort'

export function lineKernels(ground: Ground): Pick<Kernels, Names> {
  const { loops } = ground
  const softmaxOf = compiledBy<'softmax' | 'logSoftmax'>(ground, name => softmaxRows(name === 'logSoftmax'))
  const placesOf = compiledBy<LaneName>(ground, placesOfValues)
  const runningOf = {
    cumsum: compiledBy<RunningDtype>(ground, dtype => runningRows('cumsum', dtype)),
    cumprod: compiledBy<RunningDtype>(ground, dtype => runningRows('cumprod', dtype)),
  }

  const softmax =
    (name: 'softmax' | 'logSoftmax'): Kernel<'softmax' | 'logSoftmax'> =>
    (inputs, out, params) => {
      const x = inputs[0] as Operand
      if (x.dtype !== 'float32' || !hasCode(x)) {
        loops[name](inputs, out, params)
        return
      }
      const code = softmaxOf(name)
      alongLines(x, out, params.dim, (target, source, rows, length) => code(target, source, rows, 4 * length))
    }

  const running = (
    name: RunningName,
    x: Operand & { dtype: RunningDtype },
    out: Operand,
    dim: number,
    reverse: boolean,
  ): void => {
    const code = runningOf[name](x.dtype)
    const width = x.dtype === 'float64' ? 8 : 4
    alongLines(x, out, dim, (target, source, rows, length) => {
      // Backwards from the last number of each row.
      const start = reverse ? (length - 1) * width : 0
      code(target + start, source + start, rows, length, reverse ? -width : width, length * width)
    })
  }

  const place =
    (name: 'argmax' | 'argmin', extreme: 'amax' | 'amin'): Kernel<'argmax' | 'argmin'> =>
    (inputs, out, params) => {
      const x = inputs[0] as Operand
      if (!hasCode(x) || x.shape.length === 0) {
        loops[name](inputs, out, params)
        return
      }
      const length = x.shape[params.dim] as number
      const rows = sizeOf(out.shape)
      withLines(x, params.dim, lines => {
        withScratch(x, x.dtype, [rows], values => {
          const { storage, offset, dtype } = lines
          const table: Operand = { storage, offset, shape: [rows, length], layout: undefined, dtype }
          x.storage.backend.kernels[extreme]([table], values, { dims: [1], keepdim: false })
          placesOf(LANES[x.dtype])(addressOf(out), addressOf(values), addressOf(lines), rows, length)
        })
      })
    }

  return {
    softmax: softmax('softmax'),
    logSoftmax: softmax('logSoftmax'),
    cumsum(inputs, out, params) {
      const x = inputs[0] as Operand
      if (hasCode(x)) running('cumsum', x, out, params.dim, params.reverse)
      else loops.cumsum(inputs, out, params)
    },
    cumprod(inputs, out, params) {
      const x = inputs[0] as Operand
      if (hasCode(x)) running('cumprod', x, out, params.dim, false)
      else loops.cumprod(inputs, out, params)
    },
    argmax: place('argmax', 'amax'),
    argmin: place('argmin', 'amin'),
    argsort([given], out, { dim, descending }) {
      const x = given as Operand
      const count = sizeOf(x.shape)
      if (count === 0) return
      const length = x.shape[dim] ?? 1
      withLines(x, dim, lines => {
        intoLines(out, dim, orders => {
          withScratch(out, 'int32', [roomFor(length)], room => {
            const ints = (where: Operand, size: number) => new Int32Array(ground.memory.buffer, addressOf(where), size)
            const [target, spare] = [ints(orders, count), ints(room, roomFor(length))]
            sortRows(x.dtype, ground.memory.buffer, addressOf(lines), target, spare, length, descending)
          })
        })
      })
    },
  }
}

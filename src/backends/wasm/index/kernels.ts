// Reading and writing by index. Indices outside are left to the loops, which say which one.
import type { Kernel, Kernels, Operand } from '../../../tensor/backend.js'
import { DTYPES } from '../../../tensor/dtype.js'
import { sizeOf } from '../../../tensor/shape.js'
import { around, stridesOf } from '../../reference/memory.js'
import type { Compiled } from '../assembler/module.js'
import { compiledBy, eachPlace, type Ground, inOrder, joinedAxes } from '../ground.js'
import type { Width } from '../move/strided.js'
import { addressOf } from '../walk.js'
import {
  ADDERS,
  type AddDtype,
  addRows,
  allWithin,
  gatherElements,
  scatterElements,
  scatterSums,
  takeRows,
} from './code.js'

type Names = 'gather' | 'scatter' | 'scatterAdd' | 'indexSelect' | 'indexAdd'

const widthOf = (x: Operand): Width => DTYPES[x.dtype].bytes as Width
const canAdd = (x: Operand): x is Operand & { readonly dtype: AddDtype } => Object.hasOwn(ADDERS, x.dtype)

export function indexKernels(ground: Ground): Pick<Kernels, Names> {
  const { loops } = ground
  const within = compiledBy<'all'>(ground, allWithin)
  const take = compiledBy<Width>(ground, takeRows)
  const add = compiledBy<AddDtype>(ground, addRows)
  const gather = compiledBy<Width>(ground, gatherElements)
  const write = compiledBy<Width>(ground, scatterElements)
  const sum = compiledBy<AddDtype>(ground, scatterSums)

  /** Runs `body` with the indices in row-major order; false where one of them is outside. */
  const withIndices = (index: Operand, length: number, body: (address: number) => void): boolean =>
    inOrder(index, ordered => {
      const address = addressOf(ordered)
      if (within('all')(address, sizeOf(index.shape), length) === 0) return false
      body(address)
      return true
    })

  /** Visits all places of the index: `indexed` is read or written where it says, `plain` in step with it. */
  const visit = (
    code: Compiled,
    indexed: Operand,
    plain: Operand,
    index: Operand,
    dim: number,
    indices: number,
  ): void => {
    const width = widthOf(indexed)
    const strides = stridesOf(indexed)
    const standing = strides.map((stride, axis) => (axis === dim ? 0 : stride))
    const axes = joinedAxes(index.shape, [standing, stridesOf(plain)])
    const [outer, inner] = [axes.at(-2), axes.at(-1)].map(axis => axis ?? { size: 1, steps: [0, 0] }) as [
      (typeof axes)[number],
      (typeof axes)[number],
    ]
    const step = (steps: readonly number[], operand: 0 | 1): number => (steps[operand] as number) * width
    let at = indices
    eachPlace(axes.slice(0, -2), 2, ([i, p]) => {
      code(
        addressOf(indexed) + (i as number) * width,
        addressOf(plain) + (p as number) * width,
        at,
        outer.size,
        inner.size,
        step(outer.steps, 0),
        step(inner.steps, 0),
        step(outer.steps, 1),
        step(inner.steps, 1),
        (strides[dim] as number) * width,
      )
      at += 4 * outer.size * inner.size
    })
  }

  const isPlain = (index: Operand): boolean =>
    index.dtype === 'int32' && index.shape.length > 0 && sizeOf(index.shape) > 0

  const scattered =
    (name: 'scatter' | 'scatterAdd'): Kernel<'scatter' | 'scatterAdd'> =>
    (inputs, out, params) => {
      const [x, index, source] = inputs as [Operand, Operand, Operand]
      const adds = name === 'scatterAdd'
      const done =
        isPlain(index) &&
        (!adds || canAdd(x)) &&
        withIndices(index, x.shape[params.dim] as number, indices => {
          if (x.storage !== out.storage) x.storage.backend.kernels.copy([x], out, {})
          const code = adds ? sum(x.dtype as AddDtype) : write(widthOf(x))
          visit(code, out, source, index, params.dim, indices)
        })
      if (!done) loops[name](inputs, out, params)
    }

  return {
    gather(inputs, out, params) {
      const [x, index] = inputs as [Operand, Operand]
      const done =
        isPlain(index) &&
        withIndices(index, x.shape[params.dim] as number, indices => {
          visit(gather(widthOf(x)), x, out, index, params.dim, indices)
        })
      if (!done) loops.gather(inputs, out, params)
    },
    scatter: scattered('scatter'),
    scatterAdd: scattered('scatterAdd'),
    indexSelect(inputs, out, params) {
      const [x, index] = inputs as [Operand, Operand]
      const { outer, length, inner } = around(x.shape, params.dim)
      const width = widthOf(x)
      const done =
        isPlain(index) &&
        outer * inner > 0 &&
        withIndices(index, length, indices => {
          inOrder(x, ordered => {
            const bytes = inner * width
            const from = addressOf(ordered)
            take(width)(addressOf(out), from, indices, outer, sizeOf(index.shape), bytes, length * bytes)
          })
        })
      if (!done) loops.indexSelect(inputs, out, params)
    },
    indexAdd(inputs, out, params) {
      const [x, index, source] = inputs as [Operand, Operand, Operand]
      const { outer, length, inner } = around(x.shape, params.dim)
      const done =
        isPlain(index) &&
        canAdd(x) &&
        outer * inner > 0 &&
        withIndices(index, length, indices => {
          if (x.storage !== out.storage) x.storage.backend.kernels.copy([x], out, {})
          inOrder(source, ordered => {
            const bytes = inner * widthOf(x)
            const from = addressOf(ordered)
            add(x.dtype as AddDtype)(addressOf(out), from, indices, outer, sizeOf(index.shape), bytes, length * bytes)
          })
        })
      if (!done) loops.indexAdd(inputs, out, params)
    },
  }
}

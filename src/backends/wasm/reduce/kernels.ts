// Reductions over any axes: one group of neighbouring axes after the other, without a transposed copy where the numbers of a
// row, or the rows themselves, lie together in memory.
import type { Kernel, Kernels, Operand } from '../../../tensor/backend.js'
import type { Dims } from '../../../tensor/primitives.js'
import { rowMajor, sizeOf } from '../../../tensor/shape.js'
import { stridesOf } from '../../reference/memory.js'
import { compiledBy, eachPlace, type Ground, withScratch } from '../ground.js'
import { addressOf } from '../walk.js'
import { FOLDS, type Fold, type FoldDtype, type FoldName } from './folds.js'
import { foldColumns, foldRows } from './rows.js'

/** An axis, or neighbours that lie one after the other and have the same fate. */
interface ReducedAxis {
  readonly size: number
  readonly step: number
  readonly reduced: boolean
}

/** Numbers in memory with the axes that are left. */
interface Window {
  /** Where the first of them lies; its shape does not matter. */
  readonly base: Operand
  readonly axes: readonly ReducedAxis[]
}

/** Bytes of a row that are folded at once: their state and eight rows of them fit into the nearest cache. */
const STRIPE = 4096

function joined(axes: readonly ReducedAxis[]): ReducedAxis[] {
  const out: ReducedAxis[] = []
  for (const axis of axes) {
    if (axis.size === 1) continue
    const last = out.at(-1)
    if (last !== undefined && last.reduced === axis.reduced && last.step === axis.size * axis.step) {
      out[out.length - 1] = { ...axis, size: last.size * axis.size }
    } else out.push(axis)
  }
  return out
}

export function axesOf(x: Operand, dims: readonly number[]): ReducedAxis[] {
  const strides = stridesOf(x)
  return joined(x.shape.map((size, axis) => ({ size, step: strides[axis] as number, reduced: dims.includes(axis) })))
}

/** The axes of a row-major result: all but one. */
function without(axes: readonly ReducedAxis[], gone: ReducedAxis): ReducedAxis[] {
  const rest = axes.filter(axis => axis !== gone)
  const steps = rowMajor(rest.map(axis => axis.size))
  return rest.map((axis, i) => ({ ...axis, step: steps[i] as number }))
}

/** The reduced axis that can be folded next, and how; undefined where the numbers must be brought into order first. */
function nextStep(axes: readonly ReducedAxis[], width: number): { axis: ReducedAxis; rows: boolean } | undefined {
  const together = axes.findIndex(axis => axis.step === 1)
  const axis = axes[together]
  if (axis === undefined) return undefined
  if (axis.reduced) return { axis, rows: true }
  const inner = axes.findLast(other => other.reduced)
  const wide = axis.size * width >= 16 && together === axes.length - 1
  return wide && inner !== undefined ? { axis: inner, rows: false } : undefined
}

export type Reduce = (x: Operand, out: Operand, dims: readonly number[]) => void

/** A reduction of one dtype over axes that are not empty. */
function reducer(ground: Ground, name: string, fold: Fold): Reduce {
  const code = compiledBy<'rows' | 'columns'>(ground, how =>
    how === 'rows' ? foldRows(`${name}_rows`, fold) : foldColumns(`${name}_columns`, fold),
  )
  const { width } = fold

  const rows = (from: Window, axis: ReducedAxis, target: number): void => {
    const others = from.axes.filter(other => other !== axis)
    const inner = others.at(-1) ?? { size: 1, step: 0, reduced: false }
    const f = code('rows')
    const source = addressOf(from.base)
    let to = target
    const outer = others.slice(0, -1).map(({ size, step }) => ({ size, steps: [step] }))
    eachPlace(outer, 1, ([offset]) => {
      f(to, source + (offset as number) * width, inner.size, axis.size * width, inner.step * width)
      to += inner.size * width
    })
  }

  const columns = (from: Window, axis: ReducedAxis, target: number, state: number): void => {
    const inner = from.axes.at(-1) as ReducedAxis
    const bytes = inner.size * width
    const f = code('columns')
    const source = addressOf(from.base)
    let to = target
    const outer = from.axes.filter(other => other !== axis && other !== inner)
    eachPlace(
      outer.map(({ size, step }) => ({ size, steps: [step] })),
      1,
      ([offset]) => {
        const start = source + (offset as number) * width
        for (let at = 0; at < bytes; ) {
          // No stripe is left over that is narrower than a vector.
          const stripe = bytes - at < STRIPE + 16 ? bytes - at : STRIPE
          f(to + at, state, start + at, axis.size, stripe, axis.step * width)
          at += stripe
        }
        to += bytes
      },
    )
  }

  return (x, out, dims) => {
    const run = (from: Window): void => {
      const step = nextStep(from.axes, width)
      const apart = from.axes.filter(axis => axis.reduced).length > 1
      if (step === undefined || (fold.atOnce === true && apart)) {
        inFoldingOrder(from)
        return
      }
      const left = without(from.axes, step.axis)
      const into = (target: number): void => {
        if (step.rows) rows(from, step.axis, target)
        else withScratch(x, 'float64', [STATE], state => columns(from, step.axis, target, addressOf(state)))
      }
      if (!left.some(axis => axis.reduced)) {
        into(addressOf(out))
        return
      }
      withScratch(x, x.dtype, [sizeOf(left.map(axis => axis.size))], scratch => {
        into(addressOf(scratch))
        run({ base: scratch, axes: joined(left) })
      })
    }
    /** A copy whose last axis is a reduced one. */
    const inFoldingOrder = (from: Window): void => {
      const axes = [...from.axes.filter(axis => !axis.reduced), ...from.axes.filter(axis => axis.reduced)]
      const shape = axes.map(axis => axis.size)
      withScratch(x, x.dtype, shape, scratch => {
        const { storage, offset, dtype } = from.base
        const strided: Operand = { storage, offset, shape, layout: axes.map(axis => axis.step), dtype }
        x.storage.backend.kernels.copy([strided], scratch, {})
        const steps = rowMajor(shape)
        run({
          base: scratch,
          axes: joined(axes.map((axis, i) => ({ ...axis, step: steps[i] as number }))),
        })
      })
    }
    run({ base: x, axes: axesOf(x, dims) })
  }
}

/** Doubles of state for one stripe: at most two vectors for each, and one stripe may be a vector longer. */
const STATE = (2 * (STRIPE + 32)) / 8

export function reduceKernels(ground: Ground): Pick<Kernels, FoldName> {
  const kernel = (name: FoldName): Kernel<FoldName> => {
    const made = new Map<string, Reduce>()
    return (inputs: readonly Operand[], out: Operand, params: Dims): void => {
      const x = inputs[0] as Operand
      const fold = FOLDS[name][x.dtype as FoldDtype]
      const size = sizeOf(x.shape)
      if (fold === undefined || size === 0 || out.layout !== undefined) {
        ground.loops[name](inputs, out, params)
        return
      }
      // Nothing to fold: one number for each result.
      if (size === sizeOf(out.shape)) {
        const { storage, offset, dtype } = out
        storage.backend.kernels.copy([x], { storage, offset, shape: x.shape, layout: undefined, dtype }, {})
        return
      }
      let reduce = made.get(x.dtype)
      if (reduce === undefined) {
        reduce = reducer(ground, `${name}_${x.dtype}`, fold)
        made.set(x.dtype, reduce)
      }
      reduce(x, out, params.dims)
    }
  }
  return {
    sum: kernel('sum'),
    prod: kernel('prod'),
    amax: kernel('amax'),
    amin: kernel('amin'),
    any: kernel('any'),
    all: kernel('all'),
  }
}

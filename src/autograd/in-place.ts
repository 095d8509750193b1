// Writes in place and the graph: what may be written to, and how the nodes of bases and views move.
import { apply, compute, view } from '../tensor/engine.js'
import { TensorError } from '../tensor/errors.js'
import { hooks } from '../tensor/graph.js'
import { NONE } from '../tensor/primitives.js'
import { state } from '../tensor/state.js'
import { Tensor } from '../tensor/tensor.js'
import { writeTangents } from './forward.js'
import { isLeafNode, type Node } from './node.js'
import { nodeOf, record, recordFunction } from './tape.js'

/** Throws IN_PLACE where a write would change a leaf that requires a gradient, or its view. */
export function beforeWrite(operation: string, target: Tensor): void {
  const base = target.base ?? target
  if (!isLeafNode(base.node as Node | undefined)) return
  const what = base === target ? 'a leaf' : 'a view of a leaf'
  throw new TensorError(
    'IN_PLACE',
    `${operation}: ${what} that requires a gradient cannot be changed in place: its old value is what the gradient is for.`,
    {
      next: 'To update a parameter, write noGrad(() => w.sub_(...)); else use the form without _.',
    },
  )
}

/** Moves the node of a target, and of what it is a view of, to the value that was written. */
export function afterWrite(operation: string, target: Tensor, value: Tensor | undefined): void {
  if (hooks.forward) writeTangents(operation, target, value)
  if (!state.grad) return
  const { base } = target
  const node = value === undefined ? undefined : nodeOf(value)
  if (base === undefined) {
    target.node = node
    target.rebased++
    return
  }
  if (base.node === undefined && node === undefined) return
  writeIntoBase(operation, base, target, value)
}

/** The base becomes what it was, with the value in the window of the target. */
function writeIntoBase(operation: string, base: Tensor, target: Tensor, value: Tensor | undefined): void {
  if (base.layout !== undefined || base.offset !== 0 || base.size !== base.storage.length) {
    throw new TensorError(
      'IN_PLACE',
      `${operation}: this view sees only a part of memory that a detached window owns, which the graph cannot express.`,
      {
        next: 'clone() the tensor before writing into it.',
      },
    )
  }
  const before = shadow(base)
  const window = { shape: target.shape, strides: target.strides, offset: target.offset }
  const inputs = value === undefined ? [before] : [before, value]
  const outside = maskOutside(base, window)
  recordFunction(`${operation} (view)`, inputs, [base], ([g]) => [
    g === undefined ? undefined : apply('where', [outside, g, zeroLike(g)], NONE),
    g === undefined || value === undefined ? undefined : windowOn(g, window),
  ])
  base.rebased++
  target.rebased = base.rebased
  target.node = undefined
  if (base.node !== undefined) record('asStrided', [base], window, target)
}

interface Window {
  readonly shape: readonly number[]
  readonly strides: readonly number[]
  readonly offset: number
}

/** A tensor with the same numbers and the node of before. */
function shadow(x: Tensor): Tensor {
  const out = new Tensor(x.storage, x.offset, x.shape, x.layout, x.dtype, undefined)
  out.node = x.node
  return out
}

/** True where the base lies outside of the window. */
function maskOutside(base: Tensor, { shape, strides, offset }: Window): Tensor {
  const { backend } = base.storage
  const ones = compute('full', [], { shape, dtype: 'float32', value: 1 }, backend)
  const flat = compute('asStridedScatter', [ones], { length: base.storage.length, strides, offset })
  const zero = compute('full', [], { shape: [], dtype: 'float32', value: 0 }, backend)
  const mask = compute('eq', [flat, zero], NONE)
  return new Tensor(mask.storage, 0, base.shape, undefined, 'bool', undefined)
}

function zeroLike(g: Tensor): Tensor {
  return compute('full', [], { shape: [], dtype: g.dtype, value: 0 }, g.storage.backend)
}

function windowOn(g: Tensor, { shape, strides, offset }: Window): Tensor {
  const flat = g.layout === undefined && g.offset === 0 ? g : apply('copy', [g], NONE)
  return view('asStrided', flat, { shape, strides, offset }, shape, strides, offset)
}

// How a primitive runs: memory, kernel, then the tape. Every operation of the library goes through these three functions.
import { meetingDtype } from './autocast.js'
import type { Backend, Operand } from './backend.js'
import { isFloat } from './dtype.js'
import { shapeText, TensorError } from './errors.js'
import { hooks } from './graph.js'
import { INFER, type KernelName, NONE, type PrimitiveName, type PrimitiveParams, type ViewName } from './primitives.js'
import { isRowMajor, type Shape, sameShape, sizeOf } from './shape.js'
import { currentBackend, state } from './state.js'
import { Tensor } from './tensor.js'

/** Computes one primitive on the backend of its inputs and records it where a gradient flows. */
export function apply<P extends KernelName>(name: P, inputs: readonly Tensor[], params: PrimitiveParams[P]): Tensor {
  const operands = state.autocast === undefined ? inputs : meeting(name, inputs)
  const out = compute(name, operands, params)
  observe(name, operands, params, out)
  return out
}

/** The inputs in the dtype that autocast wants of this primitive. */
function meeting(name: KernelName, inputs: readonly Tensor[]): readonly Tensor[] {
  const { autocast } = state
  const dtype = autocast && meetingDtype(name, inputs, autocast)
  if (dtype === undefined) return inputs
  return inputs.map(x => (isFloat(x.dtype) && x.dtype !== dtype ? apply('cast', [x], { dtype }) : x))
}

/** The same without tape; `maker` is the backend of a primitive without inputs. */
export function compute<P extends KernelName>(
  name: P,
  inputs: readonly Tensor[],
  params: PrimitiveParams[P],
  maker: Backend | undefined = undefined,
): Tensor {
  const backend = inputs.length === 0 ? (maker ?? currentBackend()) : commonBackend(name, inputs)
  const { shape, dtype } = INFER[name](inputs, params)
  const storage = backend.allocate(dtype, sizeOf(shape))
  if (hooks.passing) {
    storage.holders = 0
    hooks.fresh.push(storage)
  }
  const out = new Tensor(storage, 0, shape, undefined, dtype, undefined)
  backend.kernels[name](inputs, out, params)
  return out
}

function commonBackend(name: string, inputs: readonly Tensor[]): Backend {
  const { backend } = (inputs[0] as Tensor).storage
  for (let i = 1; i < inputs.length; i++) {
    const other = (inputs[i] as Tensor).storage.backend
    if (other !== backend) {
      throw new TensorError(
        'BAD_BACKEND',
        `${name}: one tensor lives on '${backend.name}', the other on '${other.name}'.`,
        {
          next: `Move one of them: x.to({ device: '${backend.name}' }).`,
        },
      )
    }
  }
  return backend
}

/** Another window on the storage of `x`; nothing is computed. */
export function view<P extends ViewName>(
  name: P,
  x: Tensor,
  params: PrimitiveParams[P],
  shape: Shape,
  strides: readonly number[],
  offset: number,
): Tensor {
  const layout = isRowMajor(shape, strides) ? undefined : strides
  const out = new Tensor(x.storage, offset, shape, layout, x.dtype, x.base ?? x)
  observe(name, [x], params, out)
  return out
}

function observe<P extends PrimitiveName>(
  name: P,
  inputs: readonly Tensor[],
  params: PrimitiveParams[P],
  out: Tensor,
): void {
  if (state.anomaly) hooks.watcher?.check(name, inputs, out)
  if (state.grad && hasNode(inputs)) hooks.watcher?.record(name, inputs, params, out)
  if (hooks.forward) hooks.watcher?.push(name, inputs, params, out)
  if (hooks.tracer !== undefined) hooks.tracer(name, inputs, params, out)
}

function hasNode(inputs: readonly Tensor[]): boolean {
  for (let i = 0; i < inputs.length; i++) {
    const x = inputs[i] as Tensor
    if (x.node !== undefined || (x.base !== undefined && x.base.node !== undefined)) return true
  }
  return false
}

/**
 * Computes a primitive into `target`, whose shape and dtype the result must have already. Elementwise primitives write
 * straight into row-major targets; everything else goes through fresh memory.
 */
export function applyInto<P extends KernelName>(
  operation: string,
  target: Tensor,
  name: P,
  inputs: readonly Tensor[],
  params: PrimitiveParams[P],
): Tensor {
  const recorded = state.grad && (hasNode(inputs) || hasNode([target]))
  if (recorded || hooks.forward) {
    const before = () => inputs.map(x => (x.storage === target.storage ? beforeWriting(target, inputs, x) : x))
    return assign(operation, target, () => apply(name, before(), params), [target, ...inputs])
  }
  const { shape, dtype } = INFER[name](inputs, params)
  checkTarget(operation, target, shape, dtype)
  const backend = commonBackend(name, [target, ...inputs])
  if (target.layout === undefined && inputs.every(x => x.storage !== target.storage || sameWindow(x, target))) {
    backend.kernels[name](inputs, target, params)
  } else {
    const value = compute(name, inputs, params)
    backend.kernels.copy([value], target, NONE)
    backend.release(value.storage)
  }
  target.storage.version++
  if (hooks.tracer !== undefined) hooks.tracer(name, inputs, params, target)
  return target
}

/**
 * `x` as an operand of what will be written into `target`, whose memory it sees: a copy where backward may ask for the old
 * numbers, as PyTorch makes one, else itself.
 */
export function beforeWriting(target: Tensor, inputs: readonly Tensor[], x: Tensor = target): Tensor {
  return state.grad && (hasNode(inputs) || hasNode([target])) ? apply('copy', [x], NONE) : x
}

/** Writes what `make` returns into `target`, broadcast and recorded. */
export function assign(operation: string, target: Tensor, make: () => Tensor, inputs: readonly Tensor[]): Tensor {
  const { watcher } = hooks
  if (state.grad) watcher?.beforeWrite(operation, target, inputs)
  const made = make()
  // A write keeps the target's dtype, also where autocast computed in another one.
  const value =
    state.autocast !== undefined && made.dtype !== target.dtype && isFloat(made.dtype) && isFloat(target.dtype)
      ? apply('cast', [made], { dtype: target.dtype })
      : made
  checkTarget(operation, target, value.shape, value.dtype)
  commonBackend(operation, [target, value])
  const { kernels } = target.storage.backend
  if (value.storage === target.storage && !sameWindow(value, target)) {
    const apart = compute('copy', [value], NONE)
    kernels.copy([apart], target, NONE)
    target.storage.backend.release(apart.storage)
  } else kernels.copy([value], target, NONE)
  target.storage.version++
  watcher?.afterWrite(operation, target, value)
  return target
}

/** What may write where several elements share a place: all of them get the same number. */
const SAME_EVERYWHERE: ReadonlySet<string> = new Set(['fill_', 'zero_', 'maskedFill_', 'set'])

function checkTarget(operation: string, target: Tensor, shape: Shape, dtype: string): void {
  if (target.layout?.some((stride, axis) => stride === 0 && (target.shape[axis] as number) > 1)) {
    if (!SAME_EVERYWHERE.has(operation)) throw sharedPlaces(operation, target)
  }
  if (!sameShape(shape, target.shape)) {
    throw new TensorError(
      'SHAPE_MISMATCH',
      `${operation}: the result has shape ${shapeText(shape)} and cannot be written into a tensor of shape ${shapeText(target.shape)}.`,
      { next: 'In-place forms keep the shape; use the form without _ to get a new tensor.' },
    )
  }
  if (dtype !== target.dtype) {
    throw new TensorError(
      'BAD_DTYPE',
      `${operation}: the result is ${dtype} and cannot be written into a tensor of ${target.dtype}.`,
      {
        next: 'Use the form without _, or convert the operand first.',
      },
    )
  }
}

function sharedPlaces(operation: string, { shape }: Tensor): TensorError {
  return new TensorError(
    'IN_PLACE',
    `${operation}: several elements of this expanded tensor of shape ${shapeText(shape)} lie at the same place in memory, so each would overwrite the other.`,
    { next: 'Use the form without _, or clone() the tensor before writing into it.' },
  )
}

/** Whether two operands see the same elements in the same order. */
export function sameWindow(a: Operand, b: Operand): boolean {
  return (
    a.storage === b.storage &&
    a.offset === b.offset &&
    sameShape(a.shape, b.shape) &&
    (a.layout === b.layout || (a.layout !== undefined && b.layout !== undefined && sameShape(a.layout, b.layout)))
  )
}

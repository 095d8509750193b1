// Other dtypes, other devices, other memory.
import { copied, moved } from '../create.js'
import { type DType, isDType, isFloat } from '../dtype.js'
import { apply } from '../engine.js'
import { TensorError } from '../errors.js'
import { NONE } from '../primitives.js'
import { backendNamed } from '../state.js'
import type { Tensor } from '../tensor.js'
import { asTensor, cast, needTensor } from './operand.js'

export interface ToOptions {
  readonly dtype?: DType | undefined
  readonly device?: string | undefined
}

/**
 * The same numbers in another dtype or on another backend; x itself where nothing changes.
 *
 * `x.to('float64')`, `x.to('reference')` or `x.to({ dtype, device })`. To int32 fractions are cut off; to bool everything but 0 is true
 * (NaN too); to 16 bits is rounded to nearest even. Gradients flow back through a change between floats; not to another device: a tensor
 * with a graph must be detached first (NO_GRAD). Throws BAD_BACKEND for a device that does not exist.
 *
 * @torch torch.Tensor.to
 * @differs gradients do not flow from one backend to another
 * @example
 * tensor([1.7, -1.7]).to('int32') // tensor([ 1, -1])
 */
export function to(x: Tensor, target: DType | ToOptions | (string & {})): Tensor {
  const { dtype = x.dtype, device = x.device } = targetOf(target)
  if (!isDType(dtype)) {
    throw new TensorError('BAD_DTYPE', `to: '${String(dtype)}' is not a dtype.`, {
      next: "For example x.to('float64').",
    })
  }
  if (device === x.device) return cast(x, dtype)
  const backend = backendNamed(device)
  if ((x.node ?? x.base?.node) !== undefined) {
    throw new TensorError('NO_GRAD', `to: gradients do not flow from '${x.device}' to '${device}'.`, {
      next: 'Make the leaf there: x.detach().to(device).requiresGrad_().',
    })
  }
  const ready = x.layout === undefined ? x : copied(x, x.dtype, x.storage.backend)
  return cast(moved(ready, backend), dtype)
}

function targetOf(target: string | ToOptions): ToOptions {
  if (typeof target !== 'string') return target
  return isDType(target) ? { dtype: target } : { device: target }
}

/**
 * As float32; x itself if it is. Gradients flow through.
 *
 * @torch torch.Tensor.float
 * @example
 * tensor([true, false]).float() // tensor([1., 0.])
 */
export function float(x: Tensor): Tensor {
  return cast(x, 'float32')
}

/**
 * As float64; x itself if it is. Gradients flow through.
 *
 * @torch torch.Tensor.double
 * @example
 * tensor([0.5]).double().dtype // 'float64'
 */
export function double(x: Tensor): Tensor {
  return cast(x, 'float64')
}

/**
 * As int32, fractions cut off; x itself if it is. No gradient.
 *
 * @torch torch.Tensor.int
 * @example
 * tensor([1.7, -1.7]).int() // tensor([ 1, -1])
 */
export function int(x: Tensor): Tensor {
  return cast(x, 'int32')
}

/**
 * As bool: true where x is not 0 (NaN is true); x itself if it is. No gradient.
 *
 * @torch torch.Tensor.bool
 * @example
 * tensor([0, 2]).bool() // tensor([false,  true])
 */
export function bool(x: Tensor): Tensor {
  return cast(x, 'bool')
}

/**
 * As float16: 11 significant bits, at most 65504, rounded to nearest even; x itself if it is. Gradients flow through.
 *
 * @torch torch.Tensor.half
 * @example
 * tensor([0.1, 1e6]).half() // tensor([0.1000,    inf], dtype=float16)
 */
export function half(x: Tensor): Tensor {
  return cast(x, 'float16')
}

/**
 * As bfloat16: 8 significant bits, the range of float32, rounded to nearest even; x itself if it is. Gradients flow through.
 *
 * @torch torch.Tensor.bfloat16
 * @example
 * tensor([1.01]).bfloat16() // tensor([1.0078], dtype=bfloat16)
 */
export function bfloat16(x: Tensor): Tensor {
  return cast(x, 'bfloat16')
}

/**
 * In the dtype of another tensor; x itself if it has it.
 *
 * @torch torch.Tensor.type_as
 * @example
 * tensor([1.5]).typeAs(tensor([true])) // tensor([true])
 */
export function typeAs(x: Tensor, other: Tensor): Tensor {
  return cast(x, asTensor('typeAs', other).dtype)
}

/**
 * The same numbers in fresh memory, in row-major order. Gradients flow through; writes in place to one are not seen by the other.
 *
 * @torch torch.clone
 * @example
 * const y = x.clone()
 */
export function clone(x: Tensor): Tensor {
  return apply('copy', [asTensor('clone', x)], NONE)
}

/**
 * x itself where its elements lie in row-major order in memory, else a copy that does.
 *
 * @torch torch.Tensor.contiguous
 * @example
 * x.t().contiguous()
 */
export function contiguous(x: Tensor): Tensor {
  return x.layout === undefined ? x : apply('copy', [x], NONE)
}

/**
 * Whether the elements lie one after the other in row-major order.
 *
 * @torch torch.Tensor.is_contiguous
 * @example
 * zeros([2, 3]).t().isContiguous() // false
 */
export function isContiguous(x: Tensor): boolean {
  return x.layout === undefined
}

/**
 * Whether the dtype is a float, so that gradients can flow.
 *
 * @torch torch.is_floating_point
 * @example
 * isFloatingPoint(tensor([1])) // true
 */
export function isFloatingPoint(x: Tensor): boolean {
  needTensor('isFloatingPoint', x)
  return isFloat(x.dtype)
}

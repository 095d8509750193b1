// What can go wrong with a tensor: one class, a code for each kind of mistake.
import { GradlabError, type GradlabErrorOptions } from '../errors.js'
import { captureOutside } from './call-site.js'

export type TensorErrorCode =
  | 'SHAPE_MISMATCH' // shapes that do not fit each other
  | 'BAD_SHAPE' // a shape that cannot be, or cannot be had from this tensor
  | 'BAD_DIM' // an axis that the tensor does not have
  | 'BAD_INDEX' // an index outside of its axis, or not an index
  | 'BAD_DTYPE' // an operation that is not defined for this dtype
  | 'BAD_VALUE' // an argument outside of its range
  | 'NOT_A_TENSOR' // something else where a tensor was expected
  | 'NOT_A_NUMBER' // a tensor used as a number, or item() of more than one element
  | 'NOT_CONVERGED' // an iteration (eigh, svd) or a factorisation (cholesky, solve) that the numbers do not allow
  | 'READ_ASYNC' // a synchronous read from a backend that has none
  | 'OUT_OF_MEMORY'
  | 'BAD_BACKEND'
  | 'VERSION' // a tensor that backward needs was changed in place
  | 'GRAPH_FREED' // a second backward through the same graph
  | 'NO_GRAD' // backward from a tensor without a graph, or a leaf that does not require grad
  | 'IN_PLACE' // an in-place operation that the graph cannot express
  | 'BAD_RULE' // a custom function whose gradient has the wrong form
  | 'NOT_FINITE' // anomaly mode: the first NaN or Inf
  | 'GRADCHECK' // an analytic gradient that differs from the numerical one

/**
 * A mistake with a tensor: the message names the operation, what it expected, what it got, and the next step. The stack names
 * the caller's lines alone; GRADLAB_STACK=full keeps the library's own.
 */
export class TensorError extends GradlabError {
  declare readonly code: TensorErrorCode

  constructor(code: TensorErrorCode, message: string, options: GradlabErrorOptions = {}) {
    super(code, message, options)
    captureOutside(this)
  }
}

/** `[2, 3]`, as shapes are written in messages. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`
}

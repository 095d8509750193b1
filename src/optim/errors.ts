// What can go wrong with an optimizer or a schedule: one class, a code for each kind of mistake.
import { GradlabError, type GradlabErrorOptions } from '../errors.js'
import { captureOutside } from '../tensor/call-site.js'

export type OptimErrorCode =
  | 'NO_PARAMETERS' // nothing to optimise
  | 'BAD_PARAMETER' // no tensor, no leaf, or given twice
  | 'BAD_OPTION' // a hyperparameter outside of its range
  | 'SCALER' // calls of a GradScaler in the wrong order
  | 'STATE_DICT' // a state that belongs to another optimizer or schedule
  | 'NOT_FINITE' // a norm of gradients that is NaN or infinite, where that is asked to throw

/** A mistake with an optimizer or a schedule: the message says what it expected, what it got, and the next step. */
export class OptimError extends GradlabError {
  declare readonly code: OptimErrorCode

  constructor(code: OptimErrorCode, message: string, options: GradlabErrorOptions = {}) {
    super(code, message, options)
    captureOutside(this)
  }
}

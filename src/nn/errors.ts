// What can go wrong with a module: one class, a code for each kind of mistake.
import { GradlabError, type GradlabErrorOptions } from '../errors.js'
import { captureOutside } from '../tensor/call-site.js'

export type ModuleErrorCode =
  | 'STATE_DICT' // keys or shapes that do not fit the module
  | 'NOT_A_PARAMETER' // a field holds a leaf that requires a gradient, but is no Parameter
  | 'NOT_A_MODULE' // something else where a module was expected
  | 'HIDDEN' // modules or parameters in an object or a map, where nothing would find them
  | 'NOT_FOUND' // a path that leads to no parameter or module
  | 'BAD_OPTION' // an option, or an argument of a constructor, that is unknown or outside of its range

/**
 * A mistake with a module: the message names the module, what it expected, what it got, and the next step. The stack names the
 * caller's lines alone; GRADLAB_STACK=full keeps the library's own.
 */
export class ModuleError extends GradlabError {
  declare readonly code: ModuleErrorCode

  constructor(code: ModuleErrorCode, message: string, options: GradlabErrorOptions = {}) {
    super(code, message, options)
    captureOutside(this)
  }
}

// What goes wrong where a step is compiled.
import { GradlabError } from '../errors.js'

/**
 * HOST_READ: the step reads a number on the host. LEAKED: it uses a tensor that the call before has made. CHANGING: it is another program at
 * each call. BAD_ARGUMENT: an argument or result of a kind that a program cannot have. NOT_TRACEABLE: the backend cannot be traced.
 */
export type CompileErrorCode = 'HOST_READ' | 'LEAKED' | 'CHANGING' | 'BAD_ARGUMENT' | 'BAD_INDEX' | 'NOT_TRACEABLE'

/** An error of `compile` or of a compiled step. */
export class CompileError extends GradlabError {
  declare readonly code: CompileErrorCode
}

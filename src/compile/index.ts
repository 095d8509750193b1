// The public face of `compile`.
export { type CompiledStep, type CompileOptions, compile } from './compile.js'
export { CompileError, type CompileErrorCode } from './errors.js'
export { type ExplainedConstant, type ExplainedProgram, type ExplainedStep, Explanation } from './explain.js'
export { type ProfileOptions, profile } from './profile.js'

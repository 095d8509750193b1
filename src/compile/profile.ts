// Where the time of a compiled step goes.

import { known, optionNames } from '../tensor/options.js'
import { type CompiledStep, compilerOf } from './compile.js'
import { CompileError } from './errors.js'
import { Explanation, explained } from './explain.js'

export interface ProfileOptions {
  /** How often the step is made; the best time of each loop and kernel counts. 20. */
  readonly rounds?: number | undefined
}

const PROFILE_OPTIONS = optionNames<ProfileOptions>()('rounds')

/**
 * Makes a compiled step again and again, loop by loop, and says how long each takes: `explain()` with milliseconds. Every round is a real step:
 * parameters move. The sum is a little above the time of the whole, which calls all loops from one function.
 *
 * Throws BAD_ARGUMENT where the step has no program for these arguments after some calls, or its backend cannot tell times.
 *
 * @example
 * const step = compile((x: Tensor) => x.mul(2).sum())
 * console.log(profile(step, [rand([1000])]))
 * @torch torch.profiler.profile
 * @differs of one compiled step, not of a stretch of a program
 */
export function profile<A extends readonly unknown[], R>(
  step: CompiledStep<A, R>,
  args: A,
  options: ProfileOptions = {},
): Explanation {
  const { rounds = 20 } = known('profile', options, PROFILE_OPTIONS)
  const compiler = compilerOf(step)
  if (compiler === undefined || !Number.isInteger(rounds) || rounds < 1) {
    throw new CompileError('BAD_ARGUMENT', 'profile: expected a compiled step and a number of rounds from 1.', {
      next: 'Write profile(compile(step), [x, y], { rounds: 20 }).',
    })
  }
  const { program, times } = compiler.timed(args, rounds)
  return new Explanation([explained(program, times)])
}

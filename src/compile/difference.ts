// What differs between two traces that should be one program: said so that it can be mended.
import type { Draft } from './draft.js'
import { CompileError } from './errors.js'

/** The error for a step that is another program at each call. */
export function changing(a: Draft, b: Draft, traces: number): CompileError {
  const { what, next } = difference(a, b)
  return new CompileError('CHANGING', `compile: the step was another program in each of ${traces} calls: ${what}`, {
    next,
  })
}

/** The error for a step with other leaves at each call. */
export function alwaysFresh(traces: number): CompileError {
  return new CompileError(
    'CHANGING',
    `compile: each of ${traces} calls made a tensor that requires a gradient, on numbers that were there before.`,
    { next: 'Make it on numbers of its own, x.detach().clone().requiresGrad_(), or once, outside of the step.' },
  )
}

function difference(a: Draft, b: Draft): { what: string; next: string } {
  if (a.ops.length !== b.ops.length) {
    return {
      what: `${a.ops.length} operations in one, ${b.ops.length} in the next.`,
      next: 'A step must do the same operations each time; a decision can be made by where(), or by an argument that is a text or a boolean.',
    }
  }
  for (const [i, buffer] of b.buffers.entries()) {
    const other = a.buffers[i]
    const [now, then] = [buffer.source, other?.source]
    if (now.kind !== 'kept' || then?.kind !== 'kept' || now.storage === then.storage) continue
    const at = buffer.site === undefined ? '' : ` (at ${buffer.site})`
    if (now.constant !== undefined) {
      return {
        what: `a number was ${then.constant} and then ${now.constant}${at}.`,
        next: 'Give numbers that change as arguments of the step, or write perCall(() => number).',
      }
    }
    return {
      what: `it uses a tensor of shape [${buffer.length}] that is another one at each call${at}.`,
      next: 'Give tensors that change as arguments, and keep states in place: state.copy_(value).',
    }
  }
  return { what: 'its numbers or shapes differ.', next: 'Give what changes as arguments of the step.' }
}

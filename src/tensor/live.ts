// Numbers and decisions of the host that change from step to step: a compiled step asks for them anew at each call.
import { TensorError } from './errors.js'
import { hooks } from './graph.js'

/**
 * A number that changes from call to call, such as a learning rate: computed here and now, and by a compiled step at each of its calls. It
 * may be used as an operand and must not be calculated with: write the whole calculation into `compute`, which may also count steps.
 *
 * Calls of a step run all of its `compute` functions in their order, before anything else.
 *
 * Throws BAD_VALUE for anything but a function.
 *
 * @example
 * p.sub_(g.mul(perCall(() => group.lr)))
 * @torch none
 */
export function perCall(compute: () => number): number {
  needFunction('perCall', compute)
  return hooks.tracing === undefined ? compute() : hooks.tracing.number(compute)
}

/**
 * A decision by numbers of the host, on which the operations that follow depend: taken here and now, and asked for before each call of a
 * compiled step, which is made anew for another answer. So it must not depend on what perCall changes within the step.
 *
 * Throws BAD_VALUE for anything but a function.
 *
 * @example
 * const warm = branch(() => steps < 5)
 * @torch none
 */
export function branch<T extends boolean | number | string>(decide: () => T): T {
  needFunction('branch', decide)
  hooks.tracing?.guard(decide)
  return decide()
}

function needFunction(operation: string, f: unknown): void {
  if (typeof f === 'function') return
  throw new TensorError('BAD_VALUE', `${operation}: takes a function; got ${typeof f}.`, {
    next: `Write ${operation}(() => ...), so that it can be asked again.`,
  })
}

/** Stands for a number while a step is traced. */
export class LiveNumber {
  constructor(
    readonly compute: () => number,
    /** What it is in this call. */
    readonly value: number,
  ) {}

  [Symbol.toPrimitive](): never {
    throw new TensorError(
      'BAD_VALUE',
      'A number that changes from call to call was used in a calculation of JavaScript.',
      {
        next: 'Inside of a compiled step it may only be an operand of tensor operations; calculate inside of perCall(() => ...).',
      },
    )
  }
}

/** A plain number is what it is. */
export function isLive(value: unknown): value is LiveNumber {
  return value instanceof LiveNumber
}

// Settings of windows that are given once for all axes, or for each.
import { TensorError } from '../errors.js'

/** One number for all axes, or one for each. */
export type PerAxis = number | readonly number[]

/** How many axes a window moves along. */
export type Axes = 1 | 2

/** A setting for height and width; for one axis the height's is neutral. */
export function pair(operation: string, name: string, axes: Axes, given: PerAxis, least: number): [number, number] {
  const list = typeof given === 'number' ? new Array<number>(axes).fill(given) : given
  if (list.length !== axes || list.some(n => !Number.isInteger(n) || n < least)) {
    throw new TensorError('BAD_VALUE', `${operation}: ${name} ${JSON.stringify(given)} is not possible.`, {
      next: `Give a whole number from ${least}${axes === 2 ? ', or two' : ''}.`,
    })
  }
  return axes === 2 ? [list[0] as number, list[1] as number] : [least, list[0] as number]
}

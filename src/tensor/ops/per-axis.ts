// Settings of windows that are given once for all axes, or for each.
import { TensorError } from '../errors.js'

/** One number for all axes, or one for each. */
export type PerAxis = number | readonly number[]

/** How many axes a window moves along. */
export type Axes = 1 | 2

/** A setting for height and width; for one axis the height's is neutral. */
export function pair(operation: string, name: string, axes: Axes, given: PerAxis, least: number): [number, number] {
  const list = typeof given === 'number' ? new Array<number>(axes).fill(given) : given
  if (!Array.isArray(list) || list.length !== axes || list.some(n => !Number.isInteger(n) || n < least)) {
    throw new TensorError('BAD_VALUE', `${operation}: ${name} ${said(given)} is not possible.`, {
      next: `Give a whole number from ${least}${axes === 2 ? ', or two' : ''}.`,
    })
  }
  return axes === 2 ? [list[0] as number, list[1] as number] : [least, list[0] as number]
}

/** A value that should have been a number or a list of them, for an error. */
export function said(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(String).join(', ')}]`
  if (typeof value === 'object' && value !== null) return 'object'
  return typeof value === 'string' ? `'${value}'` : String(value)
}

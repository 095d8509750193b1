// Checks of what constructors are given.
import { ModuleError } from './errors.js'

/** Throws BAD_OPTION unless a size is a whole number from `least` (1). */
export function needSize(where: string, name: string, value: unknown, least = 1): void {
  if (Number.isInteger(value) && (value as number) >= least) return
  throw new ModuleError('BAD_OPTION', `${where}: ${name} must be a whole number from ${least}; it is ${text(value)}.`)
}

/** Throws BAD_OPTION unless a number lies in a range. */
export function needRange(where: string, name: string, value: number, low: number, high: number): void {
  if (typeof value === 'number' && value >= low && value <= high) return
  throw new ModuleError('BAD_OPTION', `${where}: ${name} must lie between ${low} and ${high}; it is ${text(value)}.`)
}

/** With quotes around a text, which else would look like a number. */
const text = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : String(value))

/** Throws BAD_OPTION unless a value is a function. */
export function needFunction(where: string, value: unknown): void {
  if (typeof value === 'function') return
  throw new ModuleError('BAD_OPTION', `${where}: expected a function, got ${text(value)}.`)
}

// Small checks of parsed JSON, to be put together into a schema. Each finds the first problem of a value, or nothing.
import type { Path } from './locate.js'

export interface Problem {
  readonly path: Path
  readonly expected: string
  readonly got: string
}

export type Check = (value: unknown, path: Path) => Problem | undefined

export const anything: Check = () => undefined

export const text: Check = typed('a string', value => typeof value === 'string')

export const flag: Check = typed('true or false', value => typeof value === 'boolean')

/** An execution count. */
export const countOrNull: Check = typed(
  'a whole number of at least 0, or null',
  value => value === null || (Number.isInteger(value) && Number(value) >= 0),
)

export function integerFrom(least: number): Check {
  return typed(`a whole number of at least ${least}`, value => Number.isInteger(value) && Number(value) >= least)
}

export function matching(pattern: RegExp, expected: string): Check {
  return typed(expected, value => typeof value === 'string' && pattern.test(value))
}

export function either(expected: string, ...checks: readonly Check[]): Check {
  return typed(expected, value => checks.some(check => check(value, []) === undefined))
}

export function listOf(check: Check, expected = 'a list'): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return problem(path, expected, value)
    return first(value.entries(), ([index, item]) => check(item, [...path, index]))
  }
}

/** An object whose members are all of one kind; `check` may look at the member's key. */
export function mapOf(check: (key: string) => Check): Check {
  return (value, path) => {
    if (!isObject(value)) return problem(path, 'an object', value)
    return first(Object.entries(value), ([key, member]) => check(key)(member, [...path, key]))
  }
}

export interface ObjectShape {
  readonly required?: Record<string, Check>
  readonly optional?: Record<string, Check>
  /** Other keys are allowed. */
  readonly open?: boolean
}

export function objectOf({ required = {}, optional = {}, open = false }: ObjectShape): Check {
  const known = new Map(Object.entries({ ...required, ...optional }))
  const needed = Object.keys(required)
  return (value, path) => {
    if (!isObject(value)) return problem(path, 'an object', value)
    const missing = needed.find(key => !Object.hasOwn(value, key))
    if (missing !== undefined) return { path, expected: `an object with the key "${missing}"`, got: 'none' }
    return first(Object.entries(value), ([key, member]) => {
      const check = known.get(key)
      if (check !== undefined) return check(member, [...path, key])
      if (open) return undefined
      return { path: [...path, key], expected: `one of the keys ${[...known.keys()].join(', ')}`, got: `"${key}"` }
    })
  }
}

/** An object whose kind a key tells: `{ "cell_type": "code", ... }`. */
export function taggedBy(key: string, kinds: Record<string, Check>): Check {
  const names = Object.keys(kinds)
  const tag = typed(`one of ${names.map(name => `"${name}"`).join(', ')}`, value => names.includes(value as string))
  return (value, path) => {
    if (!isObject(value)) return problem(path, 'an object', value)
    if (!Object.hasOwn(value, key)) return { path, expected: `an object with the key "${key}"`, got: 'none' }
    const kind = value[key]
    return tag(kind, [...path, key]) ?? kinds[String(kind)]?.(value, path)
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const SHOWN = 40

/** A value in a few words. */
export function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (value === undefined) return 'nothing'
  if (typeof value === 'object' && value !== null) return 'an object'
  const json = JSON.stringify(value)
  return json.length > SHOWN ? `${json.slice(0, SHOWN)}...` : json
}

function typed(expected: string, holds: (value: unknown) => boolean): Check {
  return (value, path) => (holds(value) ? undefined : problem(path, expected, value))
}

function problem(path: Path, expected: string, value: unknown): Problem {
  return { path, expected, got: describe(value) }
}

function first<T>(items: Iterable<T>, find: (item: T) => Problem | undefined): Problem | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}

// Arguments and results as they come, lists and objects included: their tensors and numbers one by one, and the form around them.
import { isTensor, type Tensor } from '../tensor/tensor.js'
import { CompileError } from './errors.js'

/** What stands at a leaf of the form. */
export type Slot =
  | { readonly kind: 'tensor'; readonly index: number }
  | { readonly kind: 'number'; readonly index: number }

/** A value taken apart. */
export interface Flat {
  readonly tensors: Tensor[]
  readonly numbers: number[]
  /** Equal for values of one form: shapes, dtypes, what is no tensor and no number. */
  readonly key: string
}

/** Takes arguments apart. Throws BAD_ARGUMENT for what has neither a place nor a name in a program. */
export function flatten(value: unknown): Flat {
  const flat = { tensors: [] as Tensor[], numbers: [] as number[], key: '' }
  flat.key = keyOf(value, flat)
  return flat
}

function keyOf(value: unknown, flat: { tensors: Tensor[]; numbers: number[] }): string {
  if (isTensor(value)) {
    flat.tensors.push(value)
    return `${value.dtype}[${value.shape.join()}]@${value.device}${value.requiresGrad ? '*' : ''}`
  }
  if (typeof value === 'number') {
    flat.numbers.push(value)
    return '#'
  }
  if (Array.isArray(value)) return `(${value.map(item => keyOf(item, flat)).join()})`
  if (isPlain(value)) {
    return `{${Object.entries(value)
      .map(([name, item]) => `${JSON.stringify(name)}:${keyOf(item, flat)}`)
      .join()}}`
  }
  if (value === null || value === undefined || typeof value === 'boolean' || typeof value === 'string') {
    return typeof value === 'string' ? JSON.stringify(value) : String(value)
  }
  throw new CompileError('BAD_ARGUMENT', `compile: an argument is ${describe(value)}.`, {
    next: 'A compiled step takes tensors, numbers, texts, booleans, and lists and plain objects of them; take the rest from its closure.',
  })
}

/** The same form with other tensors and numbers in it. */
export function rebuilt(value: unknown, tensor: (x: Tensor) => unknown, number: (x: number) => unknown): unknown {
  if (isTensor(value)) return tensor(value)
  if (typeof value === 'number') return number(value)
  if (Array.isArray(value)) return value.map(item => rebuilt(item, tensor, number))
  if (isPlain(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, rebuilt(item, tensor, number)]))
  }
  return value
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function describe(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  const name = (value as { constructor?: { name?: string } }).constructor?.name
  return name === undefined ? typeof value : `of class ${name}`
}

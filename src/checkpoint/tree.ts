// States as JSON: numbers to the last bit, also those that JSON does not know; tensors are put aside by name.
import { isTensor, type Tensor } from '../tensor/tensor.js'
import { CheckpointError } from './errors.js'

/** What a checkpoint can hold: numbers, texts, tensors, and lists and objects of them. */
export type Plain =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | Tensor
  | Float32Array
  | Float64Array
  | Int32Array
  | readonly Plain[]
  | { readonly [key: string]: Plain }

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** Marks an object that stands for something else; an object of the user's that has such a key is wrapped. */
const MARK = '$'
/** Nothing that is saved is nested so deep, unless it holds itself. */
const DEEPEST = 100

const ARRAYS = { Float32Array, Float64Array, Int32Array } as const
type ArrayName = keyof typeof ARRAYS

/** A value as JSON. Its tensors go into `tensors`, each under its path. Throws CHECKPOINT_VALUE. */
export function encode(value: unknown, path: string, tensors: Record<string, Tensor>, depth = 0): Json {
  if (depth > DEEPEST) throw unfit(path, 'is nested too deep, or holds itself')
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (value === undefined) return { [MARK]: 'undefined' }
  if (typeof value === 'number') return encodeNumber(value)
  if (typeof value === 'bigint') return { [MARK]: 'bigint', value: String(value) }
  if (isTensor(value)) {
    tensors[path] = value.detach()
    return { [MARK]: 'tensor', name: path }
  }
  if (Array.isArray(value)) return value.map((item, i) => encode(item, `${path}.${i}`, tensors, depth + 1))
  const array = Object.keys(ARRAYS).find(name => value instanceof ARRAYS[name as ArrayName])
  if (array !== undefined) return { [MARK]: array, values: Array.from(value as Float64Array, encodeNumber) }
  if (!isPlainObject(value)) throw unfit(path, `is ${described(value)}`)
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]): [string, Json] => [key, encode(item, `${path}.${key}`, tensors, depth + 1)])
  return Object.hasOwn(value, MARK) ? { [MARK]: 'object', entries } : Object.fromEntries(entries)
}

/** JSON has no Inf and no NaN, and writes -0 as 0. */
function encodeNumber(value: number): Json {
  if (Object.is(value, -0)) return { [MARK]: 'number', value: '-0' }
  return Number.isFinite(value) ? value : { [MARK]: 'number', value: String(value) }
}

type Marked = { readonly [key: string]: Json }

const MARKED: Readonly<Record<string, (json: Marked, tensorOf: (name: string) => Tensor) => Plain>> = {
  undefined: () => undefined,
  number: ({ value }) => Number(value),
  bigint: ({ value }) => BigInt(value as string),
  tensor: ({ name }, tensorOf) => tensorOf(name as string),
  object: ({ entries }, tensorOf) =>
    Object.fromEntries((entries as [string, Json][]).map(([key, item]) => [key, decode(item, tensorOf)])),
  Float32Array: json => Float32Array.from(numbersOf(json)),
  Float64Array: json => Float64Array.from(numbersOf(json)),
  Int32Array: json => Int32Array.from(numbersOf(json)),
}

const numbersOf = ({ values }: Marked): number[] =>
  (values as Json[]).map(item => (typeof item === 'number' ? item : Number((item as Marked).value)))

/** The value that was encoded; `tensorOf` gives a tensor by its path. */
export function decode(json: Json, tensorOf: (name: string) => Tensor): Plain {
  if (typeof json !== 'object' || json === null) return json
  if (Array.isArray(json)) return json.map(item => decode(item, tensorOf))
  const mark = json[MARK]
  if (mark === undefined) {
    return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, decode(item, tensorOf)]))
  }
  const read = MARKED[mark as string]
  if (read === undefined)
    throw new CheckpointError('CHECKPOINT_VERSION', `A value of a kind that is not known: ${mark}.`)
  return read(json, tensorOf)
}

/** A value as it is now: with copies of its tensors. */
export function frozen(value: Plain): Plain {
  const tensors: Record<string, Tensor> = {}
  const json = encode(value, '', tensors)
  return decode(json, name => (tensors[name] as Tensor).clone())
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  // An object of a notebook's cell may come from another realm, whose Object is another one.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function described(value: unknown): string {
  if (typeof value === 'object') return `a ${value?.constructor?.name ?? 'strange object'}`
  return `a ${typeof value}`
}

function unfit(path: string, problem: string): CheckpointError {
  return new CheckpointError('CHECKPOINT_VALUE', `saveCheckpoint: ${path} ${problem}.`, {
    next: 'A checkpoint holds numbers, texts, booleans, tensors, typed arrays, and lists and plain objects of them.',
  })
}

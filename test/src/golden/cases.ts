// The golden files of test/golden/tensors, made by PyTorch: reading them, and turning their arguments into ours.
import { readdirSync, readFileSync } from 'node:fs'
import { fromArray } from '#src/tensor/create.js'
import type { DType } from '#src/tensor/dtype.js'
import { compute } from '#src/tensor/engine.js'
import { type Shape, sizeOf } from '#src/tensor/shape.js'
import { isTensor, Tensor } from '#src/tensor/tensor.js'

const folder = new URL('../../../../test/golden/tensors/', import.meta.url)

type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity' | '-0'
/** f: the float dtype of the run; i: int32; b: bool. */
type Kind = 'f' | 'i' | 'b'

interface JsonTensor {
  readonly t: readonly JsonNumber[]
  readonly s: Shape
  readonly d: Kind
  /** 0: no gradient by this one. */
  readonly g?: 0
  /** 1: PyTorch's output takes part in the graph. */
  readonly r?: 1
}

type JsonArg =
  | null
  | number
  | string
  | boolean
  | JsonTensor
  | { readonly x: JsonNumber }
  | { readonly undefined: 1 }
  | { readonly o: Readonly<Record<string, unknown>> }
  | readonly unknown[]

/** A golden output: a tensor, or a plain value. */
export type JsonOutput = JsonTensor | { readonly v: number | boolean | readonly number[] }

export interface GoldenCase {
  readonly module: string
  readonly name: string
  readonly args: readonly JsonArg[]
  /** The code of the error that is expected, and its message. */
  readonly throws?: string
  readonly match?: string
  readonly out: readonly JsonOutput[]
  readonly seeds?: readonly (readonly JsonNumber[])[]
  readonly grads?: readonly (readonly JsonNumber[] | null)[]
  readonly ulps?: number
  readonly length?: number
  readonly size?: readonly number[]
  readonly gradSize?: readonly number[]
  readonly scale?: number
  readonly gradScale?: number
  readonly why?: string
  readonly only?: DType
  readonly inplace?: 1
  readonly signed?: 1
  /** The sign of each number of the outputs is free. */
  readonly unsigned?: 1
  /** Numbers without ties and kinks: for gradcheck. */
  readonly generic?: 1
}

interface GoldenFile {
  readonly header: Readonly<Record<string, string>>
  readonly cases: readonly Omit<GoldenCase, 'module'>[]
}

export const goldenCases: readonly GoldenCase[] = readdirSync(folder)
  .filter(file => file.endsWith('.json'))
  .sort()
  .flatMap(file => {
    const { cases } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as GoldenFile
    return cases.map(goldenCase => ({ ...goldenCase, module: file.replace('.json', '') }))
  })

export const goldenNames: ReadonlySet<string> = new Set(goldenCases.map(({ name }) => name))

/** Cases by name, in the order of the files. */
export function casesByName(): Map<string, GoldenCase[]> {
  const byName = new Map<string, GoldenCase[]>()
  for (const goldenCase of goldenCases) {
    const list = byName.get(goldenCase.name)
    if (list === undefined) byName.set(goldenCase.name, [goldenCase])
    else list.push(goldenCase)
  }
  return byName
}

/** The float dtypes in which a case runs. */
export function dtypesOf({ only }: GoldenCase): readonly DType[] {
  return only === undefined ? ['float64', 'float32'] : [only]
}

export function numberOf(value: JsonNumber): number {
  return Number(value)
}

const ARRAYS = { b: Uint8Array, i: Int32Array } as const

export interface Making {
  /** The dtype of the floats. */
  readonly dtype: DType
  /** Whether tensors of two and more axes are given as transposed windows. */
  readonly strided: boolean
  /** Whether floats are leaves that ask for gradients. */
  readonly requiresGrad: boolean
}

/** Our arguments, and the leaves among them in the order of the golden gradients. */
export function argumentsOf({ args }: GoldenCase, making: Making): { args: unknown[]; leaves: Tensor[] } {
  const leaves: Tensor[] = []
  const decode = (arg: unknown): unknown => {
    if (Array.isArray(arg)) return arg.map(decode)
    if (typeof arg !== 'object' || arg === null) return arg
    if ('undefined' in arg) return undefined
    if ('x' in arg) return numberOf(arg.x as JsonNumber)
    if ('o' in arg) {
      return Object.fromEntries(Object.entries(arg.o as object).map(([key, value]) => [key, decode(value)]))
    }
    const json = arg as JsonTensor
    const x = tensorOf(json, making.dtype, making.strided)
    if (json.d === 'f' && json.g !== 0 && making.requiresGrad) {
      x.requiresGrad_()
      leaves.push(x)
    }
    return x
  }
  return { args: args.map(decode), leaves }
}

/** The arguments with other tensors in the places of the leaves. */
export function substituted(args: readonly unknown[], leaves: readonly Tensor[], others: readonly Tensor[]): unknown[] {
  const replace = (arg: unknown): unknown => {
    if (Array.isArray(arg)) return arg.map(replace)
    if (isTensor(arg)) return leaves.includes(arg) ? others[leaves.indexOf(arg)] : arg
    if (typeof arg !== 'object' || arg === null) return arg
    return Object.fromEntries(Object.entries(arg).map(([key, value]) => [key, replace(value)]))
  }
  return args.map(replace)
}

function tensorOf({ t, s, d }: JsonTensor, dtype: DType, strided: boolean): Tensor {
  const values = t.map(numberOf)
  return strided && s.length > 1 ? transposedWindow(values, s, d, dtype) : rowMajorTensor(values, s, d, dtype)
}

export function rowMajorTensor(values: readonly number[], shape: Shape, kind: Kind, dtype: DType): Tensor {
  if (kind === 'f') return floats(values, shape, dtype)
  const made = fromArray(ARRAYS[kind].from(values) as Int32Array, shape, { dtype: 'int32' })
  return kind === 'b' ? compute('cast', [made], { dtype: 'bool' }) : made
}

function floats(values: readonly number[], shape: Shape, dtype: DType): Tensor {
  const wide = fromArray(Float64Array.from(values), shape, { dtype: 'float64' })
  return dtype === 'float64' ? wide : compute('cast', [wide], { dtype })
}

/** The same numbers, lying in memory with the axes in reverse order. */
function transposedWindow(values: readonly number[], shape: Shape, kind: Kind, dtype: DType): Tensor {
  const strides: number[] = []
  let step = 1
  for (const size of shape) {
    strides.push(step)
    step *= Math.max(size, 1)
  }
  const moved = new Array<number>(sizeOf(shape))
  values.forEach((value, i) => {
    moved[placeOf(i, shape, strides)] = value
  })
  const { storage, dtype: made } = rowMajorTensor(moved, [moved.length], kind, dtype)
  return new Tensor(storage, 0, shape, strides, made, undefined)
}

/** Where element i in row-major order lies. */
function placeOf(i: number, shape: Shape, strides: readonly number[]): number {
  let rest = i
  let place = 0
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number
    place += (rest % size) * (strides[axis] as number)
    rest = Math.floor(rest / size)
  }
  return place
}

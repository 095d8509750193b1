// Runs one golden case: calls ours, compares forward and backward, and says what differs.
import assert from 'node:assert/strict'
import * as gradlab from '#src/index.js'
import { grad, setDefaultDtype, Tensor, TensorError } from '#src/index.js'
import type { DType } from '#src/tensor/dtype.js'
import { isFloat } from '#src/tensor/dtype.js'
import { isTensor } from '#src/tensor/tensor.js'
import { argumentsOf, type GoldenCase, type JsonOutput, numberOf, rowMajorTensor } from './cases.js'
import { numbersOf, roundedTo, ulp } from './ulps.js'

export type Form = 'free' | 'method'
type Callable = (...args: unknown[]) => unknown

/** The function or method of that name, taking the tensor first; undefined where there is none. */
export function callable(name: string, form: Form): Callable | undefined {
  if (form === 'free') {
    const found = name.split('.').reduce<unknown>(inside, gradlab)
    return typeof found === 'function' ? (found as Callable) : undefined
  }
  const method = (Tensor.prototype as unknown as Readonly<Record<string, unknown>>)[name]
  return typeof method === 'function' ? (x, ...rest) => (method as Callable).apply(x, rest) : undefined
}

function inside(place: unknown, name: string): unknown {
  return (place as Readonly<Record<string, unknown>> | undefined)?.[name]
}

export function isThere(name: string): boolean {
  return callable(name, 'free') !== undefined || callable(name, 'method') !== undefined
}

/** Runs our code: a place to change it from outside (mutation.test.ts) without changing what makes and reads tensors. */
export type During = <T>(f: () => T) => T
const plainly: During = f => f()

/** Runs a case; returns what is wrong, as lines to read. */
export function problems(goldenCase: GoldenCase, dtype: DType, form: Form, during: During = plainly): string[] {
  // Both forms are tried in any case: where one is missing, the other runs on both kinds of memory.
  const call = callable(goldenCase.name, form) ?? callable(goldenCase.name, form === 'free' ? 'method' : 'free')
  assert.ok(call, `${goldenCase.name} is not exported`)
  const before = gradlab.getDefaultDtype()
  setDefaultDtype(dtype === 'float64' ? 'float64' : 'float32')
  try {
    return goldenCase.throws === undefined
      ? compared(goldenCase, dtype, form, (...args) => during(() => call(...args)), during)
      : thrown(goldenCase, dtype, call)
  } catch (error) {
    return [
      `threw ${error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 4).join(' | ') : error}`,
    ]
  } finally {
    setDefaultDtype(before)
  }
}

function thrown(goldenCase: GoldenCase, dtype: DType, call: Callable): string[] {
  const { args } = argumentsOf(goldenCase, { dtype, strided: false, requiresGrad: false })
  try {
    call(...args)
  } catch (error) {
    if (!(error instanceof TensorError)) throw error
    const fits = error.code === goldenCase.throws && new RegExp(goldenCase.match ?? '').test(error.message)
    return fits
      ? []
      : [`expected ${goldenCase.throws} /${goldenCase.match ?? ''}/, got ${error.code}: ${error.message}`]
  }
  return [`expected ${goldenCase.throws}, nothing was thrown`]
}

function compared(goldenCase: GoldenCase, dtype: DType, form: Form, call: Callable, during: During): string[] {
  const { grads, seeds = [] } = goldenCase
  const making = { dtype, strided: form === 'method', requiresGrad: grads !== undefined }
  const { args, leaves } = argumentsOf(goldenCase, making)
  // A leaf cannot be written to in place: a copy of it can.
  const target = goldenCase.inplace === 1 && isTensor(args[0]) ? args[0].clone() : args[0]
  const result = call(target, ...args.slice(1))
  const outs = flat(result === undefined && goldenCase.inplace === 1 ? target : result)
  const wrong = outputProblems(goldenCase, outs, dtype)
  if (grads === undefined || wrong.length > 0) return wrong
  const flowing = goldenCase.out.flatMap((json, i) => ('r' in json ? [outs[i] as Tensor] : []))
  const wanted = seeds.map((seed, i) => rowMajorTensor(seed.map(numberOf), (flowing[i] as Tensor).shape, 'f', dtype))
  return gradientProblems(
    goldenCase,
    during(() => gradients(flowing, leaves, wanted)),
    dtype,
  )
}

/** Outputs that no gradient reaches (a step function) are left out. */
function gradients(outs: readonly Tensor[], leaves: readonly Tensor[], seeds: readonly Tensor[]): (Tensor | null)[] {
  const kept = outs.map((_, i) => i).filter(i => outs[i]?.requiresGrad)
  if (kept.length === 0) return leaves.map(() => null)
  return grad(
    kept.map(i => outs[i] as Tensor),
    [...leaves],
    { gradOutputs: kept.map(i => seeds[i] as Tensor), allowUnused: true },
  )
}

function outputProblems(goldenCase: GoldenCase, outs: readonly unknown[], dtype: DType): string[] {
  if (outs.length !== goldenCase.out.length) return [`${outs.length} outputs, expected ${goldenCase.out.length}`]
  return goldenCase.out.flatMap((expected, i) => {
    const where = goldenCase.out.length === 1 ? 'output' : `output ${i}`
    return one(goldenCase, where, expected, outs[i], dtype, goldenCase.size?.[i] ?? 0)
  })
}

const DTYPE_OF = { i: 'int32', b: 'bool' } as const

function one(golden: GoldenCase, where: string, json: JsonOutput, out: unknown, dtype: DType, size: number): string[] {
  if ('v' in json) return plain(where, json.v, out, dtype)
  if (!isTensor(out)) return [`${where}: ${typeof out}, expected a tensor`]
  const expectedDtype = json.d === 'f' ? dtype : DTYPE_OF[json.d]
  if (out.dtype !== expectedDtype) return [`${where}: dtype ${out.dtype}, expected ${expectedDtype}`]
  if (`${out.shape}` !== `${json.s}`) return [`${where}: shape [${out.shape}], expected [${json.s}]`]
  const free = (values: number[]): number[] => (golden.unsigned === 1 ? values.map(Math.abs) : values)
  const expected = free(json.t.map(numberOf))
  const steps = size > 0 ? (golden.length ?? 1) : 1
  return differences(where, expected, free(numbersOf(out)), {
    dtype: expectedDtype,
    ulps: tolerance(golden, steps),
    size: Math.max(size, golden.scale ?? 0),
    signed: golden.signed === 1 && isFloat(expectedDtype),
  })
}

function plain(where: string, expected: number | boolean | readonly number[], out: unknown, dtype: DType): string[] {
  const got = isTensor(out) ? numbersOf(out) : out
  const same =
    typeof expected === 'number' && typeof got === 'number'
      ? Math.abs(expected - got) <= 4 * ulp(expected, dtype)
      : JSON.stringify(got) === JSON.stringify(expected)
  return same ? [] : [`${where}: ${JSON.stringify(got)}, expected ${JSON.stringify(expected)}`]
}

/** 4 ulp for an operation; each further term of a sum adds up to half an ulp of the greatest partial sum. */
function tolerance({ ulps = 4 }: GoldenCase, steps: number): number {
  return steps > 1 ? ulps + steps / 2 : ulps
}

function gradientProblems(golden: GoldenCase, grads: readonly (Tensor | null)[], dtype: DType): string[] {
  return (golden.grads ?? []).flatMap((json, i) => {
    const got = grads[i] ?? null
    const expected = json?.map(numberOf)
    const where = `gradient ${i}`
    if (got === null) {
      return (expected ?? []).every(value => value === 0) ? [] : [`${where}: none, expected [${expected}]`]
    }
    const size = golden.gradSize?.[i] ?? 0
    // A broadcast operand gathers the gradients of all places to which it was repeated.
    const repeats = size > 0 ? Math.max(1, outputSize(golden) / Math.max(1, got.size)) : 1
    return differences(where, expected ?? Array.from({ length: got.size }, () => 0), numbersOf(got), {
      dtype,
      ulps: tolerance(golden, Math.max(repeats, golden.length ?? 1)),
      size: Math.max(size, golden.gradScale ?? 0, golden.scale ?? 0),
      signed: false,
    })
  })
}

function outputSize({ out }: GoldenCase): number {
  return Math.max(...out.map(json => ('t' in json ? json.t.length : 1)))
}

interface Tolerance {
  readonly dtype: DType
  readonly ulps: number
  /** The ulps are those of a number of this size at least. */
  readonly size: number
  /** Whether 0 and -0 differ. */
  readonly signed: boolean
}

function differences(where: string, exact: readonly number[], got: readonly number[], rule: Tolerance): string[] {
  if (exact.length !== got.length) return [`${where}: ${got.length} numbers, expected ${exact.length}`]
  const wrong: string[] = []
  roundedTo(exact, rule.dtype).forEach((expected, i) => {
    const value = got[i] as number
    if (fits(expected, value, rule)) return
    const off = Math.abs(value - expected) / ulp(Math.max(Math.abs(expected), rule.size), rule.dtype)
    const shown = Object.is(value, -0) ? '-0' : value
    const wanted = Object.is(expected, -0) ? '-0' : expected
    wrong.push(`${where}[${i}]: got ${shown}, expected ${wanted} (${off.toPrecision(3)} ulp, ${rule.ulps} allowed)`)
  })
  return wrong
}

function fits(expected: number, got: number, { dtype, ulps, size, signed }: Tolerance): boolean {
  if (!Number.isFinite(expected) || !Number.isFinite(got)) return Object.is(expected, got)
  if (!isFloat(dtype)) return expected === got
  if (expected === 0 && got === 0) return !signed || Object.is(expected, got)
  return Math.abs(got - expected) <= ulps * ulp(Math.max(Math.abs(expected), size), dtype)
}

/** Tensors and plain values in order: of a list, or of an object such as { values, indices }. */
export function flat(result: unknown): unknown[] {
  if (Array.isArray(result)) return result.every(v => typeof v === 'number') ? [result] : result.flatMap(flat)
  if (typeof result === 'object' && result !== null && !isTensor(result)) return Object.values(result).flatMap(flat)
  return [result]
}

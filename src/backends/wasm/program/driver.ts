// The driver: one function that makes all calls of a program, one after the other.
import { unsigned } from '../assembler/bytes.js'
import { type Code, f32, f64, i32, op } from '../assembler/expression.js'
import { type Compiled, encodeModule, FunctionBuilder } from '../assembler/module.js'
import { type Callee, SYMBOLIC } from './recorder.js'

/** A call of a compiled function, or of the host. */
export type Step = { readonly callee: Callee; readonly args: readonly number[] } | { readonly host: number }

/** Where a piece of memory is: at an address, or at one that the nth argument of the driver gives. */
export type Base = { readonly address: number } | { readonly argument: number }

const HOST: Callee = { params: ['i32'], results: [], code: () => 0 }

/**
 * Compiles steps into a function of the addresses that are given at each call. It returns 1, or 0 at once where a function that says whether
 * all is right says no.
 */
export function driver(
  steps: readonly Step[],
  bases: readonly Base[],
  givens: number,
  memory: WebAssembly.Memory,
  host: (index: number) => void,
): Compiled {
  return drivers([steps], bases, givens, memory, host)[0] as Compiled
}

/** Several of them, in one module. */
export function drivers(
  parts: readonly (readonly Step[])[],
  bases: readonly Base[],
  givens: number,
  memory: WebAssembly.Memory,
  host: (index: number) => void,
): Compiled[] {
  const callees = new Map<Callee, number>([[HOST, 0]])
  const numberOf = (callee: Callee): number => {
    const known = callees.get(callee)
    if (known !== undefined) return known
    callees.set(callee, callees.size)
    return callees.size - 1
  }
  const built = parts.map((steps, i) => oneDriver(`run${i}`, steps, bases, givens, numberOf))
  const module = new WebAssembly.Module(encodeModule(built, [...callees.keys()]))
  const functions = Object.fromEntries([...callees.keys()].map((callee, i) => [`f${i}`, i === 0 ? host : callee.code]))
  const { exports } = new WebAssembly.Instance(module, { env: { memory, ...functions } })
  return built.map(({ name }) => exports[name] as Compiled)
}

function oneDriver(
  name: string,
  steps: readonly Step[],
  bases: readonly Base[],
  givens: number,
  numberOf: (callee: Callee) => number,
): FunctionBuilder {
  const f = new FunctionBuilder(
    name,
    Array.from({ length: givens }, () => 'i32' as const),
    ['i32'],
  )
  const address = (value: number): Code => {
    // To the nearest: a kernel may begin before the first byte, as a convolution does within its padding.
    const index = Math.round(value / SYMBOLIC) - 1
    if (index < 0) return i32(value)
    const offset = value - (index + 1) * SYMBOLIC
    const base = bases[index] as Base
    if ('address' in base) return i32(base.address + offset)
    const { get } = f.param(base.argument)
    return offset === 0 ? get : op('i32.add', get, i32(offset))
  }
  for (const step of steps) {
    if ('host' in step) {
      f.add(i32(step.host), call(0))
      continue
    }
    const { callee, args } = step
    const values = callee.params.map((type, i) => {
      const value = args[i] as number
      return type === 'f32' ? f32(value) : type === 'f64' ? f64(value) : address(value)
    })
    f.add(...values, call(numberOf(callee)))
    if (callee.results.length > 0) f.add(LEAVE_UNLESS)
  }
  return f.add(i32(1))
}

const call = (index: number): Code => [0x10, ...unsigned(index)]

/** i32.eqz, if, i32.const 0, return, end */
const LEAVE_UNLESS: Code = [0x45, 0x04, 0x40, 0x41, 0x00, 0x0f, 0x0b]

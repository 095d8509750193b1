// The driver: one function that makes all calls of a program, one after the other.
import { unsigned } from '../assembler/bytes.js'
import { type Code, f32, f64, i32, op } from '../assembler/expression.js'
import { type Compiled, encodeModule, FunctionBuilder, type Signature } from '../assembler/module.js'
import type { Recipe, RecipeStep } from './recipe.js'
import { SYMBOLIC } from './recorder.js'

/** Where a piece of memory is: at an address, or at one that the nth argument of the driver gives. */
export type Base = { readonly address: number } | { readonly argument: number }

/** What a driver is made from: calls, the functions that they name, and where memory is. */
export interface Drive {
  readonly recipe: Recipe
  /** The function of each callee. */
  readonly functions: readonly Compiled[]
  /** What each symbol stands for. */
  readonly baseAt: (symbol: number) => Base
  /** How many addresses are given at each call. */
  readonly givens: number
  /** Runs an operation that is no call. */
  readonly host: (op: number) => void
}

/** Function 0 of a driver. */
const HOST: Signature = { params: ['i32'], results: [] }

/**
 * Compiles the calls of a recipe into a function of the addresses that are given at each call. It returns 1, or 0 at once where a function that
 * says whether all is right says no.
 */
export function driver(drive: Drive, memory: WebAssembly.Memory): Compiled {
  return drivers([drive.recipe.parts.flat()], drive, memory)[0] as Compiled
}

/** Several of them, in one module. */
export function drivers(
  parts: readonly (readonly RecipeStep[])[],
  drive: Drive,
  memory: WebAssembly.Memory,
): Compiled[] {
  const { recipe, functions, host } = drive
  const built = parts.map((steps, i) => oneDriver(`run${i}`, steps, drive))
  const module = new WebAssembly.Module(encodeModule(built, [HOST, ...recipe.callees]))
  const imports = Object.fromEntries([host, ...functions].map((code, i) => [`f${i}`, code]))
  const { exports } = new WebAssembly.Instance(module, { env: { memory, ...imports } })
  return built.map(({ name }) => exports[name] as Compiled)
}

function oneDriver(name: string, steps: readonly RecipeStep[], { recipe, baseAt, givens }: Drive): FunctionBuilder {
  const addresses = Array.from({ length: givens }, () => 'i32' as const)
  const f = new FunctionBuilder(name, addresses, ['i32'])
  const address = (value: number): Code => {
    // To the nearest: a kernel may begin before the first byte, as a convolution does within its padding.
    const symbol = Math.round(value / SYMBOLIC) - 1
    if (symbol < 0) return i32(value)
    const offset = value - (symbol + 1) * SYMBOLIC
    const base = baseAt(symbol)
    if ('address' in base) return i32(base.address + offset)
    const { get } = f.param(base.argument)
    return offset === 0 ? get : op('i32.add', get, i32(offset))
  }
  for (const step of steps) {
    if ('host' in step) {
      f.add(i32(step.host), call(0))
      continue
    }
    const { params, results } = recipe.callees[step.callee] as Signature
    const values = params.map((type, i) => {
      const value = step.args[i] as number
      return type === 'f32' ? f32(value) : type === 'f64' ? f64(value) : address(value)
    })
    f.add(...values, call(1 + step.callee))
    if (results.length > 0) f.add(LEAVE_UNLESS)
  }
  return f.add(i32(1))
}

const call = (index: number): Code => [0x10, ...unsigned(index)]

/** i32.eqz, if, i32.const 0, return, end */
const LEAVE_UNLESS: Code = [0x45, 0x04, 0x40, 0x41, 0x00, 0x0f, 0x0b]

// One number in, one number out; two numbers in, one out: a function for each, applied in float64.

import type { Kernels, Operand } from '../../tensor/backend.js'
import { TensorError } from '../../tensor/errors.js'
import type { BinaryName, CompareName, TestName, UnaryName } from '../../tensor/primitives.js'
import { sizeOf } from '../../tensor/shape.js'
import type { Access } from './access.js'
import { roundHalfEven } from './half.js'
import { digamma, erf, erfc, erfinv, gelu, geluTanh, lgamma, pow, sigmoid, silu, softplus } from './special.js'

const UNARY: { readonly [P in UnaryName]: (x: number) => number } = {
  neg: x => -x,
  abs: Math.abs,
  // PyTorch's sign(NaN) is 0, a convention.
  sign: x => (x > 0 ? 1 : x < 0 ? -1 : 0),
  square: x => x * x,
  floor: Math.floor,
  ceil: Math.ceil,
  round: x => (Number.isFinite(x) ? keepSign(roundHalfEven(x), x) : x),
  trunc: Math.trunc,
  sqrt: Math.sqrt,
  rsqrt: x => 1 / Math.sqrt(x),
  reciprocal: x => 1 / x,
  exp: Math.exp,
  exp2: x => 2 ** x,
  expm1: Math.expm1,
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  erf,
  erfc,
  erfinv,
  lgamma,
  digamma,
  sigmoid,
  softplus,
  relu: x => (x < 0 ? 0 : x),
  silu,
  gelu,
  geluTanh,
}

function keepSign(rounded: number, x: number): number {
  return rounded === 0 && (x < 0 || Object.is(x, -0)) ? -0 : rounded
}

const BINARY: { readonly [P in BinaryName]: (a: number, b: number) => number } = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow,
  // Math.max lets NaN win, as PyTorch does.
  maximum: Math.max,
  minimum: Math.min,
  atan2: Math.atan2,
  fmod: (a, b) => a % b,
  remainder,
  floorDivide: (a, b) => {
    if (b === 0) return a / b
    const rest = a % b
    const quotient = (a - rest) / b
    return Math.round(rest !== 0 && rest < 0 !== b < 0 ? quotient - 1 : quotient)
  },
}

/** The remainder with the sign of the divisor, as Python's %. */
function remainder(a: number, b: number): number {
  const rest = a % b
  if (rest !== 0 && rest < 0 !== b < 0) return Number.isFinite(b) ? rest + b : b
  return rest === 0 && b < 0 ? -Math.abs(rest) : rest
}

/** What int32 does otherwise: products wrap, and a division by zero has no answer. */
const INTEGER: Partial<{ readonly [P in BinaryName]: (a: number, b: number) => number }> = {
  mul: Math.imul,
  pow: integerPower,
  fmod: (a, b) => a % nonZero('fmod', b),
  remainder: (a, b) => remainder(a, nonZero('remainder', b)),
  floorDivide: (a, b) => Math.floor(a / nonZero('floorDivide', b)),
}

function nonZero(operation: string, b: number): number {
  if (b !== 0) return b
  throw new TensorError('BAD_VALUE', `${operation}: division of an int32 by zero.`, {
    next: 'Convert to float first, where it gives Inf or NaN, or mask the zeros.',
  })
}

function integerPower(base: number, exponent: number): number {
  if (exponent < 0) {
    if (base === 1) return 1
    return base === -1 ? (exponent % 2 === 0 ? 1 : -1) : 0
  }
  let [result, factor] = [1, base]
  for (let rest = exponent; rest > 0; rest >>>= 1) {
    if (rest & 1) result = Math.imul(result, factor)
    factor = Math.imul(factor, factor)
  }
  return result
}

/** Bools add up to or, and multiply to and. */
const BOOLEAN: Partial<{ readonly [P in BinaryName]: (a: number, b: number) => number }> = {
  add: (a, b) => a | b,
  mul: (a, b) => a & b,
}

const COMPARE: { readonly [P in CompareName]: (a: number, b: number) => boolean } = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
  logicalAnd: (a, b) => a !== 0 && b !== 0,
  logicalOr: (a, b) => a !== 0 || b !== 0,
  logicalXor: (a, b) => (a !== 0) !== (b !== 0),
}

const TEST: { readonly [P in TestName]: (x: number) => boolean } = {
  logicalNot: x => x === 0,
  isNaN: Number.isNaN,
  isFinite: Number.isFinite,
  isInf: x => Math.abs(x) === Infinity,
}

type Names = UnaryName | BinaryName | CompareName | TestName | 'where' | 'clamp' | 'cast' | 'copy' | 'full' | 'arange'

export function elementwiseKernels({ load, save }: Access): Pick<Kernels, Names> {
  const map1 =
    (f: (x: number) => number | boolean) =>
    ([x]: readonly Operand[], out: Operand): void => {
      const values = load(x as Operand, out.shape)
      for (let i = 0; i < values.length; i++) values[i] = Number(f(values[i] as number))
      save(out, values)
    }
  const map2 = (f: (a: number, b: number) => number | boolean, name?: BinaryName) => {
    const [onInts, onBools] = name === undefined ? [f, f] : [INTEGER[name] ?? f, BOOLEAN[name] ?? f]
    return ([x, y]: readonly Operand[], out: Operand): void => {
      const [a, b] = [load(x as Operand, out.shape), load(y as Operand, out.shape)]
      const g = out.dtype === 'int32' ? onInts : out.dtype === 'bool' ? onBools : f
      for (let i = 0; i < a.length; i++) a[i] = Number(g(a[i] as number, b[i] as number))
      save(out, a)
    }
  }
  const tabled = <N extends string, F, K>(
    table: { readonly [P in N]: F },
    make: (f: F, name: NoInfer<N>) => K,
  ): { [P in N]: K } =>
    Object.fromEntries(Object.entries(table).map(([name, f]) => [name, make(f as F, name as N)])) as { [P in N]: K }
  const same = ([x]: readonly Operand[], out: Operand): void => save(out, load(x as Operand, out.shape))

  return {
    ...tabled(UNARY, f => map1(f)),
    ...tabled(BINARY, map2),
    ...tabled(COMPARE, f => map2(f)),
    ...tabled(TEST, f => map1(f)),
    where: ([cond, x, y], out) => {
      const [c, a, b] = [load(cond as Operand, out.shape), load(x as Operand, out.shape), load(y as Operand, out.shape)]
      for (let i = 0; i < a.length; i++) if (c[i] === 0) a[i] = b[i] as number
      save(out, a)
    },
    clamp: (inputs, out, { min, max }) => map1(x => Math.min(Math.max(x, min), max))(inputs, out),
    cast: same,
    copy: same,
    full: (_, out, { value }) => save(out, new Float64Array(sizeOf(out.shape)).fill(value)),
    arange: (_, out, { length, start, step }) =>
      save(
        out,
        Float64Array.from({ length }, (_, i) => start + i * step),
      ),
  }
}

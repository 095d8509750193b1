// Elementwise primitives: one function of numbers for each, one loop for all of them.
import type { Kernels, Operand } from '../../tensor/backend.js'
import type { DType } from '../../tensor/dtype.js'
import { TensorError } from '../../tensor/errors.js'
import type { BinaryName, CompareName, TestName, UnaryName } from '../../tensor/primitives.js'
import { BINARY, COMPARE, LOGICAL, TEST, UNARY } from '../../tensor/primitives.js'
import { broadcastStrides, copyStrided, type Memory, stridesOf } from './memory.js'
import {
  digamma,
  erf,
  erfc,
  erfinv,
  gelu,
  geluSlope,
  geluTanh,
  lgamma,
  power,
  roundHalfEven,
  sigmoid,
  silu,
  softplus,
} from './special.js'

const UNARY_RULES: { readonly [P in UnaryName]: (x: number) => number } = {
  neg: x => -x,
  abs: Math.abs,
  // PyTorch's convention: sign(NaN) is 0.
  sign: x => (x > 0 ? 1 : x < 0 ? -1 : 0),
  square: x => x * x,
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundHalfEven,
  trunc: Math.trunc,
  sqrt: Math.sqrt,
  rsqrt: x => 1 / Math.sqrt(x),
  reciprocal: x => 1 / x,
  exp: Math.exp,
  exp2: x => power(2, x),
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
  geluSlope,
  geluTanh,
}

type Rule2 = (a: number, b: number) => number

const BINARY_RULES: { readonly [P in BinaryName]: Rule2 } = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: power,
  // NaN wins; of 0 and -0 the second, as in PyTorch.
  maximum: (a, b) => (a > b || Number.isNaN(a) ? a : b),
  minimum: (a, b) => (a < b || Number.isNaN(a) ? a : b),
  atan2: Math.atan2,
  fmod: (a, b) => a % b,
  remainder,
  floorDivide,
}

/** Where float64 would lose low bits of a product, or a whole-number rule differs. */
const INT_RULES: { readonly [P in BinaryName]?: Rule2 } = {
  mul: Math.imul,
  pow: intPower,
  fmod: (a, b) => a % nonZero('fmod', b),
  remainder: (a, b) => remainder(a, nonZero('remainder', b)),
  floorDivide: (a, b) => Math.floor(a / nonZero('floorDivide', b)),
}

const COMPARE_RULES: { readonly [P in CompareName]: (a: number, b: number) => boolean } = {
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

const TEST_RULES: { readonly [P in TestName]: (x: number) => boolean } = {
  logicalNot: x => x === 0,
  isNaN: Number.isNaN,
  isFinite: Number.isFinite,
  isInf: x => Math.abs(x) === Infinity,
}

/** Python's %: the result has the sign of the divisor. */
function remainder(a: number, b: number): number {
  const rest = a % b
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest
}

/** Python's //: the greatest whole number not above a / b. Going by the remainder, as floor(a / b) is wrong where a / b rounds up. */
function floorDivide(a: number, b: number): number {
  if (b === 0 || Number.isNaN(a) || Number.isNaN(b)) return a / b
  const rest = a % b
  let quotient = (a - rest) / b
  if (rest !== 0 && rest < 0 !== b < 0) quotient -= 1
  if (quotient === 0) return a / b < 0 || Object.is(a / b, -0) ? -0 : 0
  return roundHalfEven(quotient)
}

function intPower(base: number, exponent: number): number {
  if (exponent < 0) return base === 1 ? 1 : base === -1 ? (exponent % 2 === 0 ? 1 : -1) : 0
  let [result, square] = [1, base]
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = Math.imul(result, square)
    square = Math.imul(square, square)
  }
  return result
}

function nonZero(operation: string, divisor: number): number {
  if (divisor !== 0) return divisor
  throw new TensorError('BAD_VALUE', `${operation}: a whole number cannot be divided by 0.`, {
    next: 'Convert to float first (x.float()), where the result is Infinity or NaN, or replace the zeros by where().',
  })
}

/** Towards zero; NaN becomes 0, and what int32 cannot hold its nearest end. */
function toInt(x: number): number {
  return Math.max(-0x8000_0000, Math.min(0x7fff_ffff, Math.trunc(x))) || 0
}

type Names = UnaryName | BinaryName | CompareName | TestName | 'where' | 'clamp' | 'cast' | 'copy'

export function elementwise(memory: Memory): Pick<Kernels, Names> {
  const { load, store } = memory

  const unary =
    (rule: (x: number) => number | boolean, intRule = rule) =>
    (inputs: readonly Operand[], out: Operand) => {
      const x = load(inputs[0]!)
      const f = inputs[0]!.dtype === 'int32' ? intRule : rule
      const y = new Float64Array(x.length)
      for (let i = 0; i < y.length; i++) y[i] = Number(f(x[i]!))
      store(out, y)
    }
  const binary =
    (ruleFor: (dtype: DType) => (a: number, b: number) => number | boolean) =>
    (inputs: readonly Operand[], out: Operand) => {
      const [a, b] = [load(inputs[0]!, out.shape), load(inputs[1]!, out.shape)]
      const rule = ruleFor(inputs[0]!.dtype)
      const y = new Float64Array(a.length)
      for (let i = 0; i < y.length; i++) y[i] = Number(rule(a[i]!, b[i]!))
      store(out, y)
    }
  const arithmetic = (name: BinaryName) =>
    binary(dtype => (dtype === 'int32' ? INT_RULES[name] : undefined) ?? BINARY_RULES[name])

  return {
    ...table(UNARY, name => unary(UNARY_RULES[name])),
    square: unary(UNARY_RULES.square, x => Math.imul(x, x)),
    ...table(BINARY, arithmetic),
    ...table([...COMPARE, ...LOGICAL], name => binary(() => COMPARE_RULES[name])),
    ...table(TEST, name => unary(TEST_RULES[name])),
    where: (inputs, out) => {
      const [cond, a, b] = inputs.map(x => load(x, out.shape)) as [Float64Array, Float64Array, Float64Array]
      const y = new Float64Array(cond.length)
      for (let i = 0; i < y.length; i++) y[i] = cond[i] === 0 ? b[i]! : a[i]!
      store(out, y)
    },
    clamp: ([x], out, { min, max }) => {
      // Math.min and Math.max keep NaN; where min > max, max wins, as in PyTorch.
      unary(value => Math.min(Math.max(value, min), max))([x!], out)
    },
    cast: ([x], out) => {
      const numbers = load(x!)
      store(out, out.dtype === 'int32' ? numbers.map(toInt) : numbers)
    },
    copy: ([x], out) => {
      const from = { array: memory.array(x!), offset: x!.offset, strides: broadcastStrides(x!, out.shape) }
      copyStrided(out.shape, from, { array: memory.array(out), offset: out.offset, strides: stridesOf(out) })
    },
  }
}

function table<N extends string, K>(names: readonly N[], make: (name: N) => K): { [P in N]: K } {
  return Object.fromEntries(names.map(name => [name, make(name)])) as { [P in N]: K }
}

// Elementwise kernels: a formula for each primitive, and from it a function over two nested loops.
//
// Each function takes (inner, outer, then for each operand a pointer and an outer stride in bytes): it runs over `outer` rows
// of `inner` elements. Inputs lie row-major within a row, or stand still there (a scalar for each row).

import { acos, asin, atan, atan2, cos, sin, TURNS_END, tan } from './angles.js'
import { type Code, i32, i32x4, type Local, load, loopWhile, op, repeatWhile, store } from './assembler/expression.js'
import { FunctionBuilder } from './assembler/module.js'
import * as doubles from './doubles.js'
import {
  atanh,
  ERF,
  ERFC,
  exp,
  exp2,
  expm1,
  GELU,
  GELU_SLOPE,
  geluTanh,
  inOneGo,
  log,
  log1p,
  log2,
  log10,
  type Steps,
  sigmoid,
  silu,
  softplus,
  tanh,
} from './functions.js'
import { type LaneName, Vector } from './vector.js'

export type Formula = (v: Vector, ...inputs: Code[]) => Code

/** Formulas that hold for float32 and float64 lanes alike. */
export const FLOAT_UNARY = {
  neg: (v, x) => v.neg(x as Code),
  abs: (v, x) => v.abs(x as Code),
  square: (v, x) => {
    const kept = v.let(x as Code)
    return v.mul(kept, kept)
  },
  floor: (v, x) => v.floor(x as Code),
  ceil: (v, x) => v.ceil(x as Code),
  round: (v, x) => v.nearest(x as Code),
  trunc: (v, x) => v.trunc(x as Code),
  sqrt: (v, x) => v.sqrt(x as Code),
  rsqrt: (v, x) => v.div(v.constant(1), v.sqrt(x as Code)),
  reciprocal: (v, x) => v.div(v.constant(1), x as Code),
  relu: (v, x) => v.max(x as Code, v.constant(0)),
  sign: (v, x) => {
    const kept = v.let(x as Code)
    const [above, below] = [v.gt(kept, v.constant(0)), v.lt(kept, v.constant(0))]
    return v.sub(op('v128.and', above, v.constant(1)), op('v128.and', below, v.constant(1)))
  },
} as const satisfies Record<string, Formula>

/** Those of them that whole numbers have too. */
export const INT_UNARY: ReadonlySet<string> = new Set(['neg', 'abs', 'square', 'relu', 'sign'])

/** Formulas on float32 lanes. */
export const FLOAT32_UNARY = {
  exp,
  exp2,
  expm1,
  log,
  log2,
  log10,
  log1p,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  atanh,
  sigmoid,
  silu,
  tanh,
  softplus,
  erf: inOneGo(ERF),
  erfc: inOneGo(ERFC),
  gelu: inOneGo(GELU),
  geluSlope: inOneGo(GELU_SLOPE),
  geluTanh,
} as const satisfies Record<string, (v: Vector, x: Code) => Code>

/** Formulas on float64 lanes. */
export const FLOAT64_UNARY: { readonly [name: string]: (v: Vector, x: Code) => Code } = {
  exp: doubles.exp,
  expm1: doubles.expm1,
  log: doubles.log,
  sigmoid: doubles.sigmoid,
  tanh: doubles.tanh,
}

/** Formulas on two vectors of float32 lanes. */
export const FLOAT32_BINARY = { pow: doubles.pow, atan2 } as const

/** Those that are long enough for blockwise(). */
export const FLOAT32_STEPS: { readonly [name: string]: Steps } = {
  erf: ERF,
  erfc: ERFC,
  gelu: GELU,
  geluSlope: GELU_SLOPE,
}

/** Those that hold for numbers up to an end only. */
export const FLOAT32_ENDS: { readonly [name: string]: number } = { sin: TURNS_END, cos: TURNS_END, tan: TURNS_END }

/** (source, count, end): whether a number is infinite, or further from 0 than `end`. */
export function anyBeyond(name: string): FunctionBuilder {
  const f = new FunctionBuilder(name, ['i32', 'i32', 'f32'], ['i32'])
  const v = new Vector('f32x4', f)
  const [source, count] = [f.param(0), f.param(1)]
  const [end, found] = [f.local('v128'), f.local('v128')]
  const look = (x: Code, numbers: number): Code[] => [
    found.set(op('v128.or', found.get, v.gt(v.abs(x), end.get))),
    source.set(op('i32.add', source.get, i32(4 * numbers))),
    count.set(op('i32.sub', count.get, i32(numbers))),
  ]
  return f.add(
    end.set(op('f32x4.splat', f.param(2).get)),
    loopWhile(op('i32.ge_u', count.get, i32(4)), ...look(v.load(source.get), 4)),
    loopWhile(count.get, ...look(v.loadOne(source.get), 1)),
    op('v128.any_true', found.get),
  )
}

export const FLOAT_BINARY = {
  add: (v, a, b) => v.add(a as Code, b as Code),
  sub: (v, a, b) => v.sub(a as Code, b as Code),
  mul: (v, a, b) => v.mul(a as Code, b as Code),
  div: (v, a, b) => v.div(a as Code, b as Code),
  maximum: (v, a, b) => v.max(a as Code, b as Code),
  minimum: (v, a, b) => v.min(a as Code, b as Code),
} as const satisfies Record<string, Formula>

export const INT_BINARY = {
  add: FLOAT_BINARY.add,
  sub: FLOAT_BINARY.sub,
  mul: FLOAT_BINARY.mul,
  maximum: FLOAT_BINARY.maximum,
  minimum: FLOAT_BINARY.minimum,
} as const satisfies Record<string, Formula>

/** How an operand is read within a row: 'v' one element after the other, 's' the same one again. */
export type Mode = 'v' | 's'

/** A kernel whose result has the lanes of its inputs. `unroll` rows of vectors are written out, for short formulas. */
export function elementwise(
  name: string,
  lanes: LaneName,
  formula: Formula,
  modes: readonly Mode[],
  unroll: number,
): FunctionBuilder {
  return nest(name, lanes, modes, unroll, {
    vector: (v, inputs, address, offset) => v.store(address, formula(v, ...inputs), offset),
    single: (v, inputs, address) => v.storeOne(address, formula(v, ...inputs)),
    outBytes: 16 / new Vector(lanes, new FunctionBuilder('', [])).lanes,
  })
}

interface Body {
  /** Code that stores a whole vector of results. */
  vector(v: Vector, inputs: Code[], address: Code, offset: number): Code
  /** The same for one element. */
  single(v: Vector, inputs: Code[], address: Code): Code
  /** Bytes of one element of the result. */
  outBytes: number
}

/** The two loops around a body. Pointers of the row move; a scalar is loaded once a row. */
export function nest(
  name: string,
  lanes: LaneName,
  modes: readonly Mode[],
  unroll: number,
  body: Body,
): FunctionBuilder {
  const f = new FunctionBuilder(name, ['i32', 'i32', ...modes.flatMap(() => ['i32', 'i32'] as const), 'i32', 'i32'])
  const v = new Vector(lanes, f)
  const [inner, outer] = [f.param(0), f.param(1)]
  const inputs = modes.map((mode, i) => ({
    mode,
    start: f.param(2 + 2 * i),
    stride: f.param(3 + 2 * i),
    at: f.local('i32'),
    scalar: f.local('v128'),
  }))
  const out = { start: f.param(2 + 2 * modes.length), stride: f.param(3 + 2 * modes.length), at: f.local('i32') }
  const left = f.local('i32')
  const step = v.lanes * unroll

  const row: Code[] = []
  const emit = (into: Code[], write: () => Code): void => {
    // Formulas keep values in locals by adding code to the function: it is collected here, in its place.
    const collected = collect(f, write)
    into.push(...collected)
  }
  for (const { mode, start, at, scalar } of inputs) {
    row.push(mode === 's' ? scalar.set(v.loadSplat(start.get)) : at.set(start.get))
  }
  row.push(out.at.set(out.start.get), left.set(inner.get))

  const block: Code[] = []
  for (let k = 0; k < unroll; k++) {
    emit(block, () => {
      const values = inputs.map(({ mode, at, scalar }) => (mode === 's' ? scalar.get : v.load(at.get, 16 * k)))
      return body.vector(v, values, out.at.get, k * v.lanes * body.outBytes)
    })
  }
  row.push(loopWhile(op('i32.ge_u', left.get, i32(step)), ...block, ...advance(step)))

  if (unroll > 1) {
    const one: Code[] = []
    emit(one, () => {
      const values = inputs.map(({ mode, at, scalar }) => (mode === 's' ? scalar.get : v.load(at.get)))
      return body.vector(v, values, out.at.get, 0)
    })
    row.push(loopWhile(op('i32.ge_u', left.get, i32(v.lanes)), ...one, ...advance(v.lanes)))
  }
  const rest: Code[] = []
  emit(rest, () => {
    const values = inputs.map(({ mode, at, scalar }) => (mode === 's' ? scalar.get : v.loadOne(at.get)))
    return body.single(v, values, out.at.get)
  })
  row.push(loopWhile(left.get, ...rest, ...advance(1)))

  for (const { start, stride } of [...inputs, out]) row.push(start.set(op('i32.add', start.get, stride.get)))
  f.add(repeatWhile(outer.tee(op('i32.sub', outer.get, i32(1))), ...row))
  return f

  function advance(count: number): Code[] {
    const code = [
      left.set(op('i32.sub', left.get, i32(count))),
      out.at.set(op('i32.add', out.at.get, i32(count * body.outBytes))),
    ]
    for (const { mode, at } of inputs) {
      if (mode === 'v') code.push(at.set(op('i32.add', at.get, i32(count * v.laneBytes))))
    }
    return code
  }
}

/** Numbers that a step runs over before the next one does. */
export const BLOCK = 512
/** Values a number that a first step may leave for the second. */
export const KEPT = 2

/**
 * (target, source, count, scratch): runs the first step over a block and then the second, for whole blocks. In one loop the
 * constants of both would be too many for the registers, and the chain of operations too long to overlap with the next one.
 */
export function blockwise(name: string, { first, second }: Steps): FunctionBuilder {
  const f = new FunctionBuilder(name, ['i32', 'i32', 'i32', 'i32'])
  const v = new Vector('f32x4', f)
  const [target, source, count, scratch] = [f.param(0), f.param(1), f.param(2), f.param(3)]
  const [from, kept, left] = [f.local('i32'), f.local('i32'), f.local('i32')]
  const unroll = 2
  const move = (...pointers: readonly Local[]): Code[] =>
    pointers.map(pointer => pointer.set(op('i32.add', pointer.get, i32(16 * unroll))))
  const overBlock = (write: (offset: number) => Code, ...pointers: readonly Local[]): Code =>
    [
      from.set(source.get),
      kept.set(scratch.get),
      left.set(i32(BLOCK)),
      repeatWhile(
        left.tee(op('i32.sub', left.get, i32(4 * unroll))),
        ...Array.from({ length: unroll }, (_, i) => collect(f, () => write(16 * i)).flat()),
        ...move(from, kept, ...pointers),
      ),
    ].flat()
  const begin = (offset: number): Code => {
    const values = first(v, v.let(v.load(from.get, offset)))
    return values.flatMap((x, i) => v.store(kept.get, x, 4 * BLOCK * i + offset))
  }
  const finish = (offset: number): Code => {
    const values = Array.from({ length: KEPT }, (_, i) => v.let(v.load(kept.get, 4 * BLOCK * i + offset)))
    return v.store(target.get, second(v, v.let(v.load(from.get, offset)), values), offset)
  }
  return f.add(
    repeatWhile(
      count.tee(op('i32.sub', count.get, i32(BLOCK))),
      overBlock(begin),
      overBlock(finish, target),
      source.set(from.get),
    ),
  )
}

/** What a formula adds to its function while it is written, and then the formula itself. */
export function collect(f: FunctionBuilder, write: () => Code): Code[] {
  const mark = f.mark()
  const last = write()
  return [...f.since(mark), last]
}

type Comparison = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge'

/** The result is one byte for each element. */
export function comparison(
  name: string,
  lanes: LaneName,
  compare: Comparison,
  modes: readonly Mode[],
): FunctionBuilder {
  const f = (v: Vector, inputs: Code[]): Code => v[compare](inputs[0] as Code, inputs[1] as Code)
  return nest(name, lanes, modes, 1, {
    // Four masks of 32 bits, or two of 64, are gathered by the bitmask instruction: a bit each.
    vector: (v, inputs, address, offset) => storeBits(v, f(v, inputs), address, offset),
    single: (v, inputs, address) => store('i32.store8', address, op('i32.and', bits(v, f(v, inputs)), i32(1))),
    outBytes: 1,
  })
}

const BITMASK: { readonly [L in LaneName]: Code } = {
  f32x4: [0xfd, 0xa4, 0x01],
  i32x4: [0xfd, 0xa4, 0x01],
  f64x2: [0xfd, 0xc4, 0x01],
}

function bits(v: Vector, mask: Code): Code {
  return [...mask, ...BITMASK[v.name]]
}

/** Spreads the bits of a mask over bytes: bit k goes to byte k. */
function storeBits(v: Vector, mask: Code, address: Code, offset: number): Code {
  if (v.lanes === 2) {
    const m = v.builder.local('i32')
    v.builder.add(m.set(bits(v, mask)))
    const spread = op('i32.and', op('i32.or', m.get, op('i32.shl', m.get, i32(7))), i32(0x0101))
    return store('i32.store16', address, spread, offset)
  }
  // (m * 0x00204081) & 0x01010101 puts bits 0 to 3 into bytes 0 to 3.
  return store(
    'i32.store',
    address,
    op('i32.and', op('i32.mul', bits(v, mask), i32(0x00204081)), i32(0x01010101)),
    offset,
  )
}

/** a where the byte of the condition is not 0, else b, for lanes of 32 bits. The condition has one byte an element. */
export function whereKernel(name: string, modes: readonly [Mode, Mode]): FunctionBuilder {
  const f = new FunctionBuilder(
    name,
    Array.from({ length: 10 }, () => 'i32' as const),
  )
  const v = new Vector('f32x4', f)
  const [inner, outer] = [f.param(0), f.param(1)]
  const operand = (place: number) => ({ start: f.param(place), stride: f.param(place + 1), at: f.local('i32') })
  const [cond, a, b, out] = [operand(2), operand(4), operand(6), operand(8)]
  const left = f.local('i32')
  const scalars = [f.local('v128'), f.local('v128')] as const
  const moving = [...(modes[0] === 'v' ? [a] : []), ...(modes[1] === 'v' ? [b] : []), out]
  const move = (count: number): Code[] => [
    left.set(op('i32.sub', left.get, i32(count))),
    cond.at.set(op('i32.add', cond.at.get, i32(count))),
    ...moving.map(({ at }) => at.set(op('i32.add', at.get, i32(4 * count)))),
  ]
  const value = (place: 0 | 1, one: boolean): Code => {
    if (modes[place] === 's') return scalars[place].get
    const { at } = place === 0 ? a : b
    return one ? v.loadOne(at.get) : v.load(at.get)
  }
  const pick = (mask: Code, one: boolean): Code =>
    v.select(op('i32x4.ne', mask, i32x4(0)), value(0, one), value(1, one))
  const four = op('i32x4.extend_low_i16x8_u', op('i16x8.extend_low_i8x16_u', load('v128.load32_zero', cond.at.get)))
  const single = op('i32x4.splat', load('i32.load8_u', cond.at.get))
  f.add(
    repeatWhile(
      outer.tee(op('i32.sub', outer.get, i32(1))),
      left.set(inner.get),
      ...[cond, a, b, out].map(({ at, start }) => at.set(start.get)),
      ...modes.map((mode, i) =>
        mode === 's' ? (scalars[i] as Local).set(v.loadSplat((i === 0 ? a : b).start.get)) : [],
      ),
      loopWhile(op('i32.ge_u', left.get, i32(4)), v.store(out.at.get, pick(four, false)), ...move(4)),
      loopWhile(left.get, v.storeOne(out.at.get, pick(single, true)), ...move(1)),
      ...[cond, a, b, out].map(({ start, stride }) => start.set(op('i32.add', start.get, stride.get))),
    ),
  )
  return f
}

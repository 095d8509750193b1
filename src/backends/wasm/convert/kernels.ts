// Kernels over numbers in row-major order whose result may have another dtype: casts, tests, bounds, and what bools are joined by.
import type { Kernel, Kernels, Operand } from '../../../tensor/backend.js'
import { DTYPES, type DType } from '../../../tensor/dtype.js'
import type { TestName } from '../../../tensor/primitives.js'
import { type Shape, sameShape, sizeOf } from '../../../tensor/shape.js'
import { type Code, i32, i32x4, load, loopWhile, op, store } from '../assembler/expression.js'
import { FunctionBuilder } from '../assembler/module.js'
import { collect } from '../elementwise.js'
import { compiledBy, type Ground, inOrder, withScratch } from '../ground.js'
import { advance } from '../move/strided.js'
import { Vector } from '../vector.js'
import { addressOf } from '../walk.js'
import { asBools, CONVERT, KIND, type Quad, readQuad, writeQuad } from './quads.js'

type Transform = (v: Vector, quad: Quad) => Quad

/** (target, source, count): four numbers at a time, then one. */
function mapped(name: string, from: DType, to: DType, transform: Transform): FunctionBuilder {
  const f = new FunctionBuilder(name, ['i32', 'i32', 'i32'])
  const v = new Vector('f32x4', f)
  const [target, source, count] = [f.param(0), f.param(1), f.param(2)]
  const turn = (single: boolean): Code[] => [
    ...collect(f, () =>
      writeQuad(
        v,
        to,
        target.get,
        transform(v, readQuad(v, from, source.get, single)).map(x => v.let(x)),
        single,
      ),
    ),
    advance(source, i32(DTYPES[from].bytes * (single ? 1 : 4))),
    advance(target, i32(DTYPES[to].bytes * (single ? 1 : 4))),
    count.set(op('i32.sub', count.get, i32(single ? 1 : 4))),
  ]
  return f.add(loopWhile(op('i32.ge_u', count.get, i32(4)), ...turn(false)), loopWhile(count.get, ...turn(true)))
}

const notZero: Transform = (v, quad) => {
  const zero = v.bits(0)
  return quad.length === 1 ? [v.ne(quad[0] as Code, zero)] : quad.map(x => op('f64x2.ne', x, zero))
}

/** How a cast goes; undefined where it would round twice, or where it is a copy. */
function cast(from: DType, to: DType): Transform | undefined {
  const [kind, wanted] = [KIND[from], KIND[to]]
  if (from === to) return undefined
  if (to === 'bool') {
    if (kind === 'int') return (v, [x]) => [op('v128.and', op('i32x4.ne', x as Code, v.bits(0)), v.bits(1))]
    return (v, quad) => asBools(v, notZero(v, quad))
  }
  const narrow = to === 'float16' || to === 'bfloat16'
  if (narrow && (from === 'int32' || from === 'float64')) return undefined
  return CONVERT[kind][wanted]
}

/** Masks for numbers of one lane shape; `prefix` names it. */
const TESTS: {
  readonly [T in Exclude<TestName, 'logicalNot'>]: (lanes: 'f32x4' | 'f64x2', x: Code, inf: Code) => Code
} = {
  isNaN: (lanes, x) => op(`${lanes}.ne`, x, x),
  isInf: (lanes, x, inf) => op(`${lanes}.eq`, op(`${lanes}.abs`, x), inf),
  isFinite: (lanes, x, inf) => op(`${lanes}.lt`, op(`${lanes}.abs`, x), inf),
}

function test(name: keyof typeof TESTS): Transform {
  return (v, quad) => {
    const lanes = quad.length === 1 ? 'f32x4' : 'f64x2'
    const inf = new Vector(lanes, v.builder).constant(Infinity)
    const masks = quad.map(given => {
      const x = v.let(given)
      return TESTS[name](lanes, x, inf)
    })
    return asBools(v, masks)
  }
}

type JoinName = 'logicalAnd' | 'logicalOr' | 'logicalXor'
const JOIN = { logicalAnd: 'and', logicalOr: 'or', logicalXor: 'xor' } as const

/** (target, a, b, count): bytes that are 0 or 1. */
function joinedBytes(name: JoinName): FunctionBuilder {
  const f = new FunctionBuilder(name, ['i32', 'i32', 'i32', 'i32'])
  const [target, a, b, count] = [f.param(0), f.param(1), f.param(2), f.param(3)]
  const move = (bytes: number): Code[] => [
    ...[target, a, b].map(pointer => advance(pointer, i32(bytes))),
    count.set(op('i32.sub', count.get, i32(bytes))),
  ]
  const vectors = op(`v128.${JOIN[name]}`, load('v128.load', a.get), load('v128.load', b.get))
  const bytes = op(`i32.${JOIN[name]}`, load('i32.load8_u', a.get), load('i32.load8_u', b.get))
  return f.add(
    loopWhile(op('i32.ge_u', count.get, i32(16)), store('v128.store', target.get, vectors), ...move(16)),
    loopWhile(count.get, store('i32.store8', target.get, bytes), ...move(1)),
  )
}

/** (target, source, count): 1 for each byte that is 0, 0 for each that is 1. */
function turnedBytes(): FunctionBuilder {
  const f = new FunctionBuilder('logicalNot', ['i32', 'i32', 'i32'])
  const [target, source, count] = [f.param(0), f.param(1), f.param(2)]
  const move = (bytes: number): Code[] => [
    ...[target, source].map(pointer => advance(pointer, i32(bytes))),
    count.set(op('i32.sub', count.get, i32(bytes))),
  ]
  const vector = op('v128.xor', load('v128.load', source.get), i32x4(0x01010101))
  const byte = op('i32.xor', load('i32.load8_u', source.get), i32(1))
  return f.add(
    loopWhile(op('i32.ge_u', count.get, i32(16)), store('v128.store', target.get, vector), ...move(16)),
    loopWhile(count.get, store('i32.store8', target.get, byte), ...move(1)),
  )
}

type Bounded = 'float32' | 'float64' | 'int32'
const LANES = { float32: 'f32x4', float64: 'f64x2', int32: 'i32x4' } as const
const SCALAR = { float32: 'f32', float64: 'f64', int32: 'i32' } as const

/** (target, source, count, least, greatest); NaN stays. */
function bounded(dtype: Bounded): FunctionBuilder {
  const f = new FunctionBuilder(`clamp_${dtype}`, ['i32', 'i32', 'i32', SCALAR[dtype], SCALAR[dtype]])
  const v = new Vector(LANES[dtype], f)
  const [target, source, count] = [f.param(0), f.param(1), f.param(2)]
  const [least, greatest] = [f.local('v128'), f.local('v128')]
  const whole = dtype === 'int32'
  // The fast instructions keep a NaN that comes first, and a -0 at a bound of 0.
  const within = (x: Code): Code =>
    whole ? v.min(v.max(x, least.get), greatest.get) : v.atMost(v.atLeast(x, least.get), greatest.get)
  const move = (numbers: number): Code[] => [
    ...[target, source].map(pointer => advance(pointer, i32(numbers * v.laneBytes))),
    count.set(op('i32.sub', count.get, i32(numbers))),
  ]
  return f.add(
    least.set(op(`${LANES[dtype]}.splat`, f.param(3).get)),
    greatest.set(op(`${LANES[dtype]}.splat`, f.param(4).get)),
    loopWhile(
      op('i32.ge_u', count.get, i32(v.lanes)),
      v.store(target.get, within(v.load(source.get))),
      ...move(v.lanes),
    ),
    loopWhile(count.get, v.storeOne(target.get, within(v.loadOne(source.get))), ...move(1)),
  )
}

/** Calls `body` with x repeated to a shape, in row-major order. */
function inShape(x: Operand, shape: Shape, body: (x: Operand) => void): void {
  if (x.layout === undefined && sameShape(x.shape, shape)) {
    body(x)
    return
  }
  withScratch(x, x.dtype, shape, scratch => {
    x.storage.backend.kernels.copy([x], scratch, {})
    body(scratch)
  })
}

type Names = 'cast' | 'clamp' | JoinName | TestName

export function convertKernels(ground: Ground): Pick<Kernels, Names> {
  const { loops } = ground
  const casts = compiledBy<string>(ground, key => {
    const [from, to] = key.split(' ') as [DType, DType]
    return mapped(`cast_${from}_${to}`, from, to, cast(from, to) as Transform)
  })
  const castKeys = new Map<DType, Map<DType, string | undefined>>()
  /** The key of a cast that has code; no text is made where it is known. */
  const castKey = (from: DType, to: DType): string | undefined => {
    let keys = castKeys.get(from)
    if (keys === undefined) {
      keys = new Map()
      castKeys.set(from, keys)
    }
    if (!keys.has(to)) keys.set(to, cast(from, to) === undefined ? undefined : `${from} ${to}`)
    return keys.get(to)
  }
  const joins = compiledBy<JoinName>(ground, joinedBytes)
  const bounds = compiledBy<Bounded>(ground, bounded)
  const nots = compiledBy<'not'>(ground, turnedBytes)

  const join =
    (name: JoinName): Kernel<JoinName> =>
    (inputs, out, params) => {
      const [a, b] = inputs as [Operand, Operand]
      const size = sizeOf(out.shape)
      if (a.dtype !== 'bool' || b.dtype !== 'bool' || size === 0) {
        loops[name](inputs, out, params)
        return
      }
      inShape(a, out.shape, x => {
        inShape(b, out.shape, y => {
          joins(name)(addressOf(out), addressOf(x), addressOf(y), size)
        })
      })
    }

  const tested = (name: keyof typeof TESTS): Kernel<TestName> => {
    const codes = compiledBy<'float32' | 'float64'>(ground, dtype =>
      mapped(`${name}_${dtype}`, dtype, 'bool', test(name)),
    )
    return (inputs, out, params) => {
      const x = inputs[0] as Operand
      const { dtype } = x
      if (dtype !== 'float32' && dtype !== 'float64') {
        loops[name](inputs, out, params)
        return
      }
      inOrder(x, ordered => {
        codes(dtype)(addressOf(out), addressOf(ordered), sizeOf(out.shape))
      })
    }
  }

  return {
    cast(inputs, out, params) {
      const x = inputs[0] as Operand
      if (x.dtype === params.dtype) {
        x.storage.backend.kernels.copy(inputs, out, {})
        return
      }
      const key = castKey(x.dtype, params.dtype)
      if (key === undefined) {
        loops.cast(inputs, out, params)
        return
      }
      inOrder(x, ordered => {
        casts(key)(addressOf(out), addressOf(ordered), sizeOf(out.shape))
      })
    },
    clamp(inputs, out, params) {
      const x = inputs[0] as Operand
      const { min, max } = params
      const whole = Number.isInteger(min) && Number.isInteger(max) && Math.abs(min) < 2 ** 31 && Math.abs(max) < 2 ** 31
      const { dtype } = x
      if (dtype !== 'float32' && dtype !== 'float64' && !(dtype === 'int32' && whole)) {
        loops.clamp(inputs, out, params)
        return
      }
      inOrder(x, ordered => {
        bounds(dtype)(addressOf(out), addressOf(ordered), sizeOf(out.shape), min, max)
      })
    },
    logicalAnd: join('logicalAnd'),
    logicalOr: join('logicalOr'),
    logicalXor: join('logicalXor'),
    logicalNot(inputs, out, params) {
      const x = inputs[0] as Operand
      if (x.dtype !== 'bool') {
        loops.logicalNot(inputs, out, params)
        return
      }
      inOrder(x, ordered => {
        nots('not')(addressOf(out), addressOf(ordered), sizeOf(out.shape))
      })
    },
    isNaN: tested('isNaN'),
    isInf: tested('isInf'),
    isFinite: tested('isFinite'),
  }
}

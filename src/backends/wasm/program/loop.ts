// A fused loop: several elementwise primitives of float32 and bool, number by number.
import type { FusedOp, FusedSource, KernelOp } from '../../../tensor/program.js'
import { type Code, i32, type Local, loopWhile, memoryLane, op, repeatWhile, v128 } from '../assembler/expression.js'
import { FunctionBuilder } from '../assembler/module.js'
import { readQuad, writeQuad } from '../convert/quads.js'
import {
  collect,
  FLOAT_BINARY,
  FLOAT_UNARY,
  FLOAT32_ENDS,
  FLOAT32_STEPS,
  FLOAT32_UNARY,
  type Formula,
  type Mode,
} from '../elementwise.js'
import { FOLDS, type Fold } from '../reduce/folds.js'
import { beginState, stateOf } from '../reduce/rows.js'
import { Vector } from '../vector.js'

/** All bits of the first lane. */
const FIRST_LANE = v128(new Uint8Array(Int32Array.of(-1, 0, 0, 0).buffer))

/** How a value is made of others. Bools are masks: all bits of a lane, or none. */
type Rule = (v: Vector, inputs: Code[], params: object, from: readonly ('float32' | 'bool')[]) => Code

const compared =
  (name: 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge'): Rule =>
  (v, [a, b], _, [dtype]) =>
    dtype === 'bool' ? boolCompared(v, name, a as Code, b as Code) : v[name](a as Code, b as Code)

function boolCompared(v: Vector, name: 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge', a: Code, b: Code): Code {
  const [x, y] = [op('v128.and', a, v.bits(1)), op('v128.and', b, v.bits(1))]
  const instruction = name === 'eq' || name === 'ne' ? name : (`${name}_s` as const)
  return op(`i32x4.${instruction}`, x, y)
}

const not = (v: Vector, mask: Code): Code => op('v128.xor', mask, v.bits(-1))

const formula =
  (f: Formula): Rule =>
  (v, inputs) =>
    f(v, ...inputs)

const RULES: { readonly [name: string]: Rule } = {
  ...Object.fromEntries(
    Object.entries({ ...FLOAT_UNARY, ...FLOAT32_UNARY, ...FLOAT_BINARY })
      // Those that look whether a number is too large, and those that are so long that they have a loop of their own.
      .filter(([name]) => !(name in FLOAT32_ENDS) && !(name in FLOAT32_STEPS))
      .map(([name, f]) => [name, formula(f as Formula)]),
  ),
  eq: compared('eq'),
  ne: compared('ne'),
  lt: compared('lt'),
  le: compared('le'),
  gt: compared('gt'),
  ge: compared('ge'),
  where: (v, [mask, a, b]) => v.select(mask as Code, a as Code, b as Code),
  logicalAnd: (_, [a, b]) => op('v128.and', a as Code, b as Code),
  logicalOr: (_, [a, b]) => op('v128.or', a as Code, b as Code),
  logicalXor: (_, [a, b]) => op('v128.xor', a as Code, b as Code),
  logicalNot: (v, [x], _, [from]) => (from === 'bool' ? not(v, x as Code) : v.eq(x as Code, v.constant(0))),
  clamp: (v, [x], params) => {
    const { min, max } = params as { min: number; max: number }
    return v.atMost(v.atLeast(x as Code, v.constant(min)), v.constant(max))
  },
  copy: (_, [x]) => x as Code,
  cast: (v, [x], params, [from]) => {
    const { dtype } = params as { dtype: string }
    if (from === dtype) return x as Code
    return dtype === 'bool' ? v.ne(x as Code, v.constant(0)) : op('v128.and', x as Code, v.constant(1))
  },
  isNaN: (v, [x]) => v.ne(x as Code, x as Code),
}

/** Whether a loop can hold a primitive, so far as its name and dtypes say. */
export function hasRule({ name, inputs, out }: KernelOp): boolean {
  const known = (dtype: string): boolean => dtype === 'float32' || dtype === 'bool'
  if (!(name in RULES) || !known(out.dtype) || !inputs.every(({ dtype }) => known(dtype))) return false
  // Arithmetic is of numbers; masks are joined, chosen by, and compared.
  return OF_BOOLS.has(name) || inputs.every(({ dtype }, i) => dtype === 'float32' || (name === 'where' && i === 0))
}

const OF_BOOLS: ReadonlySet<string> = new Set([
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'where',
  'logicalAnd',
  'logicalOr',
  'logicalXor',
  'logicalNot',
  'copy',
  'cast',
])

/** How rows are summed: as the kernel does it, in the same order. */
const SUM = FOLDS.sum.float32 as Fold

/** Whether a loop can end in a sum: only float32's has a loop here. */
export function isSummed({ inputs, out }: KernelOp): boolean {
  return inputs[0]?.dtype === 'float32' && out.dtype === 'float32'
}

/** What of a fused operation makes its code: equal texts have equal code. */
export function loopKey(
  { values, inputs, outputs, sums }: FusedOp,
  modes: readonly Mode[],
  constants: readonly (number | undefined)[],
): string {
  const number = (x: number): string => (Object.is(x, -0) ? '-0' : String(x))
  return JSON.stringify([
    values.map(({ name, params, sources }) => [
      name,
      name === 'clamp' || name === 'cast' ? Object.values(params).map(String) : 0,
      sources,
    ]),
    inputs.map(({ dtype }, i) => [dtype, modes[i], constants[i] === undefined ? '' : number(constants[i] as number)]),
    outputs.map(({ value, to }) => [value, to.dtype]),
    sums.map(({ value }) => value),
  ])
}

/**
 * (inner, outer, then for each input, output and sum a pointer and an outer stride in bytes), as elementwise kernels take them. An input with a
 * constant is never read. A sum is written at the end of each row.
 */
export function fusedLoop(
  name: string,
  { values, inputs, outputs, sums }: FusedOp,
  modes: readonly Mode[],
  constants: readonly (number | undefined)[],
): FunctionBuilder {
  const operands = [...inputs, ...[...outputs, ...sums].map(({ to }) => to)]
  const f = new FunctionBuilder(name, ['i32', 'i32', ...operands.flatMap(() => ['i32', 'i32'] as const)])
  const v = new Vector('f32x4', f)
  const [inner, outer, left] = [f.param(0), f.param(1), f.local('i32')]
  const places = operands.map(({ dtype }, i) => ({
    dtype: dtype as 'float32' | 'bool',
    bytes: dtype === 'bool' ? 1 : 4,
    // Sums stand still within a row.
    moves: i >= inputs.length ? i < inputs.length + outputs.length : modes[i] === 'v' && constants[i] === undefined,
    constant: i < inputs.length ? constants[i] : undefined,
    start: f.param(2 + 2 * i),
    stride: f.param(3 + 2 * i),
    at: f.local('i32'),
    scalar: f.local('v128'),
  }))
  const [ins, outs] = [places.slice(0, inputs.length), places.slice(inputs.length, inputs.length + outputs.length)]
  const summed = sums.map(({ value }, i) => ({
    value,
    target: places[inputs.length + outputs.length + i] as (typeof places)[number],
    state: stateOf(f, v, SUM),
  }))
  const read = (dtype: 'float32' | 'bool', address: Code, single: boolean): Code => {
    const [quad] = readQuad(v, dtype, address, single)
    return dtype === 'bool' ? op('i32x4.ne', quad as Code, v.bits(0)) : (quad as Code)
  }
  /** Computes the kth vector of those that are next: writes what is to be written, and returns all values. */
  const vector = (k: number, single: boolean): Code[] => {
    const shifted = ({ at, bytes }: { at: Local; bytes: number }): Code =>
      k === 0 ? at.get : op('i32.add', at.get, i32(4 * k * bytes))
    const loaded = ins.map(place => {
      if (place.constant !== undefined) return v.constant(place.constant)
      return place.moves ? v.let(read(place.dtype, shifted(place), single)) : place.scalar.get
    })
    const made: Code[] = []
    const sourceOf = (source: FusedSource): Code =>
      ('input' in source ? loaded[source.input] : made[source.value]) as Code
    const dtypeOf = (source: FusedSource): 'float32' | 'bool' =>
      'input' in source
        ? (ins[source.input] as { dtype: 'float32' | 'bool' }).dtype
        : (values[source.value]?.dtype as 'float32')
    for (const { name: primitive, params, sources } of values) {
      made.push(v.let((RULES[primitive] as Rule)(v, sources.map(sourceOf), params, sources.map(dtypeOf))))
    }
    for (const [i, place] of outs.entries()) {
      const value = made[outputs[i]?.value as number] as Code
      const quad = place.dtype === 'bool' ? op('v128.and', value, v.bits(1)) : value
      f.add(writeQuad(v, place.dtype, shifted(place), [quad], single))
    }
    return made
  }
  /** Several vectors, or one number; sums take all of them at once. */
  const body = (single: boolean, count: number): Code[] =>
    collect(f, () => {
      const made = Array.from({ length: count }, (_, k) => vector(k, single))
      return summed.flatMap(({ value, state }) => {
        // Of one number the other lanes hold what comes of zeros.
        const taken = made.map(all => (single ? op('v128.and', all[value] as Code, FIRST_LANE) : (all[value] as Code)))
        return SUM.absorb(v, state, taken)
      })
    })
  const advance = (count: number): Code[] => [
    left.set(op('i32.sub', left.get, i32(count))),
    ...places.flatMap(({ moves, at, bytes }) => (moves ? [at.set(op('i32.add', at.get, i32(count * bytes)))] : [])),
  ]
  const unroll = sums.length > 0 ? SUM.group : values.length <= 6 ? 2 : 1
  const many = body(false, unroll)
  const four = unroll > 1 ? body(false, 1) : []
  const one = body(true, 1)
  const finished = summed.flatMap(({ state, target }) =>
    collect(f, () => memoryLane('v128.store32_lane', target.start.get, SUM.across(v, state), 0)),
  )
  f.add(
    repeatWhile(
      outer.tee(op('i32.sub', outer.get, i32(1))),
      ...ins.flatMap(place => {
        if (place.constant !== undefined) return []
        return [
          place.moves ? place.at.set(place.start.get) : place.scalar.set(read(place.dtype, place.start.get, true)),
        ]
      }),
      ...outs.map(({ at, start }) => at.set(start.get)),
      ...summed.map(({ state }) => beginState(v, SUM, state)),
      left.set(inner.get),
      loopWhile(op('i32.ge_u', left.get, i32(4 * unroll)), ...many, ...advance(4 * unroll)),
      ...(unroll > 1 ? [loopWhile(op('i32.ge_u', left.get, i32(4)), ...four, ...advance(4))] : []),
      loopWhile(left.get, ...one, ...advance(1)),
      ...finished,
      ...places.map(({ start, stride }) => start.set(op('i32.add', start.get, stride.get))),
    ),
  )
  return f
}

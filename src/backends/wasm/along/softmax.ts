// softmax and its logarithm along rows of float32: the greatest, the sum of exponentials in float64, then the results.
//
// e^(x - top) is a quotient of e^x and e^top, in which any power of two common to both falls away. So x is reduced by itself
// and the power of top is taken off its exponent: nothing is lost in a difference. Only where top is so large that its
// reduction would lose digits, or is no number, the difference is taken, and what it lost put back.
import {
  type Code,
  f32,
  f32x4,
  i32,
  i32x4,
  type Local,
  lane,
  loopWhile,
  op,
  repeatWhile,
  v128,
  when,
} from '../assembler/expression.js'
import { FunctionBuilder } from '../assembler/module.js'
import { collect } from '../elementwise.js'
import { expNotAbove0, expPushed, log1p, pushFor, wholePowers } from '../functions.js'
import { advance } from '../move/strided.js'
import { FOLDS, type Fold } from '../reduce/folds.js'
import { beginState, foldRow, stateOf } from '../reduce/rows.js'
import { Vector } from '../vector.js'

const MAX = FOLDS.amax.float32 as Fold
const SUM = FOLDS.sum.float32 as Fold
/** Where the greatest is below, x is reduced by itself. */
const NEAR = 8192
/** Results are 2^60 times as large until they are divided by their sum, so that small ones keep their digits. */
const SCALE = 60
/** Further below the greatest, numbers count as if they were here: even a million of them add up to nothing. */
const DEPTH = 125
/** The first lane alone. */
const FIRST = v128([255, 255, 255, 255, ...new Array<number>(12).fill(0)])

/** (target, source, rows, bytes of a row); the target may be the source. */
export function softmaxRows(logarithm: boolean): FunctionBuilder {
  const f = new FunctionBuilder(logarithm ? 'logSoftmax' : 'softmax', ['i32', 'i32', 'i32', 'i32'])
  const v = new Vector('f32x4', f)
  const [target, source, rows, bytes] = [0, 1, 2, 3].map(i => f.param(i)) as [Local, Local, Local, Local]
  const [from, to, left] = [f.local('i32'), f.local('i32'), f.local('i32')]
  // `total` is taken away from logarithms, and is what exponentials are multiplied by.
  const [top, total, count] = [f.local('v128'), f.local('v128'), f.local('v128')]
  // What is added to x log2(e), where its results are 0, and what e^(x - top) is multiplied by.
  const [push, bottom, unit] = [f.local('v128'), f.local('v128'), f.local('v128')]
  const [greatest, sums] = [stateOf(f, v, MAX), stateOf(f, v, SUM)]
  const splat = (x: Code): Code => op('f32x4.splat', lane('f32x4.extract_lane', 0, x))
  const written = (write: () => Code): Code => collect(f, write).flat()

  /** Visits a row by four vectors at a time, by one, then by single numbers: `part` gets as many as there are. */
  const eachPart = (read: Local, part: (xs: readonly Code[], single: boolean) => Code): Code => {
    const move = (count: number): Code[] => [
      advance(from, i32(count)),
      advance(to, i32(count)),
      left.set(op('i32.sub', left.get, i32(count))),
    ]
    const vectors = (count: number): Code => {
      const xs = Array.from({ length: count }, (_, i) => v.load(read.get, 16 * i))
      return loopWhile(
        op('i32.ge_u', left.get, i32(16 * count)),
        written(() => part(xs, false)),
        ...move(16 * count),
      )
    }
    const rest = loopWhile(
      left.get,
      written(() => part([v.loadOne(read.get)], true)),
      ...move(4),
    )
    return [from.set(source.get), to.set(target.get), left.set(bytes.get), vectors(4), vectors(1), rest].flat()
  }
  const put = (values: readonly Code[], single: boolean): Code =>
    single ? v.storeOne(to.get, values[0] as Code) : values.flatMap((value, i) => v.store(to.get, value, 16 * i))

  /** The logarithm counts the greatest apart, so that a sum just above 1 keeps its digits. */
  const sumUp = (exponential: (x: Code) => Code): Code =>
    eachPart(from, (xs, single) => {
      const here = (lanes: Code): Code => (single ? op('v128.and', lanes, FIRST) : lanes)
      const es = xs.map(x => v.let(here(exponential(x))))
      if (!logarithm) return [...SUM.absorb(v, sums, es), ...put(es, single)]
      const equal = xs.map(x => v.let(here(v.eq(x, top.get))))
      const others = es.map((e, i) => op('v128.andnot', e, equal[i] as Code))
      const counted = equal.flatMap(mask => count.set(op('i32x4.sub', count.get, mask)))
      return [...SUM.absorb(v, sums, others), ...counted]
    })
  const near = (x: Code): Code => {
    const { p, power } = expPushed(v, v.let(v.atLeast(x, bottom.get)), push.get)
    return v.mul(p, power)
  }
  const sumNear = [
    written(() => push.set(v.sub(v.constant(pushFor(SCALE)), wholePowers(v, top.get)))),
    bottom.set(v.sub(top.get, f32x4(DEPTH))),
    logarithm ? written(() => unit.set(near(top.get))) : [],
    sumUp(near),
  ]
  const sumFar = [unit.set(f32x4(1)), sumUp(x => expOfDifference(v, x, top.get))]
  const isNear = op('f32.lt', op('f32.abs', lane('f32x4.extract_lane', 0, top.get)), f32(NEAR))
  const results = logarithm
    ? eachPart(from, (xs, single) =>
        put(
          xs.map(x => v.sub(v.sub(x, top.get), total.get)),
          single,
        ),
      )
    : eachPart(to, (xs, single) =>
        put(
          xs.map(x => v.mul(x, total.get)),
          single,
        ),
      )

  return f.add(
    repeatWhile(
      rows.tee(op('i32.sub', rows.get, i32(1))),
      beginState(v, MAX, greatest),
      from.set(source.get),
      left.set(bytes.get),
      foldRow(v, MAX, greatest, from, left),
      written(() => top.set(splat(MAX.across(v, greatest)))),
      beginState(v, SUM, sums),
      logarithm ? count.set(i32x4(0)) : [],
      when(isNear, sumNear, sumFar),
      written(() =>
        total.set(logarithm ? logOfSum(v, sums, count, top, unit) : v.div(v.constant(1), splat(SUM.across(v, sums)))),
      ),
      results,
      advance(source, bytes.get),
      advance(target, bytes.get),
    ),
  )
}

/**
 * e^(x - top) for x <= top, to 2 ulp: what the difference lost in rounding (Knuth's TwoSum), which the exponential multiplies
 * by its size, is put back.
 */
function expOfDifference(v: Vector, given: Code, top: Code): Code {
  const x = v.let(given)
  const difference = v.let(v.sub(x, top))
  const part = v.let(v.sub(difference, x))
  const lost = v.sub(v.sub(x, v.sub(difference, part)), v.add(top, part))
  // At -Inf there is a NaN, for which the bound is taken; where the result counts the loss is smaller.
  const finite = v.atLeast(v.constant(-(2 ** -17)), lost)
  const e = v.let(expNotAbove0(v, difference))
  return v.madd(e, finite, e)
}

/**
 * log(count + sum / unit) in all lanes: 1 is taken away from the count, as the rest may be tiny beside it. NaN where the
 * greatest is infinite.
 */
function logOfSum(v: Vector, [low, high]: readonly Local[], count: Local, top: Local, unit: Local): Code {
  const both = v.let(op('f64x2.add', (low as Local).get, (high as Local).get))
  const sums = op('f64.add', lane('f64x2.extract_lane', 0, both), lane('f64x2.extract_lane', 1, both))
  const sum = op('f64.div', sums, op('f64.promote_f32', lane('f32x4.extract_lane', 0, unit.get)))
  const counts = [0, 1, 2, 3].map(i => lane('i32x4.extract_lane', i, count.get))
  const equal = counts.reduce((all, one) => op('i32.add', all, one))
  const rest = op('f64.add', sum, op('f64.convert_i32_s', op('i32.sub', equal, i32(1))))
  const logarithm = log1p(v, op('f32x4.splat', op('f32.demote_f64', rest)))
  return v.add(logarithm, v.sub(top.get, top.get))
}

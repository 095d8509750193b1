// The commonest pooling, windows of 2 x 2 beside each other, four at a time and without a branch on the numbers.
import { type Code, i32, i32x4, type Local, loopWhile, op, shuffle32, v128 } from './assembler/expression.js'
import { FunctionBuilder } from './assembler/module.js'
import { Vector } from './vector.js'

const plus = (a: Code, b: Code): Code => op('i32.add', a, b)
const step = (local: Local, by: Code): Code => local.set(plus(local.get, by))

/** maxPairs(planes, outH, outW, height, width, image, places): the place of each window's greatest, h * width + w. */
export function maxPairs(): FunctionBuilder {
  const f = new FunctionBuilder(
    'maxPairs',
    Array.from({ length: 7 }, () => 'i32' as const),
  )
  const v = new Vector('f32x4', f)
  const [planes, outH, outW, height, width, image, places] = Array.from({ length: 7 }, (_, i) => f.param(i)) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ]
  const int = (): Local => f.local('i32')
  const [y, left, upper, lower, at] = [int(), int(), int(), int(), int()]
  const [best, where] = [f.local('v128'), f.local('v128')]

  /** Takes over where a number is greater, or NaN: the last NaN wins. */
  const challenge = (value: Code, offset: Code): Code[] => {
    const kept = v.let(value)
    const wins = v.let(op('v128.or', v.gt(kept, best.get), v.ne(kept, kept)))
    return [
      ...f.since(0),
      best.set(v.select(wins, kept, best.get)),
      where.set(v.select(wins, op('i32x4.add', op('i32x4.splat', at.get), offset), where.get)),
    ]
  }
  const evens = (pointer: Local): Code => shuffle32(v.load(pointer.get), v.load(pointer.get, 16), [0, 2, 4, 6])
  const odds = (pointer: Local): Code => shuffle32(v.load(pointer.get), v.load(pointer.get, 16), [1, 3, 5, 7])
  const one = (pointer: Local, offset: number): Code => v.loadOne(plus(pointer.get, i32(offset)))
  const lanes = v128(new Uint8Array(Int32Array.of(0, 2, 4, 6).buffer))
  const below = op('i32x4.splat', width.get)
  const round = (first: Code, second: Code, third: Code, fourth: Code, base: Code): Code[] => [
    best.set(first),
    where.set(op('i32x4.add', op('i32x4.splat', at.get), base)),
    ...challenge(second, op('i32x4.add', base, i32x4(1))),
    ...challenge(third, op('i32x4.add', base, below)),
    ...challenge(fourth, op('i32x4.add', op('i32x4.add', base, below), i32x4(1))),
  ]
  const advance = (count: number): Code[] => [
    step(upper, i32(8 * count)),
    step(lower, i32(8 * count)),
    step(at, i32(2 * count)),
    step(places, i32(4 * count)),
    left.set(op('i32.sub', left.get, i32(count))),
  ]
  const four = round(evens(upper), odds(upper), evens(lower), odds(lower), lanes)
  const single = round(one(upper, 0), one(upper, 4), one(lower, 0), one(lower, 4), i32x4(0))
  f.add(
    loopWhile(
      planes.get,
      y.set(i32(0)),
      loopWhile(
        op('i32.lt_s', y.get, outH.get),
        at.set(op('i32.mul', y.get, op('i32.mul', width.get, i32(2)))),
        upper.set(plus(image.get, op('i32.mul', at.get, i32(4)))),
        lower.set(plus(upper.get, op('i32.mul', width.get, i32(4)))),
        left.set(outW.get),
        loopWhile(op('i32.ge_s', left.get, i32(4)), ...four, v.store(places.get, where.get), ...advance(4)),
        loopWhile(op('i32.gt_s', left.get, i32(0)), ...single, v.storeOne(places.get, where.get), ...advance(1)),
        step(y, i32(1)),
      ),
      step(image, op('i32.mul', op('i32.mul', height.get, width.get), i32(4))),
      planes.set(op('i32.sub', planes.get, i32(1))),
    ),
  )
  return f
}

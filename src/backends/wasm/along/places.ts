// Where the greatest or the least of each row is: its value is known already, the first place with it is looked for.
import { type Code, i32, type Local, op, repeatWhile, store, when } from '../assembler/expression.js'
import { FunctionBuilder } from '../assembler/module.js'
import { collect } from '../elementwise.js'
import { advance } from '../move/strided.js'
import { type LaneName, Vector } from '../vector.js'

/** (target int32, values, source, rows, numbers of a row): the first place that equals the row's value or is NaN. */
export function placesOfValues(lanes: LaneName): FunctionBuilder {
  const f = new FunctionBuilder(`places_${lanes}`, ['i32', 'i32', 'i32', 'i32', 'i32'])
  const v = new Vector(lanes, f)
  const [target, values, source, rows, length] = [0, 1, 2, 3, 4].map(i => f.param(i)) as [
    Local,
    Local,
    Local,
    Local,
    Local,
  ]
  const [from, place, last] = [f.local('i32'), f.local('i32'), f.local('i32')]
  const [value, x, mask] = [f.local('v128'), f.local('v128'), f.local('v128')]
  const width = i32(v.laneBytes)
  const matches = (loaded: Code): Code[] => [
    x.set(loaded),
    mask.set(op('v128.or', v.eq(x.get, value.get), v.ne(x.get, x.get))),
  ]
  // Whole vectors are passed over while none of their lanes match; then single numbers, of which one does.
  const found = op('v128.any_true', mask.get)
  const lanesLeft = op('i32.le_u', op('i32.add', place.get, i32(v.lanes)), length.get)
  const overVectors = repeatWhile(
    op('i32.and', lanesLeft, op('i32.eqz', found)),
    ...collect(f, () => matches(v.load(from.get)).flat()),
    when(op('i32.eqz', found), [place.set(op('i32.add', place.get, i32(v.lanes))), advance(from, i32(16))]),
  )
  const overNumbers = repeatWhile(
    op('i32.and', op('i32.eqz', found), op('i32.lt_u', place.get, last.get)),
    ...collect(f, () => matches(v.loadSplat(from.get)).flat()),
    when(op('i32.eqz', found), [place.set(op('i32.add', place.get, i32(1))), advance(from, width)]),
  )
  return f.add(
    last.set(op('i32.sub', length.get, i32(1))),
    repeatWhile(
      rows.tee(op('i32.sub', rows.get, i32(1))),
      value.set(v.loadSplat(values.get)),
      from.set(source.get),
      place.set(i32(0)),
      when(op('i32.ge_u', length.get, i32(v.lanes)), [overVectors]),
      when(op('i32.lt_u', place.get, last.get), [overNumbers]),
      store('i32.store', target.get, place.get),
      advance(target, i32(4)),
      advance(values, width),
      advance(source, op('i32.mul', length.get, width)),
    ),
  )
}

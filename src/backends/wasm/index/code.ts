// Functions that read and write by int32 index. Indices lie in row-major order and were checked before.
import { type Code, i32, type Local, load, loopWhile, op, repeatWhile, store } from '../assembler/expression.js'
import { FunctionBuilder } from '../assembler/module.js'
import { advance, moveElement, moveRow, type Width } from '../move/strided.js'
import { type LaneName, Vector } from '../vector.js'

const pointers = (f: FunctionBuilder): Local[] => f.params.map((_, i) => f.param(i))
const i32s = (count: number): 'i32'[] => new Array<'i32'>(count).fill('i32')
const countDown = (left: Local): Code => left.tee(op('i32.sub', left.get, i32(1)))

/** (indices, count, length) -> 1 where all are from 0 to length - 1. A negative one is large as an unsigned number. */
export function allWithin(): FunctionBuilder {
  const f = new FunctionBuilder('within', i32s(3), ['i32'])
  const [at, count, length] = pointers(f) as [Local, Local, Local]
  const [good, limit] = [f.local('v128'), f.local('v128')]
  const check = (indices: Code): Code => good.set(op('v128.and', good.get, op('i32x4.lt_u', indices, limit.get)))
  const move = (numbers: number): Code[] => [
    advance(at, i32(4 * numbers)),
    count.set(op('i32.sub', count.get, i32(numbers))),
  ]
  return f.add(
    limit.set(op('i32x4.splat', length.get)),
    good.set(op('i32x4.splat', i32(-1))),
    loopWhile(op('i32.ge_u', count.get, i32(4)), check(load('v128.load', at.get)), ...move(4)),
    loopWhile(count.get, check(load('v128.load32_splat', at.get)), ...move(1)),
    op('i32x4.all_true', good.get),
  )
}

/**
 * (target, source, indices, blocks, rows of a block in the target, bytes of a row, bytes of a block in the source): row i of each
 * block is row indices[i] of the same block in the source.
 */
export function takeRows(width: Width): FunctionBuilder {
  const f = new FunctionBuilder(`take${width}`, i32s(7))
  const [target, source, indices, blocks, rows, bytes, block] = pointers(f) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ]
  const [to, from, index, left, rest] = i32s(5).map(type => f.local(type)) as [Local, Local, Local, Local, Local]
  return f.add(
    repeatWhile(
      countDown(blocks),
      index.set(indices.get),
      left.set(rows.get),
      repeatWhile(
        countDown(left),
        to.set(target.get),
        from.set(op('i32.add', source.get, op('i32.mul', load('i32.load', index.get), bytes.get))),
        rest.set(bytes.get),
        moveRow(width, to, from, rest),
        advance(index, i32(4)),
        advance(target, bytes.get),
      ),
      advance(source, block.get),
    ),
  )
}

export type AddDtype = 'float32' | 'float64' | 'int32'

interface Adder {
  readonly lanes: LaneName
  readonly add: (target: Code, source: Code) => Code
}

/** target += source, one number. */
export const ADDERS: { readonly [D in AddDtype]: Adder } = {
  float32: {
    lanes: 'f32x4',
    add: (target, source) =>
      store('f32.store', target, op('f32.add', load('f32.load', target), load('f32.load', source))),
  },
  float64: {
    lanes: 'f64x2',
    add: (target, source) =>
      store('f64.store', target, op('f64.add', load('f64.load', target), load('f64.load', source))),
  },
  int32: {
    lanes: 'i32x4',
    add: (target, source) =>
      store('i32.store', target, op('i32.add', load('i32.load', target), load('i32.load', source))),
  },
}

/**
 * (target, source, indices, blocks, rows of a block in the source, bytes of a row, bytes of a block in the target): row i of each
 * block is added to row indices[i] of the same block in the target.
 */
export function addRows(dtype: AddDtype): FunctionBuilder {
  const { lanes, add } = ADDERS[dtype]
  const f = new FunctionBuilder(`addRows_${dtype}`, i32s(7))
  const v = new Vector(lanes, f)
  const [target, source, indices, blocks, rows, bytes, block] = pointers(f) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ]
  const [to, index, left, rest] = i32s(4).map(type => f.local(type)) as [Local, Local, Local, Local]
  const move = (count: number): Code[] => [
    advance(to, i32(count)),
    advance(source, i32(count)),
    rest.set(op('i32.sub', rest.get, i32(count))),
  ]
  return f.add(
    repeatWhile(
      countDown(blocks),
      index.set(indices.get),
      left.set(rows.get),
      repeatWhile(
        countDown(left),
        to.set(op('i32.add', target.get, op('i32.mul', load('i32.load', index.get), bytes.get))),
        rest.set(bytes.get),
        loopWhile(
          op('i32.ge_u', rest.get, i32(16)),
          v.store(to.get, v.add(v.load(to.get), v.load(source.get))),
          ...move(16),
        ),
        loopWhile(rest.get, add(to.get, source.get), ...move(v.laneBytes)),
        advance(index, i32(4)),
      ),
      advance(target, block.get),
    ),
  )
}

/** Writes one number: (address in the tensor that the index points into, address beside). */
export type Move = (indexed: Code, plain: Code) => Code

/**
 * (indexed tensor, plain tensor, indices, two sizes, two steps of each tensor in bytes, bytes from index to index): visits two
 * nested axes; the place in the indexed tensor moves with the axes and by the index.
 */
export function byIndex(name: string, move: Move): FunctionBuilder {
  const f = new FunctionBuilder(name, i32s(10))
  const [indexed, plain, indices, outer, inner, indexedOuter, indexedInner, plainOuter, plainInner, stride] = pointers(
    f,
  ) as [Local, Local, Local, Local, Local, Local, Local, Local, Local, Local]
  const [there, here, left, place] = i32s(4).map(type => f.local(type)) as [Local, Local, Local, Local]
  return f.add(
    repeatWhile(
      countDown(outer),
      there.set(indexed.get),
      here.set(plain.get),
      left.set(inner.get),
      repeatWhile(
        countDown(left),
        place.set(op('i32.add', there.get, op('i32.mul', load('i32.load', indices.get), stride.get))),
        move(place.get, here.get),
        advance(indices, i32(4)),
        advance(there, indexedInner.get),
        advance(here, plainInner.get),
      ),
      advance(indexed, indexedOuter.get),
      advance(plain, plainOuter.get),
    ),
  )
}

export const gatherElements = (width: Width): FunctionBuilder =>
  byIndex(`gather${width}`, (indexed, plain) => moveElement(width, plain, indexed))

export const scatterElements = (width: Width): FunctionBuilder =>
  byIndex(`scatter${width}`, (indexed, plain) => moveElement(width, indexed, plain))

export const scatterSums = (dtype: AddDtype): FunctionBuilder => byIndex(`scatterAdd_${dtype}`, ADDERS[dtype].add)

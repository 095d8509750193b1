// Matrix products: C = A B on packed panels, after Goto and van de Geijn, "Anatomy of high-performance matrix multiplication"
// (2008). A tile of C, four rows by two vectors, stays in registers; wider or taller tiles spill and run at half the speed.
import {
  type Code,
  i32,
  type Local,
  load,
  loopWhile,
  memoryLane,
  op,
  repeatWhile,
  shuffle32,
  store,
  when,
} from './assembler/expression.js'
import { FunctionBuilder } from './assembler/module.js'
import { Vector } from './vector.js'

export const ROWS = 4
/** Vectors of one row of a tile. */
const COLUMN_VECTORS = 2

export type GemmLanes = 'f32x4' | 'f64x2'

/** Columns of a tile. */
export const columnsOf = (lanes: GemmLanes): number => COLUMN_VECTORS * (lanes === 'f32x4' ? 4 : 2)

const plus = (a: Code, b: Code): Code => op('i32.add', a, b)
const times = (a: Code, b: Code): Code => op('i32.mul', a, b)
const step = (local: Local, by: Code): Code => local.set(plus(local.get, by))

/**
 * pack(count, depth, source, stepAcross, stepAlong, target): panels of `width` rows (of A) or columns (of B). Within a panel the
 * elements lie depth by depth, `width` together; what is missing in the last panel is 0. Steps are in bytes: across from one row
 * (column) to the next, along from one depth to the next.
 */
export function packer(name: string, lanes: GemmLanes, width: number): FunctionBuilder {
  const f = new FunctionBuilder(name, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'])
  const v = new Vector(lanes, f)
  const [count, depth, source, across, along, target] = Array.from({ length: 6 }, (_, i) => f.param(i)) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ]
  const [left, from] = [f.local('i32'), f.local('i32')]
  const at = Array.from({ length: width }, () => f.local('i32'))
  const panelBytes = width * v.laneBytes
  const vectors = panelBytes / 16

  // Neighbours in memory are copied by vectors.
  const straight = loopWhile(
    left.get,
    ...Array.from({ length: vectors }, (_, i) => v.store(target.get, v.load(from.get, 16 * i), 16 * i)),
    step(from, along.get),
    step(target, i32(panelBytes)),
    left.set(op('i32.sub', left.get, i32(1))),
  )
  const one = at.map((_, i) => (i % v.lanes === 0 ? gather(v, at.slice(i, i + v.lanes), target, i * v.laneBytes) : []))
  // Where depths are neighbours, four of them at a time are turned in registers.
  const turning =
    lanes === 'f32x4'
      ? when(op('i32.eq', along.get, i32(v.laneBytes)), [
          loopWhile(
            op('i32.ge_u', left.get, i32(4)),
            ...Array.from({ length: vectors }, (_, i) =>
              turned(v, at.slice(4 * i, 4 * i + 4), target, 16 * i, panelBytes),
            ),
            ...at.map(pointer => step(pointer, i32(16))),
            step(target, i32(4 * panelBytes)),
            left.set(op('i32.sub', left.get, i32(4))),
          ),
        ])
      : []
  const apart = [
    ...at.map((pointer, i) => pointer.set(i === 0 ? source.get : plus((at[i - 1] as Local).get, across.get))),
    turning,
    loopWhile(
      left.get,
      ...one,
      ...at.map(pointer => step(pointer, along.get)),
      step(target, i32(panelBytes)),
      left.set(op('i32.sub', left.get, i32(1))),
    ),
  ]
  // The last panel: element by element, zeros beyond.
  const column = f.local('i32')
  const read =
    v.laneBytes === 8
      ? load('f64.load', plus(from.get, times(column.get, across.get)))
      : load('f32.load', plus(from.get, times(column.get, across.get)))
  const place = plus(target.get, times(column.get, i32(v.laneBytes)))
  const write = v.laneBytes === 8 ? store('f64.store', place, read) : store('f32.store', place, read)
  const clear = Array.from({ length: vectors }, (_, i) => v.store(target.get, v.constant(0), 16 * i))
  const ragged = loopWhile(
    left.get,
    ...clear,
    column.set(i32(0)),
    loopWhile(op('i32.lt_u', column.get, count.get), write, step(column, i32(1))),
    step(from, along.get),
    step(target, i32(panelBytes)),
    left.set(op('i32.sub', left.get, i32(1))),
  )
  f.add(
    loopWhile(
      op('i32.ge_s', count.get, i32(width)),
      left.set(depth.get),
      from.set(source.get),
      when(op('i32.eq', across.get, i32(v.laneBytes)), [straight], apart),
      step(source, times(across.get, i32(width))),
      count.set(op('i32.sub', count.get, i32(width))),
    ),
    when(op('i32.gt_s', count.get, i32(0)), [left.set(depth.get), from.set(source.get), ragged]),
  )
  return f
}

/** Four vectors of neighbours, one from each pointer, stored across: element k of all four together, `stepBytes` apart. */
function turned(v: Vector, pointers: readonly Local[], target: Local, offset: number, stepBytes: number): Code {
  const f = v.builder
  const kept = (value: Code): { readonly set: Code; readonly get: Code } => {
    const local = f.local('v128')
    return { set: local.set(value), get: local.get }
  }
  const [a, b, c, d] = pointers.map(pointer => kept(v.load(pointer.get))) as [Kept, Kept, Kept, Kept]
  const [ab, ab2] = [kept(shuffle32(a.get, b.get, [0, 4, 1, 5])), kept(shuffle32(a.get, b.get, [2, 6, 3, 7]))]
  const [cd, cd2] = [kept(shuffle32(c.get, d.get, [0, 4, 1, 5])), kept(shuffle32(c.get, d.get, [2, 6, 3, 7]))]
  const rows = [
    shuffle32(ab.get, cd.get, [0, 1, 4, 5]),
    shuffle32(ab.get, cd.get, [2, 3, 6, 7]),
    shuffle32(ab2.get, cd2.get, [0, 1, 4, 5]),
    shuffle32(ab2.get, cd2.get, [2, 3, 6, 7]),
  ]
  return [
    ...[a, b, c, d, ab, ab2, cd, cd2].flatMap(({ set }) => set),
    ...rows.flatMap((row, k) => v.store(target.get, row, offset + k * stepBytes)),
  ]
}

type Kept = { readonly set: Code; readonly get: Code }

/** One vector out of elements that lie apart. */
function gather(v: Vector, pointers: readonly Local[], target: Local, offset: number): Code {
  let value = v.loadOne((pointers[0] as Local).get)
  const name = v.laneBytes === 8 ? 'v128.load64_lane' : 'v128.load32_lane'
  for (let i = 1; i < pointers.length; i++) value = memoryLane(name, (pointers[i] as Local).get, value, i)
  return v.store(target.get, value, offset)
}

/** How a multiplier finds the elements of B. */
export type Source = 'packed' | 'direct'

/**
 * multiply(rows, columns, depth, a, b, c, rowBytes, add, tile, ...): C of rows x columns. `rowBytes` is the distance of C's rows;
 * with `add` the product is added to what is there. `tile` is room for one tile, for the edges.
 *
 * B is 'packed' in panels, or read 'direct' as it lies: then (bStep, bPanel) follow, the distances in bytes of its depths and tiles;
 * its columns must be neighbours and fill whole tiles. A is always packed.
 */
export function multiplier(name: string, lanes: GemmLanes, source: Source): FunctionBuilder {
  const f = new FunctionBuilder(
    name,
    Array.from({ length: source === 'packed' ? 9 : 11 }, () => 'i32' as const),
  )
  const v = new Vector(lanes, f)
  const param = (i: number): Local => f.param(i)
  const [rows, columns, depth, a, b] = [param(0), param(1), param(2), param(3), param(4)]
  const [c, rowBytes, add, tile] = [param(5), param(6), param(7), param(8)]
  const int = (): Local => f.local('i32')
  const [rowsLeft, panel, out, pb, stop] = [int(), int(), int(), int(), int()]
  const width = columnsOf(lanes)
  const sums = Array.from({ length: ROWS }, () => Array.from({ length: COLUMN_VECTORS }, () => f.local('v128')))
  const right = Array.from({ length: COLUMN_VECTORS }, () => f.local('v128'))
  const one = f.local('v128')
  const [aBytes, bBytes] = [ROWS * v.laneBytes, width * v.laneBytes]
  const splat = v.laneBytes === 8 ? 'v128.load64_splat' : 'v128.load32_splat'
  const pa = f.local('i32')
  const bStep = source === 'packed' ? i32(bBytes) : param(9).get
  const bPanel = source === 'packed' ? times(depth.get, i32(bBytes)) : param(10).get

  // Not unrolled: the engine's scheduler would move the loads of later steps up, and spill the tile.
  const inner = [
    stop.set(plus(pb.get, times(depth.get, bStep))),
    repeatWhile(
      op('i32.ne', pb.get, stop.get),
      ...right.map((local, j) => local.set(v.load(pb.get, 16 * j))),
      ...sums.flatMap((row, i) => [
        one.set(load(splat, pa.get, i * v.laneBytes)),
        ...row.map((sum, j) => sum.set(v.madd(one.get, (right[j] as Local).get, sum.get))),
      ]),
      step(pa, i32(aBytes)),
      step(pb, bStep),
    ),
  ]
  const whole = op('i32.and', op('i32.ge_s', rowsLeft.get, i32(ROWS)), op('i32.ge_s', columns.get, i32(width)))
  const [to, toStep, at] = [int(), int(), int()]
  const storeRows = (adding: boolean): Code[] => [
    at.set(to.get),
    ...sums.flatMap(row => [
      ...row.map((sum, j) => v.store(at.get, adding ? v.add(v.load(at.get, 16 * j), sum.get) : sum.get, 16 * j)),
      step(at, toStep.get),
    ]),
  ]
  f.add(
    loopWhile(
      op('i32.gt_s', columns.get, i32(0)),
      rowsLeft.set(rows.get),
      pa.set(a.get),
      panel.set(b.get),
      out.set(c.get),
      loopWhile(
        op('i32.gt_s', rowsLeft.get, i32(0)),
        pb.set(panel.get),
        ...sums.flat().map(sum => sum.set(v.constant(0))),
        ...inner,
        when(
          whole,
          [to.set(out.get), toStep.set(rowBytes.get), when(add.get, storeRows(true), storeRows(false))],
          [
            to.set(tile.get),
            toStep.set(i32(bBytes)),
            ...storeRows(false),
            ...copyEdge(f, v, { tile, out, rowBytes, add, rowsLeft, columns }),
          ],
        ),
        step(out, times(rowBytes.get, i32(ROWS))),
        rowsLeft.set(op('i32.sub', rowsLeft.get, i32(ROWS))),
      ),
      step(b, bPanel),
      step(c, i32(bBytes)),
      columns.set(op('i32.sub', columns.get, i32(width))),
    ),
  )
  return f
}

interface Edge {
  readonly tile: Local
  readonly out: Local
  readonly rowBytes: Local
  readonly add: Local
  readonly rowsLeft: Local
  readonly columns: Local
}

/** The part of a tile that lies inside of C, element by element. */
function copyEdge(f: FunctionBuilder, v: Vector, { tile, out, rowBytes, add, rowsLeft, columns }: Edge): Code[] {
  const wide = v.laneBytes === 8
  const [i, j, place, value] = [f.local('i32'), f.local('i32'), f.local('i32'), f.local(wide ? 'f64' : 'f32')]
  const read = (address: Code): Code => load(wide ? 'f64.load' : 'f32.load', address)
  const width = COLUMN_VECTORS * v.lanes
  return [
    i.set(i32(0)),
    loopWhile(
      op('i32.and', op('i32.lt_s', i.get, i32(ROWS)), op('i32.lt_s', i.get, rowsLeft.get)),
      j.set(i32(0)),
      loopWhile(
        op('i32.and', op('i32.lt_s', j.get, i32(width)), op('i32.lt_s', j.get, columns.get)),
        value.set(read(plus(tile.get, times(plus(times(i.get, i32(width)), j.get), i32(v.laneBytes))))),
        place.set(plus(out.get, plus(times(i.get, rowBytes.get), times(j.get, i32(v.laneBytes))))),
        when(add.get, [value.set(op(wide ? 'f64.add' : 'f32.add', read(place.get), value.get))]),
        store(wide ? 'f64.store' : 'f32.store', place.get, value.get),
        step(j, i32(1)),
      ),
      step(i, i32(1)),
    ),
  ]
}

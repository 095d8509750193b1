// The code of convolutions that read the windows of an image where they lie (see windows.ts). All are of float32; sizes are in elements,
// addresses and distances in bytes.
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
  v128,
  when,
} from '../assembler/expression.js'
import { FunctionBuilder } from '../assembler/module.js'
import { Vector } from '../vector.js'

/** Planes of a result that are made together, and vectors of each: as in matrix products, more would not fit the registers. */
export const PLANES = 4
const VECTORS = 2
/** Places of a plane that are made together. */
export const PLACES = 4 * VECTORS
/** Places of windows whose weights' gradients are made together, for so many planes. */
export const PAIR = 2
/** Bytes of the sums of one such tile: a vector each, whose lanes are added at the end. */
export const TILE_BYTES = PLANES * PAIR * 16

/** 0, 1, 2, 3 */
const LANES = v128(new Uint8Array(Int32Array.of(0, 1, 2, 3).buffer))

const plus = (a: Code, b: Code): Code => op('i32.add', a, b)
const minus = (a: Code, b: Code): Code => op('i32.sub', a, b)
const times = (a: Code, b: Code): Code => op('i32.mul', a, b)
const step = (local: Local, by: Code): Code => local.set(plus(local.get, by))
const down = (local: Local, by = 1): Code => local.set(minus(local.get, i32(by)))

/** A function of int32 parameters, by name, and as many locals as its code asks for. */
function functionOf<P extends string>(
  name: string,
  params: readonly P[],
  write: (p: { readonly [K in P]: Local }, f: FunctionBuilder, int: () => Local) => readonly Code[],
): FunctionBuilder {
  const f = new FunctionBuilder(
    name,
    params.map(() => 'i32' as const),
  )
  const p = Object.fromEntries(params.map((param, i) => [param, f.param(i)])) as { [K in P]: Local }
  return f.add(...write(p, f, () => f.local('i32')))
}

/** `count` times, at least once. */
const repeat = (count: Local, ...body: readonly Code[]): Code =>
  repeatWhile(count.tee(minus(count.get, i32(1))), ...body)

/** Copies rows of planes to where they are further or less far apart. */
export const copyPlanes = (): FunctionBuilder =>
  functionOf(
    'copyPlanes',
    ['planes', 'rows', 'count', 'from', 'fromRow', 'fromPlane', 'to', 'toRow', 'toPlane'],
    (p, _, int) => {
      const [row, source, target, a, b, left] = [int(), int(), int(), int(), int(), int()]
      return [
        repeat(
          p.planes,
          source.set(p.from.get),
          target.set(p.to.get),
          row.set(p.rows.get),
          repeat(
            row,
            a.set(source.get),
            b.set(target.get),
            left.set(p.count.get),
            loopWhile(
              op('i32.ge_s', left.get, i32(4)),
              store('v128.store', b.get, load('v128.load', a.get)),
              step(a, i32(16)),
              step(b, i32(16)),
              down(left, 4),
            ),
            loopWhile(
              left.get,
              store('i32.store', b.get, load('i32.load', a.get)),
              step(a, i32(4)),
              step(b, i32(4)),
              down(left),
            ),
            step(source, p.fromRow.get),
            step(target, p.toRow.get),
          ),
          step(p.from, p.fromPlane.get),
          step(p.to, p.toPlane.get),
        ),
      ]
    },
  )

/** A list of where the places of a window lie: channel by channel, row by row. The last is there twice, so that pairs are whole. */
export const offsets = (): FunctionBuilder =>
  functionOf('offsets', ['to', 'channels', 'kernelH', 'kernelW', 'start', 'plane', 'row', 'column'], (p, _, int) => {
    const [y, x, line, at] = [int(), int(), int(), int()]
    return [
      repeat(
        p.channels,
        line.set(p.start.get),
        y.set(p.kernelH.get),
        repeat(
          y,
          at.set(line.get),
          x.set(p.kernelW.get),
          repeat(x, store('i32.store', p.to.get, at.get), step(p.to, i32(4)), step(at, p.column.get)),
          step(line, p.row.get),
        ),
        step(p.start, p.plane.get),
      ),
      store('i32.store', p.to.get, load('i32.load', minus(p.to.get, i32(4)))),
    ]
  })

/** Weights in panels of so many planes, place of the window by place; missing planes are 0. Places step twofold: outer and inner. */
export const packWeights = (): FunctionBuilder =>
  functionOf(
    'packWeights',
    ['planes', 'outer', 'inner', 'from', 'planeStep', 'outerStep', 'innerStep', 'to'],
    (p, _, int) => {
      const [o, k, line, at] = [int(), int(), int(), int()]
      const element = (i: number): Code =>
        when(
          op('i32.gt_s', p.planes.get, i32(i)),
          [store('i32.store', p.to.get, load('i32.load', plus(at.get, times(p.planeStep.get, i32(i)))), 4 * i)],
          [store('i32.store', p.to.get, i32(0), 4 * i)],
        )
      return [
        loopWhile(
          op('i32.gt_s', p.planes.get, i32(0)),
          line.set(p.from.get),
          o.set(p.outer.get),
          repeat(
            o,
            at.set(line.get),
            k.set(p.inner.get),
            repeat(
              k,
              ...Array.from({ length: PLANES }, (_, i) => element(i)),
              step(p.to, i32(4 * PLANES)),
              step(at, p.innerStep.get),
            ),
            step(line, p.outerStep.get),
          ),
          step(p.from, times(p.planeStep.get, i32(PLANES))),
          down(p.planes, PLANES),
        ),
      ]
    },
  )

/**
 * Slides the weights along lines of an image: out[plane, line, x] = sum over k of weights[plane, k] source[line, x + offsets[k]]. A line has
 * at least as many places as a tile; its last tile begins earlier, and makes some places twice.
 */
export const slide = (): FunctionBuilder =>
  functionOf(
    'slide',
    ['lines', 'length', 'depth', 'panels', 'source', 'sourceLine', 'offsets', 'weights', 'out', 'outLine', 'outPlane'],
    (p, f, int) => {
      const v = new Vector('f32x4', f)
      const [x, tile, from, to, panel, pw, place, end, at] = [
        int(),
        int(),
        int(),
        int(),
        int(),
        int(),
        int(),
        int(),
        int(),
      ]
      const sums = Array.from({ length: PLANES }, () => Array.from({ length: VECTORS }, () => f.local('v128')))
      const right = Array.from({ length: VECTORS }, () => f.local('v128'))
      const one = f.local('v128')
      // Not unrolled: the engine's scheduler would move the loads of later steps up, and spill the tile.
      const inner = repeatWhile(
        op('i32.ne', place.get, end.get),
        at.set(plus(from.get, load('i32.load', place.get))),
        ...right.map((local, j) => local.set(v.load(at.get, 16 * j))),
        ...sums.flatMap((row, i) => [
          one.set(load('v128.load32_splat', pw.get, 4 * i)),
          ...row.map((sum, j) => sum.set(v.madd(one.get, (right[j] as Local).get, sum.get))),
        ]),
        step(pw, i32(4 * PLANES)),
        step(place, i32(4)),
      )
      return [
        end.set(plus(p.offsets.get, times(p.depth.get, i32(4)))),
        repeat(
          p.lines,
          x.set(i32(0)),
          loopWhile(
            op('i32.lt_s', x.get, p.length.get),
            tile.set(minus(p.length.get, i32(PLACES))),
            tile.set(times(op('select', x.get, tile.get, op('i32.lt_s', x.get, tile.get)), i32(4))),
            from.set(plus(p.source.get, tile.get)),
            to.set(plus(p.out.get, tile.get)),
            pw.set(p.weights.get),
            panel.set(p.panels.get),
            repeat(
              panel,
              ...sums.flat().map(sum => sum.set(v.constant(0))),
              place.set(p.offsets.get),
              inner,
              ...sums.flatMap(row => [
                ...row.map((sum, j) => v.store(to.get, sum.get, 16 * j)),
                step(to, p.outPlane.get),
              ]),
            ),
            step(x, i32(PLACES)),
          ),
          step(p.source, p.sourceLine.get),
          step(p.out, p.outLine.get),
        ),
      ]
    },
  )

/**
 * Planes in panels: for four neighbours of a row one vector of each plane, one after the other. Rows are filled up with 0, and so are missing
 * planes.
 */
export const packPlanes = (): FunctionBuilder =>
  functionOf('packPlanes', ['planes', 'rows', 'count', 'from', 'to'], (p, f, int) => {
    const v = new Vector('f32x4', f)
    const [plane, row, left, target, value] = [int(), int(), int(), int(), f.local('v128')]
    const lane = (i: number): Code =>
      when(op('i32.gt_s', left.get, i32(i)), [
        value.set(memoryLane('v128.load32_lane', p.from.get, value.get, i, 4 * i)),
      ])
    return [
      loopWhile(
        op('i32.gt_s', p.planes.get, i32(0)),
        plane.set(i32(0)),
        loopWhile(
          op('i32.lt_s', plane.get, i32(PLANES)),
          target.set(plus(p.to.get, times(plane.get, i32(16)))),
          row.set(p.rows.get),
          repeat(
            row,
            left.set(p.count.get),
            loopWhile(
              op('i32.gt_s', left.get, i32(0)),
              value.set(v.constant(0)),
              when(op('i32.gt_s', p.planes.get, plane.get), [
                when(
                  op('i32.ge_s', left.get, i32(4)),
                  [value.set(v.load(p.from.get)), step(p.from, i32(16))],
                  [lane(0), lane(1), lane(2), step(p.from, times(left.get, i32(4)))],
                ),
              ]),
              v.store(target.get, value.get),
              step(target, i32(16 * PLANES)),
              down(left, 4),
            ),
          ),
          step(plane, i32(1)),
        ),
        // The last row of the last plane ends where the next panel begins.
        p.to.set(minus(target.get, i32(16 * (PLANES - 1)))),
        down(p.planes, PLANES),
      ),
    ]
  })

/**
 * Adds up the gradients of weights: sums[plane, k] += gradient[plane, y, x] source[y, x + offsets[k]], four neighbours at once. `blocks` are the
 * whole vectors of a row, `rest` what it has beyond them.
 */
export const weigh = (): FunctionBuilder =>
  functionOf(
    'weigh',
    ['rows', 'blocks', 'rest', 'pairs', 'panels', 'source', 'sourceRow', 'offsets', 'gradient', 'sums'],
    (p, f, int) => {
      const v = new Vector('f32x4', f)
      const [pair, row, left, place, begin, pg] = [int(), int(), int(), int(), int(), int()]
      const starts = Array.from({ length: PAIR }, int)
      const at = Array.from({ length: PAIR }, int)
      const right = Array.from({ length: PAIR }, () => f.local('v128'))
      const sums = Array.from({ length: PLANES }, () => Array.from({ length: PAIR }, () => f.local('v128')))
      const [one, mask] = [f.local('v128'), f.local('v128')]
      const block = (read: (address: Code) => Code): Code[] => [
        ...right.map((local, j) => local.set(read((at[j] as Local).get))),
        ...sums.flatMap((row, i) => [
          one.set(v.load(pg.get, 16 * i)),
          ...row.map((sum, j) => sum.set(v.madd(one.get, (right[j] as Local).get, sum.get))),
        ]),
        step(pg, i32(16 * PLANES)),
      ]
      const each = sums.flatMap((row, i) => row.map((sum, j) => ({ sum, offset: 16 * (PAIR * i + j) })))
      return [
        // What lies beyond a row is masked: 0 times what is there might be NaN.
        mask.set(op('i32x4.lt_s', LANES, op('i32x4.splat', p.rest.get))),
        begin.set(p.gradient.get),
        repeat(
          p.panels,
          place.set(p.offsets.get),
          pair.set(p.pairs.get),
          repeat(
            pair,
            ...each.map(({ sum, offset }) => sum.set(v.load(p.sums.get, offset))),
            ...starts.map((start, j) => start.set(plus(p.source.get, load('i32.load', place.get, 4 * j)))),
            pg.set(begin.get),
            row.set(p.rows.get),
            repeat(
              row,
              ...at.map((local, j) => local.set((starts[j] as Local).get)),
              left.set(p.blocks.get),
              loopWhile(
                left.get,
                ...block(address => v.load(address)),
                ...at.map(local => step(local, i32(16))),
                down(left),
              ),
              when(
                p.rest.get,
                block(address => op('v128.and', v.load(address), mask.get)),
              ),
              ...starts.map(start => step(start, p.sourceRow.get)),
            ),
            ...each.map(({ sum, offset }) => v.store(p.sums.get, sum.get, offset)),
            step(p.sums, i32(TILE_BYTES)),
            step(place, i32(4 * PAIR)),
          ),
          begin.set(pg.get),
        ),
      ]
    },
  )

/** Adds the lanes of what weigh() has summed up: gradients of weights, row-major. */
export const fold = (): FunctionBuilder =>
  functionOf('fold', ['planes', 'depth', 'sums', 'to'], (p, f, int) => {
    const v = new Vector('f32x4', f)
    const [plane, k, target] = [int(), int(), int()]
    const [halves, all] = [f.local('v128'), f.local('v128')]
    const added = (offset: number): Code[] => [
      halves.set(v.load(p.sums.get, offset)),
      halves.set(v.add(halves.get, shuffle32(halves.get, halves.get, [2, 3, 0, 1]))),
      all.set(v.add(halves.get, shuffle32(halves.get, halves.get, [1, 0, 3, 2]))),
    ]
    const inside = (i: number, j: number): Code =>
      op(
        'i32.and',
        op('i32.lt_s', plus(plane.get, i32(i)), p.planes.get),
        op('i32.lt_s', plus(k.get, i32(j)), p.depth.get),
      )
    const write = (i: number, j: number): Code =>
      when(inside(i, j), [
        ...added(16 * (PAIR * i + j)),
        target.set(plus(times(plus(plane.get, i32(i)), p.depth.get), plus(k.get, i32(j)))),
        v.storeOne(plus(p.to.get, times(target.get, i32(4))), all.get),
      ])
    return [
      loopWhile(
        op('i32.lt_s', plane.get, p.planes.get),
        k.set(i32(0)),
        loopWhile(
          op('i32.lt_s', k.get, p.depth.get),
          ...Array.from({ length: PLANES }, (_, i) => Array.from({ length: PAIR }, (_, j) => write(i, j))).flat(),
          step(p.sums, i32(TILE_BYTES)),
          step(k, i32(PAIR)),
        ),
        step(plane, i32(PLANES)),
      ),
    ]
  })

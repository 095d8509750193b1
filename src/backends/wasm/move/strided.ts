// Copies between windows of any layout, by element size: rows that lie together, one number repeated, transposed tiles, or
// element by element. Four nested loops run in WebAssembly; further axes, which are rare, are walked outside.
import {
  type Code,
  i32,
  type Local,
  load,
  loopWhile,
  memoryCopy,
  memoryLane,
  op,
  repeatWhile,
  shuffle,
  store,
  when,
} from '../assembler/expression.js'
import { FunctionBuilder } from '../assembler/module.js'
import type { MemoryName } from '../assembler/opcodes.js'
import { type Axis, compiledBy, eachPlace, type Ground, joinAxes } from '../ground.js'

/** Bytes of an element. */
export type Width = 1 | 2 | 4 | 8

/** Copies axes with steps [target, source] in elements, from one address to another. */
export type StridedCopy = (target: number, source: number, width: Width, axes: readonly Axis[]) => void

type LoadName = Exclude<MemoryName, `${string}store${string}`>
type StoreName = Extract<MemoryName, `${string}store${string}`>

const LOAD: { readonly [W in Width]: LoadName } = { 1: 'i32.load8_u', 2: 'i32.load16_u', 4: 'i32.load', 8: 'i64.load' }
const STORE: { readonly [W in Width]: StoreName } = {
  1: 'i32.store8',
  2: 'i32.store16',
  4: 'i32.store',
  8: 'i64.store',
}
const SPLAT: { readonly [W in Width]: LoadName } = {
  1: 'v128.load8_splat',
  2: 'v128.load16_splat',
  4: 'v128.load32_splat',
  8: 'v128.load64_splat',
}

export const advance = (pointer: Local, bytes: Code): Code => pointer.set(op('i32.add', pointer.get, bytes))
const countDown = (counter: Local): Code => counter.tee(op('i32.sub', counter.get, i32(1)))

export const moveElement = (width: Width, target: Code, source: Code): Code =>
  store(STORE[width], target, load(LOAD[width], source))

/** From here on a call of the engine's own copy pays. */
const LONG_ROW = 512

/** Copies `bytes` from `source` to `target`, whose locals are used up. */
export function moveRow(width: Width, target: Local, source: Local, bytes: Local): Code {
  const vector = [
    store('v128.store', target.get, load('v128.load', source.get)),
    advance(target, i32(16)),
    advance(source, i32(16)),
    bytes.set(op('i32.sub', bytes.get, i32(16))),
  ]
  const single = [
    moveElement(width, target.get, source.get),
    advance(target, i32(width)),
    advance(source, i32(width)),
    bytes.set(op('i32.sub', bytes.get, i32(width))),
  ]
  return when(
    op('i32.ge_u', bytes.get, i32(LONG_ROW)),
    [memoryCopy(target.get, source.get, bytes.get)],
    [loopWhile(op('i32.ge_u', bytes.get, i32(16)), ...vector), loopWhile(bytes.get, ...single)],
  )
}

/** (target, source, bytes) */
export function flatCopy(width: Width): FunctionBuilder {
  const f = new FunctionBuilder(`flat${width}`, ['i32', 'i32', 'i32'])
  return f.add(moveRow(width, f.param(0), f.param(1), f.param(2)))
}

/** Fills `bytes` from `target` on with copies of the element in all lanes of `value`. */
export function fillRow(width: Width, target: Local, bytes: Local, value: Local): Code {
  const lane = {
    1: 'v128.store8_lane',
    2: 'v128.store16_lane',
    4: 'v128.store32_lane',
    8: 'v128.store64_lane',
  } as const
  return [
    ...loopWhile(
      op('i32.ge_u', bytes.get, i32(16)),
      store('v128.store', target.get, value.get),
      advance(target, i32(16)),
      bytes.set(op('i32.sub', bytes.get, i32(16))),
    ),
    ...loopWhile(
      bytes.get,
      memoryLane(lane[width], target.get, value.get, 0),
      advance(target, i32(width)),
      bytes.set(op('i32.sub', bytes.get, i32(width))),
    ),
  ]
}

/** A function of two pointers and `levels` sizes, steps of the target and steps of the source in bytes: loops around `inner`. */
interface Nested {
  readonly builder: FunctionBuilder
  size(level: number): Code
  targetStep(level: number): Code
  sourceStep(level: number): Code
}

const LEVELS = 4

function nested(
  name: string,
  loops: number,
  inner: (nest: Nested, target: Local, source: Local) => readonly Code[],
): FunctionBuilder {
  const builder = new FunctionBuilder(
    name,
    Array.from({ length: 2 + 3 * LEVELS }, () => 'i32' as const),
  )
  const nest: Nested = {
    builder,
    size: level => builder.param(2 + level).get,
    targetStep: level => builder.param(2 + LEVELS + level).get,
    sourceStep: level => builder.param(2 + 2 * LEVELS + level).get,
  }
  const around = (level: number, target: Local, source: Local): readonly Code[] => {
    if (level === loops) return inner(nest, target, source)
    const [left, to, from] = [builder.local('i32'), builder.local('i32'), builder.local('i32')]
    return [
      left.set(nest.size(level)),
      to.set(target.get),
      from.set(source.get),
      repeatWhile(
        countDown(left),
        ...around(level + 1, to, from),
        advance(to, nest.targetStep(level)),
        advance(from, nest.sourceStep(level)),
      ),
    ]
  }
  return builder.add(...around(0, builder.param(0), builder.param(1)))
}

/** The innermost axis lies together in both: its size is in bytes. */
const rows = (width: Width): FunctionBuilder =>
  nested(`rows${width}`, 3, ({ builder, size }, target, source) => {
    const [to, from, bytes] = [builder.local('i32'), builder.local('i32'), builder.local('i32')]
    return [to.set(target.get), from.set(source.get), bytes.set(size(3)), moveRow(width, to, from, bytes)]
  })

/** One number of the source fills the innermost axis, whose size is in bytes. */
const splats = (width: Width): FunctionBuilder =>
  nested(`splats${width}`, 3, ({ builder, size }, target, source) => {
    const [to, bytes, value] = [builder.local('i32'), builder.local('i32'), builder.local('v128')]
    return [
      to.set(target.get),
      bytes.set(size(3)),
      value.set(load(SPLAT[width], source.get)),
      fillRow(width, to, bytes, value),
    ]
  })

const each = (width: Width): FunctionBuilder =>
  nested(`each${width}`, 4, (_, target, source) => [moveElement(width, target.get, source.get)])

/** The bytes of 32-bit lanes picked from two vectors. */
const lanes32 = (...lanes: readonly number[]): number[] => lanes.flatMap(l => [4 * l, 4 * l + 1, 4 * l + 2, 4 * l + 3])

/** Code that transposes the square of 4x4 or 2x2 elements in `rows` and stores each row of the result by `put`. */
export function transposeTile(
  builder: FunctionBuilder,
  width: 4 | 8,
  tile: readonly Local[],
  put: (row: number, value: Code) => Code,
): Code[] {
  const pick = (a: number, b: number, lanes: readonly number[]): Code =>
    shuffle((tile[a] as Local).get, (tile[b] as Local).get, lanes32(...lanes))
  if (width === 8) return [put(0, pick(0, 1, [0, 1, 4, 5])), put(1, pick(0, 1, [2, 3, 6, 7]))]
  const pairs = Array.from({ length: 4 }, () => builder.local('v128'))
  const [low0, low1, high0, high1] = pairs as [Local, Local, Local, Local]
  const join = (a: Local, b: Local, lanes: readonly number[]): Code => shuffle(a.get, b.get, lanes32(...lanes))
  return [
    low0.set(pick(0, 1, [0, 4, 1, 5])),
    low1.set(pick(2, 3, [0, 4, 1, 5])),
    high0.set(pick(0, 1, [2, 6, 3, 7])),
    high1.set(pick(2, 3, [2, 6, 3, 7])),
    put(0, join(low0, low1, [0, 1, 4, 5])),
    put(1, join(low0, low1, [2, 3, 6, 7])),
    put(2, join(high0, high1, [0, 1, 4, 5])),
    put(3, join(high0, high1, [2, 3, 6, 7])),
  ]
}

/** Bytes of the source's rows that are worked on together: a line of the cache. */
const STRIP = 32

/**
 * A transpose: axis 2 lies together in the source, axis 3 in the target. Both sizes are multiples of a tile's side. Strips of
 * axis 2 as wide as a line of the cache are walked along axis 3, so that a line is read once.
 */
const tiles = (width: 4 | 8): FunctionBuilder =>
  nested(`tiles${width}`, 2, ({ builder, size, targetStep, sourceStep }, target, source) => {
    const side = 16 / width
    const local = (): Local => builder.local('i32')
    const [to, from, rowTo, rowFrom, tileTo, tileFrom] = [local(), local(), local(), local(), local(), local()]
    const [strip, left, along, put, get] = [local(), local(), local(), local(), local()]
    const tile = Array.from({ length: side }, () => builder.local('v128'))
    const oneTile = [
      get.set(tileFrom.get),
      ...tile.flatMap((row, i) => [
        row.set(load('v128.load', get.get)),
        ...(i < side - 1 ? [advance(get, sourceStep(3))] : []),
      ]),
      put.set(tileTo.get),
      ...transposeTile(builder, width, tile, (row, value) => [
        ...store('v128.store', put.get, value),
        ...(row < side - 1 ? advance(put, targetStep(2)) : []),
      ]),
      advance(tileFrom, i32(16)),
      advance(tileTo, op('i32.mul', i32(side), targetStep(2))),
    ]
    const acrossStrip = [
      tileTo.set(rowTo.get),
      tileFrom.set(rowFrom.get),
      along.set(strip.get),
      repeatWhile(along.tee(op('i32.sub', along.get, i32(side))), ...oneTile),
      advance(rowTo, i32(16)),
      advance(rowFrom, op('i32.mul', i32(side), sourceStep(3))),
    ]
    const count = local()
    return [
      to.set(target.get),
      from.set(source.get),
      left.set(size(2)),
      repeatWhile(
        left.tee(op('i32.sub', left.get, strip.get)),
        strip.set(op('select', left.get, i32(STRIP / width), op('i32.lt_u', left.get, i32(STRIP / width)))),
        rowTo.set(to.get),
        rowFrom.set(from.get),
        count.set(size(3)),
        repeatWhile(count.tee(op('i32.sub', count.get, i32(side))), ...acrossStrip),
        advance(to, op('i32.mul', strip.get, targetStep(2))),
        advance(from, op('i32.mul', strip.get, i32(width))),
      ),
    ]
  })

const step = (axis: Axis | undefined, operand: 0 | 1): number => (axis as Axis).steps[operand] as number

/** From the axis with the largest steps in the target to the one with the smallest. */
function inTargetOrder(axes: readonly Axis[]): Axis[] {
  return joinAxes([...axes].sort((a, b) => Math.abs(step(b, 0)) - Math.abs(step(a, 0))))
}

export function stridedCopy(ground: Ground): StridedCopy {
  const rowsOf = compiledBy<Width>(ground, rows)
  const splatsOf = compiledBy<Width>(ground, splats)
  const eachOf = compiledBy<Width>(ground, each)
  const tilesOf = compiledBy<4 | 8>(ground, tiles)

  /** Calls a nest over the last four axes, once for each place of those before. */
  const run = (
    code: (...args: number[]) => number,
    target: number,
    source: number,
    width: Width,
    axes: readonly Axis[],
    bytes: boolean,
  ): void => {
    // Sizes, then the target's steps, then the source's; an axis that is missing has size 1.
    const shape = new Array<number>(3 * LEVELS).fill(0)
    for (let level = 0; level < LEVELS; level++) {
      const axis = axes[axes.length - LEVELS + level]
      shape[level] = axis?.size ?? 1
      if (axis === undefined) continue
      shape[LEVELS + level] = step(axis, 0) * width
      shape[2 * LEVELS + level] = step(axis, 1) * width
    }
    if (bytes) shape[LEVELS - 1] = (shape[LEVELS - 1] as number) * width
    if (axes.length <= LEVELS) {
      code(target, source, ...shape)
      return
    }
    eachPlace(axes.slice(0, -LEVELS), 2, ([t, s]) => {
      code(target + (t as number) * width, source + (s as number) * width, ...shape)
    })
  }

  /** The part of a transpose that fills whole tiles, then the two edges. */
  const transpose = (target: number, source: number, width: 4 | 8, axes: readonly Axis[]): void => {
    const side = 16 / width
    const [across, along] = axes.slice(-2) as [Axis, Axis]
    const outer = axes.slice(0, -2)
    const [wholeAcross, wholeAlong] = [across.size - (across.size % side), along.size - (along.size % side)]
    run(
      tilesOf(width),
      target,
      source,
      width,
      [...outer, { ...across, size: wholeAcross }, { ...along, size: wholeAlong }],
      false,
    )
    const edge = (a: number, l: number, acrossSize: number, alongSize: number): void => {
      if (acrossSize === 0 || alongSize === 0) return
      const [t, s] = [0, 1].map(i => (a * step(across, i as 0 | 1) + l * step(along, i as 0 | 1)) * width) as [
        number,
        number,
      ]
      run(
        eachOf(width),
        target + t,
        source + s,
        width,
        [...outer, { ...across, size: acrossSize }, { ...along, size: alongSize }],
        false,
      )
    }
    edge(0, wholeAlong, wholeAcross, along.size - wholeAlong)
    edge(wholeAcross, 0, across.size - wholeAcross, along.size)
  }

  return (target, source, width, given) => {
    if (given.some(axis => axis.size === 0)) return
    const axes = inTargetOrder(given)
    const last = axes.at(-1)
    if (last === undefined) {
      run(rowsOf(width), target, source, width, [{ size: 1, steps: [1, 1] }], true)
      return
    }
    const together = step(last, 0) === 1
    if (together && step(last, 1) === 1) run(rowsOf(width), target, source, width, axes, true)
    else if (together && step(last, 1) === 0) run(splatsOf(width), target, source, width, axes, true)
    else {
      const side = 16 / width
      const across = axes.findIndex(axis => step(axis, 1) === 1)
      const tiled = together && (width === 4 || width === 8) && across >= 0
      if (tiled && (axes[across] as Axis).size >= side && last.size >= side) {
        const outer = axes.filter((_, i) => i !== across && i !== axes.length - 1)
        transpose(target, source, width, [...outer, axes[across] as Axis, last])
      } else run(eachOf(width), target, source, width, axes, false)
    }
  }
}

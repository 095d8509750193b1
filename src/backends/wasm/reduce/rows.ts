// Folds rows that lie together in memory, or a block of rows into one row.
import {
  type Code,
  i32,
  type Local,
  load,
  loopWhile,
  memoryLane,
  op,
  repeatWhile,
  store,
} from '../assembler/expression.js'
import { FunctionBuilder } from '../assembler/module.js'
import { collect } from '../elementwise.js'
import { advance } from '../move/strided.js'
import { Vector } from '../vector.js'
import type { Fold } from './folds.js'

const STORE_LANE = {
  1: 'v128.store8_lane',
  2: 'v128.store16_lane',
  4: 'v128.store32_lane',
  8: 'v128.store64_lane',
} as const

/** A neutral vector with one element from memory. Bytes are only or-ed and and-ed: there it may be in all lanes. */
function single(v: Vector, fold: Fold, address: Code): Code {
  if (fold.width === 1) return load('v128.load8_splat', address)
  return memoryLane(fold.width === 8 ? 'v128.load64_lane' : 'v128.load32_lane', address, fold.neutral(v), 0)
}

/** Code that folds `left` bytes from `at` on into the state; both locals are used up. */
export function foldRow(v: Vector, fold: Fold, state: readonly Local[], at: Local, left: Local): Code {
  const absorb = (write: () => Code[]): Code[] => collect(v.builder, () => fold.absorb(v, state, write()))
  const eat = (bytes: number): Code[] => [advance(at, i32(bytes)), left.set(op('i32.sub', left.get, i32(bytes)))]
  const loops: Code[] = []
  if (fold.group > 1) {
    const bytes = 16 * fold.group
    const many = Array.from({ length: fold.group }, (_, i) => load('v128.load', at.get, 16 * i))
    loops.push(loopWhile(op('i32.ge_u', left.get, i32(bytes)), ...absorb(() => many), ...eat(bytes)))
  }
  loops.push(
    loopWhile(op('i32.ge_u', left.get, i32(16)), ...absorb(() => [load('v128.load', at.get)]), ...eat(16)),
    loopWhile(left.get, ...absorb(() => [single(v, fold, at.get)]), ...eat(fold.width)),
  )
  return loops.flat()
}

export const beginState = (v: Vector, fold: Fold, state: readonly Local[]): Code =>
  fold.begin(v).flatMap((code, i) => (state[i] as Local).set(code))

export const stateOf = (f: FunctionBuilder, v: Vector, fold: Fold): Local[] => fold.begin(v).map(() => f.local('v128'))

/** (target, source, rows, bytes of a row, bytes from row to row): one element for each row, one after the other. */
export function foldRows(name: string, fold: Fold): FunctionBuilder {
  const f = new FunctionBuilder(name, ['i32', 'i32', 'i32', 'i32', 'i32'])
  const v = new Vector(fold.lanes, f)
  const [target, source, rows, bytes, stride] = [0, 1, 2, 3, 4].map(i => f.param(i)) as [
    Local,
    Local,
    Local,
    Local,
    Local,
  ]
  const [at, left] = [f.local('i32'), f.local('i32')]
  const state = stateOf(f, v, fold)
  const finish = collect(f, () => memoryLane(STORE_LANE[fold.width], target.get, fold.across(v, state), 0))
  return f.add(
    repeatWhile(
      rows.tee(op('i32.sub', rows.get, i32(1))),
      beginState(v, fold, state),
      at.set(source.get),
      left.set(bytes.get),
      foldRow(v, fold, state, at, left),
      ...finish,
      advance(target, i32(fold.width)),
      advance(source, stride.get),
    ),
  )
}

/** Rows that are read at once. */
const ROWS = 8

/**
 * (target, state, source, rows, bytes of a row, bytes from row to row): folds the rows, lane by lane, into one. Rows have at
 * least 16 bytes; their last vector overlaps the one before where they are no multiple of it. `state` has room for the
 * running vectors of one row: numbers are read in the order in which they lie, which caches like.
 */
export function foldColumns(name: string, fold: Fold): FunctionBuilder {
  const f = new FunctionBuilder(name, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'])
  const v = new Vector(fold.lanes, f)
  const [target, memory, source, rows, bytes, stride] = [0, 1, 2, 3, 4, 5].map(i => f.param(i)) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ]
  const [at, kept, count, vectors, last] = [0, 1, 2, 3, 4].map(() => f.local('i32')) as [
    Local,
    Local,
    Local,
    Local,
    Local,
  ]
  const starts = Array.from({ length: ROWS }, () => f.local('i32'))
  const state = stateOf(f, v, fold)
  const loadState = state.flatMap((local, i) => local.set(load('v128.load', kept.get, 16 * i)))
  const saveState = state.flatMap((local, i) => store('v128.store', kept.get, local.get, 16 * i))

  /** Runs `body` for each vector of a row: `at` is its place in bytes, `kept` its state's address. */
  const eachVector = (...body: readonly Code[]): Code =>
    [
      at.set(i32(0)),
      kept.set(memory.get),
      count.set(vectors.get),
      repeatWhile(
        count.tee(op('i32.sub', count.get, i32(1))),
        ...body,
        advance(at, i32(16)),
        at.set(op('select', at.get, last.get, op('i32.lt_u', at.get, last.get))),
        advance(kept, i32(16 * state.length)),
      ),
    ].flat()
  const absorbAll = (xs: readonly Code[], together: boolean): Code[] => {
    if (together) return collect(f, () => fold.absorb(v, state, xs))
    return xs.flatMap(x => collect(f, () => fold.absorb(v, state, [x])))
  }
  const element = (start: Local): Code => load('v128.load', op('i32.add', start.get, at.get))
  const block = starts.map(element)

  return f.add(
    vectors.set(op('i32.shr_u', op('i32.add', bytes.get, i32(15)), i32(4))),
    last.set(op('i32.sub', bytes.get, i32(16))),
    beginState(v, fold, state),
    eachVector(saveState),
    loopWhile(
      op('i32.ge_u', rows.get, i32(ROWS)),
      ...starts.map((start, i) =>
        start.set(i === 0 ? source.get : op('i32.add', (starts[i - 1] as Local).get, stride.get)),
      ),
      eachVector(loadState, ...absorbAll(block, fold.group > 1), saveState),
      advance(source, op('i32.mul', stride.get, i32(ROWS))),
      rows.set(op('i32.sub', rows.get, i32(ROWS))),
    ),
    loopWhile(
      rows.get,
      eachVector(loadState, ...absorbAll([element(source)], true), saveState),
      advance(source, stride.get),
      rows.set(op('i32.sub', rows.get, i32(1))),
    ),
    eachVector(
      loadState,
      ...collect(f, () => store('v128.store', op('i32.add', target.get, at.get), fold.apart(v, state))),
    ),
  )
}

// Puts elementwise primitives that follow each other into one loop: each number is read once, and what only the next one needs is never
// written.
import type { Dims } from '../tensor/primitives.js'
import type { FusedOp, FusedSource, FusedValue, KernelOp, ProgramOp, ProgramWindow } from '../tensor/program.js'
import { type Shape, sameShape } from '../tensor/shape.js'
import { isWhole } from './prune.js'

/** More values, and the registers of a loop would spill. */
const MOST_VALUES = 48
/** Loops of more values than this leave sums to a kernel: they add eight vectors at once, each with all that it is computed from. */
const MOST_BEFORE_SUM = 6
const MOST_INPUTS = 16

export interface FuseOptions {
  readonly lengths: readonly number[]
  /** Whether the backend can put a primitive into a loop with others. */
  readonly canFuse: (op: KernelOp) => boolean
  /** Whether it can end such a loop with a sum over the last axis. */
  readonly canSum: (op: KernelOp) => boolean
  /** Buffers that are read after the call. */
  readonly lasting: ReadonlySet<number>
}

/** A loop in the making: elementwise primitives, and sums of what they make over the last axis. Open loops know nothing of each other: none reads or writes what another one writes. */
type FusedOutput = FusedOp['outputs'][number]

interface Loop {
  readonly shape: Shape
  readonly ops: KernelOp[]
  readonly reads: Set<number>
  readonly writes: Set<number>
}

/** The operations in the order of a program: those of one loop together. */
export function grouped(ops: readonly KernelOp[], options: FuseOptions): KernelOp[][] {
  const out: (KernelOp | Loop)[] = []
  const open = new Set<Loop>()
  const close = (loop: Loop): void => {
    open.delete(loop)
    out.push(loop)
  }
  for (const op of ops) {
    const met = [...open].filter(loop => conflicts(op, loop))
    const [only] = met
    if (met.length === 1 && only !== undefined && endsIn(op, only, options)) {
      add(only, op)
      continue
    }
    const joins = options.canFuse(op) && isWhole(op.out, options.lengths)
    const fits = joins && met.length > 0 && met.every(loop => canJoin(op, loop, options)) && hasRoom(op, met)
    if (fits) {
      const [first, ...others] = met as [Loop, ...Loop[]]
      for (const loop of others) {
        open.delete(loop)
        absorb(first, loop)
      }
      add(first, op)
      continue
    }
    for (const loop of met) close(loop)
    if (joins) open.add(add({ shape: op.out.shape, ops: [], reads: new Set(), writes: new Set() }, op))
    else out.push(op)
  }
  for (const loop of open) out.push(loop)
  return out.map(item => ('kind' in item ? [item] : item.ops))
}

/** Groups as what a program does. One primitive alone stays that primitive. */
export function inLoops(groups: readonly (readonly KernelOp[])[], lasting: ReadonlySet<number>): ProgramOp[] {
  const uses = usesOf(groups.flat())
  return groups.map(ops => loopOp(ops, uses, lasting))
}

function conflicts({ inputs, out }: KernelOp, { reads, writes }: Loop): boolean {
  return writes.has(out.buffer) || reads.has(out.buffer) || inputs.some(({ buffer }) => writes.has(buffer))
}

/** Whether what both touch, and one of them writes, is the very same window: element i of one is element i of the other. */
function canJoin({ inputs, out }: KernelOp, loop: Loop, { lengths }: FuseOptions): boolean {
  if (!sameShape(loop.shape, out.shape)) return false
  const aligned = (window: ProgramWindow): boolean => isWhole(window, lengths) && sameShape(window.shape, loop.shape)
  const written = (buffer: number): boolean => loop.writes.has(buffer) || buffer === out.buffer
  return (
    inputs.every(window => !written(window.buffer) || aligned(window)) &&
    loop.ops.every(({ inputs: others }) => others.every(window => window.buffer !== out.buffer || aligned(window)))
  )
}

/** Whether an operation is a sum, row by row, of what a loop makes. */
function endsIn(op: KernelOp, { shape, ops, reads, writes }: Loop, { lengths, canSum }: FuseOptions): boolean {
  const [input] = op.inputs
  if (op.name !== 'sum' || input === undefined || !canSum(op)) return false
  const { dims } = op.params as Dims
  const last = shape.length - 1
  return (
    dims.length === 1 &&
    dims[0] === last &&
    (shape[last] as number) > 1 &&
    sameShape(input.shape, shape) &&
    isWhole(input, lengths) &&
    isWhole(op.out, lengths) &&
    ops.some(({ out }) => out.buffer === input.buffer) &&
    ops.length <= MOST_BEFORE_SUM &&
    !reads.has(op.out.buffer) &&
    !writes.has(op.out.buffer)
  )
}

function hasRoom(op: KernelOp, loops: readonly Loop[]): boolean {
  const values = loops.reduce((sum, { ops }) => sum + ops.length, 1)
  const reads = new Set([...loops.flatMap(loop => [...loop.reads]), ...op.inputs.map(({ buffer }) => buffer)])
  // What the loop has made itself is in its registers.
  for (const { writes } of loops) for (const buffer of writes) reads.delete(buffer)
  return values <= MOST_VALUES && reads.size <= MOST_INPUTS
}

function add(loop: Loop, op: KernelOp): Loop {
  loop.ops.push(op)
  loop.writes.add(op.out.buffer)
  for (const { buffer } of op.inputs) loop.reads.add(buffer)
  return loop
}

function absorb(loop: Loop, other: Loop): void {
  for (const op of other.ops) add(loop, op)
}

/** How many operations touch each buffer. */
function usesOf(ops: readonly KernelOp[]): Map<number, number> {
  const uses = new Map<number, number>()
  for (const op of ops) for (const buffer of touched(op)) uses.set(buffer, (uses.get(buffer) ?? 0) + 1)
  return uses
}

const touched = ({ inputs, out }: KernelOp): Set<number> => new Set([out.buffer, ...inputs.map(({ buffer }) => buffer)])

function loopOp(ops: readonly KernelOp[], uses: ReadonlyMap<number, number>, lasting: ReadonlySet<number>): ProgramOp {
  const first = ops[0] as KernelOp
  if (ops.length === 1) return first
  const here = usesOf(ops)
  const inputs: ProgramWindow[] = []
  const numbers = new Map<string, number>()
  const values: FusedValue[] = []
  const current = new Map<number, { value: number; to: ProgramWindow }>()
  const sums: FusedOutput[] = []
  const source = (window: ProgramWindow): FusedSource => {
    const made = current.get(window.buffer)
    if (made !== undefined) return { value: made.value }
    const key = JSON.stringify([window.buffer, window.offset, window.shape, window.layout])
    const known = numbers.get(key)
    if (known !== undefined) return { input: known }
    numbers.set(key, inputs.length)
    inputs.push(window)
    return { input: inputs.length - 1 }
  }
  for (const op of ops) {
    const sources = op.inputs.map(source)
    if (op.name === 'sum') {
      sums.push({ value: (sources[0] as { value: number }).value, to: op.out })
      continue
    }
    current.set(op.out.buffer, { value: values.length, to: op.out })
    values.push({ name: op.name, params: op.params, sources, dtype: op.out.dtype })
  }
  const outputs = [...current.values()].filter(
    ({ to }) => lasting.has(to.buffer) || (uses.get(to.buffer) as number) > (here.get(to.buffer) as number),
  )
  return { kind: 'fused', shape: first.out.shape, inputs, values, outputs, sums, parts: ops } satisfies FusedOp
}

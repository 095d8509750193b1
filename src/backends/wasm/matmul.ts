// Matrix products on the heap: blocks that fit the caches, batches, dtypes.
import type { Kernel, Kernels, Operand } from '../../tensor/backend.js'
import { DTYPES } from '../../tensor/dtype.js'
import { sizeOf } from '../../tensor/shape.js'
import { type Compiled, compile } from './assembler/module.js'
import { columnsOf, type GemmLanes, multiplier, packer, ROWS } from './gemm.js'
import type { KernelHeap } from './ground.js'
import type { WasmStorage } from './memory/storage.js'
import { addressOf, stridesIn } from './walk.js'

/** Rows of A, depth, and columns of B that are packed at once: A's block stays in the second-level cache beside B's. */
const BLOCK = { rows: 128, depth: 256, columns: 512 }

/** Up to so many elements B is read as it lies: packing would take longer than it saves. */
const DIRECT = 16384

/** Products of fewer multiplications are made here: with OpenBLAS both take as long at 8,000 to 14,000. */
const LEAST_FOR_OTHERS = 16384

/** A matrix in memory: distances of rows and columns in bytes. */
export interface Block {
  readonly address: number
  readonly row: number
  readonly column: number
}

interface Functions {
  readonly packA: Compiled
  readonly packB: Compiled
  readonly multiply: Compiled
  readonly direct: Compiled
  readonly bytes: number
}

/** Products of matrices of one heap. */
export class Gemm {
  private readonly known = new Map<GemmLanes, Functions>()
  private scratch: { a: WasmStorage; b: WasmStorage; tile: WasmStorage } | undefined

  constructor(private readonly heap: KernelHeap) {}

  private functions(lanes: GemmLanes): Functions {
    let found = this.known.get(lanes)
    if (found === undefined) {
      const parts = [
        packer('packA', lanes, ROWS),
        packer('packB', lanes, columnsOf(lanes)),
        multiplier('multiply', lanes, 'packed'),
        multiplier('direct', lanes, 'direct'),
      ]
      const compiled = compile(parts, this.heap.memory) as {
        packA: Compiled
        packB: Compiled
        multiply: Compiled
        direct: Compiled
      }
      found = { ...compiled, bytes: lanes === 'f32x4' ? 4 : 8 }
      this.known.set(lanes, found)
    }
    return found
  }

  /** c = a b, or c += a b. `c` has rows of `columns` elements that lie together, `c.row` apart. */
  multiply(
    lanes: GemmLanes,
    rows: number,
    columns: number,
    depth: number,
    a: Block,
    b: Block,
    c: Block,
    add: boolean,
  ): void {
    if (rows * columns * depth >= LEAST_FOR_OTHERS && this.byOthers(lanes, rows, columns, depth, a, b, c, add)) return
    const { packA, packB, multiply, direct, bytes } = this.functions(lanes)
    const scratch = this.scratchOnce()
    const panel = columnsOf(lanes) * bytes
    if (
      rows <= BLOCK.rows &&
      depth <= BLOCK.depth &&
      depth * columns <= DIRECT &&
      b.column === bytes &&
      (columns * bytes) % panel === 0
    ) {
      packA(rows, depth, a.address, a.row, a.column, scratch.a.pointer)
      direct(
        rows,
        columns,
        depth,
        scratch.a.pointer,
        b.address,
        c.address,
        c.row,
        add ? 1 : 0,
        scratch.tile.pointer,
        b.row,
        panel,
      )
      return
    }
    for (let j = 0; j < columns; j += BLOCK.columns) {
      const wide = Math.min(BLOCK.columns, columns - j)
      for (let k = 0; k < depth; k += BLOCK.depth) {
        const deep = Math.min(BLOCK.depth, depth - k)
        packB(wide, deep, b.address + k * b.row + j * b.column, b.column, b.row, scratch.b.pointer)
        for (let i = 0; i < rows; i += BLOCK.rows) {
          const tall = Math.min(BLOCK.rows, rows - i)
          packA(tall, deep, a.address + i * a.row + k * a.column, a.row, a.column, scratch.a.pointer)
          const to = c.address + i * c.row + j * bytes
          multiply(
            tall,
            wide,
            deep,
            scratch.a.pointer,
            scratch.b.pointer,
            to,
            c.row,
            add || k > 0 ? 1 : 0,
            scratch.tile.pointer,
          )
        }
      }
    }
  }

  /** Whether somebody else has made the product. */
  private byOthers(
    lanes: GemmLanes,
    rows: number,
    columns: number,
    depth: number,
    a: Block,
    b: Block,
    c: Block,
    add: boolean,
  ): boolean {
    const others = this.heap.products?.()
    if (others === undefined) return false
    const bytes = lanes === 'f32x4' ? 4 : 8
    const [left, right] = [orderOf(a, rows, depth, bytes), orderOf(b, depth, columns, bytes)]
    if (left === undefined || right === undefined || c.row < columns * bytes) return false
    // biome-ignore format: matrix by matrix
    others[lanes](
      rows, columns, depth, a.address, left.turned, left.step, b.address, right.turned, right.step,
      c.address, c.row / bytes, add ? 1 : 0,
    )
    return true
  }

  private scratchOnce(): { a: WasmStorage; b: WasmStorage; tile: WasmStorage } {
    const room = (length: number): WasmStorage => this.heap.workspace('float64', length)
    this.scratch ??= { a: room(BLOCK.rows * BLOCK.depth), b: room((BLOCK.columns + 8) * BLOCK.depth), tile: room(64) }
    return this.scratch
  }
}

/** How a matrix lies: by rows or, turned, by columns, so many elements apart. Undefined where it lies otherwise. */
function orderOf(
  { row, column }: Block,
  rows: number,
  columns: number,
  bytes: number,
): { turned: 0 | 1; step: number } | undefined {
  const step = (distance: number, count: number, length: number): number =>
    count === 1 ? Math.max(length, 1) : distance / bytes
  const [byRow, byColumn] = [step(row, rows, columns), step(column, columns, rows)]
  if ((column === bytes || columns === 1) && byRow >= columns) return { turned: 0, step: byRow }
  if ((row === bytes || rows === 1) && byColumn >= rows) return { turned: 1, step: byColumn }
  return undefined
}

export function matmulKernel(heap: KernelHeap, gemm: Gemm, loops: Kernels): Kernel<'matmul'> {
  const inFloat32 = throughFloat32(heap, (inputs, out) => product(inputs, out, 'f32x4'))

  function product(inputs: readonly Operand[], out: Operand, lanes: GemmLanes): void {
    const [a, b] = inputs as [Operand, Operand]
    const bytes = DTYPES[a.dtype].bytes
    const rank = out.shape.length
    const [rows, columns] = [out.shape[rank - 2] as number, out.shape[rank - 1] as number]
    const depth = a.shape[a.shape.length - 1] as number
    if (sizeOf(out.shape) === 0) return
    if (depth === 0) {
      clear(heap, out)
      return
    }
    const [sa, sb] = [stridesOfLast(a), stridesOfLast(b)]
    const matrixA = { address: addressOf(a), row: sa[0] * bytes, column: sa[1] * bytes }
    const matrixB = { address: addressOf(b), row: sb[0] * bytes, column: sb[1] * bytes }
    const matrixC = { address: addressOf(out), row: columns * bytes, column: bytes }
    if (rank === 2) {
      gemm.multiply(lanes, rows, columns, depth, matrixA, matrixB, matrixC, false)
      return
    }
    const batch = out.shape.slice(0, -2)
    eachMatrix(batch, [batchStrides(a, batch), batchStrides(b, batch)], (place, [atA, atB]) => {
      gemm.multiply(
        lanes,
        rows,
        columns,
        depth,
        { ...matrixA, address: matrixA.address + (atA as number) * bytes },
        { ...matrixB, address: matrixB.address + (atB as number) * bytes },
        { ...matrixC, address: matrixC.address + place * rows * columns * bytes },
        false,
      )
    })
  }

  return (inputs, out, params) => {
    const { dtype } = out
    if (dtype === 'float32') product(inputs, out, 'f32x4')
    else if (dtype === 'float64') product(inputs, out, 'f64x2')
    else if (dtype === 'float16' || dtype === 'bfloat16') inFloat32(inputs, out)
    else loops.matmul(inputs, out, params)
  }
}

/** Runs a float32 kernel on 16-bit floats: widened before, rounded once after. */
export function throughFloat32(heap: KernelHeap, run: (inputs: readonly Operand[], out: Operand) => void) {
  return (inputs: readonly Operand[], out: Operand): void => {
    const used: WasmStorage[] = []
    const wide = (x: Operand): Operand => {
      const storage = heap.allocate('float32', sizeOf(x.shape))
      used.push(storage)
      return { storage, offset: 0, shape: x.shape, layout: undefined, dtype: 'float32' }
    }
    const { kernels } = out.storage.backend
    const widened = inputs.map(x => {
      const to = wide(x)
      kernels.cast([x], to, { dtype: 'float32' })
      return to
    })
    const result = wide(out)
    run(widened, result)
    kernels.cast([result], out, { dtype: out.dtype })
    for (const storage of used) heap.release(storage)
  }
}

function stridesOfLast(x: Operand): [number, number] {
  const rank = x.shape.length
  if (x.layout === undefined) return [x.shape[rank - 1] as number, 1]
  return [x.layout[rank - 2] as number, x.layout[rank - 1] as number]
}

/** Steps of a batch's axes, in elements; 0 where a matrix is repeated. */
function batchStrides(x: Operand, batch: readonly number[]): number[] {
  const missing = batch.length - (x.shape.length - 2)
  const own = stridesIn(x, x.shape)
  return batch.map((_, i) => (i < missing || x.shape[i - missing] === 1 ? 0 : (own[i - missing] as number)))
}

function eachMatrix(
  batch: readonly number[],
  strides: readonly number[][],
  visit: (place: number, offsets: number[]) => void,
): void {
  const count = sizeOf(batch)
  for (let place = 0; place < count; place++) {
    let rest = place
    const offsets = strides.map(() => 0)
    for (let axis = batch.length - 1; axis >= 0; axis--) {
      const size = batch[axis] as number
      const index = rest % size
      rest = (rest - index) / size
      strides.forEach((of, i) => {
        offsets[i] = (offsets[i] as number) + index * (of[axis] as number)
      })
    }
    visit(place, offsets)
  }
}

/** Zeros. */
export function clear(heap: KernelHeap, out: Operand): void {
  new Uint8Array(heap.memory.buffer).fill(
    0,
    addressOf(out),
    addressOf(out) + sizeOf(out.shape) * DTYPES[out.dtype].bytes,
  )
}

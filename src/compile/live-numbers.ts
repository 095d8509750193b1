// The numbers of the host that a program asks for at each call: computed in their order, and brought to the backend dtype by dtype.
import type { Backend, Storage } from '../tensor/backend.js'
import { DTYPES, type DType, type StoredArray } from '../tensor/dtype.js'
import type { ProgramWindow } from '../tensor/program.js'
import type { TracedBuffer } from './trace.js'

/** The numbers of one dtype: one after the other in a storage, so that one write brings them all. */
interface Block {
  readonly storage: Storage
  readonly array: StoredArray
  /** Which of all numbers goes to each place. */
  readonly sources: readonly number[]
}

export class LiveNumbers {
  private readonly values: Float64Array
  private readonly blocks: readonly Block[]
  /** The storage of each buffer that holds such a number, and its place there. */
  private readonly places = new Map<number, { readonly storage: Storage; readonly at: number }>()

  constructor(
    private readonly computes: readonly (() => number)[],
    buffers: readonly TracedBuffer[],
    private readonly backend: Backend,
  ) {
    this.values = new Float64Array(computes.length)
    const numbered = [...buffers.entries()].filter(([, { source }]) => source.kind === 'number')
    const dtypes = [...new Set(numbered.map(([, { dtype }]) => dtype))]
    this.blocks = dtypes.map(dtype =>
      this.block(
        dtype,
        numbered.filter(([, buffer]) => buffer.dtype === dtype),
      ),
    )
  }

  private block(dtype: DType, numbered: readonly (readonly [number, TracedBuffer])[]): Block {
    const storage = this.backend.allocate(dtype, numbered.length)
    const sources = numbered.map(([id, { source }], at) => {
      this.places.set(id, { storage, at })
      return source.kind === 'number' ? this.computes.indexOf(source.compute) : -1
    })
    return { storage, array: new DTYPES[dtype].array(numbered.length), sources }
  }

  /** How many there are. */
  get count(): number {
    return this.computes.length
  }

  /** Where the number of a buffer lies. */
  storageOf(buffer: number): Storage | undefined {
    return this.places.get(buffer)?.storage
  }

  /** A window on a number's own buffer as one on the storage that all of its dtype share. */
  moved(window: ProgramWindow): ProgramWindow {
    const place = this.places.get(window.buffer)
    return place === undefined ? window : { ...window, offset: window.offset + place.at }
  }

  /** Asks for all of them, and writes them where programs read them. */
  refresh(): void {
    const { computes, values, blocks } = this
    for (let i = 0; i < computes.length; i++) values[i] = (computes[i] as () => number)()
    for (const { storage, array, sources } of blocks) {
      for (let i = 0; i < sources.length; i++) array[i] = values[sources[i] as number] as number
      this.backend.write(storage, array, 0)
    }
  }
}

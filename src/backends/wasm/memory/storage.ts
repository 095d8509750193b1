// A storage on the heap: a pointer, and who keeps its memory.
import type { Backend, Storage } from '../../../tensor/backend.js'
import type { DType } from '../../../tensor/dtype.js'
import type { Block } from './heap.js'

export class WasmStorage implements Storage {
  version = 0
  holders = -1

  constructor(
    readonly backend: Backend,
    readonly dtype: DType,
    readonly length: number,
    /** Address of the first byte; 0 after release. */
    public pointer: number,
    /** What its memory belongs to: while this storage lives, so does that. */
    public block: Block | undefined,
  ) {}
}

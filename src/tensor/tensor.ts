// The Tensor: a strided window on a storage, with a place in the graph. Its methods are the operations of ops/, joined to it
// in methods.ts.
import type { Storage } from './backend.js'
import type { DType } from './dtype.js'
import type { GraphNode } from './graph.js'
import type { Methods } from './methods.js'
import { rowMajor, type Shape, sizeOf } from './shape.js'

const BRAND = Symbol.for('gradlab.tensor')

// The methods are joined to the prototype in methods.ts.
export interface Tensor extends Methods {}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: see above
export class Tensor {
  readonly storage: Storage
  /** First element on the storage, counted in elements. */
  readonly offset: number
  /** Sizes of the axes; `[]` for a single number. */
  readonly shape: Shape
  /** Strides in elements where they are not row-major. */
  readonly layout: readonly number[] | undefined
  readonly dtype: DType
  /** Its place in the graph: set where a gradient flows. */
  node: GraphNode | undefined
  /** The tensor whose storage this one sees, where it is a view. */
  readonly base: Tensor | undefined
  /** The gradient that backward has summed up: for leaves, and where retainGrad() was called; null before. */
  grad: Tensor | null
  /** Directions of forward mode by level; undefined outside of jvp. */
  tangents: Map<number, Tensor> | undefined
  /** How often a write in place has moved the node; on a view: how often that of its base had moved when it was made. */
  rebased: number

  constructor(
    storage: Storage,
    offset: number,
    shape: Shape,
    layout: readonly number[] | undefined,
    dtype: DType,
    base: Tensor | undefined,
  ) {
    this.storage = storage
    this.offset = offset
    this.shape = shape
    this.layout = layout
    this.dtype = dtype
    this.node = undefined
    this.base = base
    this.grad = null
    this.tangents = undefined
    this.rebased = base === undefined ? 0 : base.rebased
  }

  /** Number of axes. */
  get ndim(): number {
    return this.shape.length
  }

  /** Number of elements; PyTorch's `numel()`. */
  get size(): number {
    return sizeOf(this.shape)
  }

  /** Strides in elements. */
  get strides(): readonly number[] {
    return this.layout ?? rowMajor(this.shape)
  }

  /** Name of the backend that holds the numbers. */
  get device(): string {
    return this.storage.backend.name
  }
}

Object.defineProperty(Tensor.prototype, BRAND, { value: true })

/**
 * Whether a value is a tensor, also one of another copy of this package.
 *
 * @example
 * isTensor(3) // false
 * @torch torch.is_tensor
 */
export function isTensor(value: unknown): value is Tensor {
  return value instanceof Tensor || (typeof value === 'object' && value !== null && BRAND in value)
}

// Running one primitive on the reference backend, and seeing what comes out as plain numbers.
import { referenceBackend } from '#src/backends/reference/backend.js'
import { decodeTable } from '#src/backends/reference/half.js'
import { stored } from '#src/backends/reference/memory.js'
import { DTYPES, type DType } from '#src/tensor/dtype.js'
import { compute } from '#src/tensor/engine.js'
import type { KernelName, PrimitiveParams } from '#src/tensor/primitives.js'
import { isRowMajor, rowMajor, type Shape, sizeOf } from '#src/tensor/shape.js'
import { Tensor } from '#src/tensor/tensor.js'

export interface Plain {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly data: readonly number[]
}

/** What a primitive makes of some operands. */
export interface Answer {
  readonly name: KernelName
  readonly inputs: readonly Plain[]
  readonly params: object
  readonly result: Plain
}

export const backend = referenceBackend()

/** How the elements of a tensor lie in its storage. */
export interface Layout {
  readonly strides: readonly number[]
  readonly offset: number
  readonly length: number
}

export function dense(shape: Shape): Layout {
  return { strides: rowMajor(shape), offset: 0, length: sizeOf(shape) }
}

/** Behind three elements that do not belong to it. */
export function shifted(shape: Shape): Layout {
  return { strides: rowMajor(shape), offset: 3, length: sizeOf(shape) + 5 }
}

/** With two places left out after each element, and more after each row. */
export function gapped(shape: Shape): Layout {
  const strides = rowMajor(shape.map(size => size + 1)).map(stride => stride * 3)
  return { strides, offset: 2, length: shape.reduce((sum, size, i) => sum + size * strides[i]!, 3) }
}

/** The axes in the opposite order, as after a transposition. */
export function turned(shape: Shape): Layout {
  return { ...dense(shape), strides: rowMajor([...shape].reverse()).reverse() }
}

/** A tensor with the given numbers; what lies between its elements is 99. */
export function make({ dtype, shape, data }: Plain, layoutOf: (shape: Shape) => Layout = dense): Tensor {
  const { strides, offset, length } = layoutOf(shape)
  const array = new DTYPES[dtype].array(length).fill(stored(99, dtype))
  data.forEach((value, i) => {
    let [place, left] = [offset, i]
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += (left % shape[axis]!) * strides[axis]!
      left = Math.floor(left / shape[axis]!)
    }
    array[place] = stored(value, dtype)
  })
  const storage = backend.allocate(dtype, length)
  backend.write(storage, array, 0)
  return new Tensor(storage, offset, shape, isRowMajor(shape, strides) ? undefined : strides, dtype, undefined)
}

export function float64(data: readonly number[], shape: Shape = [data.length]): Tensor {
  return make({ dtype: 'float64', shape, data })
}

export function int32(data: readonly number[], shape: Shape = [data.length]): Tensor {
  return make({ dtype: 'int32', shape, data })
}

/** A row-major tensor's numbers. */
export function plain(x: Tensor): Plain {
  const bits = Array.from(x.storage.backend.read(x.storage, x.offset, sizeOf(x.shape)))
  const { dtype } = x
  const data = dtype === 'float16' || dtype === 'bfloat16' ? bits.map(b => decodeTable(dtype)[b]!) : bits
  return { dtype, shape: x.shape, data }
}

export function run<P extends KernelName>(name: P, inputs: readonly Tensor[], params: PrimitiveParams[P]): Plain {
  return plain(compute(name, inputs, params, backend))
}

/** The distance of two numbers in units of the last place of the second, at the size of float64's normal numbers. */
export function ulps(got: number, expected: number): number {
  if (Object.is(got, expected)) return 0
  if (!Number.isFinite(expected) || !Number.isFinite(got)) return Infinity
  const exponent = Math.floor(Math.log2(Math.max(Math.abs(expected), 2 ** -1022)))
  return Math.abs(got - expected) / 2 ** (exponent - 52)
}

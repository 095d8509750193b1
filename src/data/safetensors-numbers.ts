// The element types of files, by safetensors' names: how the bytes of each become a tensor, and a tensor its bytes. Little-endian, as the
// typed arrays of every machine that Node and browsers run on.
import { fromArray, type TypedArray } from '../tensor/create.js'
import type { DType } from '../tensor/dtype.js'
import type { Tensor } from '../tensor/tensor.js'
import { DataError } from './errors.js'

/** Where a file has 64-bit (or unsigned 32-bit) whole numbers: the dtype that they get. */
export type WideIntegers = 'int32' | 'float64'

interface Reading {
  /** What is read, for messages: `safetensors: weight`. */
  readonly name: string
  readonly shape: readonly number[]
  readonly wide: WideIntegers
  readonly device: string | undefined
}

interface ElementType {
  /** Bits of one element: some kinds of other programs have fewer than 8. */
  readonly bits: number
  /** `bytes` begin at a multiple of 8 and belong to the tensor alone. Undefined: a kind that no dtype here can hold. */
  readonly read?: (bytes: Uint8Array, reading: Reading) => Tensor
}

/** A view of all bytes as numbers of another size. */
type View<A> = new (buffer: ArrayBufferLike, offset: number, length: number) => A

function viewed<A>(Kind: View<A> & { readonly BYTES_PER_ELEMENT: number }, bytes: Uint8Array): A {
  return new Kind(bytes.buffer, bytes.byteOffset, bytes.byteLength / Kind.BYTES_PER_ELEMENT)
}

/** Kinds whose numbers a tensor takes as they are. */
function plain<A extends TypedArray>(
  Kind: View<A> & { readonly BYTES_PER_ELEMENT: number },
  dtype: DType,
): ElementType {
  const read = (bytes: Uint8Array, { shape, device }: Reading): Tensor =>
    fromArray(viewed(Kind, bytes), shape, { dtype, device })
  return { bits: 8 * Kind.BYTES_PER_ELEMENT, read }
}

/** 16-bit floats, from their bits. */
function half(dtype: 'float16' | 'bfloat16', widened: (bits: Uint16Array) => Float32Array): ElementType {
  const read = (bytes: Uint8Array, { shape, device }: Reading): Tensor =>
    fromArray(widened(viewed(Uint16Array, bytes)), shape, { dtype, device })
  return { bits: 16, read }
}

/** Whole numbers that may be beyond int32. */
function wideInteger(
  Kind: View<Uint32Array | BigInt64Array | BigUint64Array> & { readonly BYTES_PER_ELEMENT: number },
): ElementType {
  const read = (bytes: Uint8Array, { name, shape, wide, device }: Reading): Tensor => {
    const numbers = viewed(Kind, bytes)
    const [low, high] =
      wide === 'int32' ? [-0x8000_0000, 0x7fff_ffff] : [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]
    const out = new Float64Array(numbers.length)
    for (let i = 0; i < numbers.length; i++) {
      // A bigint beyond 2^53 rounds to a number that is beyond it, too.
      out[i] = Number(numbers[i])
      if ((out[i] as number) < low || (out[i] as number) > high) throw beyond(name, String(numbers[i]), wide)
    }
    return fromArray(out, shape, { dtype: wide, device })
  }
  return { bits: 8 * Kind.BYTES_PER_ELEMENT, read }
}

function beyond(name: string, number: string, wide: WideIntegers): DataError {
  return new DataError('DATA_FORMAT', `${name} holds ${number}, which ${wide} cannot hold exactly.`, {
    next:
      wide === 'int32'
        ? "Read with { wideIntegers: 'float64' }: exact up to 2^53."
        : 'No dtype here has whole numbers of that size.',
  })
}

const bool: ElementType = {
  bits: 8,
  read: (bytes, { name, shape, device }) => {
    const odd = bytes.find(byte => byte > 1)
    if (odd !== undefined) {
      throw new DataError('DATA_FORMAT', `${name} is bool and holds the byte ${odd}, neither 0 nor 1.`, {
        next: 'The file is damaged.',
      })
    }
    return fromArray(bytes, shape, { dtype: 'bool', device })
  },
}

/** Every kind that the format knows, by its name there, in the format's own order: files are written from the last to the first. */
export const ELEMENT_TYPES: Readonly<Record<string, ElementType>> = {
  BOOL: bool,
  F4: { bits: 4 },
  F6_E2M3: { bits: 6 },
  F6_E3M2: { bits: 6 },
  U8: plain(Uint8Array, 'int32'),
  I8: plain(Int8Array, 'int32'),
  F8_E5M2: { bits: 8 },
  F8_E4M3: { bits: 8 },
  F8_E8M0: { bits: 8 },
  F8_E4M3FNUZ: { bits: 8 },
  F8_E5M2FNUZ: { bits: 8 },
  I16: plain(Int16Array, 'int32'),
  U16: plain(Uint16Array, 'int32'),
  F16: half('float16', fromHalfBits),
  BF16: half('bfloat16', fromBrainBits),
  I32: plain(Int32Array, 'int32'),
  U32: wideInteger(Uint32Array),
  F32: plain(Float32Array, 'float32'),
  C64: { bits: 64 },
  F64: plain(Float64Array, 'float64'),
  I64: wideInteger(BigInt64Array),
  U64: wideInteger(BigUint64Array),
}

/** The format's names for our dtypes. */
export const NAME_OF: { readonly [D in DType]: string } = {
  bool: 'BOOL',
  float16: 'F16',
  bfloat16: 'BF16',
  int32: 'I32',
  float32: 'F32',
  float64: 'F64',
}

/** The numbers of a tensor as the bytes of a file. */
export function bytesOf(x: Tensor): Uint8Array {
  const numbers = x.data()
  if (x.dtype === 'float16') return asBytes(toHalfBits(numbers as Float32Array))
  if (x.dtype === 'bfloat16') return asBytes(toBrainBits(numbers as Float32Array))
  return asBytes(numbers)
}

function asBytes({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** bfloat16 is the upper half of a float32. */
function fromBrainBits(bits: Uint16Array): Float32Array {
  const words = Uint32Array.from(bits, half => half << 16)
  return new Float32Array(words.buffer)
}

function toBrainBits(numbers: Float32Array): Uint16Array {
  return Uint16Array.from(new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length), word => word >>> 16)
}

/** float16: a sign, 5 bits of exponent with bias 15, 10 bits of fraction. */
function fromHalfBits(bits: Uint16Array): Float32Array {
  return Float32Array.from(bits, half => {
    const sign = half & 0x8000 ? -1 : 1
    const exponent = (half >> 10) & 0x1f
    const fraction = half & 0x3ff
    if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25)
  })
}

/** Of numbers that float16 has exactly, since they come from it. */
function toHalfBits(numbers: Float32Array): Uint16Array {
  const words = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length)
  return Uint16Array.from(numbers, (number, i) => {
    const word = words[i] as number
    const sign = (word >>> 16) & 0x8000
    const size = Math.abs(number)
    if (Number.isNaN(number)) return 0x7e00
    if (size === Number.POSITIVE_INFINITY) return sign | 0x7c00
    if (size < 2 ** -14) return sign | (size * 2 ** 24)
    return sign | ((((word >>> 23) & 0xff) - 112) << 10) | ((word >>> 13) & 0x3ff)
  })
}

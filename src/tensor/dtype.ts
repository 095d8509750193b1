// The element types of tensors and how two of them meet, after PyTorch's type promotion.

/** The element types. int32 stands where PyTorch has int64; the 16-bit floats are stored in 16 bits, computed in 32. */
export type DType = 'float32' | 'float64' | 'int32' | 'bool' | 'float16' | 'bfloat16'

/** The typed arrays in which tensors of each dtype are stored: bool as 0 and 1, the 16-bit floats as their bits. */
export interface Stored {
  float32: Float32Array
  float64: Float64Array
  int32: Int32Array
  bool: Uint8Array
  float16: Uint16Array
  bfloat16: Uint16Array
}

export type StoredArray = Stored[DType]

interface DTypeInfo {
  readonly bytes: number
  readonly kind: 'bool' | 'int' | 'float'
  readonly array: new (length: number) => StoredArray
}

export const DTYPES: { readonly [D in DType]: DTypeInfo } = {
  bool: { bytes: 1, kind: 'bool', array: Uint8Array },
  int32: { bytes: 4, kind: 'int', array: Int32Array },
  float16: { bytes: 2, kind: 'float', array: Uint16Array },
  bfloat16: { bytes: 2, kind: 'float', array: Uint16Array },
  float32: { bytes: 4, kind: 'float', array: Float32Array },
  float64: { bytes: 8, kind: 'float', array: Float64Array },
}

export function isDType(value: unknown): value is DType {
  return typeof value === 'string' && Object.hasOwn(DTYPES, value)
}

export function isFloat(dtype: DType): boolean {
  return DTYPES[dtype].kind === 'float'
}

const RANK = { bool: 0, int: 1, float: 2 } as const

/**
 * The dtype in which two tensors meet, as in PyTorch: the higher kind of bool < int < float wins; among floats the
 * wider, and float16 with bfloat16 gives float32. PyTorch lets a tensor of zero dimensions be weak as well; so do we.
 */
export function promote(a: DType, b: DType): DType {
  if (a === b) return a
  const [kindA, kindB] = [DTYPES[a].kind, DTYPES[b].kind]
  if (kindA !== kindB) return RANK[kindA] > RANK[kindB] ? a : b
  if (a === 'float64' || b === 'float64') return 'float64'
  return 'float32'
}

/**
 * Promotion of a tensor with dimensions against a weak operand (a plain number, or a tensor of zero dimensions): the weak one
 * counts only where its kind is higher, and then gives its own dtype (a number: float32).
 */
export function promoteWeak(strong: DType, weak: DType): DType {
  return RANK[DTYPES[weak].kind] > RANK[DTYPES[strong].kind] ? weak : strong
}

/** The dtype of a plain JavaScript value: 2 counts as an integer (PyTorch can tell 2.0 from 2, JavaScript cannot). */
export function dtypeOf(value: number | boolean): DType {
  if (typeof value === 'boolean') return 'bool'
  return Number.isInteger(value) && Math.abs(value) <= 0x7fff_ffff ? 'int32' : 'float32'
}

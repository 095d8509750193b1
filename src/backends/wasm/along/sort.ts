// Stable order of the numbers of each row, by radix: keys whose order as whole numbers is that of the numbers, sorted digit by
// digit from the lowest on. Plain loops over views of the heap, which JavaScript runs fast enough.
import type { DType } from '../../../tensor/dtype.js'

/** Below, inserting one number after the other is faster than counting digits. */
const SHORT = 40
/** From here on fewer, wider digits are faster. */
const LONG = 4096

/** Keys and places that are sorted together, with room of the same size beside them. */
interface Pairs {
  keys: Uint32Array
  places: Int32Array
  otherKeys: Uint32Array
  otherPlaces: Int32Array
}

/** What sortRows needs beside its rows, in int32 numbers. */
export const roomFor = (length: number): number => 4 * length

function pairsIn(room: Int32Array, length: number): Pairs {
  const part = (i: number): Int32Array => room.subarray(i * length, (i + 1) * length)
  const keys = (i: number): Uint32Array => new Uint32Array(room.buffer, room.byteOffset + 4 * i * length, length)
  return { keys: keys(0), places: part(1), otherKeys: keys(2), otherPlaces: part(3) }
}

/** Bits of a float as a key: NaN is the greatest, 0 and -0 are equal. `infinity` are the bits of Infinity. */
function floatKey(bits: number, sign: number, infinity: number): number {
  const size = bits & (sign - 1)
  if (size > infinity) return 0xffffffff
  return (bits & sign) !== 0 && size !== 0 ? sign - size : sign + size
}

type Words = Uint32Array | Int32Array | Uint16Array | Uint8Array

/** The keys of a row, for dtypes of at most 32 bits. */
const KEYS: { readonly [D in Exclude<DType, 'float64'>]: (from: Words, start: number, keys: Uint32Array) => void } = {
  float32(from, start, keys) {
    for (let i = 0; i < keys.length; i++) {
      const bits = from[start + i] as number
      const size = bits & 0x7fffffff
      // All bits turned where the number is negative, else the sign alone.
      keys[i] = size > 0x7f800000 ? 0xffffffff : size === 0 ? 0x80000000 : bits ^ ((bits >> 31) | 0x80000000)
    }
  },
  int32(from, start, keys) {
    for (let i = 0; i < keys.length; i++) keys[i] = (from[start + i] as number) ^ 0x80000000
  },
  bool(from, start, keys) {
    for (let i = 0; i < keys.length; i++) keys[i] = from[start + i] as number
  },
  float16(from, start, keys) {
    for (let i = 0; i < keys.length; i++) keys[i] = floatKey(from[start + i] as number, 0x8000, 0x7c00)
  },
  bfloat16(from, start, keys) {
    for (let i = 0; i < keys.length; i++) keys[i] = floatKey(from[start + i] as number, 0x8000, 0x7f80)
  },
}

function turn(keys: Uint32Array): void {
  for (let i = 0; i < keys.length; i++) keys[i] = ~(keys[i] as number)
}

function insertInOrder({ keys, places }: Pairs): void {
  for (let i = 1; i < keys.length; i++) {
    const [key, place] = [keys[i] as number, places[i] as number]
    let at = i - 1
    for (; at >= 0 && (keys[at] as number) > key; at--) {
      keys[at + 1] = keys[at] as number
      places[at + 1] = places[at] as number
    }
    keys[at + 1] = key
    places[at + 1] = place
  }
}

/** How often each digit occurs, and then where its next number goes. */
const counts = new Uint32Array(3 * 2048)

/** Sorts by all digits of `bits` bits each. */
function sortByDigits(pairs: Pairs, bits: 8 | 11): void {
  const { length } = pairs.keys
  const [size, digits] = [1 << bits, Math.ceil(32 / bits)]
  const mask = size - 1
  counts.fill(0, 0, digits * size)
  for (let i = 0; i < length; i++) {
    const key = pairs.keys[i] as number
    for (let d = 0; d < digits; d++) (counts[d * size + ((key >>> (d * bits)) & mask)] as number)++
  }
  for (let d = 0; d < digits; d++) {
    const begin = d * size
    // A digit that is the same everywhere has nothing to sort.
    if (counts[begin + (((pairs.keys[0] as number) >>> (d * bits)) & mask)] === length) continue
    let before = 0
    for (let i = begin; i < begin + size; i++) {
      const here = counts[i] as number
      counts[i] = before
      before += here
    }
    const { keys, places, otherKeys, otherPlaces } = pairs
    for (let i = 0; i < length; i++) {
      const key = keys[i] as number
      const digit = begin + ((key >>> (d * bits)) & mask)
      const to = counts[digit] as number
      counts[digit] = to + 1
      otherKeys[to] = key
      otherPlaces[to] = places[i] as number
    }
    Object.assign(pairs, { keys: otherKeys, places: otherPlaces, otherKeys: keys, otherPlaces: places })
  }
}

function sortPairs(pairs: Pairs): void {
  if (pairs.keys.length <= SHORT) insertInOrder(pairs)
  else sortByDigits(pairs, pairs.keys.length < LONG ? 8 : 11)
}

/** Keys of float64 have two words: sorted by the lower one, then by the upper one. */
function sortDoubles(words: Uint32Array, start: number, pairs: Pairs, descending: boolean): void {
  const fill = (upper: boolean): void => {
    const { keys, places } = pairs
    for (let i = 0; i < keys.length; i++) {
      const at = 2 * (start + (places[i] as number))
      const [low, high] = [words[at] as number, words[at + 1] as number]
      const size = high & 0x7fffffff
      const none = size > 0x7ff00000 || (size === 0x7ff00000 && low !== 0)
      const zero = size === 0 && low === 0
      const sign = zero ? 0x80000000 : (high >> 31) | 0x80000000
      if (none) keys[i] = 0xffffffff
      else if (zero) keys[i] = upper ? sign : 0
      else keys[i] = upper ? high ^ sign : low ^ (high >> 31)
    }
    if (descending) turn(keys)
  }
  for (const upper of [false, true]) {
    fill(upper)
    sortPairs(pairs)
  }
}

/** Writes the stable order of each row's numbers. `source` and `target` are what the rows and their orders lie in. */
export function sortRows(
  dtype: DType,
  source: ArrayBufferLike,
  address: number,
  target: Int32Array,
  room: Int32Array,
  length: number,
  descending: boolean,
): void {
  const pairs = pairsIn(room, length)
  const words = WORDS[dtype](source, address, target.length)
  for (let start = 0; start < target.length; start += length) {
    for (let i = 0; i < length; i++) pairs.places[i] = i
    if (dtype === 'float64') sortDoubles(words as Uint32Array, start, pairs, descending)
    else {
      KEYS[dtype](words, start, pairs.keys)
      if (descending) turn(pairs.keys)
      sortPairs(pairs)
    }
    target.set(pairs.places, start)
  }
}

/** Numbers as the words that their keys are made from. */
const WORDS: { readonly [D in DType]: (buffer: ArrayBufferLike, address: number, length: number) => Words } = {
  float64: (buffer, address, length) => new Uint32Array(buffer, address, 2 * length),
  float32: (buffer, address, length) => new Int32Array(buffer, address, length),
  int32: (buffer, address, length) => new Int32Array(buffer, address, length),
  float16: (buffer, address, length) => new Uint16Array(buffer, address, length),
  bfloat16: (buffer, address, length) => new Uint16Array(buffer, address, length),
  bool: (buffer, address, length) => new Uint8Array(buffer, address, length),
}

// Bytes of the WebAssembly binary format: numbers in LEB128, floats, vectors.

/** Unsigned LEB128. */
export function unsigned(value: number): number[] {
  const out: number[] = []
  let rest = value
  do {
    const low = rest % 128
    rest = Math.floor(rest / 128)
    out.push(rest > 0 ? low | 128 : low)
  } while (rest > 0)
  return out
}

/** Signed LEB128 of a 32-bit number. */
export function signed(value: number): number[] {
  const out: number[] = []
  let rest = value | 0
  for (;;) {
    const low = rest & 127
    rest >>= 7
    const done = (rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0)
    out.push(done ? low : low | 128)
    if (done) return out
  }
}

/** Signed LEB128 of a 64-bit number. */
export function signed64(value: bigint): number[] {
  const out: number[] = []
  let rest = BigInt.asIntN(64, value)
  for (;;) {
    const low = Number(rest & 127n)
    rest >>= 7n
    const done = (rest === 0n && (low & 64) === 0) || (rest === -1n && (low & 64) !== 0)
    out.push(done ? low : low | 128)
    if (done) return out
  }
}

export function float32(value: number): number[] {
  return [...new Uint8Array(Float32Array.of(value).buffer)]
}

export function float64(value: number): number[] {
  return [...new Uint8Array(Float64Array.of(value).buffer)]
}

/** What can be written: bytes, or parts of them. A list of numbers is bytes. */
export type Bytes = readonly number[] | Uint8Array

/** Parts one after the other, in one array: long functions are copied once, not number by number. */
export function joined(parts: readonly Bytes[]): Uint8Array<ArrayBuffer> {
  let length = 0
  for (const part of parts) length += part.length
  const out = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** A length and then the items. */
export function vector(items: readonly Bytes[]): Uint8Array<ArrayBuffer> {
  return joined([unsigned(items.length), ...items])
}

export function text(value: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(value)
  return joined([unsigned(bytes.length), bytes])
}

/** A section or a function body: its length in bytes, then itself. */
export function sized(parts: readonly Bytes[]): Uint8Array<ArrayBuffer> {
  const bytes = joined(parts)
  return joined([unsigned(bytes.length), bytes])
}

// Frames on a byte stream: 4-byte little-endian lengths of the whole and of its JSON, the JSON in UTF-8, and after it
// the binary buffers of the value's `buffers` property, each after its own length.

const LENGTH = 4
const HEADER = 2 * LENGTH

/** A value whose `buffers`, if it has any, travel as they are. */
interface Buffered {
  buffers?: readonly Uint8Array[]
}

export function encodeFrame(value: unknown): Buffer {
  const buffers = buffersOf(value)
  const text = JSON.stringify(buffers.length === 0 ? value : { ...(value as object), buffers: [] })
  const length = Buffer.byteLength(text)
  const total = buffers.reduce((sum, buffer) => sum + LENGTH + buffer.byteLength, LENGTH + length)
  const frame = Buffer.allocUnsafe(LENGTH + total)
  frame.writeUInt32LE(total, 0)
  frame.writeUInt32LE(length, LENGTH)
  frame.write(text, HEADER, 'utf8')
  let at = HEADER + length
  for (const buffer of buffers) {
    frame.writeUInt32LE(buffer.byteLength, at)
    frame.set(buffer, at + LENGTH)
    at += LENGTH + buffer.byteLength
  }
  return frame
}

function buffersOf(value: unknown): readonly Uint8Array[] {
  return (typeof value === 'object' && value !== null && (value as Buffered).buffers) || []
}

/** Turns chunks of bytes, cut anywhere, into values. */
export class FrameDecoder {
  #chunks: Buffer[] = []
  #size = 0

  push(chunk: Buffer): unknown[] {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    const values: unknown[] = []
    for (let frame = this.#take(); frame !== undefined; frame = this.#take()) values.push(decode(frame))
    return values
  }

  /** The next whole frame without the length of the whole; undefined if it has not come yet. */
  #take(): Buffer | undefined {
    if (this.#size < LENGTH) return undefined
    if (this.#chunks[0]!.length < LENGTH) this.#join()
    const end = LENGTH + this.#chunks[0]!.readUInt32LE(0)
    if (this.#size < end) return undefined
    if (this.#chunks[0]!.length < end) this.#join()
    const all = this.#chunks[0]!
    this.#chunks[0] = all.subarray(end)
    this.#size -= end
    return all.subarray(LENGTH, end)
  }

  #join(): void {
    this.#chunks = [Buffer.concat(this.#chunks)]
  }
}

function decode(frame: Buffer): unknown {
  let at = LENGTH + frame.readUInt32LE(0)
  const value: unknown = JSON.parse(frame.toString('utf8', LENGTH, at))
  if (at === frame.length) return value
  const buffers: Uint8Array[] = []
  while (at < frame.length) {
    const length = frame.readUInt32LE(at)
    // A copy: of its own memory, so that it may be transferred, and aligned, so that it may be viewed as any numbers.
    buffers.push(new Uint8Array(frame.subarray(at + LENGTH, at + LENGTH + length)))
    at += LENGTH + length
  }
  return { ...(value as object), buffers }
}

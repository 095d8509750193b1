// JSON frames on a byte stream: a 4-byte little-endian length, then that many bytes of UTF-8 JSON.

const HEADER = 4

export function encodeFrame(value: unknown): Buffer {
  const text = JSON.stringify(value)
  const length = Buffer.byteLength(text)
  const frame = Buffer.allocUnsafe(HEADER + length)
  frame.writeUInt32LE(length, 0)
  frame.write(text, HEADER, 'utf8')
  return frame
}

/** Turns chunks of bytes, cut anywhere, into values. */
export class FrameDecoder {
  #chunks: Buffer[] = []
  #size = 0

  push(chunk: Buffer): unknown[] {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    const values: unknown[] = []
    for (let frame = this.#take(); frame !== undefined; frame = this.#take()) {
      values.push(JSON.parse(frame.toString('utf8')))
    }
    return values
  }

  #take(): Buffer | undefined {
    if (this.#size < HEADER) return undefined
    if (this.#chunks[0]!.length < HEADER) this.#join()
    const length = this.#chunks[0]!.readUInt32LE(0)
    if (this.#size < HEADER + length) return undefined
    if (this.#chunks[0]!.length < HEADER + length) this.#join()
    const all = this.#chunks[0]!
    this.#chunks[0] = all.subarray(HEADER + length)
    this.#size -= HEADER + length
    return all.subarray(HEADER, HEADER + length)
  }

  #join(): void {
    this.#chunks = [Buffer.concat(this.#chunks)]
  }
}

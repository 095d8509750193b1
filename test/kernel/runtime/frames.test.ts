import assert from 'node:assert/strict'
import fc from 'fast-check'
import { encodeFrame, FrameDecoder } from '#kernel/runtime/frames.js'

describe('frames', () => {
  it('come out as they went in, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 8 }),
        fc.array(fc.nat(50), { maxLength: 60 }),
        (values, cuts) => {
          const stream = Buffer.concat(values.map(value => encodeFrame(value)))
          const decoder = new FrameDecoder()
          const out: unknown[] = []
          let at = 0
          for (const cut of cuts) {
            out.push(...decoder.push(stream.subarray(at, at + cut)))
            at = Math.min(stream.length, at + cut)
          }
          out.push(...decoder.push(stream.subarray(at)))
          assert.deepEqual(out, JSON.parse(JSON.stringify(values)))
        },
      ),
      { seed: 1 },
    )
  })

  it('carry binary buffers beside the JSON, also empty ones', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 20 }), { minLength: 1, maxLength: 4 }),
        fc.jsonValue(),
        (buffers, data) => {
          const stream = encodeFrame({ data, buffers })
          const [value] = new FrameDecoder().push(stream) as { data: unknown; buffers: Uint8Array[] }[]
          assert.deepEqual(value, { data: JSON.parse(JSON.stringify(data)), buffers })
          for (const buffer of value?.buffers ?? []) assert.equal(buffer.byteOffset, 0)
        },
      ),
      { seed: 1 },
    )
  })
})

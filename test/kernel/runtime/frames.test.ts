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
          const stream = Buffer.concat(values.map(encodeFrame))
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
})

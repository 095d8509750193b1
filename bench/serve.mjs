// The child's side of a measurement: answers `{"figure","repeats"}` by `{"ms"}`, one line each; what all contenders share.
import { createInterface } from 'node:readline'

/**
 * @param {Record<string, () => unknown>} probes one repetition of each figure, or nothing where the peer has no such thing
 * @param {number} importMs how long the library took to load until it could compute
 */
export function serve(probes, importMs) {
  const lines = createInterface({ input: process.stdin })
  lines.on('line', async line => {
    const { figure, repeats } = JSON.parse(line)
    if (figure === 'import') return answer({ ms: importMs })
    const probe = probes[figure]
    if (probe === undefined) return answer({ missing: true })
    try {
      const start = performance.now()
      let result
      for (let i = 0; i < repeats; i++) {
        result = probe()
        if (result instanceof Promise) await result
      }
      const ms = (performance.now() - start) / repeats
      // A training says how good it got, and may time itself.
      answer(repeats === 1 && result?.quality !== undefined ? { ms, ...result } : { ms })
    } catch (error) {
      answer({ failed: error instanceof Error ? error.message : String(error) })
    }
  })
  answer({ ready: true })
}

function answer(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

/** Numbers that all contenders share in spirit, if not in bits: in (-2, 2), from a small linear generator. */
export function numbers(count, seed = 1) {
  const out = new Float32Array(count)
  let state = seed >>> 0
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    out[i] = (state / 2 ** 32) * 4 - 2
  }
  return out
}

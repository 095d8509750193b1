// Order: stable sorting, and counts in bins.
import type { Kernels } from '../../tensor/backend.js'
import { around, type Memory } from './memory.js'

export function orders(memory: Memory): Pick<Kernels, 'argsort' | 'histc'> {
  return {
    argsort: ([x], out, { dim, descending }) => {
      const numbers = memory.load(x!)
      const order = new Float64Array(numbers.length)
      const { outer, length, inner } = around(x!.shape, dim)
      const key = new Float64Array(length)
      const line = new Uint32Array(length)
      const sign = descending ? -1 : 1
      // NaN counts as the greatest, 0 and -0 as equal; equals keep their order.
      const compare = (i: number, j: number): number => {
        const [a, b] = [key[i]!, key[j]!]
        if (a < b) return -sign
        if (a > b) return sign
        return (a === b ? 0 : sign * (Number(Number.isNaN(a)) - Number(Number.isNaN(b)))) || i - j
      }
      for (let i = 0; i < outer * inner; i++) {
        const start = Math.floor(i / inner) * length * inner + (i % inner)
        for (let j = 0; j < length; j++) {
          key[j] = numbers[start + j * inner]!
          line[j] = j
        }
        line.sort(compare)
        for (let j = 0; j < length; j++) order[start + j * inner] = line[j]!
      }
      memory.store(out, order)
    },
    histc: ([x], out, { bins, min, max }) => {
      const counts = new Float64Array(bins)
      for (const value of memory.load(x!)) {
        // Not counted outside of the range, and NaN nowhere. The last bin holds its upper end.
        if (!(value >= min && value <= max)) continue
        counts[Math.min(Math.floor(((value - min) * bins) / (max - min)), bins - 1)]!++
      }
      memory.store(out, counts)
    },
  }
}

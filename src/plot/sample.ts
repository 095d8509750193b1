// Fewer points that look the same: what a screen cannot show need not be in the notebook.

/** Points of one line that are kept at most. */
export const MOST_ON_A_LINE = 2000
/** Points of a cloud. */
export const MOST_IN_A_CLOUD = 4000

/**
 * Which points of a line to draw: of each of `most` / 2 intervals the least and the greatest, in their order, so that no peak is lost. A gap (NaN)
 * stays one.
 */
export function extremes(y: Float64Array, most = MOST_ON_A_LINE): Uint32Array {
  if (y.length <= most) return Uint32Array.from(y, (_, i) => i)
  const intervals = most >> 1
  const kept: number[] = []
  for (let k = 0; k < intervals; k++) {
    const [from, to] = [Math.floor((k * y.length) / intervals), Math.floor(((k + 1) * y.length) / intervals)]
    let [least, greatest, gap] = [-1, -1, -1]
    for (let i = from; i < to; i++) {
      const value = y[i] as number
      if (Number.isNaN(value)) gap = i
      else {
        if (least < 0 || value < (y[least] as number)) least = i
        if (greatest < 0 || value > (y[greatest] as number)) greatest = i
      }
    }
    const chosen = least < 0 ? [gap] : [least, greatest, ...(gap < 0 ? [] : [gap])]
    kept.push(...[...new Set(chosen)].sort((a, b) => a - b))
  }
  return Uint32Array.from(kept)
}

/** Every nth of many points: the same ones each time. */
export function thinned(count: number, most = MOST_IN_A_CLOUD): Uint32Array {
  if (count <= most) return Uint32Array.from({ length: count }, (_, i) => i)
  return Uint32Array.from({ length: most }, (_, i) => Math.floor((i * count) / most))
}

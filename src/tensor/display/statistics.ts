// What a rich view says of the numbers of a tensor.

export interface Statistics {
  readonly min: number
  readonly mean: number
  readonly max: number
  /** How many are NaN, and how many are infinite. */
  readonly nan: number
  readonly infinite: number
}

/** Over the finite numbers; NaN where there are none. */
export function statisticsOf(values: ArrayLike<number>): Statistics {
  let [min, max, sum, count, nan, infinite] = [Infinity, -Infinity, 0, 0, 0, 0]
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    if (Number.isFinite(value)) {
      min = Math.min(min, value)
      max = Math.max(max, value)
      sum += value
      count++
    } else if (Number.isNaN(value)) nan++
    else infinite++
  }
  return count === 0 ? { min: NaN, mean: NaN, max: NaN, nan, infinite } : { min, mean: sum / count, max, nan, infinite }
}

// What runs along one axis and keeps its length: cumulative sums, running extremes, softmax.
import type { Kernels, Operand } from '../../tensor/backend.js'
import { around, type Memory } from './memory.js'

/** Fills y[start], y[start + step], ... from the same places of x. */
type Line = (x: Float64Array, y: Float64Array, start: number, step: number, length: number) => void

function cumsum(x: Float64Array, y: Float64Array, start: number, step: number, length: number): void {
  let total = 0
  for (let i = 0, at = start; i < length; i++, at += step) {
    total += x[at]!
    y[at] = total
  }
}

function reverseCumsum(x: Float64Array, y: Float64Array, start: number, step: number, length: number): void {
  cumsum(x, y, start + (length - 1) * step, -step, length)
}

function cumprod(x: Float64Array, y: Float64Array, start: number, step: number, length: number): void {
  let product = 1
  for (let i = 0, at = start; i < length; i++, at += step) {
    product *= x[at]!
    y[at] = product
  }
}

function intCumprod(x: Float64Array, y: Float64Array, start: number, step: number, length: number): void {
  let product = 1
  for (let i = 0, at = start; i < length; i++, at += step) {
    product = Math.imul(product, x[at]!)
    y[at] = product
  }
}

/** Place of the running greatest (sign 1) or least (sign -1): the last of equals; once there is a NaN, the last NaN. */
const runningExtreme =
  (sign: 1 | -1): Line =>
  (x, y, start, step, length) => {
    let [best, place] = [-Infinity, 0]
    for (let i = 0, at = start; i < length; i++, at += step) {
      const value = sign * x[at]!
      if (value >= best || Number.isNaN(value)) {
        best = value
        place = i
      }
      y[at] = place
    }
  }

function greatest(x: Float64Array, start: number, step: number, length: number): number {
  let best = -Infinity
  for (let i = 0, at = start; i < length; i++, at += step) best = Math.max(best, x[at]!)
  return best
}

function softmax(x: Float64Array, y: Float64Array, start: number, step: number, length: number): void {
  const top = greatest(x, start, step, length)
  let total = 0
  for (let i = 0, at = start; i < length; i++, at += step) {
    y[at] = Math.exp(x[at]! - top)
    total += y[at]!
  }
  for (let i = 0, at = start; i < length; i++, at += step) y[at] = y[at]! / total
}

/** x - max - log(sum of exp(x - max)). The greatest term, 1, is left to log1p, which keeps the digits of a small rest. */
function logSoftmax(x: Float64Array, y: Float64Array, start: number, step: number, length: number): void {
  const top = greatest(x, start, step, length)
  let rest = 0
  let seen = false
  for (let i = 0, at = start; i < length; i++, at += step) {
    const first: boolean = !seen && x[at] === top
    // 0 for the greatest, but NaN where it is infinite.
    rest += first ? Math.expm1(x[at]! - top) : Math.exp(x[at]! - top)
    seen ||= first
  }
  const shift = Math.log1p(rest)
  for (let i = 0, at = start; i < length; i++, at += step) y[at] = x[at]! - top - shift
}

type Names = 'cumsum' | 'cumprod' | 'argcummax' | 'argcummin' | 'softmax' | 'logSoftmax'

export function scans(memory: Memory): Pick<Kernels, Names> {
  const along = (x: Operand, out: Operand, dim: number, line: Line): void => {
    const numbers = memory.load(x)
    const results = new Float64Array(numbers.length)
    const { outer, length, inner } = around(x.shape, dim)
    for (let i = 0; i < outer; i++) {
      for (let j = 0; j < inner; j++) line(numbers, results, i * length * inner + j, inner, length)
    }
    memory.store(out, results)
  }
  const by =
    (line: Line) =>
    ([x]: readonly Operand[], out: Operand, { dim }: { readonly dim: number }): void =>
      along(x!, out, dim, line)
  return {
    cumsum: ([x], out, { dim, reverse }) => along(x!, out, dim, reverse ? reverseCumsum : cumsum),
    cumprod: ([x], out, { dim }) => along(x!, out, dim, x!.dtype === 'int32' ? intCumprod : cumprod),
    argcummax: by(runningExtreme(1)),
    argcummin: by(runningExtreme(-1)),
    softmax: by(softmax),
    logSoftmax: by(logSoftmax),
  }
}

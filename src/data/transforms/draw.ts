// The random choices of transforms, as plain numbers: each image, word or signal of a batch has its own.
import { rand, randn } from '../../random/index.js'
import { DataError } from '../errors.js'
import type { TransformOptions } from './compose.js'

/** n numbers, uniform on [low, high). */
export function uniforms(n: number, options: TransformOptions, low = 0, high = 1): number[] {
  const numbers = rand([n], { generator: options.generator, dtype: 'float64' }).data()
  return Array.from(numbers as Float64Array, u => low + (high - low) * u)
}

/** One number, uniform on [low, high). */
export function oneUniform(options: TransformOptions, low = 0, high = 1): number {
  return uniforms(1, options, low, high)[0] as number
}

/** A whole number from 0 to k - 1. */
export function oneBelow(k: number, options: TransformOptions): number {
  return Math.floor(oneUniform(options, 0, k))
}

/** The numbers from 0 to k - 1 in random order (Fisher & Yates). */
export function shuffled(k: number, options: TransformOptions): number[] {
  const order = Array.from({ length: k }, (_, i) => i)
  for (const [step, u] of uniforms(k, options).entries()) {
    const other = step + Math.floor(u * (k - step))
    const kept = order[step] as number
    order[step] = order[other] as number
    order[other] = kept
  }
  return order
}

/** A number from Beta(a, a) on (0, 1), as the share of one of two Gamma variables; in logarithms, since for small a both nearly vanish. */
export function beta(a: number, options: TransformOptions): number {
  const difference = logGamma(a, options) - logGamma(a, options)
  return 1 / (1 + Math.exp(-difference))
}

/** The logarithm of a number from Gamma(a): Marsaglia & Tsang (2000) for a + 1, times u^(1/a). */
function logGamma(a: number, options: TransformOptions): number {
  const d = a + 1 - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const z = randn([1], { generator: options.generator, dtype: 'float64' }).item()
    const v = (1 + c * z) ** 3
    const [u, w] = uniforms(2, options).map(number => 1 - number) as [number, number]
    if (v > 0 && Math.log(u) < 0.5 * z * z + d - d * v + d * Math.log(v)) return Math.log(d * v) + Math.log(w) / a
  }
}

/** p, if it is a probability. Throws DATA_OPTION. */
export function needProbability(where: string, p: number): number {
  if (p >= 0 && p <= 1) return p
  throw new DataError('DATA_OPTION', `${where}: p must lie between 0 and 1; it is ${String(p)}.`)
}

/** A number above 0. Throws DATA_OPTION. */
export function needPositive(where: string, what: string, value: number): number {
  if (value > 0 && Number.isFinite(value)) return value
  throw new DataError('DATA_OPTION', `${where}: ${what} must be a number above 0; it is ${String(value)}.`)
}

/** A range [low, high] of finite numbers that is not empty. Throws DATA_OPTION. */
export function needRange(where: string, what: string, range: readonly [number, number], least: number): void {
  const [low, high] = Array.isArray(range) ? range : [Number.NaN, Number.NaN]
  if (low >= least && high >= low && Number.isFinite(high)) return
  throw new DataError(
    'DATA_OPTION',
    `${where}: ${what} must be [low, high] with ${least} <= low <= high; it is ${String(range)}.`,
  )
}

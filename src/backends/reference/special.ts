// Special functions to a few units in the last place of float64, by series and continued fractions.

/** log(1 + exp(x)) without overflow. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
}

export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x))
  const e = Math.exp(x)
  return e / (1 + e)
}

/** x * sigmoid(x). -Infinity gives NaN, as in PyTorch. */
export function silu(x: number): number {
  return x * sigmoid(x)
}

/** As C's pow: 1 to any power and anything to the power 0 are 1, also with NaN; (-1)^(±Infinity) is 1. */
export function pow(x: number, y: number): number {
  if (x === 1 || y === 0) return 1
  if (x === -1 && Math.abs(y) === Infinity) return 1
  return x ** y
}

/** exp(-x^2) with the square's rounding error put back: x^2 reaches 700, where one unit of it is 10^-13. */
function gauss(x: number): number {
  const square = x * x
  // Dekker's product: the halves of x multiply without rounding.
  const c = 134217729 * x
  const high = c - (c - x)
  const low = x - high
  const rest = low * low - (square - high * high - 2 * high * low)
  return Math.exp(-square) * (1 - rest)
}

const TWO_BY_ROOT_PI = 1.1283791670955126

/** (2/sqrt(pi)) * integral of exp(-t^2) from 0 to x. */
export function erf(x: number): number {
  const size = Math.abs(x)
  if (Number.isNaN(x)) return NaN
  if (size > 6) return Math.sign(x)
  return size < 1 ? TWO_BY_ROOT_PI * maclaurin(x) : Math.sign(x) * (1 - erfc(size))
}

/** 1 - erf(x), without the loss of digits for large x. */
export function erfc(x: number): number {
  if (Number.isNaN(x)) return NaN
  if (x > 27.3) return 0
  if (x < 0.5) return 1 - erf(x)
  return x < 2.2 ? erfcMiddle(x) : erfcFraction(x)
}

/** x - x^3/3 + x^5/10 - ... (DLMF 7.6.1), below 1, where the terms fall from the first on. */
function maclaurin(x: number): number {
  const square = x * x
  let power = x
  let sum = 0
  for (let n = 1; Math.abs(power) > Math.abs(x) * 1e-19 && n < 60; n++) {
    power *= -square / n
    sum += power / (2 * n + 1)
  }
  return x + sum
}

/**
 * erfc between .5 and 2.2 by Taylor's series around the nearest of a few centres, whose values are known: the derivatives of
 * exp(-t^2) follow Hermite's recurrence.
 */
function erfcMiddle(x: number): number {
  const centre = CENTRES.find(([c]) => Math.abs(x - c) <= 0.15) ?? (CENTRES[0] as readonly [number, number])
  const [c, value] = centre
  const h = x - c
  // erfc' = -2/sqrt(pi) exp(-t^2); the k-th derivative of exp(-t^2) is (-1)^k H_k(t) exp(-t^2).
  let [before, hermite] = [0, 1]
  let power = h
  let sum = h
  for (let k = 1; k < 40; k++) {
    const next = 2 * c * hermite - 2 * (k - 1) * before
    before = hermite
    hermite = next
    power *= -h / (k + 1)
    sum += hermite * power
    if (Math.abs(power) < 1e-25) break
  }
  return value - TWO_BY_ROOT_PI * gauss(c) * sum
}

/** erfc at its centres, to the last digit (mpmath, 30 digits). */
const CENTRES: readonly (readonly [number, number])[] = [
  [0.6, 0.3961439091520741],
  [0.85, 0.22933194239164748],
  [1.1, 0.11979493042591827],
  [1.35, 0.05623780387727592],
  [1.6, 0.023651616655355985],
  [1.85, 0.00888896994391429],
  [2.1, 0.002979466656332984],
]

/** Continued fraction (DLMF 7.9.1) from the far end, long enough for x >= 2.2. */
function erfcFraction(x: number): number {
  let tail = x
  for (let k = 120; k > 0; k--) tail = x + k / 2 / tail
  return gauss(x) / (tail * 1.772453850905516)
}

/** The inverse of erf on (-1, 1): a start by Giles' form of the logarithm, then Halley's steps. */
export function erfinv(y: number): number {
  if (Number.isNaN(y) || Math.abs(y) > 1) return NaN
  if (Math.abs(y) === 1) return y * Infinity
  if (y === 0) return y
  const size = Math.abs(y)
  const w = Math.log1p(-size * size)
  const a = 2 / (Math.PI * 0.147) + w / 2
  let x = Math.sqrt(Math.sqrt(a * a - w / 0.147) - a)
  for (let i = 0; i < 4; i++) {
    // Far out erf is flat: its complement keeps the digits, and 1 - |y| is exact.
    const error = size > 0.5 ? 1 - size - erfc(x) : erf(x) - size
    const step = error / (TWO_BY_ROOT_PI * gauss(x))
    x -= step / (1 + x * step)
  }
  return y < 0 ? -x : x
}

/** x * Phi(x) = x * erfc(-x / sqrt 2) / 2: exact also far below 0. */
export function gelu(x: number): number {
  if (x === -Infinity) return NaN
  return 0.5 * x * erfc(-x * Math.SQRT1_2)
}

/** The tanh form, .5 x (1 + tanh(u)) with u = sqrt(2/pi) (x + .044715 x^3), as x sigmoid(2u), which loses no digits. */
export function geluTanh(x: number): number {
  return x * sigmoid(1.5957691216057308 * (x + 0.044715 * x * x * x))
}

const HALF_LOG_TWO_PI = 0.9189385332046728

/** log |Gamma(x)|: Stirling's series from 10 up, the recurrence below, reflection below .5. */
export function lgamma(x: number): number {
  if (Number.isNaN(x)) return NaN
  if (!Number.isFinite(x)) return Infinity
  if (x <= 0 && Number.isInteger(x)) return Infinity
  if (x < 0.5) return Math.log(Math.PI / Math.abs(sinPi(x))) - lgamma(1 - x)
  if (Math.abs(x - 1) < 0.25) return lgammaNearOne(x - 1)
  if (Math.abs(x - 2) < 0.25) return lgammaNearOne(x - 2) + Math.log1p(x - 2)
  let product = 1
  let z = x
  for (; z < 10; z++) product *= z
  const r = 1 / (z * z)
  const series =
    (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188 - r * (691 / 360360 - r / 156)))))) / z
  return (z - 0.5) * Math.log(z) - z + HALF_LOG_TWO_PI + series - Math.log(product)
}

/** log Gamma(1 + d) = -gamma d + sum of zeta(k) (-d)^k / k, which keeps its digits where lgamma is 0. */
function lgammaNearOne(d: number): number {
  let sum = 0
  for (let k = ZETA.length + 1; k >= 2; k--) sum = -d * sum + (ZETA[k - 2] as number) / k
  return -0.5772156649015329 * d + d * d * sum
}

/** zeta(2), zeta(3), ... */
const ZETA: readonly number[] = Array.from({ length: 30 }, (_, i) => zeta(i + 2))

function zeta(s: number): number {
  // Euler and Maclaurin after 20 terms.
  const n = 20
  let sum = 0
  for (let k = n - 1; k >= 1; k--) sum += k ** -s
  const tail = n ** (1 - s) / (s - 1) + n ** -s / 2 + (s * n ** (-s - 1)) / 12
  return (
    sum +
    tail -
    (s * (s + 1) * (s + 2) * n ** (-s - 3)) / 720 +
    (s * (s + 1) * (s + 2) * (s + 3) * (s + 4) * n ** (-s - 5)) / 30240
  )
}

function sinPi(x: number): number {
  const part = x - 2 * Math.floor(x / 2)
  return Math.sin(Math.PI * part)
}

/** The logarithmic derivative of Gamma: the recurrence up to 10, then its asymptotic series; reflection below 0. */
export function digamma(x: number): number {
  if (Number.isNaN(x) || x === -Infinity) return NaN
  if (x === 0) return Object.is(x, -0) ? Infinity : -Infinity
  if (x < 0 && Number.isInteger(x)) return NaN
  if (x < 0) return digamma(1 - x) - Math.PI / Math.tan(Math.PI * (x - Math.floor(x)))
  let shift = 0
  let z = x
  for (; z < 10; z++) shift += 1 / z
  const r = 1 / (z * z)
  const series =
    r * (1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r * (1 / 132 - r * (691 / 32760 - r / 12))))))
  return Math.log(z) - 0.5 / z - series - shift
}

// Special functions of one float64 number, to a few units in the last place. Each takes the form that is stable where its
// argument lies; the numbers in the tables are made by special_functions.py beside the tests.

const TWO_BY_ROOT_PI = 2 / Math.sqrt(Math.PI)

/** To the nearest whole number, ties to even, as PyTorch rounds (Math.round goes up). Keeps -0. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x)
  const rest = x - floor
  if (rest === 0 || Number.isNaN(rest)) return x
  const up = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0)
  const rounded = up ? floor + 1 : floor
  return rounded === 0 && x < 0 ? -0 : rounded
}

/** base ** exponent with C's corner cases: 1 ** NaN and (-1) ** Infinity are 1, where JavaScript has NaN. */
export function power(base: number, exponent: number): number {
  if (base === 1) return 1
  if (base === -1 && Math.abs(exponent) === Infinity) return 1
  return base ** exponent
}

export function sigmoid(x: number): number {
  const e = Math.exp(-Math.abs(x))
  return x < 0 ? e / (1 + e) : 1 / (1 + e)
}

/** log(1 + e^x) without a threshold. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
}

/** x sigmoid(x); NaN at -Infinity, as in PyTorch. */
export function silu(x: number): number {
  return x * sigmoid(x)
}

/** x Phi(x), with Phi the distribution function of the standard normal. Accurate in relative terms for every x. */
export function gelu(x: number): number {
  return x * normalBelow(x)
}

/** The derivative of gelu: Phi(x) + x phi(x), with phi the density of the standard normal. NaN at both infinities, as in PyTorch. */
export function geluSlope(x: number): number {
  const slope = normalBelow(x) + x * (gaussian(x, 0.5) / Math.sqrt(2 * Math.PI))
  return slope === 0 ? -0 : slope
}

/** x (1 + tanh(u)) / 2 with u = sqrt(2 / pi) (x + .044715 x^3), which is x sigmoid(2 u). */
export function geluTanh(x: number): number {
  return x * sigmoid(Math.sqrt(8 / Math.PI) * (x + 0.044715 * x * x * x))
}

/** exp(-scale x^2). x^2 is taken in two parts, as its rounding error alone would cost hundreds of ulp at the far end. */
function gaussian(x: number, scale: number): number {
  if (Math.abs(x) > 64) return 0
  const head = Math.fround(x)
  return Math.exp(-scale * head * head) * Math.exp(-scale * (x - head) * (x + head))
}

// Chebyshev coefficients of (1 + 2x) e^(x^2) erfc(x) for x >= 0 in t = (x - 3.75) / (x + 3.75).
// After M. Shepherd and J. Laframboise, Chebyshev approximation of (1 + 2x) exp(x^2) erfc(x) in 0 <= x < inf, 1981.
// biome-ignore format: a table
const SCALED_ERFC = [
  2.3551578691348034, -0.004590054580646478, -0.08424913336651792, 0.05920993999819189, -0.026658668435305753,
  0.009074997670705265, -0.002413163540417608, 0.0004907758365258086, -6.916973302501207e-5, 4.13902798607301e-6,
  7.74038306619849e-7, -2.1886401049234397e-7, 1.076499946567091e-8, 4.521959811218287e-9, -7.754400208831351e-10,
  -6.318088340886684e-11, 2.86879501093067e-11, 1.9455868545777347e-13, -9.65469674843344e-13, 3.25254814814874e-14,
  3.3478119482868056e-14, -1.864562880419313e-15, -1.2507950530688648e-15, 7.418235256624044e-17, 5.068148904796111e-17,
]

/** e^(x^2) erfc(x) for x >= 0. */
function scaledErfc(x: number): number {
  const t = (x - 3.75) / (x + 3.75)
  // Clenshaw's recurrence.
  let [next, afterNext] = [0, 0]
  for (let n = SCALED_ERFC.length - 1; n > 0; n--) {
    const current = SCALED_ERFC[n]! + 2 * t * next - afterNext
    afterNext = next
    next = current
  }
  return (SCALED_ERFC[0]! / 2 + t * next - afterNext) / (1 + 2 * x)
}

/** (2 / sqrt(pi)) times the integral of e^(-t^2) from 0 to x. */
export function erf(x: number): number {
  const size = Math.abs(x)
  if (size > 6) return Math.sign(x)
  if (size > 1) return Math.sign(x) * (1 - erfc(size))
  // e^(-x^2) times a series whose terms all have one sign: x + (2/3) x^3 + (4/15) x^5 + ...
  let [term, total] = [x, x]
  for (let n = 1; n < 32; n++) {
    term *= (2 * x * x) / (2 * n + 1)
    total += term
  }
  return TWO_BY_ROOT_PI * Math.exp(-x * x) * total
}

/** 1 - erf(x), accurate in relative terms also where it is tiny. */
export function erfc(x: number): number {
  if (x > 64) return 0
  if (x < -64) return 2
  if (Math.abs(x) < 0.5) return 1 - erf(x)
  const tail = gaussian(x, 1) * scaledErfc(Math.abs(x))
  return x < 0 ? 2 - tail : tail
}

/** Phi(x): how much of the standard normal lies below x. */
export function normalBelow(x: number): number {
  if (x > 64) return 1
  if (x < -64) return 0
  if (Math.abs(x) < 0.5) return 0.5 + 0.5 * erf(x * Math.SQRT1_2)
  const tail = 0.5 * gaussian(x, 0.5) * scaledErfc(Math.abs(x) * Math.SQRT1_2)
  return x < 0 ? tail : 1 - tail
}

/** The y with erf(y) = x. */
export function erfinv(x: number): number {
  const size = Math.abs(x)
  if (!(size < 1)) return size === 1 ? x * Infinity : NaN
  if (x === 0) return x
  const tail = 1 - size
  // A first guess, good to 2e-3: S. Winitzki, A handy approximation for the error function and its inverse, 2008.
  const log = Math.log(tail * (1 + size))
  const a = 0.147
  const b = 2 / (Math.PI * a) + log / 2
  let y = size < 1e-3 ? size / TWO_BY_ROOT_PI : Math.sqrt(Math.sqrt(b * b - log / a) - b)
  // Halley's steps, each of which triples the number of right digits.
  for (let step = 0; step < 3; step++) {
    const miss = size < 0.5 ? erf(y) - size : tail - erfc(y)
    const newton = miss / (TWO_BY_ROOT_PI * gaussian(y, 1))
    y -= newton / (1 + y * newton)
  }
  return Math.sign(x) * y
}

// (zeta(k) - 1) / k for k = 2, 3, ...
// biome-ignore format: a table
const ZETA_TERMS = [
  0.3224670334241132, 0.0673523010531981, 0.020580808427784546, 0.007385551028673986, 0.0028905103307415234,
  0.001192753911703261, 0.0005096695247430425, 0.00022315475845357939, 9.945751278180853e-5, 4.492623673813314e-5,
  2.050721277567069e-5, 9.439488275268397e-6, 4.374866789907488e-6, 2.039215753801366e-6, 9.55141213040742e-7,
  4.492469198764566e-7, 2.1207184805554665e-7, 1.0043224823968099e-7, 4.7698101693639804e-8, 2.2711094608943164e-8,
  1.0838659214896955e-8, 5.183475041970047e-9, 2.4836745438024785e-9, 1.1921401405860912e-9, 5.731367241678862e-10,
  2.7595228851242334e-10, 1.330476437424449e-10, 6.4229645638381e-11, 3.1044247747322276e-11,
]
const ONE_LESS_EULER = 0.42278433509846713
// Bernoulli numbers B(2j) / (2j (2j - 1)) and B(2j) / (2j): the tails of the two asymptotic series.
// biome-ignore format: a table
const LGAMMA_TAIL = [
  0.08333333333333333, -0.002777777777777778, 0.0007936507936507937, -0.0005952380952380953, 0.0008417508417508417,
  -0.0019175269175269176, 0.00641025641025641, -0.029550653594771242,
]
// biome-ignore format: a table
const DIGAMMA_TAIL = [
  0.08333333333333333, -0.008333333333333333, 0.003968253968253968, -0.004166666666666667, 0.007575757575757576,
  -0.021092796092796094, 0.08333333333333333, -0.4432598039215686,
]

/** log|gamma(x)|. Accurate in relative terms for x > 0; beside its zeros below 0 the error is absolute. */
export function lgamma(x: number): number {
  if (Number.isNaN(x)) return NaN
  if (Math.abs(x) === Infinity || (x <= 0 && Number.isInteger(x))) return Infinity
  // gamma(x) gamma(-x) = -pi / (x sin(pi x))
  if (x < 0) return Math.log(Math.PI / Math.abs(x * sinPi(x))) - lgamma(-x)
  if (x < 0.5) return lgammaNearTwo(x) - Math.log1p(x) - Math.log(x)
  if (x < 1.5) return lgammaNearTwo(x - 1) - Math.log1p(x - 1)
  if (x < 2.5) return lgammaNearTwo(x - 2)
  if (x < 10) {
    let [product, rest] = [1, x]
    while (rest >= 2.5) {
      rest -= 1
      product *= rest
    }
    return Math.log(product) + lgammaNearTwo(rest - 2)
  }
  // Stirling's series. Where x log x overflows, x - .5 must not be multiplied out first.
  const head = (x - 0.5) * (Math.log(x) - 1) + (0.5 * Math.log(2 * Math.PI) - 0.5)
  return head + series(LGAMMA_TAIL, 1 / (x * x)) / x
}

/** log gamma(2 + z) for |z| <= .5: its Taylor series. */
function lgammaNearTwo(z: number): number {
  return z * (ONE_LESS_EULER + z * series(ZETA_TERMS, -z))
}

/** terms[0] + terms[1] x + terms[2] x^2 + ... */
function series(terms: readonly number[], x: number): number {
  let total = 0
  for (let i = terms.length - 1; i >= 0; i--) total = total * x + terms[i]!
  return total
}

/** sin(pi x), with the whole part taken away exactly. */
function sinPi(x: number): number {
  const rest = x - 2 * Math.round(x / 2)
  return Math.sin(Math.PI * rest)
}

// The zero of digamma above 0, in two parts, and its Taylor coefficients there.
const DIGAMMA_ZERO = 1.4616321449683622
const DIGAMMA_ZERO_REST = 9.549995429965697e-17
// biome-ignore format: a table
const DIGAMMA_NEAR_ZERO = [
  0.9676722454476212, -0.4427631689835921, 0.258499760955651, -0.16394270544240652, 0.10782405069126237,
  -0.07219956125645471, 0.04880428816414311, -0.03316112647484736, 0.022597648232218104, -0.01542476590494896,
  0.010538791616612175, -0.007204534386356869, 0.004926781395729853, -0.003369801655439328, 0.002305126326734928,
  -0.0015769367714301972, 0.0010788252019162967, -0.0007380709389960052, 0.000504953265834602, -0.0003454680251063077,
  0.00023635601564027053, -0.00016170622091974803, 0.0001106337276874741,
]

/** The derivative of lgamma. At 0 it is -Infinity with the sign turned for -0, at whole numbers below 0 NaN, as in PyTorch. */
export function digamma(x: number): number {
  if (x === 0) return -1 / x
  if (x < 0) {
    if (Number.isInteger(x) || x === -Infinity) return NaN
    const rest = x - Math.round(x)
    return digamma(1 - x) - Math.PI / Math.tan(Math.PI * rest)
  }
  const fromZero = x - DIGAMMA_ZERO - DIGAMMA_ZERO_REST
  if (Math.abs(fromZero) < 0.3) return fromZero * series(DIGAMMA_NEAR_ZERO, fromZero)
  // Upwards to where the asymptotic series is good.
  let [shift, at] = [0, x]
  for (; at < 10; at++) shift += 1 / at
  if (at === Infinity) return Infinity
  return Math.log(at) - 0.5 / at - series(DIGAMMA_TAIL, 1 / (at * at)) / (at * at) - shift
}

// Elementwise arithmetic on two operands and more.
import { isFloat } from '../dtype.js'
import { apply } from '../engine.js'
import { TensorError } from '../errors.js'
import { branch, isLive, perCall } from '../live.js'
import { type BinaryName, NONE } from '../primitives.js'
import { broadcast } from '../shape.js'
import { isTensor, type Tensor } from '../tensor.js'
import { cast, constant, meet, type TensorLike, toFloat } from './operand.js'
import { still } from './still.js'
import { noBool, wide } from './wanted.js'

/**
 * Sum of two tensors, element by element: `a + b`.
 *
 * Shapes: broadcast with each other. Dtype: promoted as in PyTorch; a plain number is weak. bool + bool is a bool (or).
 * Throws SHAPE_MISMATCH where the shapes do not fit.
 *
 * @torch torch.add
 * @differs no `alpha`: write a.add(b.mul(alpha))
 * @example
 * add(tensor([1, 2]), 10) // tensor([11., 12.])
 */
export function add(a: TensorLike, b: TensorLike): Tensor {
  const pair = operands('add', a, b)
  return apply(pair[0].dtype === 'bool' ? 'logicalOr' : 'add', pair, NONE)
}

/**
 * Difference of two tensors, element by element: `a - b`.
 *
 * Shapes: broadcast with each other. Dtype: promoted; a plain number is weak. Throws SHAPE_MISMATCH where the shapes do not
 * fit, BAD_DTYPE for two bools.
 *
 * @torch torch.sub
 * @differs no `alpha`: write a.sub(b.mul(alpha)); one bool operand counts as 0 or 1, where PyTorch refuses it
 * @example
 * sub(tensor([5, 7]), tensor([1, 2])) // tensor([4., 5.])
 */
export function sub(a: TensorLike, b: TensorLike): Tensor {
  const pair = operands('sub', a, b)
  noBool('sub', pair[0])
  return apply('sub', pair, NONE)
}

/**
 * Product of two tensors, element by element: `a * b`; for matrix products see `matmul`.
 *
 * Shapes: broadcast with each other. Dtype: promoted; a plain number is weak. bool * bool is a bool (and). Throws
 * SHAPE_MISMATCH where the shapes do not fit.
 *
 * @torch torch.mul
 * @example
 * mul(tensor([1, 2]), tensor([3, 4])) // tensor([3., 8.])
 */
export function mul(a: TensorLike, b: TensorLike): Tensor {
  const pair = operands('mul', a, b)
  return apply(pair[0].dtype === 'bool' ? 'logicalAnd' : 'mul', pair, NONE)
}

export interface DivOptions {
  /** Default: no rounding. 'floor' rounds down, 'trunc' towards zero; then whole numbers stay whole. */
  readonly roundingMode?: 'floor' | 'trunc' | undefined
}

/**
 * Quotient of two tensors, element by element: `a / b`, with `roundingMode` rounded to a whole number.
 *
 * Shapes: broadcast with each other. Dtype: promoted; two int32 or bool give the default dtype unless rounded. Division of
 * floats by 0 gives Infinity, -Infinity or NaN; rounded division of int32 by 0 throws BAD_VALUE. The gradient of the rounded
 * forms is 0. Throws SHAPE_MISMATCH where the shapes do not fit.
 *
 * @torch torch.div
 * @example
 * div(tensor([1, 2]), 4) // tensor([0.2500, 0.5000])
 * div(tensor([7, -7]), 2, { roundingMode: 'floor' }) // tensor([ 3., -4.])
 */
export function div(a: TensorLike, b: TensorLike, options?: DivOptions): Tensor {
  const mode = options?.roundingMode
  if (mode === 'floor') return floorDivide(a, b)
  const [x, y] = operands('div', a, b)
  if (mode === undefined) return apply('div', [toFloat(x), toFloat(y)], NONE)
  if (mode !== 'trunc') {
    throw new TensorError('BAD_VALUE', `div: roundingMode '${String(mode)}' does not exist.`, {
      next: "Choose 'floor' (down) or 'trunc' (towards zero), or leave it out.",
    })
  }
  return isFloat(x.dtype) ? flat(x, y) : truncated(noBool('div', x), y)
}

/** trunc(x / y). Its gradient is 0 also where that of x / y is not finite: it goes to a sum that is never chosen. */
function flat(x: Tensor, y: Tensor): Tensor {
  const value = still(() => apply('trunc', [apply('div', [x, y], NONE)], NONE))
  const never = constant(false, 'bool', x.storage.backend)
  return apply('where', [never, apply('add', [x, y], NONE), value], NONE)
}

/** int32 division towards zero: the quotient rounded down, plus 1 where that was negative and not exact. */
function truncated(x: Tensor, y: Tensor): Tensor {
  const down = apply('floorDivide', [x, y], NONE)
  const inexact = apply('ne', [apply('mul', [down, y], NONE), x], NONE)
  const negative = apply('lt', [down, constant(0, 'int32', x.storage.backend)], NONE)
  return apply('add', [down, cast(apply('logicalAnd', [inexact, negative], NONE), 'int32')], NONE)
}

/**
 * Power, element by element: `a ^ b`.
 *
 * Shapes: broadcast with each other. Dtype: promoted; a plain number is weak; two bools give int32. x^0 is 1 for every x,
 * NaN included; a negative base with a fraction as exponent gives NaN. Exponents such as 2, 3, 1/2 and -1 take the short way. The gradient for b at a = 0 is 0 where b >= 0.
 * Throws SHAPE_MISMATCH where the shapes do not fit, BAD_VALUE for int32 to a negative number.
 *
 * @torch torch.pow
 * @differs two bools give int32, where PyTorch throws
 * @example
 * pow(tensor([1, 2, 3]), 2) // tensor([1., 4., 9.])
 * pow(2, tensor([1, 2, 3])) // tensor([2., 4., 8.])
 */
export function pow(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = operands('pow', a, b)
  if (x.dtype === 'bool') return apply('pow', [cast(x, 'int32'), cast(y, 'int32')], NONE)
  if (x.dtype === 'int32' && typeof b === 'number' && b < 0) {
    throw new TensorError('BAD_VALUE', `pow: int32 to the power of ${b} is no whole number.`, {
      next: 'Convert it first: x.float().',
    })
  }
  const short = typeof b === 'number' ? POWERS.get(b) : undefined
  return short === undefined ? apply('pow', [x, y], NONE) : wide(x, short)
}

/** Powers with a shorter way, the same as PyTorch's. */
const POWERS: ReadonlyMap<number, (x: Tensor) => Tensor> = new Map([
  [2, x => apply('square', [x], NONE)],
  [3, x => apply('mul', [apply('square', [x], NONE), x], NONE)],
  [0.5, x => apply('sqrt', [x], NONE)],
  [-0.5, x => apply('rsqrt', [x], NONE)],
  [-1, x => apply('reciprocal', [x], NONE)],
  [-2, x => apply('reciprocal', [apply('square', [x], NONE)], NONE)],
])

/**
 * Quotient rounded down, element by element: floor(a / b).
 *
 * Shapes: broadcast with each other. Dtype: promoted, whole numbers stay whole. The gradient is 0. Throws SHAPE_MISMATCH
 * where the shapes do not fit, BAD_VALUE where int32 is divided by 0, BAD_DTYPE for two bools.
 *
 * @torch torch.floor_divide
 * @example
 * floorDivide(tensor([7, -7]), 2) // tensor([ 3., -4.])
 */
export function floorDivide(a: TensorLike, b: TensorLike): Tensor {
  return binary('floorDivide', a, b)
}

/**
 * Remainder with the sign of the divisor, element by element: a - b floor(a / b), as `%` in Python.
 *
 * Shapes: broadcast with each other. Dtype: promoted. The gradient is 1 for a, -floor(a / b) for b. Throws SHAPE_MISMATCH
 * where the shapes do not fit, BAD_VALUE where int32 is divided by 0, BAD_DTYPE for two bools.
 *
 * @torch torch.remainder
 * @example
 * remainder(tensor([7, -7]), 3) // tensor([1., 2.])
 */
export function remainder(a: TensorLike, b: TensorLike): Tensor {
  return binary('remainder', a, b)
}

/**
 * Remainder with the sign of the dividend, element by element: a - b trunc(a / b), as `%` in JavaScript and C.
 *
 * Shapes: broadcast with each other. Dtype: promoted. The gradient is 1 for a, -trunc(a / b) for b. Throws SHAPE_MISMATCH
 * where the shapes do not fit, BAD_VALUE where int32 is divided by 0, BAD_DTYPE for two bools.
 *
 * @torch torch.fmod
 * @example
 * fmod(tensor([7, -7]), 3) // tensor([ 1., -1.])
 */
export function fmod(a: TensorLike, b: TensorLike): Tensor {
  return binary('fmod', a, b)
}

/**
 * The greater of two, element by element; NaN wins.
 *
 * Shapes: broadcast with each other. Dtype: promoted; two bools give a bool (or). Where both are equal each gets half of the
 * gradient. Throws SHAPE_MISMATCH where the shapes do not fit.
 *
 * @torch torch.maximum
 * @differs also takes plain numbers
 * @example
 * maximum(tensor([1, 5]), tensor([4, 2])) // tensor([4., 5.])
 */
export function maximum(a: TensorLike, b: TensorLike): Tensor {
  const pair = operands('maximum', a, b)
  return apply(pair[0].dtype === 'bool' ? 'logicalOr' : 'maximum', pair, NONE)
}

/**
 * The smaller of two, element by element; NaN wins.
 *
 * Shapes: broadcast with each other. Dtype: promoted; two bools give a bool (and). Where both are equal each gets half of
 * the gradient. Throws SHAPE_MISMATCH where the shapes do not fit.
 *
 * @torch torch.minimum
 * @differs also takes plain numbers
 * @example
 * minimum(tensor([1, 5]), tensor([4, 2])) // tensor([1., 2.])
 */
export function minimum(a: TensorLike, b: TensorLike): Tensor {
  const pair = operands('minimum', a, b)
  return apply(pair[0].dtype === 'bool' ? 'logicalAnd' : 'minimum', pair, NONE)
}

/**
 * Angle of the point (b, a) in radians, from -pi to pi, element by element: the arc tangent of a / b in the right quadrant.
 *
 * Shapes: broadcast with each other. Dtype: promoted; int32 and bool become the default dtype. Throws SHAPE_MISMATCH where
 * the shapes do not fit.
 *
 * @torch torch.atan2
 * @example
 * atan2(tensor([1, -1]), tensor([1, -1])) // tensor([ 0.7854, -2.3562])
 */
export function atan2(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = operands('atan2', a, b)
  return apply('atan2', [toFloat(x), toFloat(y)], NONE)
}

/**
 * Length of the hypotenuse, element by element: sqrt(a^2 + b^2), without overflow on the way.
 *
 * Shapes: broadcast with each other. Dtype: promoted; int32 and bool become the default dtype. Infinity where one of both is
 * infinite, also beside NaN. The gradient at (0, 0) is NaN, as in PyTorch. Throws SHAPE_MISMATCH where the shapes do not fit.
 *
 * @torch torch.hypot
 * @example
 * hypot(tensor([3, 5]), tensor([4, 12])) // tensor([ 5., 13.])
 */
export function hypot(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = operands('hypot', a, b).map(toFloat) as [Tensor, Tensor]
  const { backend } = x.storage
  const number = (value: number) => constant(value, x.dtype, backend)
  // The result does not depend on the scale, so no gradient needs to flow through it.
  const scale = still(() => {
    const greatest = apply('maximum', [apply('abs', [x], NONE), apply('abs', [y], NONE)], NONE)
    const usable = apply(
      'logicalAnd',
      [apply('gt', [greatest, number(0)], NONE), apply('isFinite', [greatest], NONE)],
      NONE,
    )
    return apply('where', [usable, greatest, number(1)], NONE)
  })
  const part = (side: Tensor) => apply('square', [apply('div', [side, scale], NONE)], NONE)
  const length = apply('mul', [scale, apply('sqrt', [apply('add', [part(x), part(y)], NONE)], NONE)], NONE)
  const infinite = apply('logicalOr', [apply('isInf', [x], NONE), apply('isInf', [y], NONE)], NONE)
  return apply('where', [infinite, number(Infinity), length], NONE)
}

/**
 * ln(e^a + e^b), element by element, without overflow: max(a, b) + ln(1 + e^-|a - b|).
 *
 * Shapes: broadcast with each other. Dtype: promoted; int32 and bool become the default dtype. -Infinity is its zero:
 * logaddexp(x, -Infinity) = x. The gradients are e^(a - out) and e^(b - out). Throws SHAPE_MISMATCH where the shapes do not
 * fit.
 *
 * @torch torch.logaddexp
 * @differs where both are the same infinity, PyTorch's gradient is NaN; here it goes to a
 * @example
 * logaddexp(tensor([0, 1000]), tensor([0, 1000])) // tensor([6.9315e-01, 1.0007e+03])
 */
export function logaddexp(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = operands('logaddexp', a, b).map(toFloat) as [Tensor, Tensor]
  const first = apply('ge', [x, y], NONE)
  const [high, low] = [apply('where', [first, x, y], NONE), apply('where', [first, y, x], NONE)]
  const alike = apply('logicalAnd', [apply('eq', [x, y], NONE), apply('isInf', [x], NONE)], NONE)
  const zero = constant(0, x.dtype, x.storage.backend)
  // Infinity - Infinity is NaN; there the difference counts as 0.
  const gap = apply('sub', [apply('where', [alike, zero, low], NONE), apply('where', [alike, zero, high], NONE)], NONE)
  return apply('add', [high, apply('softplus', [gap], NONE)], NONE)
}

/**
 * a ln b, element by element, and 0 where a is 0: terms of entropies, where 0 ln 0 counts as 0.
 *
 * Shapes: broadcast with each other. Dtype: promoted; int32 and bool become the default dtype. NaN where b is NaN or negative (but for
 * a = 0). The gradients are ln b and a / b; where a is 0 and ln b not finite, 0. Throws SHAPE_MISMATCH where the shapes do not fit.
 *
 * @torch torch.xlogy
 * @differs where both are 0, PyTorch's gradient by b is NaN; here it is 0
 * @example
 * xlogy(tensor([0, 1, 2]), tensor([0, 1, 2])) // tensor([0.0000, 0.0000, 1.3863])
 */
export function xlogy(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = operands('xlogy', a, b).map(toFloat) as [Tensor, Tensor]
  const number = (value: number): Tensor => constant(value, x.dtype, x.storage.backend)
  // Only where ln b is not finite: elsewhere 0 ln b is 0 by itself, and ln b the gradient.
  const endless = apply(
    'logicalOr',
    [apply('le', [y, number(0)], NONE), apply('eq', [y, number(Infinity)], NONE)],
    NONE,
  )
  const none = apply('logicalAnd', [apply('eq', [x, number(0)], NONE), endless], NONE)
  return apply('mul', [x, apply('log', [apply('where', [none, number(1), y], NONE)], NONE)], NONE)
}

/**
 * Linear interpolation, element by element: a + weight (b - a), exact at weight 0 and 1.
 *
 * Shapes: all three broadcast with each other; `weight` may be a number. Dtype: promoted. Throws SHAPE_MISMATCH where the
 * shapes do not fit, BAD_DTYPE unless a and b are floats.
 *
 * @torch torch.lerp
 * @differs tensors of different dtypes meet; PyTorch throws
 * @example
 * lerp(tensor([0, 10]), tensor([10, 20]), 0.25) // tensor([ 2.5000, 12.5000])
 */
export function lerp(a: Tensor, b: TensorLike, weight: TensorLike): Tensor {
  const [x, y] = operands('lerp', a, b)
  const [, amount] = operands('lerp', x, weight)
  if (!isFloat(x.dtype)) throw floatsOnly('lerp', x)
  const gap = apply('sub', [y, x], NONE)
  // Counted from the nearer end: x + w (y - x), or y + (w - 1)(y - x) from w = 1/2 on.
  const one = constant(1, x.dtype, x.storage.backend)
  const [from, part] = nearerEnd(x, y, weight, amount, one)
  broadcast('lerp', gap.shape, part.shape)
  return apply('add', [from, apply('mul', [part, gap], NONE)], NONE)
}

function nearerEnd(x: Tensor, y: Tensor, weight: TensorLike, amount: Tensor, one: Tensor): [Tensor, Tensor] {
  if (!isTensor(weight)) {
    const share = (): number => (isLive(weight) ? weight.compute() : Number(weight))
    if (branch(() => share() < 0.5)) return [x, amount]
    return [
      y,
      constant(
        perCall(() => share() - 1),
        x.dtype,
        x.storage.backend,
      ),
    ]
  }
  const low = apply('lt', [amount, constant(0.5, x.dtype, x.storage.backend)], NONE)
  return [apply('where', [low, x, y], NONE), apply('where', [low, amount, apply('sub', [amount, one], NONE)], NONE)]
}

export interface ScaleOptions {
  /** Factor of the added part. Default 1. */
  readonly value?: number | undefined
}

/**
 * x + value * a * b, element by element.
 *
 * Shapes: all three broadcast with each other. Dtype: promoted. `value` is 1 by default. Throws SHAPE_MISMATCH where the
 * shapes do not fit.
 *
 * @torch torch.addcmul
 * @example
 * addcmul(tensor([1, 1]), tensor([2, 3]), tensor([4, 5]), { value: 10 }) // tensor([ 81., 151.])
 */
export function addcmul(x: Tensor, a: TensorLike, b: TensorLike, { value = 1 }: ScaleOptions = {}): Tensor {
  const product = mul(a, b)
  return add(x, value === 1 ? product : mul(product, value))
}

/**
 * x + value * a / b, element by element.
 *
 * Shapes: all three broadcast with each other. Dtype: promoted. `value` is 1 by default. Throws SHAPE_MISMATCH where the
 * shapes do not fit, BAD_DTYPE where a and b are both int32 or bool.
 *
 * @torch torch.addcdiv
 * @example
 * addcdiv(tensor([1, 1]), tensor([2, 3]), tensor([4, 2]), { value: 10 }) // tensor([ 6., 16.])
 */
export function addcdiv(x: Tensor, a: TensorLike, b: TensorLike, { value = 1 }: ScaleOptions = {}): Tensor {
  const [top, bottom] = operands('addcdiv', a, b)
  if (!isFloat(top.dtype)) throw floatsOnly('addcdiv', top)
  const quotient = div(value === 1 ? top : mul(top, value), bottom)
  return add(x, quotient)
}

/** Two operands in one dtype, of shapes that broadcast. */
function operands(name: string, a: TensorLike, b: TensorLike): [Tensor, Tensor] {
  const pair = meet(name, a, b)
  const [x, y] = pair
  if (x.shape !== y.shape) broadcast(name, x.shape, y.shape)
  return pair
}

/** Of numbers: bools are refused. */
function binary(name: BinaryName, a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = operands(name, a, b)
  return apply(name, [noBool(name, x), y], NONE)
}

function floatsOnly(operation: string, x: Tensor): TensorError {
  return new TensorError('BAD_DTYPE', `${operation}: needs float tensors; these are ${x.dtype}.`, {
    next: 'Convert one first: x.float().',
  })
}

// Functions of one number, element by element.
import { apply } from '../engine.js'
import { NONE, type UnaryName } from '../primitives.js'
import type { Tensor } from '../tensor.js'
import { asTensor, cast, type TensorLike, toFloat } from './operand.js'
import { noBool } from './wanted.js'

/**
 * Negative, element by element: -x.
 *
 * Shape: that of x. Dtype: kept. Throws BAD_DTYPE for bool.
 *
 * @torch torch.neg
 * @example
 * neg(tensor([1, -2, 0])) // tensor([-1.,  2., -0.])
 */
export function neg(x: TensorLike): Tensor {
  return apply('neg', [noBool('neg', asTensor('neg', x))], NONE)
}

/**
 * Absolute value, element by element: |x|.
 *
 * Shape: that of x. Dtype: kept. The gradient is sign(x), 0 at 0. Throws BAD_DTYPE for bool.
 *
 * @torch torch.abs
 * @example
 * abs(tensor([1, -2, 0])) // tensor([1., 2., 0.])
 */
export function abs(x: TensorLike): Tensor {
  return apply('abs', [noBool('abs', asTensor('abs', x))], NONE)
}

/**
 * Sign, element by element: -1 below 0, 1 above, 0 at 0.
 *
 * Shape: that of x. Dtype: kept; a bool is its own sign. NaN gives 0, as in PyTorch. The gradient is 0 everywhere.
 *
 * @torch torch.sign
 * @example
 * sign(tensor([3, -2, 0])) // tensor([ 1., -1.,  0.])
 */
export function sign(x: TensorLike): Tensor {
  const input = asTensor('sign', x)
  return input.dtype === 'bool' ? apply('copy', [input], NONE) : apply('sign', [input], NONE)
}

/**
 * Square, element by element: x^2.
 *
 * Shape: that of x. Dtype: kept; bool becomes int32.
 *
 * @torch torch.square
 * @example
 * square(tensor([1, -2, 3])) // tensor([1., 4., 9.])
 */
export function square(x: TensorLike): Tensor {
  const input = asTensor('square', x)
  return apply('square', [input.dtype === 'bool' ? cast(input, 'int32') : input], NONE)
}

/**
 * Square root, element by element: x^(1/2).
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype. NaN below 0; sqrt(-0) is -0. The
 * gradient 1 / (2 sqrt(x)) is Infinity at 0.
 *
 * @torch torch.sqrt
 * @example
 * sqrt(tensor([0, 4, 2])) // tensor([0.0000, 2.0000, 1.4142])
 */
export function sqrt(x: TensorLike): Tensor {
  return ofFloat('sqrt', x)
}

/**
 * Reciprocal square root, element by element: 1 / sqrt(x).
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype. Infinity at 0, NaN below.
 *
 * @torch torch.rsqrt
 * @example
 * rsqrt(tensor([1, 4, 16])) // tensor([1.0000, 0.5000, 0.2500])
 */
export function rsqrt(x: TensorLike): Tensor {
  return ofFloat('rsqrt', x)
}

/**
 * Reciprocal, element by element: 1 / x.
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype. Infinity at 0, -Infinity at -0.
 *
 * @torch torch.reciprocal
 * @example
 * reciprocal(tensor([1, 2, -4])) // tensor([ 1.0000,  0.5000, -0.2500])
 */
export function reciprocal(x: TensorLike): Tensor {
  return ofFloat('reciprocal', x)
}

/**
 * Exponential, element by element: e^x.
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype. float32 overflows to Infinity above
 * 88.7, float64 above 709.7.
 *
 * @torch torch.exp
 * @example
 * exp(tensor([0, 1, -1])) // tensor([1.0000, 2.7183, 0.3679])
 */
export function exp(x: TensorLike): Tensor {
  return ofFloat('exp', x)
}

/**
 * Power of two, element by element: 2^x.
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype.
 *
 * @torch torch.exp2
 * @example
 * exp2(tensor([0, 3, -1])) // tensor([1.0000, 8.0000, 0.5000])
 */
export function exp2(x: TensorLike): Tensor {
  return ofFloat('exp2', x)
}

/**
 * e^x - 1, element by element, exact also near 0, where exp(x).sub(1) loses its digits.
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype.
 *
 * @torch torch.expm1
 * @example
 * expm1(tensor([0, 0.001, 1])) // tensor([0.0000e+00, 1.0005e-03, 1.7183e+00])
 */
export function expm1(x: TensorLike): Tensor {
  return ofFloat('expm1', x)
}

/**
 * Natural logarithm, element by element: ln x.
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype. -Infinity at 0, NaN below.
 *
 * @torch torch.log
 * @example
 * log(tensor([1, 2.71828, 10])) // tensor([0.0000, 1.0000, 2.3026])
 */
export function log(x: TensorLike): Tensor {
  return ofFloat('log', x)
}

/**
 * Logarithm to base 2, element by element.
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype. -Infinity at 0, NaN below.
 *
 * @torch torch.log2
 * @example
 * log2(tensor([1, 8, 0.5])) // tensor([ 0.,  3., -1.])
 */
export function log2(x: TensorLike): Tensor {
  return ofFloat('log2', x)
}

/**
 * Logarithm to base 10, element by element.
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype. -Infinity at 0, NaN below.
 *
 * @torch torch.log10
 * @example
 * log10(tensor([1, 1000, 0.1])) // tensor([ 0.,  3., -1.])
 */
export function log10(x: TensorLike): Tensor {
  return ofFloat('log10', x)
}

/**
 * ln(1 + x), element by element, exact also near 0, where log(x.add(1)) loses its digits.
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype. -Infinity at -1, NaN below.
 *
 * @torch torch.log1p
 * @example
 * log1p(tensor([0, 0.001, 1])) // tensor([0.0000, 0.0010, 0.6931])
 */
export function log1p(x: TensorLike): Tensor {
  return ofFloat('log1p', x)
}

/**
 * Sine of an angle in radians, element by element.
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype. NaN at infinities.
 *
 * @torch torch.sin
 * @example
 * sin(tensor([0, 1, -1])) // tensor([ 0.0000,  0.8415, -0.8415])
 */
export function sin(x: TensorLike): Tensor {
  return ofFloat('sin', x)
}

/**
 * Cosine of an angle in radians, element by element.
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype. NaN at infinities.
 *
 * @torch torch.cos
 * @example
 * cos(tensor([0, 1, -1])) // tensor([1.0000, 0.5403, 0.5403])
 */
export function cos(x: TensorLike): Tensor {
  return ofFloat('cos', x)
}

/**
 * Tangent of an angle in radians, element by element: sin x / cos x.
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype. NaN at infinities.
 *
 * @torch torch.tan
 * @example
 * tan(tensor([0, 1, -1])) // tensor([ 0.0000,  1.5574, -1.5574])
 */
export function tan(x: TensorLike): Tensor {
  return ofFloat('tan', x)
}

/**
 * Arc sine in radians, element by element.
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype. Defined from -1 to 1, NaN outside;
 * result from -pi/2 to pi/2.
 *
 * @torch torch.asin
 * @example
 * asin(tensor([0, 0.5, 1])) // tensor([0.0000, 0.5236, 1.5708])
 */
export function asin(x: TensorLike): Tensor {
  return ofFloat('asin', x)
}

/**
 * Arc cosine in radians, element by element.
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype. Defined from -1 to 1, NaN outside;
 * result from 0 to pi.
 *
 * @torch torch.acos
 * @example
 * acos(tensor([0, 0.5, 1])) // tensor([1.5708, 1.0472, 0.0000])
 */
export function acos(x: TensorLike): Tensor {
  return ofFloat('acos', x)
}

/**
 * Arc tangent in radians, element by element.
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype. Result from -pi/2 to pi/2.
 *
 * @torch torch.atan
 * @example
 * atan(tensor([0, 1, -1])) // tensor([ 0.0000,  0.7854, -0.7854])
 */
export function atan(x: TensorLike): Tensor {
  return ofFloat('atan', x)
}

/**
 * Hyperbolic sine, element by element: (e^x - e^-x) / 2.
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype.
 *
 * @torch torch.sinh
 * @example
 * sinh(tensor([0, 1, -1])) // tensor([ 0.0000,  1.1752, -1.1752])
 */
export function sinh(x: TensorLike): Tensor {
  return ofFloat('sinh', x)
}

/**
 * Hyperbolic cosine, element by element: (e^x + e^-x) / 2.
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype.
 *
 * @torch torch.cosh
 * @example
 * cosh(tensor([0, 1, -1])) // tensor([1.0000, 1.5431, 1.5431])
 */
export function cosh(x: TensorLike): Tensor {
  return ofFloat('cosh', x)
}

/**
 * Hyperbolic tangent, element by element: (e^x - e^-x) / (e^x + e^-x).
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype. Result from -1 to 1.
 *
 * @torch torch.tanh
 * @example
 * tanh(tensor([0, 1, -1])) // tensor([ 0.0000,  0.7616, -0.7616])
 */
export function tanh(x: TensorLike): Tensor {
  return ofFloat('tanh', x)
}

/**
 * Inverse hyperbolic sine, element by element: ln(x + sqrt(x^2 + 1)).
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype.
 *
 * @torch torch.asinh
 * @example
 * asinh(tensor([0, 1, -1])) // tensor([ 0.0000,  0.8814, -0.8814])
 */
export function asinh(x: TensorLike): Tensor {
  return ofFloat('asinh', x)
}

/**
 * Inverse hyperbolic cosine, element by element: ln(x + sqrt(x^2 - 1)).
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype. NaN below 1.
 *
 * @torch torch.acosh
 * @example
 * acosh(tensor([1, 2, 10])) // tensor([0.0000, 1.3170, 2.9932])
 */
export function acosh(x: TensorLike): Tensor {
  return ofFloat('acosh', x)
}

/**
 * Inverse hyperbolic tangent, element by element: ln((1 + x) / (1 - x)) / 2.
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype. Infinite at -1 and 1, NaN outside.
 *
 * @torch torch.atanh
 * @example
 * atanh(tensor([0, 0.5, -0.5])) // tensor([ 0.0000,  0.5493, -0.5493])
 */
export function atanh(x: TensorLike): Tensor {
  return ofFloat('atanh', x)
}

/**
 * Error function, element by element: 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x.
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype. Result from -1 to 1.
 *
 * @torch torch.erf
 * @example
 * erf(tensor([0, 0.5, 1])) // tensor([0.0000, 0.5205, 0.8427])
 */
export function erf(x: TensorLike): Tensor {
  return ofFloat('erf', x)
}

/**
 * Complementary error function, element by element: 1 - erf(x), exact also for large x, where it is tiny.
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype. Result from 0 to 2.
 *
 * @torch torch.erfc
 * @example
 * erfc(tensor([0, 1, 2])) // tensor([1.0000, 0.1573, 0.0047])
 */
export function erfc(x: TensorLike): Tensor {
  return ofFloat('erfc', x)
}

/**
 * Inverse of the error function, element by element: the y with erf(y) = x.
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype. Infinite at -1 and 1, NaN outside.
 *
 * @torch torch.erfinv
 * @example
 * erfinv(tensor([0, 0.5, -0.9])) // tensor([ 0.0000,  0.4769, -1.1631])
 */
export function erfinv(x: TensorLike): Tensor {
  return ofFloat('erfinv', x)
}

/**
 * Logarithm of the absolute value of the gamma function, element by element: ln |Gamma(x)|; Gamma(n) = (n - 1)! for
 * whole n.
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype. Infinity at 0, -1, -2, ...
 *
 * @torch torch.lgamma
 * @example
 * lgamma(tensor([1, 4, 0.5])) // tensor([0.0000, 1.7918, 0.5724])
 */
export function lgamma(x: TensorLike): Tensor {
  return ofFloat('lgamma', x)
}

/**
 * Digamma function, element by element: the derivative of lgamma.
 *
 * Shape: that of x. Dtype: floats stay, int32 and bool become the default dtype. -Infinity at 0, Infinity at -0, NaN at
 * -1, -2, ...
 *
 * @torch torch.digamma
 * @example
 * digamma(tensor([1, 2, 0.5])) // tensor([-0.5772,  0.4228, -1.9635])
 */
export function digamma(x: TensorLike): Tensor {
  return ofFloat('digamma', x)
}

function ofFloat(name: UnaryName, x: TensorLike): Tensor {
  return apply(name, [toFloat(asTensor(name, x))], NONE)
}

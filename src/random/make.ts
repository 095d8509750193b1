// Making random tensors.
import { checkShape } from '../tensor/create.js'
import type { DType } from '../tensor/dtype.js'
import { apply } from '../tensor/engine.js'
import { TensorError } from '../tensor/errors.js'
import { add, mul } from '../tensor/ops/arithmetic.js'
import { cast, constant, type TensorLike } from '../tensor/ops/operand.js'
import { NONE } from '../tensor/primitives.js'
import { broadcast, type Shape } from '../tensor/shape.js'
import { isTensor, type Tensor } from '../tensor/tensor.js'
import { drawNormal, drawUniform, leaf, type RandomOptions } from './draw.js'

/**
 * Random numbers, uniform on [0, 1): 0 may appear, 1 never does.
 *
 * Shape: as given, a number n means [n]. Dtype: a float, the default dtype unless given; float32 has 24 random bits, float64 53, float16
 * 11, bfloat16 8. Options: generator, dtype, requiresGrad, device. Throws BAD_DTYPE for int32 and bool, BAD_SHAPE.
 *
 * @torch torch.rand
 * @differs equal seeds give other numbers than PyTorch's; the same on every backend here
 * @example
 * manualSeed(0)
 * rand([2, 3]).shape // [2, 3]
 */
export function rand(shape: Shape | number, options: RandomOptions = {}): Tensor {
  return leaf('rand', drawUniform('rand', shape, options), options)
}

/**
 * Random numbers from the standard normal distribution: mean 0, variance 1, by the method of Box and Muller (1958).
 *
 * Shape: as given, a number n means [n]. Dtype: a float, the default dtype unless given. Options: generator, dtype, requiresGrad, device.
 * In float32 none is beyond 5.8. Throws BAD_DTYPE for int32 and bool, BAD_SHAPE.
 *
 * @torch torch.randn
 * @differs equal seeds give other numbers than PyTorch's; the same on every backend here, up to rounding
 * @example
 * manualSeed(0)
 * randn([2, 3]).shape // [2, 3]
 */
export function randn(shape: Shape | number, options: RandomOptions = {}): Tensor {
  return leaf('randn', drawNormal('randn', shape, options), options)
}

export interface RandintOptions extends RandomOptions {
  /** Shape of the result. Default [], one number. */
  readonly shape?: Shape | number | undefined
}

/**
 * Random whole numbers from `low` to `high - 1`, each as likely as the others.
 *
 * `randint(high, { shape })` counts from 0, `randint(low, high, { shape })` from low; a list in place of the options is the shape.
 * Each is floor(u (high - low)) + low with 53 random bits u: no remainder is taken, and no number is more likely than another by more
 * than (high - low) / 2^53. Dtype: int32 unless given.
 * Throws BAD_VALUE where the range is empty or beyond int32, BAD_SHAPE.
 *
 * @torch torch.randint
 * @differs the dtype is int32, PyTorch's int64; without a shape it is one number
 * @example
 * randint(1, 7, [3]) // three dice
 */
export function randint(
  low: number,
  high?: number | RandintOptions | Shape,
  options: RandintOptions | Shape = {},
): Tensor {
  const [from, to, given] = typeof high === 'number' ? [low, high, options] : [0, low, high ?? options]
  const chosen: RandintOptions = Array.isArray(given) ? { shape: given } : (given as RandintOptions)
  const whole = [from, to].every(n => Number.isInteger(n) && Math.abs(n) <= 2 ** 31)
  if (!whole || from >= to) {
    throw new TensorError(
      'BAD_VALUE',
      `randint: there is no whole number from ${from} to below ${to} that int32 can hold.`,
      {
        next: 'Give whole numbers with low < high: randint(0, 10, [3]).',
      },
    )
  }
  return leaf('randint', integers('randint', chosen.shape ?? [], from, to, chosen), chosen)
}

/** Uniform on from ... to - 1. */
export function integers(
  operation: string,
  shape: Shape | number,
  from: number,
  to: number,
  options: RandomOptions,
): Tensor {
  const u = drawUniform(operation, shape, { ...options, dtype: 'float64' })
  const number = (value: number) => constant(value, 'float64', u.storage.backend)
  const scaled = apply('floor', [apply('mul', [u, number(to - from)], NONE)], NONE)
  return cast(apply('add', [scaled, number(from)], NONE), options.dtype ?? 'int32')
}

/**
 * The whole numbers from 0 to n - 1 in random order; every order is as likely as the others.
 *
 * They are sorted by random keys of 53 bits. Shape: [n]. Dtype: int32 unless given. Throws BAD_VALUE where n is not a whole number from 0.
 *
 * @torch torch.randperm
 * @differs the dtype is int32, PyTorch's int64
 * @example
 * const order = randperm(x.shape[0]) // to shuffle rows: x.indexSelect(0, order)
 */
export function randperm(n: number, options: RandomOptions = {}): Tensor {
  if (!Number.isInteger(n) || n < 0) {
    throw new TensorError('BAD_VALUE', `randperm: n must be a whole number from 0, got ${String(n)}.`, {
      next: 'For example randperm(10).',
    })
  }
  const keys = drawUniform('randperm', [n], { ...options, dtype: 'float64' })
  const order = apply('argsort', [keys], { dim: 0, descending: false })
  return leaf('randperm', cast(order, options.dtype ?? 'int32'), options)
}

export interface SpreadOptions extends RandomOptions {
  /** Shape of the result. Default: that of the two arguments, broadcast. */
  readonly shape?: Shape | number | undefined
}

/**
 * Random numbers from a normal distribution: mean + std z with standard normal z.
 *
 * mean and std are numbers or tensors, and gradients flow to them. Shape: `shape`, or that of both broadcast. Dtype: that of the tensors,
 * or `dtype`. Throws BAD_VALUE for a negative std given as a number, BAD_DTYPE for int32 and bool, SHAPE_MISMATCH, BAD_SHAPE.
 *
 * @torch torch.normal
 * @example
 * normal(10, 2, { shape: [3] })
 */
export function normal(mean: TensorLike, std: TensorLike, options: SpreadOptions = {}): Tensor {
  if (!isTensor(std) && !(Number(std) >= 0)) {
    throw new TensorError('BAD_VALUE', `normal: std must not be negative, got ${String(std)}.`, {
      next: 'Give the standard deviation, from 0.',
    })
  }
  return leaf('normal', spread('normal', drawNormal, mean, std, options), options)
}

/**
 * Random numbers, uniform on [low, high): low + (high - low) u with u uniform on [0, 1).
 *
 * low and high are numbers or tensors, and gradients flow to them. Shape: `shape`, or that of both broadcast. Dtype: that of the tensors,
 * or `dtype`. Rounding may give high itself. Throws BAD_VALUE where both are numbers and low > high, BAD_DTYPE for int32 and bool,
 * SHAPE_MISMATCH, BAD_SHAPE.
 *
 * @torch none
 * @differs PyTorch has torch.rand and Tensor.uniform_ only
 * @example
 * uniform(-1, 1, { shape: [3] })
 */
export function uniform(low: TensorLike, high: TensorLike, options: SpreadOptions = {}): Tensor {
  if (!isTensor(low) && !isTensor(high) && !(Number(low) <= Number(high))) {
    throw new TensorError('BAD_VALUE', `uniform: from ${String(low)} to ${String(high)} is no range.`, {
      next: 'Give low <= high.',
    })
  }
  const width = isTensor(low)
    ? add(mul(low, -1), high)
    : isTensor(high)
      ? add(high, -Number(low))
      : Number(high) - Number(low)
  return leaf('uniform', spread('uniform', drawUniform, low, width, options), options)
}

type Draw = (operation: string, shape: Shape | number, options: RandomOptions) => Tensor

/** start + scale * z. */
function spread(operation: string, draw: Draw, start: TensorLike, scale: TensorLike, options: SpreadOptions): Tensor {
  const given = [start, scale].filter(isTensor)
  const both = given.reduce<Shape>((shape, x) => broadcast(operation, shape, x.shape), [])
  const shape = options.shape === undefined ? both : checkShape(operation, options.shape)
  const dtype: DType | undefined = options.dtype ?? given.find(x => x.shape.length > 0)?.dtype ?? given[0]?.dtype
  const z = draw(operation, shape, { ...options, dtype, device: options.device ?? given[0]?.device })
  const out = add(mul(z, scale), start)
  return out.dtype === z.dtype ? out : cast(out, z.dtype)
}

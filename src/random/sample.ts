// Random tensors made after another tensor: of its shape, by its probabilities, or into its memory.
import { backendOf, type CreateOptions, fromArray } from '../tensor/create.js'
import { apply, assign } from '../tensor/engine.js'
import { shapeText, TensorError } from '../tensor/errors.js'
import { numbersOf } from '../tensor/ops/host.js'
import { asTensor, cast, constant, needTensor } from '../tensor/ops/operand.js'
import { narrowed } from '../tensor/ops/windows.js'
import { NONE, needFloat } from '../tensor/primitives.js'
import type { GeneratorState } from '../tensor/state.js'
import { isTensor, type Tensor } from '../tensor/tensor.js'
import { drawNormal, drawUniform, leaf, type RandomOptions } from './draw.js'
import { integers } from './make.js'

/** Where the numbers come from. */
export interface GeneratorOption {
  /** Default: the generator that everybody shares. */
  readonly generator?: GeneratorState | undefined
}

/**
 * Random numbers, uniform on [0, 1), in the shape of x. Dtype and device: those of x, unless options say otherwise; see `rand`.
 *
 * @torch torch.rand_like
 * @example
 * randLike(zeros([2, 3])).shape // [2, 3]
 */
export function randLike(x: Tensor, options: RandomOptions = {}): Tensor {
  needTensor('randLike', x)
  return leaf('randLike', drawUniform('randLike', x.shape, like(x, options)), options)
}

/**
 * Standard normal random numbers in the shape of x. Dtype and device: those of x, unless options say otherwise; see `randn`.
 *
 * @torch torch.randn_like
 * @example
 * randnLike(zeros([2, 3])).shape // [2, 3]
 */
export function randnLike(x: Tensor, options: RandomOptions = {}): Tensor {
  needTensor('randnLike', x)
  return leaf('randnLike', drawNormal('randnLike', x.shape, like(x, options)), options)
}

function like<O extends CreateOptions>(x: Tensor, options: O): O {
  return { ...options, dtype: options.dtype ?? x.dtype, device: options.device ?? x.device }
}

/**
 * Draws 0 or 1, element by element: 1 with the probability x.
 *
 * Shape: that of x. Dtype: kept. No gradient. 1 comes where a uniform number of [0, 1) is below x. Reads x to check it. Throws BAD_VALUE
 * for a probability outside of [0, 1] or NaN, BAD_DTYPE unless x is a float.
 *
 * @torch torch.bernoulli
 * @example
 * bernoulli(full([3], 0.5)) // for example tensor([1., 0., 1.])
 */
export function bernoulli(x: Tensor, options: GeneratorOption = {}): Tensor {
  const input = asTensor('bernoulli', x)
  needFloat('bernoulli', input)
  checkProbabilities('bernoulli', input)
  return cast(coins('bernoulli', input, input, options), input.dtype)
}

/** Bools of the shape of x, true with probability p. */
function coins(operation: string, x: Tensor, p: Tensor, { generator }: GeneratorOption): Tensor {
  const dtype = p.dtype === 'float64' ? 'float64' : 'float32'
  const u = drawUniform(operation, x.shape, { dtype, generator, device: x.device })
  return apply('lt', [u, cast(p, dtype)], NONE)
}

function checkProbabilities(operation: string, p: Tensor): void {
  const bad = numbersOf(p).find(value => !(value >= 0 && value <= 1))
  if (bad === undefined) return
  throw new TensorError('BAD_VALUE', `${operation}: ${bad} is not a probability.`, {
    next: 'Probabilities lie between 0 and 1; scores become probabilities by sigmoid.',
  })
}

export interface MultinomialOptions extends GeneratorOption {
  /** Whether a category may be drawn again. Default false. */
  readonly replacement?: boolean | undefined
}

/**
 * Draws `count` categories with probabilities that are proportional to x: their places along the last axis.
 *
 * Shape: x [k] -> [count], x [m, k] -> [m, count], each row on its own. x need not sum to 1. With replacement a category may come again: the
 * running sum of x is searched for a uniform number. Without (the default) none does: categories are sorted by x / e with exponential e
 * (Efraimidis and Spirakis, 2006). Dtype: int32. No gradient. Reads x. Throws BAD_VALUE for negative, infinite or NaN weights, for a row
 * of zeros, and for more draws without replacement than there are categories above 0; BAD_SHAPE unless x has one or two axes; BAD_DTYPE
 * unless x is a float.
 *
 * @torch torch.multinomial
 * @differs PyTorch draws categories of weight 0 where others run out; here that is an error
 * @example
 * multinomial(tensor([0, 0, 1]), 2, { replacement: true }) // tensor([2, 2])
 */
export function multinomial(x: Tensor, count: number, options: MultinomialOptions = {}): Tensor {
  const { replacement = false, generator } = options
  const input = asTensor('multinomial', x)
  needFloat('multinomial', input)
  if (input.shape.length !== 1 && input.shape.length !== 2) {
    throw new TensorError('BAD_SHAPE', `multinomial: x must have one or two axes, got ${shapeText(input.shape)}.`, {
      next: 'One row of weights a draw: [categories] or [rows, categories].',
    })
  }
  const categories = input.shape.at(-1) as number
  const weights = numbersOf(input)
  checkWeights(weights, categories, count, replacement)
  const draw = replacement ? drawAgain : drawOnce
  return draw(input, weights, count, generator)
}

function checkWeights(weights: Float64Array, categories: number, count: number, replacement: boolean): void {
  const bad = weights.find(value => !(value >= 0 && value < Infinity))
  if (bad !== undefined) {
    throw new TensorError('BAD_VALUE', `multinomial: ${bad} is not a weight.`, {
      next: 'Weights are finite numbers from 0; scores become weights by softmax.',
    })
  }
  if (!Number.isInteger(count) || count < 1) {
    throw new TensorError(
      'BAD_VALUE',
      `multinomial: the number of draws must be a whole number above 0, got ${String(count)}.`,
      {
        next: 'For example multinomial(x, 1).',
      },
    )
  }
  for (let start = 0; start < weights.length; start += categories) {
    const possible = weights.subarray(start, start + categories).filter(value => value > 0).length
    if (possible === 0 || (!replacement && possible < count)) {
      throw new TensorError(
        'BAD_VALUE',
        `multinomial: ${count} draw(s) from ${possible} categories with a weight above 0.`,
        {
          next: possible === 0 ? 'At least one weight must be above 0.' : 'Draw fewer, or with { replacement: true }.',
        },
      )
    }
  }
  if (categories === 0) {
    throw new TensorError('BAD_VALUE', 'multinomial: there are no categories.', {
      next: 'The last axis must not be empty.',
    })
  }
}

/** Without replacement: the categories with the greatest x / e. Those of weight 0 come last. */
function drawOnce(x: Tensor, _: Float64Array, count: number, generator: GeneratorState | undefined): Tensor {
  const dim = x.shape.length - 1
  const u = drawUniform('multinomial', x.shape, { dtype: 'float64', generator, device: x.device })
  const number = (value: number) => constant(value, 'float64', x.storage.backend)
  const exponential = apply('neg', [apply('log1p', [apply('neg', [u], NONE)], NONE)], NONE)
  const weights = cast(x, 'float64')
  const keys = apply('div', [weights, exponential], NONE)
  const possible = apply('where', [apply('gt', [weights, number(0)], NONE), keys, number(-1)], NONE)
  const order = apply('argsort', [possible], { dim, descending: true })
  return apply('copy', [narrowed(order, dim, 0, count)], NONE)
}

/** With replacement: the first category whose running sum is above u times the whole. */
function drawAgain(x: Tensor, weights: Float64Array, count: number, generator: GeneratorState | undefined): Tensor {
  const categories = x.shape.at(-1) as number
  const shape = [...x.shape.slice(0, -1), count]
  const u = numbersOf(drawUniform('multinomial', shape, { dtype: 'float64', generator, device: x.device }))
  const out = new Int32Array(u.length)
  for (let row = 0; row * categories < weights.length; row++) {
    const sums = runningSums(weights.subarray(row * categories, (row + 1) * categories))
    const total = sums[categories - 1] as number
    for (let i = row * count; i < (row + 1) * count; i++) out[i] = firstAbove(sums, (u[i] as number) * total)
  }
  return fromArray(out, shape, { device: backendOf(x.device).name })
}

function runningSums(weights: Float64Array): Float64Array {
  let sum = 0
  return weights.map(weight => {
    sum += weight
    return sum
  })
}

/** Place of the first sum above the value, by halving; the last that grew where rounding leaves none. */
function firstAbove(sums: Float64Array, value: number): number {
  let [low, high] = [0, sums.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sums[middle] as number) > value) high = middle
    else low = middle + 1
  }
  return low < sums.length ? low : sums.indexOf(sums.at(-1) as number)
}

/**
 * Fills x with random numbers, uniform on [low, high), in place. Defaults: low 0, high 1.
 *
 * Shape and dtype: those of x. The gradient that reaches x before is cut off. Throws BAD_DTYPE unless x is a float, BAD_VALUE where low >
 * high, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.uniform_
 * @example
 * noGrad(() => weight.uniform_(-0.1, 0.1))
 */
export function uniform_(x: Tensor, low = 0, high = 1, { generator }: GeneratorOption = {}): Tensor {
  if (!(low <= high)) {
    throw new TensorError('BAD_VALUE', `uniform_: from ${low} to ${high} is no range.`, { next: 'Give low <= high.' })
  }
  return filled('uniform_', x, generator, drawUniform, high - low, low)
}

/**
 * Fills x with random numbers from a normal distribution, in place: mean + std z. Defaults: mean 0, std 1.
 *
 * Shape and dtype: those of x. The gradient that reaches x before is cut off. Throws BAD_DTYPE unless x is a float, BAD_VALUE for a
 * negative std, IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.normal_
 * @example
 * noGrad(() => weight.normal_(0, 0.02))
 */
export function normal_(x: Tensor, mean = 0, std = 1, { generator }: GeneratorOption = {}): Tensor {
  if (!(std >= 0)) {
    throw new TensorError('BAD_VALUE', `normal_: std must not be negative, got ${std}.`, {
      next: 'Give the standard deviation, from 0.',
    })
  }
  return filled('normal_', x, generator, drawNormal, std, mean)
}

function filled(
  operation: string,
  x: Tensor,
  generator: GeneratorState | undefined,
  draw: typeof drawUniform,
  scale: number,
  start: number,
): Tensor {
  needFloat(operation, x)
  const value = () => {
    const dtype = x.dtype === 'float64' ? 'float64' : 'float32'
    const z = draw(operation, x.shape, { dtype, generator, device: x.device })
    const number = (n: number) => constant(n, dtype, x.storage.backend)
    const scaled = scale === 1 ? z : apply('mul', [z, number(scale)], NONE)
    return cast(start === 0 ? scaled : apply('add', [scaled, number(start)], NONE), x.dtype)
  }
  return assign(operation, x, value, [x])
}

/**
 * Fills x with 0 and 1, in place: 1 with probability p, a number (0.5 by default) or a tensor that is broadcast to x.
 *
 * Shape and dtype: those of x, any. Throws BAD_VALUE for a probability outside of [0, 1], IN_PLACE for a leaf that requires grad.
 *
 * @torch torch.Tensor.bernoulli_
 * @example
 * const mask = zeros([3], { dtype: 'bool' }).bernoulli_(0.9)
 */
export function bernoulli_(x: Tensor, p: number | Tensor = 0.5, options: GeneratorOption = {}): Tensor {
  const probability = isTensor(p) ? p : constant(p, 'float64', x.storage.backend)
  needFloat('bernoulli_', probability)
  checkProbabilities('bernoulli_', probability)
  return assign('bernoulli_', x, () => cast(coins('bernoulli_', x, probability, options), x.dtype), [x])
}

/**
 * Random whole numbers from low to high - 1 in the shape of x: `randintLike(x, high)` or `randintLike(x, low, high)`.
 *
 * Dtype and device: those of x, unless options say otherwise; see `randint`. Throws BAD_VALUE where the range is empty.
 *
 * @torch torch.randint_like
 * @example
 * randintLike(zeros([2, 3]), 10).shape // [2, 3]
 */
export function randintLike(x: Tensor, low: number, high?: number, options: RandomOptions = {}): Tensor {
  const [from, to] = high === undefined ? [0, low] : [low, high]
  if (![from, to].every(n => Number.isInteger(n) && Math.abs(n) <= 2 ** 31) || from >= to) {
    throw new TensorError(
      'BAD_VALUE',
      `randintLike: there is no whole number from ${from} to below ${to} that int32 can hold.`,
      {
        next: 'Give whole numbers with low < high.',
      },
    )
  }
  return leaf('randintLike', integers('randintLike', x.shape, from, to, like(x, options)), options)
}

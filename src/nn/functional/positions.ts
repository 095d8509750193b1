// Where a token stands: attention by itself sees a set, not a sequence. Three ways to say it.
import { arange, tensor } from '../../tensor/create.js'
import type { DType } from '../../tensor/dtype.js'
import { shapeText, TensorError } from '../../tensor/errors.js'
import { stack } from '../../tensor/join.js'
import { known, optionNames } from '../../tensor/options.js'
import { state } from '../../tensor/state.js'
import type { Tensor } from '../../tensor/tensor.js'
import { remembered } from './remembered.js'

export interface PositionOptions {
  /** The dtype of the result. The default dtype. */
  readonly dtype?: DType | undefined
  /** Name of the backend that holds it. The current one. */
  readonly device?: string | undefined
}

const POSITION_OPTIONS = optionNames<PositionOptions>()('dtype device')

export interface SinusoidOptions extends PositionOptions {
  /** The slowest wave has the length 2 pi base. 10000. */
  readonly base?: number | undefined
}

const SINUSOID_OPTIONS = optionNames<SinusoidOptions>()('base dtype device')

/**
 * The sinusoids of Vaswani et al. (2017, section 3.5): a row for each position, to be added to the embeddings.
 *
 * PE[t, 2i] = sin(t / base^(2i/d)), PE[t, 2i+1] = cos(t / base^(2i/d)); t counts from 0, angles are in radians. Shape: [length, d].
 * Computed in float64 and rounded once. Throws BAD_VALUE unless both sizes are whole numbers from 0.
 *
 * @example
 * F.sinusoidalPositions(2, 4)
 * // tensor([[0.0000, 1.0000, 0.0000, 1.0000],
 * //         [0.8415, 0.5403, 0.0100, 0.9999]])
 * @torch none
 */
export function sinusoidalPositions(length: number, dim: number, options: SinusoidOptions = {}): Tensor {
  const { base = 10000, dtype = state.defaultDtype, device } = known('sinusoidalPositions', options, SINUSOID_OPTIONS)
  needCount('sinusoidalPositions', 'length', length)
  needCount('sinusoidalPositions', 'dim', dim)
  const angles = rotaryAngles(arange(length, { dtype: 'float64', device }), dim + (dim % 2), base)
  const waves = stack([angles.sin(), angles.cos()], -1).flatten(-2)
  return waves.narrow(1, 0, dim).to({ dtype })
}

export interface RotaryOptions {
  /** The slowest pair turns by 1/base^((d-2)/d) a position. 10000. */
  readonly base?: number | undefined
  /**
   * Which coordinates make a pair: 'interleaved' (0, 1), (2, 3), ... as in the paper, GPT-J and Llama's own code, or 'half'
   * (0, d/2), (1, d/2 + 1), ... as in GPT-NeoX and Hugging Face's Llama. 'interleaved'. Weights trained with one do not fit the other.
   */
  readonly form?: 'interleaved' | 'half' | undefined
  /** The position of the first token, or those of all: int32 [T]. 0. */
  readonly positions?: number | Tensor | undefined
}

const ROTARY_OPTIONS = optionNames<RotaryOptions>()('base form positions')

/**
 * Rotary position embedding (Su et al. 2021, equation 34): turns each pair of coordinates of x at position t by the angle
 * t / base^(2i/d), so that the product of a query and a key depends on their distance alone.
 *
 * (a, b) -> (a cos - b sin, b cos + a sin). x [..., T, d], d even -> [..., T, d]; for queries and keys [N, H, T, d], before the scores.
 * Throws BAD_SHAPE for fewer than two axes or an odd d, BAD_VALUE for an unknown form, SHAPE_MISMATCH where there are not T positions.
 *
 * @example
 * F.rotaryEmbedding(tensor([[1, 0], [1, 0]])) // tensor([[1.0000, 0.0000], [0.5403, 0.8415]])
 * @torch none
 */
export function rotaryEmbedding(x: Tensor, options: RotaryOptions = {}): Tensor {
  const { base = 10000, form = 'interleaved', positions = 0 } = known('rotaryEmbedding', options, ROTARY_OPTIONS)
  const [length = 0, dim = 0] = x.shape.slice(-2)
  checkRotary(x, form, positions)
  const [cos, sin] = rotation(x, length, dim, base, positions)
  const [sizes, axis] = form === 'half' ? [[2, dim / 2], -2] : [[dim / 2, 2], -1]
  const pairs = x.unflatten(-1, sizes)
  const [a, b] = [pairs.select(axis, 0), pairs.select(axis, 1)]
  return stack([a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin))], axis).flatten(-2)
}

function checkRotary(x: Tensor, form: string, positions: number | Tensor): void {
  const { shape } = x
  if (shape.length < 2 || (shape.at(-1) as number) % 2 !== 0) {
    throw new TensorError(
      'BAD_SHAPE',
      `rotaryEmbedding: x must be [..., T, d] with an even d; it is ${shapeText(shape)}.`,
      {
        next: 'Split into heads first: [N, T, E] -> [N, H, T, E / H].',
      },
    )
  }
  if (form !== 'half' && form !== 'interleaved') {
    throw new TensorError('BAD_VALUE', `rotaryEmbedding: form '${String(form)}' does not exist.`, {
      next: "Choose 'interleaved' or 'half'.",
    })
  }
  if (typeof positions !== 'number' && (positions.ndim !== 1 || positions.shape[0] !== shape.at(-2))) {
    throw new TensorError(
      'SHAPE_MISMATCH',
      `rotaryEmbedding: positions have shape ${shapeText(positions.shape)}, x ${shapeText(shape)}.`,
      { next: `Give one position a token: [${shape.at(-2)}].` },
    )
  }
}

/** Cosines and sines [T, d/2] of the angles. */
function rotation(
  { dtype, device }: Tensor,
  length: number,
  dim: number,
  base: number,
  positions: number | Tensor,
): readonly [Tensor, Tensor] {
  const make = (places: Tensor): readonly [Tensor, Tensor] => {
    const angles = rotaryAngles(places.to('float64'), dim, base)
    return [angles.cos().to(dtype), angles.sin().to(dtype)]
  }
  if (typeof positions !== 'number') return make(positions)
  return remembered(`rotary ${device} ${dtype} ${length} ${dim} ${base} ${positions}`, () =>
    make(arange(positions, positions + length, { dtype: 'float64', device })),
  )
}

/** t / base^(2i/d) for each position t and pair i: [T, d/2]. */
function rotaryAngles(positions: Tensor, dim: number, base: number): Tensor {
  const pairs = arange(dim / 2, { dtype: 'float64', device: positions.device })
  return positions.unsqueeze(1).mul(pairs.mul((-2 * Math.log(base)) / dim).exp())
}

/**
 * The slopes of ALiBi (Press et al. 2021, section 3), one a head: for n heads, n a power of two, 2^(-8/n), 2^(-16/n), ..., 2^-8.
 * For other n, as in the authors' code: those of the power of two below, then every other one of the power of two above. Shape: [n].
 * Throws BAD_VALUE unless n is a whole number from 1.
 *
 * @example
 * F.alibiSlopes(4) // tensor([0.2500, 0.0625, 0.0156, 0.0039])
 * @torch none
 */
export function alibiSlopes(heads: number, options: PositionOptions = {}): Tensor {
  const { dtype, device } = known('alibiSlopes', options, POSITION_OPTIONS)
  needCount('alibiSlopes', 'heads', heads, 1)
  const below = 2 ** Math.floor(Math.log2(heads))
  const between = geometric(2 * below).filter((_, i) => i % 2 === 0)
  const slopes = [...geometric(below), ...between].slice(0, heads)
  return tensor(slopes, { dtype: dtype ?? state.defaultDtype, device })
}

function needCount(operation: string, name: string, n: number, least = 0): void {
  if (Number.isInteger(n) && n >= least) return
  throw new TensorError('BAD_VALUE', `${operation}: ${name} must be a whole number from ${least}; it is ${String(n)}.`)
}

const geometric = (n: number): number[] => Array.from({ length: n }, (_, i) => 2 ** ((-8 * (i + 1)) / n))

/**
 * ALiBi (Press et al. 2021): what is added to the scores of attention, -slope[h] |i - j| for head h, query i and key j: the
 * farther, the less. Positions are not embedded then. Shape: [heads, queries, keys]; the last query stands at the last key, so that
 * cached keys fit. Use it as a float `attnMask`, with `isCausal` in a decoder. Throws BAD_VALUE unless all are whole numbers.
 *
 * @example
 * F.alibiBias(1, 3).at(0)
 * // tensor([[ 0.0000, -0.0039, -0.0078],
 * //         [-0.0039,  0.0000, -0.0039],
 * //         [-0.0078, -0.0039,  0.0000]])
 * @torch none
 */
export function alibiBias(
  heads: number,
  queries: number,
  keys: number | PositionOptions = queries,
  options: PositionOptions = {},
): Tensor {
  known('alibiBias', options, POSITION_OPTIONS)
  const [length, { dtype = state.defaultDtype, device }] =
    typeof keys === 'number' ? [keys, options] : [queries, keys as PositionOptions]
  needCount('alibiBias', 'queries', queries)
  needCount('alibiBias', 'keys', length)
  const at = (start: number, end: number): Tensor => arange(start, end, { dtype: 'float64', device })
  const distance = at(length - queries, length)
    .unsqueeze(1)
    .sub(at(0, length))
    .abs()
  const slopes = alibiSlopes(heads, { dtype: 'float64', device })
  // -0 + 0 is 0: a token has no distance to itself.
  return distance
    .mul(slopes.neg().reshape([heads, 1, 1]))
    .add(0)
    .to({ dtype })
}

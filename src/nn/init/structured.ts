// First weights that are more than independent numbers: identities, rotations, few connections.
import { noGrad } from '../../autograd/index.js'
import { rand, randn } from '../../random/index.js'
import { eye } from '../../tensor/create.js'
import { shapeText, TensorError } from '../../tensor/errors.js'
import { qr } from '../../tensor/linalg.js'
import { known, optionNames } from '../../tensor/options.js'
import type { Tensor } from '../../tensor/tensor.js'
import { ModuleError } from '../errors.js'
import { needRange } from '../sizes.js'
import { type InitOptions, normal_ } from './fill.js'

/**
 * Makes a matrix the identity, in place: a layer that begins by passing its input on. [n, m]: ones on the diagonal, zeros elsewhere. Returns it.
 * Throws BAD_SHAPE unless it has two axes.
 *
 * @example
 * nn.init.eye_(zeros([2, 3])).toArray() // [[1, 0, 0], [0, 1, 0]]
 * @torch torch.nn.init.eye_
 */
export function eye_<T extends Tensor>(weight: T): T {
  needAxes('eye_', weight, 2, 2)
  const [n, m] = weight.shape as [number, number]
  noGrad(() => weight.copy_(eye(n, m, { dtype: weight.dtype, device: weight.device })))
  return weight
}

export interface DiracOptions {
  /** Groups of the convolution. 1. */
  readonly groups?: number | undefined
}

const DIRAC_OPTIONS = optionNames<DiracOptions>()('groups')

/**
 * Makes the weight of a convolution pass its input on, in place: out channel i of each group copies in channel i of the group, those beyond are
 * zero. Returns it.
 *
 * weight [out, in / groups, ...window] with one to three axes of window: 1 in the middle of the window, 0 elsewhere. Throws BAD_SHAPE for other
 * shapes, BAD_OPTION where groups do not divide out.
 *
 * @example
 * nn.init.dirac_(zeros([1, 1, 3])) // tensor([[[0., 1., 0.]]])
 * @torch torch.nn.init.dirac_
 */
export function dirac_<T extends Tensor>(weight: T, options: DiracOptions = {}): T {
  const { groups = 1 } = known('dirac_', options, DIRAC_OPTIONS)
  needAxes('dirac_', weight, 3, 5)
  const [out, into, ...window] = weight.shape as [number, number, ...number[]]
  if (!(Number.isInteger(groups) && groups >= 1 && out % groups === 0)) {
    throw new ModuleError('BAD_OPTION', `dirac_: ${out} channels do not fall into ${String(groups)} groups.`)
  }
  const middle = window.map(size => Math.floor(size / 2))
  const perGroup = out / groups
  noGrad(() => {
    weight.zero_()
    for (let i = 0; i < out; i++) {
      const channel = i % perGroup
      if (channel < into) weight.at(i, channel, ...middle).fill_(1)
    }
  })
  return weight
}

export interface OrthogonalOptions extends InitOptions {
  /** A factor for all numbers: calculateGain('relu'). 1. */
  readonly gain?: number | undefined
}

const ORTHOGONAL_OPTIONS = optionNames<OrthogonalOptions>()('gain generator')

/**
 * Makes a matrix orthogonal, in place, each such matrix as likely as the others (Saxe, McClelland & Ganguli 2013). Returns it.
 *
 * weight [out, in, ...window], seen as a matrix W of `out` rows: W^T W = gain^2 I where it is tall, W W^T = gain^2 I where it is wide. All its
 * singular values are `gain`, so that a deep linear network keeps lengths exactly. By the QR decomposition of normal numbers (Mezzadri 2007), in
 * float64 or float32. Throws BAD_SHAPE below two axes, BAD_DTYPE unless it is a float.
 *
 * @example
 * const w = nn.init.orthogonal_(zeros([2, 2]))
 * w.square().sum(1) // tensor([1., 1.])
 * @torch torch.nn.init.orthogonal_
 */
export function orthogonal_<T extends Tensor>(weight: T, options: OrthogonalOptions = {}): T {
  const { gain = 1, generator } = known('orthogonal_', options, ORTHOGONAL_OPTIONS)
  needAxes('orthogonal_', weight, 2)
  if (weight.size === 0) return weight
  const rows = weight.shape[0] as number
  const columns = weight.size / rows
  noGrad(() => {
    // Drawn tall, so that the thin Q has orthonormal columns. Our R has a positive diagonal, which makes Q uniform.
    const tall = [Math.max(rows, columns), Math.min(rows, columns)]
    const dtype = weight.dtype === 'float64' ? 'float64' : 'float32'
    const { q } = qr(randn(tall, { dtype, generator, device: weight.device }))
    weight.copy_((rows < columns ? q.T : q).reshape(weight.shape).mul(gain))
  })
  return weight
}

export interface SparseOptions extends InitOptions {
  /** Standard deviation of the numbers that are not zero. 0.01. */
  readonly std?: number | undefined
}

const SPARSE_OPTIONS = optionNames<SparseOptions>()('std generator')

/**
 * Fills a matrix with normal numbers of which a share of each column is zero, in place (Martens 2010). Returns it.
 *
 * weight [out, in]: of each column ceil(sparsity out) numbers, drawn at random, are 0. Throws BAD_SHAPE unless it has two axes, BAD_OPTION for a
 * sparsity outside of 0 to 1.
 *
 * @example
 * nn.init.sparse_(zeros([10, 3]), 0.75).eq(0).sum(0) // tensor([8, 8, 8])
 * @torch torch.nn.init.sparse_
 */
export function sparse_<T extends Tensor>(weight: T, sparsity: number, options: SparseOptions = {}): T {
  const { std = 0.01, generator } = known('sparse_', options, SPARSE_OPTIONS)
  needAxes('sparse_', weight, 2, 2)
  needRange('sparse_', 'sparsity', sparsity, 0, 1)
  const zeros = Math.ceil(sparsity * (weight.shape[0] as number))
  normal_(weight, 0, std, { generator })
  noGrad(() => {
    const order = rand(weight.shape, { dtype: 'float64', generator, device: weight.device }).argsort(0).argsort(0)
    weight.maskedFill_(order.lt(zeros), 0)
  })
  return weight
}

/** Throws BAD_SHAPE unless a weight has so many axes. */
function needAxes(where: string, { shape }: Tensor, least: number, most = Infinity): void {
  if (shape.length >= least && shape.length <= most) return
  const expected =
    most === Infinity ? `${least} axes or more` : least === most ? `${least} axes` : `${least} to ${most} axes`
  throw new TensorError('BAD_SHAPE', `${where}: expected a weight of ${expected}, got ${shapeText(shape)}.`, {
    next: 'Weights are [out, in, ...window]; biases begin with zeros_.',
  })
}

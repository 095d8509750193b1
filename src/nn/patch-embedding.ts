// Images as sequences: each patch is a token.
import { normal } from '../random/index.js'
import { zeros } from '../tensor/create.js'
import { shapeText, TensorError } from '../tensor/errors.js'
import { cat } from '../tensor/join.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { Conv2d } from './convolution.js'
import { ModuleError } from './errors.js'
import type { LayerOptions } from './linear.js'
import { Module } from './module.js'
import { Parameter } from './parameter.js'
import { needSize } from './sizes.js'

export interface PatchEmbeddingOptions extends LayerOptions {
  /** Whether a learned token stands before the patches, from which a class may be read. True. */
  readonly classToken?: boolean | undefined
  /** Whether a learned vector is added at each place. True. */
  readonly positions?: boolean | undefined
  /** Whether the map of a patch has a bias. True. */
  readonly bias?: boolean | undefined
}

const PATCH_EMBEDDING_OPTIONS = optionNames<PatchEmbeddingOptions>()('classToken positions bias dtype generator')

/**
 * Cuts images into patches and maps each to a token (Dosovitskiy et al. 2020, equation 1): z = [class; x_1 E; ...; x_L E] + positions.
 *
 * x [N, C, H, W] -> [N, L + 1, E] with L = (H / p) (W / p) patches, row by row; without `classToken` [N, L, E]. Parameters: `proj`, a convolution
 * whose kernel and stride are the patch, `clsToken` [1, 1, E], zeros at first, `posEmbed` [1, L + 1, E], normal with deviation 0.02. imageSize and
 * patchSize are a number or [height, width]. Throws BAD_OPTION where patches do not divide the image, SHAPE_MISMATCH.
 *
 * @example
 * const embed = new nn.PatchEmbedding(28, 7, 1, 32) // 28 x 28 pixels, 7 x 7 each, one channel
 * embed.forward(zeros([5, 1, 28, 28])).shape // [5, 17, 32]
 * @torch none
 */
export class PatchEmbedding extends Module {
  readonly imageSize: readonly [number, number]
  readonly patchSize: readonly [number, number]
  readonly proj: Conv2d
  readonly clsToken: Parameter | undefined
  readonly posEmbed: Parameter | undefined

  constructor(
    imageSize: number | readonly [number, number],
    patchSize: number | readonly [number, number],
    inChannels: number,
    embedDim: number,
    options: PatchEmbeddingOptions = {},
  ) {
    super()
    const {
      classToken = true,
      positions = true,
      bias = true,
      dtype,
      generator,
    } = known('PatchEmbedding', options, PATCH_EMBEDDING_OPTIONS)
    this.imageSize = pairOf('imageSize', imageSize)
    this.patchSize = pairOf('patchSize', patchSize)
    needSize('PatchEmbedding', 'inChannels', inChannels)
    needSize('PatchEmbedding', 'embedDim', embedDim)
    const [rows, columns] = [this.imageSize[0] / this.patchSize[0], this.imageSize[1] / this.patchSize[1]]
    if (!Number.isInteger(rows) || !Number.isInteger(columns)) throw unevenly(this.imageSize, this.patchSize)
    const size = this.patchSize
    this.proj = new Conv2d(inChannels, embedDim, size, { stride: size, bias, dtype, generator })
    this.clsToken = classToken ? new Parameter(zeros([1, 1, embedDim], { dtype })) : undefined
    const shape = [1, rows * columns + (classToken ? 1 : 0), embedDim]
    this.posEmbed = positions ? new Parameter(normal(0, 0.02, { shape, dtype, generator })) : undefined
  }

  override forward(x: Tensor): Tensor {
    const [batch = 0, , ...size] = x.shape
    if (x.ndim !== 4 || size.some((n, i) => n !== this.imageSize[i])) throw this.#misfit(x)
    const patches = this.proj.forward(x).flatten(2).transpose(1, 2)
    const { clsToken, posEmbed } = this
    const tokens =
      clsToken === undefined ? patches : cat([clsToken.expand([batch, 1, clsToken.shape[2] as number]), patches], 1)
    return posEmbed === undefined ? tokens : tokens.add(posEmbed)
  }

  #misfit({ shape }: Tensor): TensorError {
    const [height, width] = this.imageSize
    return new TensorError(
      'SHAPE_MISMATCH',
      `PatchEmbedding: x must be [N, C, ${height}, ${width}]; it is ${shapeText(shape)}.`,
      { next: 'Resize images first, or build the layer for their size: each place has a vector of its own.' },
    )
  }

  override extraRepr(): string {
    return `image=${shapeText(this.imageSize)}, patch=${shapeText(this.patchSize)}`
  }
}

function pairOf(name: string, size: number | readonly [number, number]): readonly [number, number] {
  const pair = typeof size === 'number' ? ([size, size] as const) : size
  for (const n of pair) needSize('PatchEmbedding', name, n)
  return pair
}

function unevenly(image: readonly number[], patch: readonly number[]): ModuleError {
  return new ModuleError(
    'BAD_OPTION',
    `PatchEmbedding: patches of ${shapeText(patch)} do not divide images of ${shapeText(image)}.`,
    { next: 'Height and width must be multiples of the patch.' },
  )
}

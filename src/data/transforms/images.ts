// What all transforms of images share: tensors [..., C, H, W], of which each image [C, H, W] has random choices of its own.
import { tensor } from '../../tensor/create.js'
import { isFloat } from '../../tensor/dtype.js'
import { isTensor, type Tensor } from '../../tensor/tensor.js'
import { DataError } from '../errors.js'

export interface Images {
  /** [N, C, H, W], N the product of all axes before. */
  readonly flat: Tensor
  readonly n: number
  readonly c: number
  readonly h: number
  readonly w: number
  /** The axes before C, H, W. */
  readonly lead: readonly number[]
}

/** Images as a batch. Throws DATA_SHAPE. */
export function imagesOf(where: string, x: Tensor): Images {
  if (!isTensor(x) || x.shape.length < 3 || x.size === 0) {
    const got = isTensor(x) ? `shape [${x.shape.join(', ')}]` : typeof x
    throw new DataError('DATA_SHAPE', `${where}: images are tensors [..., C, H, W] that are not empty; got ${got}.`, {
      next: 'Give a single grey image an axis for its channel: x.unsqueeze(0).',
    })
  }
  const lead = x.shape.slice(0, -3)
  const [c, h, w] = x.shape.slice(-3) as [number, number, number]
  const n = lead.reduce((product, size) => product * size, 1)
  return { flat: x.reshape([n, c, h, w]), n, c, h, w, lead }
}

/** The same for images of floats. Throws DATA_SHAPE, DATA_OPTION. */
export function floatImages(where: string, x: Tensor): Images {
  const images = imagesOf(where, x)
  if (isFloat(x.dtype)) return images
  throw new DataError('DATA_OPTION', `${where}: it computes with floats, and these are ${x.dtype}.`, {
    next: "Bytes from 0 to 255 become numbers from 0 to 1 by x.to('float32').div(255).",
  })
}

/** A batch in the form that the images had. */
export function restored(y: Tensor, { lead }: Images): Tensor {
  return y.reshape([...lead, ...y.shape.slice(1)])
}

/** One number for each image, to be computed with [N, C, H, W]. */
export function perImage(numbers: readonly number[], like: Tensor): Tensor {
  return tensor(numbers, { dtype: like.dtype, device: like.device }).reshape([numbers.length, 1, 1, 1])
}

/** Heights and widths: a number means a square. Throws DATA_OPTION. */
export function sizesOf(where: string, size: number | readonly [number, number]): readonly [number, number] {
  const sizes = typeof size === 'number' ? ([size, size] as const) : size
  if (Array.isArray(sizes) && sizes.length === 2 && sizes.every(n => Number.isInteger(n) && n >= 1)) return sizes
  throw new DataError(
    'DATA_OPTION',
    `${where}: size must be a whole number from 1, or [height, width]; it is ${String(size)}.`,
  )
}

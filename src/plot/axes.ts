// Axes: titles, scales and domains of what is drawn along them.
import { badData } from './errors.js'
import { rangeOf, shortened } from './numbers.js'
import type { FigureOptions, Scale } from './options.js'
import { type Spec, titleText } from './spec.js'

/** What an axis begins with, where its options say nothing else. */
export interface AxisDefaults {
  readonly label: string | undefined
  readonly scale?: Scale | undefined
  /** Whether 0 is shown whatever the numbers are, as the foot of a bar. */
  readonly zero?: boolean | undefined
}

/** The encoding of a channel by a column of numbers that has its name. */
export function axis(
  channel: 'x' | 'y',
  options: FigureOptions,
  numbers: Iterable<number>,
  defaults: AxisDefaults,
): Spec {
  const type = options[`${channel}Scale`] ?? defaults.scale ?? 'linear'
  const domain = options[`${channel}Domain`] ?? domainOf(numbers, type, defaults.zero === true)
  return {
    field: channel,
    type: 'quantitative',
    title: titled(options[`${channel}Label`] ?? defaults.label),
    scale: {
      type,
      ...(domain !== undefined ? { domain, nice: false } : type === 'log' ? {} : { zero: defaults.zero === true }),
    },
    axis: type === 'log' ? { format: '.3~g', tickCount: 6 } : { tickCount: 6 },
  }
}

/**
 * What is read where the pointer rests. Vega-Lite makes an expression of these titles, in which a backslash would end the text.
 */
export function hint(
  field: string,
  title: string | undefined,
  type: 'quantitative' | 'nominal' = 'quantitative',
): Spec {
  const text = titleText((title ?? field).replaceAll('\\', '\u29f5'))
  return { field, type, title: text, ...(type === 'nominal' ? {} : { format: '.6~g' }) }
}

export const titled = (label: string | undefined): string | null => (label === undefined ? null : titleText(label))

/** One number alone has no extent: it gets some on both sides. Else Vega-Lite chooses. */
function domainOf(numbers: Iterable<number>, type: Scale, zero: boolean): [number, number] | undefined {
  const { least, greatest, count } = rangeOf(numbers)
  // Closer than this, and doubles have no places between them.
  const isOne = greatest - least <= 1e-12 * Math.max(Math.abs(least), Math.abs(greatest))
  if (count === 0 || !isOne) return undefined
  if (type === 'log') return [least / 2, least * 2]
  if (zero && least !== 0) return undefined
  const around = least === 0 ? 1 : Math.abs(least) / 2
  return [shortened(least - around) as number, shortened(least + around) as number]
}

/** Numbers that a logarithmic axis has no place for become gaps; how many there were. */
export function placed(where: string, channel: 'x' | 'y', options: FigureOptions, numbers: Float64Array): number {
  if (options[`${channel}Scale`] !== 'log') return 0
  let lost = 0
  for (let i = 0; i < numbers.length; i++) {
    if ((numbers[i] as number) > 0 || Number.isNaN(numbers[i])) continue
    numbers[i] = Number.NaN
    lost++
  }
  if (lost > 0 && lost === numbers.length) {
    throw badData(
      where,
      `no number is above 0, and ${channel} is logarithmic`,
      `${channel}Scale: 'symlog' has numbers of both signs, 'linear' all.`,
    )
  }
  return lost
}

/** Throws where nothing is finite. */
export function needFinite(
  where: string,
  name: string,
  numbers: Iterable<number>,
): { least: number; greatest: number; count: number } {
  const range = rangeOf(numbers)
  if (range.count === 0) {
    throw badData(
      where,
      `${name} has no finite number`,
      'An empty list, NaN and Infinity alone cannot be drawn: look at what was computed before.',
    )
  }
  return range
}

/** What was left out, as a subtitle. */
export function noted(options: FigureOptions, notes: readonly string[]): string | undefined {
  const all = [...(options.subtitle === undefined ? [] : [options.subtitle]), ...notes.filter(note => note !== '')]
  return all.length === 0 ? undefined : all.join('\n')
}

export const many = (count: number, noun: string): string =>
  count === 0 ? '' : `${count.toLocaleString('en')} ${noun}`

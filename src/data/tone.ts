// Sounds made by a formula, as a loudspeaker would get them: a number for each moment.
import { type Generator, rand } from '../random/index.js'
import { fromArray, getDefaultDtype } from '../tensor/create.js'
import type { DType } from '../tensor/dtype.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { DataError } from './errors.js'

export type Wave = 'sine' | 'square' | 'saw' | 'noise'

export interface ToneOptions {
  /** The form of the wave. 'sine'. */
  readonly wave?: Wave | undefined
  /** Samples in a second, in Hz. 16,000. */
  readonly sampleRate?: number | undefined
  /** How long it lasts, in seconds. 1. */
  readonly seconds?: number | undefined
  /** The highest value; from 0. 1, as loud as a file can be. */
  readonly amplitude?: number | undefined
  /** Where in its period the wave begins, from 0 to 1. 0. */
  readonly phase?: number | undefined
  /** Where noise is drawn from. The default generator. */
  readonly generator?: Generator | undefined
  /** Dtype of the samples. The default dtype. */
  readonly dtype?: DType | undefined
}

const OPTIONS = optionNames<ToneOptions>()('wave sampleRate seconds amplitude phase generator dtype')

/** The height of a wave of height 1 at u, the part of its period that has passed, from 0 to below 1. */
const FORMS: Readonly<Record<Exclude<Wave, 'noise'>, (u: number) => number>> = {
  sine: u => Math.sin(2 * Math.PI * u),
  square: u => (u < 0.5 ? 1 : -1),
  saw: u => 2 * u - 1,
}

/**
 * A tone: [round(sampleRate seconds)] samples, sample i at the time i / sampleRate.
 *
 * With u = frac(frequency i / sampleRate + phase): sine amplitude sin(2 pi u); square amplitude while u < 1/2, then -amplitude; saw amplitude (2 u - 1);
 * noise uniform from -amplitude to amplitude, whatever the frequency. `frequency` in Hz is at most half the sample rate (Nyquist's). Square and saw have
 * overtones beyond that, which fold back (aliasing): far below it they are faint.
 *
 * Throws DATA_OPTION for a wave that does not exist and for numbers out of range.
 *
 * @example
 * data.tone(440, { seconds: 0.5 }).shape // [8000]
 * data.tone(1, { wave: 'square', sampleRate: 4 }) // tensor([ 1.,  1., -1., -1.])
 * @torch none
 */
export function tone(frequency: number, options: ToneOptions = {}): Tensor {
  const { wave = 'sine', sampleRate = 16_000, seconds = 1, ...rest } = known('tone', options, OPTIONS)
  const { amplitude = 1, phase = 0, generator, dtype = getDefaultDtype() } = rest
  need('sampleRate must be a number above 0', sampleRate, value => value > 0)
  need('seconds must be a number from 0', seconds, value => value >= 0)
  need('amplitude must be a number from 0', amplitude, value => value >= 0)
  need('phase must be a number', phase, () => true)
  need(`frequency must be from 0 to half the sample rate, ${sampleRate / 2} Hz`, frequency, value => {
    return value >= 0 && value <= sampleRate / 2
  })
  const n = Math.round(sampleRate * seconds)
  if (wave === 'noise') {
    const u = rand([n], { dtype: 'float64', generator })
    return u
      .mul(2 * amplitude)
      .sub(amplitude)
      .to(dtype)
  }
  const form = FORMS[wave]
  if (form === undefined) {
    throw new DataError('DATA_OPTION', `tone: there is no wave '${String(wave)}'.`, {
      next: "Choose 'sine', 'square', 'saw' or 'noise'.",
    })
  }
  const samples = Float64Array.from(
    { length: n },
    (_, i) => amplitude * form(frac((frequency * i) / sampleRate + phase)),
  )
  return fromArray(samples, [n], { dtype })
}

const frac = (value: number): number => value - Math.floor(value)

function need(rule: string, value: number, holds: (value: number) => boolean): void {
  if (Number.isFinite(value) && holds(value)) return
  throw new DataError('DATA_OPTION', `tone: ${rule}; it is ${String(value)}.`)
}

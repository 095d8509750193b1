// Sounds changed as rooms, microphones and voices change them: [..., T] samples, each signal by itself.
import { randn } from '../../random/index.js'
import { fromArray } from '../../tensor/create.js'
import { isFloat } from '../../tensor/dtype.js'
import { shapeText } from '../../tensor/errors.js'
import { known, optionNames } from '../../tensor/options.js'
import { isTensor, type Tensor } from '../../tensor/tensor.js'
import { DataError } from '../errors.js'
import type { TransformOptions } from './compose.js'
import { needPositive } from './draw.js'

export interface StretchOptions {
  /** Samples of a frame, even: some periods of the deepest tone. 1024, which is 64 ms at 16 kHz. */
  readonly frame?: number | undefined
}

const STRETCH_OPTIONS = optionNames<StretchOptions>()('frame')

/**
 * Makes sounds faster or slower without changing their pitch: rate 2 takes half the time. By overlapping frames that are moved to where they fit best
 * (WSOLA, Verhelst & Roelands 1993): of places up to a quarter of a frame around the wanted one, that whose waveform goes on most like the last one.
 *
 * x [..., T] -> [..., round(T / rate)]. Without graph. Throws DATA_SHAPE unless x has float samples, DATA_OPTION for a rate or frame out of range.
 *
 * @example
 * data.transforms.timeStretch(data.tone(440, { seconds: 1 }), 2).shape // [8000]
 * @torch torchaudio.transforms.TimeStretch
 * @differs of waveforms, not of spectrograms
 */
export function timeStretch(x: Tensor, rate: number, options: StretchOptions = {}): Tensor {
  const { frame = 1024 } = known('timeStretch', options, STRETCH_OPTIONS)
  needPositive('timeStretch', 'rate', rate)
  needFrame('timeStretch', frame)
  const length = needSignals('timeStretch', x)
  return eachSignal(x, Math.round(length / rate), signal => stretched(signal, rate, frame))
}

/**
 * Raises the pitch by semitones, or lowers it, without changing how long sounds last: 12 are an octave, frequencies times 2^(semitones / 12). Stretched by
 * timeStretch, then read faster or slower through a windowed sinc (Lanczos, 16 zeros to each side) that lets nothing pass above half the sample rate.
 *
 * x [..., T] -> [..., T]. Without graph. Throws DATA_SHAPE unless x has float samples, DATA_OPTION for more than 36 semitones either way.
 *
 * @example
 * data.transforms.pitchShift(data.tone(440, { seconds: 1 }), 12).shape // [16000]
 * @torch torchaudio.transforms.PitchShift
 * @differs by WSOLA instead of a phase vocoder
 */
export function pitchShift(x: Tensor, semitones: number, options: StretchOptions = {}): Tensor {
  const { frame = 1024 } = known('pitchShift', options, STRETCH_OPTIONS)
  needFrame('pitchShift', frame)
  if (!(Math.abs(semitones) <= 36)) {
    throw new DataError(
      'DATA_OPTION',
      `pitchShift: semitones must lie between -36 and 36; it is ${String(semitones)}.`,
      {
        next: '12 semitones are an octave.',
      },
    )
  }
  const length = needSignals('pitchShift', x)
  const factor = 2 ** (semitones / 12)
  return eachSignal(x, length, signal => resampled(stretched(signal, 1 / factor, frame), factor, length))
}

export interface NoiseOptions extends TransformOptions {
  /** What is added, of the shape of x: a recording of a street. Drawn from a normal distribution. */
  readonly noise?: Tensor | undefined
}

const NOISE_OPTIONS = optionNames<NoiseOptions>()('noise generator')

/**
 * Adds noise at a signal-to-noise ratio in decibels: y = x + a noise, with a = sqrt(P(x) / (P(noise) 10^(snr / 10))) for each signal, P the mean square. 20 dB
 * is a faint hiss, 0 dB is noise as loud as the signal. Silence stays silent.
 *
 * x [..., T] -> the same. Throws DATA_SHAPE unless x has float samples and noise its shape, DATA_OPTION for an snr that is no number.
 *
 * @example
 * data.transforms.addNoise(data.tone(440), 20).shape // [16000]
 * @torch torchaudio.transforms.AddNoise
 * @differs draws white noise where none is given; all of both signals counts
 */
export function addNoise(x: Tensor, snr: number, options: NoiseOptions = {}): Tensor {
  const { noise, generator } = known('addNoise', options, NOISE_OPTIONS)
  needSignals('addNoise', x)
  if (!Number.isFinite(snr)) {
    throw new DataError('DATA_OPTION', `addNoise: snr must be a number of decibels; it is ${String(snr)}.`)
  }
  const { shape, dtype, device } = x
  if (noise !== undefined && (!isTensor(noise) || shapeText(noise.shape) !== shapeText(shape))) {
    throw new DataError('DATA_SHAPE', `addNoise: the noise must have the shape of x, ${shapeText(shape)}.`, {
      next: 'Cut or repeat it to that length.',
    })
  }
  const added = noise ?? randn(shape, { dtype, device, generator })
  const power = (signal: Tensor): Tensor => signal.square().mean(-1, { keepdim: true })
  const wanted = power(x).div(10 ** (snr / 10))
  return x.add(added.mul(wanted.div(power(added).clamp({ min: Number.MIN_VALUE })).sqrt()))
}

/**
 * Makes sounds louder or softer by decibels: y = 10^(db / 20) x; 6 dB are about twice as high. Values beyond -1 and 1 are not cut off.
 *
 * x [..., T] -> the same. Throws DATA_SHAPE unless x has float samples, DATA_OPTION.
 *
 * @example
 * data.transforms.gain(tensor([0.1, -0.2]), 20) // tensor([ 1., -2.])
 * @torch torchaudio.functional.gain
 */
export function gain(x: Tensor, db: number): Tensor {
  needSignals('gain', x)
  if (Number.isFinite(db)) return x.mul(10 ** (db / 20))
  throw new DataError('DATA_OPTION', `gain: db must be a number of decibels; it is ${String(db)}.`)
}

/** The number of samples; throws DATA_SHAPE unless there are any axes and the dtype is a float. */
function needSignals(where: string, x: Tensor): number {
  if (isTensor(x) && x.ndim > 0 && isFloat(x.dtype)) return x.shape.at(-1) as number
  const got = isTensor(x) ? `${x.dtype} of shape ${shapeText(x.shape)}` : typeof x
  throw new DataError('DATA_SHAPE', `${where}: expected float samples [..., T], got ${got}.`, {
    next: 'Recordings are numbers from -1 to 1, one for each moment.',
  })
}

function needFrame(where: string, frame: number): void {
  if (Number.isInteger(frame) && frame >= 16 && frame % 2 === 0) return
  throw new DataError('DATA_OPTION', `${where}: frame must be an even number from 16; it is ${String(frame)}.`)
}

/** A function of one signal for each of many. */
function eachSignal(x: Tensor, length: number, f: (signal: Float64Array) => Float64Array): Tensor {
  const { shape, dtype, device } = x
  const samples = x.detach().to('float64').data() as Float64Array
  const own = shape.at(-1) as number
  const count = own === 0 ? 0 : samples.length / own
  const out = new Float64Array(count * length)
  for (let i = 0; i < count; i++) out.set(f(samples.subarray(i * own, (i + 1) * own)).subarray(0, length), i * length)
  return fromArray(out, [...shape.slice(0, -1), length], { dtype, device })
}

/** WSOLA: frames of the signal, half over the one before, each taken from where it goes on best. */
function stretched(signal: Float64Array, rate: number, frame: number): Float64Array {
  const size = Math.max(2, Math.min(frame, signal.length - (signal.length % 2)))
  const hop = size / 2
  const reach = Math.floor(size / 4)
  const out = new Float64Array(Math.round(signal.length / rate))
  const window = Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size))
  const last = signal.length - size
  let from = 0
  for (let to = -hop; to < out.length; to += hop) {
    if (to >= 0) {
      const wanted = Math.round(to * rate)
      from = best(signal, from + hop, Math.max(0, wanted - reach), Math.min(last, wanted + reach), hop)
    }
    // The first half frame fades in over one that begins before the signal does.
    const source = to < 0 ? -hop : from
    for (let i = 0; i < size; i++) {
      const [place, read] = [to + i, source + i]
      if (place < 0 || place >= out.length) continue
      out[place] =
        (out[place] as number) +
        (window[i] as number) * (signal[Math.min(Math.max(read, 0), signal.length - 1)] as number)
    }
    if (to < 0) from = -hop
  }
  return out
}

/** The place from `low` to `high` whose first `count` samples are most like those at `natural`, by their correlation. */
function best(signal: Float64Array, natural: number, low: number, high: number, count: number): number {
  let [found, highest] = [Math.max(0, Math.min(low, high)), Number.NEGATIVE_INFINITY]
  for (let place = low; place <= high; place++) {
    let [product, energy] = [0, 1e-12]
    for (let i = 0; i < count; i++) {
      const here = signal[place + i] as number
      product += here * (signal[natural + i] ?? 0)
      energy += here * here
    }
    const likeness = product / Math.sqrt(energy)
    if (likeness > highest) [found, highest] = [place, likeness]
  }
  return found
}

/** Zeros of the sinc to each side. */
const ZEROS = 16

/** The signal at the places 0, step, 2 step, ...: between samples by a windowed sinc, lower than half of either sample rate. */
function resampled(signal: Float64Array, step: number, length: number): Float64Array {
  const cutoff = Math.min(1, 1 / step)
  const reach = ZEROS / cutoff
  return Float64Array.from({ length }, (_, i) => {
    const at = i * step
    let [sum, weights] = [0, 0]
    for (let k = Math.ceil(at - reach); k <= at + reach; k++) {
      const x = (k - at) * cutoff
      const weight = sinc(x) * sinc(x / ZEROS)
      sum += weight * (signal[Math.min(Math.max(k, 0), signal.length - 1)] as number)
      weights += weight
    }
    return sum / weights
  })
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x))

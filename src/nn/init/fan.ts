// What the spread of first weights follows from: how many numbers a unit reads and feeds, and what the activation behind it does to them.
import { shapeText, TensorError } from '../../tensor/errors.js'
import type { Tensor } from '../../tensor/tensor.js'
import { ModuleError } from '../errors.js'

export interface Fan {
  /** How many numbers each output is a sum of. */
  readonly fanIn: number
  /** How many outputs each input takes part in. */
  readonly fanOut: number
}

/**
 * How many numbers each output of a weight is a sum of, and how many outputs each input takes part in.
 *
 * weight [out, in, ...window] -> `{ fanIn: in * window, fanOut: out * window }`. A transposed convolution keeps [in, out, ...window], where
 * the two names change places, as in PyTorch. Throws BAD_SHAPE below two axes.
 *
 * @example
 * nn.init.calculateFan(zeros([16, 3, 5, 5])).fanIn // 75
 * @torch torch.nn.init._calculate_fan_in_and_fan_out
 * @differs returns both by name
 */
export function calculateFan(weight: Tensor): Fan {
  const [out, into, ...window] = weight.shape
  if (out === undefined || into === undefined) {
    throw new TensorError(
      'BAD_SHAPE',
      `calculateFan: a weight needs two axes at least; it is ${shapeText(weight.shape)}.`,
      {
        next: 'Weights are [out, in, ...window]; biases and gains begin with zeros_, ones_ or uniform_.',
      },
    )
  }
  const size = window.reduce((product, n) => product * n, 1)
  return { fanIn: into * size, fanOut: out * size }
}

const GAINS = {
  linear: () => 1,
  conv1d: () => 1,
  conv2d: () => 1,
  conv3d: () => 1,
  convTranspose1d: () => 1,
  convTranspose2d: () => 1,
  convTranspose3d: () => 1,
  sigmoid: () => 1,
  tanh: () => 5 / 3,
  relu: () => Math.SQRT2,
  leakyRelu: (slope: number) => Math.sqrt(2 / (1 + slope ** 2)),
  selu: () => 3 / 4,
}

/** What stands behind a layer: its name in F, or 'linear' for none. */
export type Nonlinearity = keyof typeof GAINS

/**
 * How much greater than 1/sqrt(fan) weights should be, so that signals keep their size through an activation.
 *
 * 1 for 'linear', 'sigmoid' and convolutions, 5/3 for 'tanh', sqrt(2) for 'relu' (half of the square is lost: He et al. 2015),
 * sqrt(2 / (1 + slope^2)) for 'leakyRelu' (slope .01), 3/4 for 'selu'. Those of tanh and selu were found by trying; networks that are to
 * normalise themselves (Klambauer et al. 2017) take 'linear' for selu. Throws BAD_OPTION for another name or a slope that is no number.
 *
 * @example
 * nn.init.calculateGain('leakyRelu', 1) // 1
 * @torch torch.nn.init.calculate_gain
 */
export function calculateGain(nonlinearity: Nonlinearity, slope = 0.01): number {
  if (!Object.hasOwn(GAINS, nonlinearity)) {
    throw new ModuleError('BAD_OPTION', `calculateGain: no gain is known for '${String(nonlinearity)}'.`, {
      next: `It knows ${Object.keys(GAINS).join(', ')}.`,
    })
  }
  if (typeof slope !== 'number' || Number.isNaN(slope))
    throw new ModuleError('BAD_OPTION', `calculateGain: the slope must be a number; it is ${String(slope)}.`)
  return GAINS[nonlinearity](slope)
}

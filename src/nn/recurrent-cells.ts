// Single steps of recurrent networks, to be looped by hand.
import { zeros } from '../tensor/create.js'
import { shapeText, TensorError } from '../tensor/errors.js'
import { needTensor } from '../tensor/ops/operand.js'
import { known, optionNames } from '../tensor/options.js'
import { sameShape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import { Module } from './module.js'
import type { Parameter } from './parameter.js'
import {
  bendOf,
  type CellOptions,
  elman,
  GRU_KIND,
  gru,
  type Kind,
  LSTM_KIND,
  type LSTMState,
  lstm,
  mapsOf,
  namedWeights,
  needState,
  RNN_KIND,
  type RNNCellOptions,
  type Step,
} from './recurrent-steps.js'
import { needSize } from './sizes.js'

const RNN_CELL_OPTIONS = optionNames<RNNCellOptions>()('nonlinearity bias dtype generator')

const CELL_OPTIONS = optionNames<CellOptions>()('bias dtype generator')

/** One step of a recurrent network, to be looped by hand. */
abstract class Cell<S> extends Module {
  declare readonly weightIh: Parameter
  declare readonly weightHh: Parameter
  declare readonly biasIh: Parameter | undefined
  declare readonly biasHh: Parameter | undefined
  readonly inputSize: number
  readonly hiddenSize: number
  readonly #kind: Kind<S>
  readonly #step: Step<S>

  constructor(inputSize: number, hiddenSize: number, options: CellOptions, kind: Kind<S>, step: Step<S>) {
    super()
    needSize(new.target.name, 'inputSize', inputSize)
    needSize(new.target.name, 'hiddenSize', hiddenSize)
    this.inputSize = inputSize
    this.hiddenSize = hiddenSize
    this.#kind = kind
    this.#step = step
    Object.assign(this, namedWeights('', inputSize, hiddenSize, kind.gates, options))
  }

  override forward(x: Tensor, state?: S): S {
    const { parts, state: whole } = this.#kind
    needTensor(this.constructor.name, x)
    const shape = [...x.shape.slice(0, -1), this.hiddenSize]
    const before = state === undefined ? [] : parts(state)
    for (const part of before) needState(this.constructor.name, part, this.#kind)
    if (x.shape.at(-1) !== this.inputSize || before.some(part => !sameShape(part.shape, shape)))
      throw this.#misfit(x, before)
    const { fromInput, fromState } = mapsOf(this, this.#kind)
    const nothing = (): Tensor => zeros(shape, { dtype: x.dtype, device: x.device })
    return this.#step(fromInput(x), state ?? whole([nothing(), nothing()]), fromState)
  }

  #misfit(x: Tensor, state: readonly Tensor[]): TensorError {
    const { inputSize, hiddenSize } = this
    return new TensorError(
      'SHAPE_MISMATCH',
      `${this.constructor.name}(${inputSize}, ${hiddenSize}): x ${shapeText(x.shape)}, state ${state.map(({ shape }) => shapeText(shape)).join(', ') || 'none'}.`,
      { next: `x is [N, ${inputSize}], each state [N, ${hiddenSize}].` },
    )
  }

  override extraRepr(): string {
    return `${this.inputSize}, ${this.hiddenSize}`
  }
}

/**
 * One step of RNN: x [N, in], h [N, H] -> h [N, H]; h begins with zeros. Parameters: `weightIh` [H, in], `weightHh` [H, H], `biasIh`, `biasHh` [H].
 * Throws BAD_OPTION, SHAPE_MISMATCH.
 *
 * @example
 * new nn.RNNCell(3, 5).forward(zeros([2, 3])).shape // [2, 5]
 * @torch torch.nn.RNNCell
 */
export class RNNCell extends Cell<Tensor> {
  constructor(inputSize: number, hiddenSize: number, options: RNNCellOptions = {}) {
    super(
      inputSize,
      hiddenSize,
      known('RNNCell', options, RNN_CELL_OPTIONS),
      RNN_KIND,
      elman(bendOf('RNNCell', options.nonlinearity ?? 'tanh')),
    )
  }
}

/**
 * One step of LSTM: x [N, in], `{ h, c }` of [N, H] each -> `{ h, c }`; both begin with zeros. Parameters as those of RNNCell with 4 H rows, in the
 * order i, f, g, o. Throws BAD_OPTION, SHAPE_MISMATCH.
 *
 * @example
 * new nn.LSTMCell(3, 5).forward(zeros([2, 3])).c.shape // [2, 5]
 * @torch torch.nn.LSTMCell
 * @differs takes and returns { h, c } by name
 */
export class LSTMCell extends Cell<LSTMState> {
  constructor(inputSize: number, hiddenSize: number, options: CellOptions = {}) {
    super(inputSize, hiddenSize, known('LSTMCell', options, CELL_OPTIONS), LSTM_KIND, lstm)
  }
}

/**
 * One step of GRU: x [N, in], h [N, H] -> h [N, H]; h begins with zeros. Parameters as those of RNNCell with 3 H rows, in the order r, z, n.
 * Throws BAD_OPTION, SHAPE_MISMATCH.
 *
 * @example
 * new nn.GRUCell(3, 5).forward(zeros([2, 3])).shape // [2, 5]
 * @torch torch.nn.GRUCell
 */
export class GRUCell extends Cell<Tensor> {
  constructor(inputSize: number, hiddenSize: number, options: CellOptions = {}) {
    super(inputSize, hiddenSize, known('GRUCell', options, CELL_OPTIONS), GRU_KIND, gru)
  }
}

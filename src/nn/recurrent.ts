// Recurrent networks: one cell, applied to each token of a sequence and to what it has made of the tokens before.
import type { Generator } from '../random/index.js'
import { zeros } from '../tensor/create.js'
import { shapeText, TensorError } from '../tensor/errors.js'
import { cat, stack } from '../tensor/join.js'
import { needTensor } from '../tensor/ops/operand.js'
import { known, optionNames } from '../tensor/options.js'
import { sameShape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import { dropout } from './functional/dropout.js'
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
  weightsNamed,
} from './recurrent-steps.js'
import { needRange, needSize } from './sizes.js'

export interface RecurrentOptions extends CellOptions {
  /** Layers one above the other; each reads what the one below has made. 1. */
  readonly numLayers?: number | undefined
  /** Whether x is [N, T, in] instead of [T, N, in]. False. */
  readonly batchFirst?: boolean | undefined
  /** Rate at which the output of each layer but the last is dropped in training. 0. */
  readonly dropout?: number | undefined
  /** Whether a second network reads each layer's sequence from its end; outputs stand side by side. False. */
  readonly bidirectional?: boolean | undefined
}

const RECURRENT_OPTIONS = optionNames<RecurrentOptions>()(
  'numLayers batchFirst dropout bidirectional bias dtype generator',
)

export interface RNNOptions extends RecurrentOptions, RNNCellOptions {}

const RNN_OPTIONS = optionNames<RNNOptions>()(
  'numLayers batchFirst dropout bidirectional bias dtype generator nonlinearity',
)

/** What a recurrent network makes of a sequence. */
export interface Recurrence<S> {
  /** The state h of the last layer after each token: [T, N, D H], or [N, T, D H] with batchFirst. */
  readonly output: Tensor
  /** The state of every layer and direction after its last token: [layers D, N, H] each. It may go into the next call. */
  readonly state: S
}

/** Layers and directions around a step. Subclasses say which step. */
abstract class Recurrent<S> extends Module {
  readonly [weight: `weight${'Ih' | 'Hh'}L${string}`]: Parameter
  readonly [bias: `bias${'Ih' | 'Hh'}L${string}`]: Parameter | undefined
  declare readonly weightIhL0: Parameter
  declare readonly weightHhL0: Parameter
  readonly inputSize: number
  readonly hiddenSize: number
  readonly numLayers: number
  readonly bias: boolean
  readonly batchFirst: boolean
  readonly dropout: number
  readonly bidirectional: boolean
  readonly #kind: Kind<S>
  readonly #step: Step<S>
  readonly #generator: Generator | undefined

  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions, kind: Kind<S>, step: Step<S>) {
    super()
    const { numLayers = 1, bias = true, batchFirst = false, dropout = 0, bidirectional = false } = options
    const where = new.target.name
    needSize(where, 'inputSize', inputSize)
    needSize(where, 'hiddenSize', hiddenSize)
    needSize(where, 'numLayers', numLayers)
    needRange(where, 'dropout', dropout, 0, 1)
    this.inputSize = inputSize
    this.hiddenSize = hiddenSize
    this.numLayers = numLayers
    this.bias = bias
    this.batchFirst = batchFirst
    this.dropout = dropout
    this.bidirectional = bidirectional
    this.#kind = kind
    this.#step = step
    this.#generator = options.generator
    for (let layer = 0; layer < numLayers; layer++) {
      const size = layer === 0 ? inputSize : hiddenSize * this.#directions
      for (const name of this.#names(layer)) this.#register(name, size, options)
    }
  }

  get #directions(): number {
    return this.bidirectional ? 2 : 1
  }

  /** 'L0', and 'L0Reverse' where there are two directions. */
  #names(layer: number): string[] {
    return this.bidirectional ? [`L${layer}`, `L${layer}Reverse`] : [`L${layer}`]
  }

  #register(name: string, size: number, options: CellOptions): void {
    Object.assign(this, namedWeights(name, size, this.hiddenSize, this.#kind.gates, options))
  }

  override forward(x: Tensor, state?: S): Recurrence<S> {
    this.#check(x)
    if (x.ndim === 2) return this.#alone(x, state)
    const sequence = this.batchFirst ? x.transpose(0, 1) : x
    const initial = this.#initial(sequence, state)
    const last: S[] = []
    let input = sequence
    for (let layer = 0; layer < this.numLayers; layer++) {
      if (layer > 0) input = dropout(input, this.dropout, { training: this.training, generator: this.#generator })
      const runs = this.#names(layer).map((name, direction) => {
        return this.#run(name, input, initial[layer * this.#directions + direction] as S, direction === 1)
      })
      last.push(...runs.map(run => run.state))
      input =
        runs.length === 1
          ? (runs[0] as Recurrence<S>).output
          : cat(
              runs.map(run => run.output),
              -1,
            )
    }
    return { output: this.batchFirst ? input.transpose(0, 1) : input, state: this.#joined(last) }
  }

  /** One layer in one direction. The products with x are one matrix product for all tokens; only those with the state must wait. */
  #run(name: string, x: Tensor, initial: S, backwards: boolean): Recurrence<S> {
    const { fromInput, fromState } = mapsOf(weightsNamed(this, name), this.#kind)
    const tokens = fromInput(x).unbind(0)
    if (backwards) tokens.reverse()
    const outputs: Tensor[] = []
    let state = initial
    for (const token of tokens) {
      state = this.#step(token, state, fromState)
      outputs.push(this.#kind.parts(state)[0] as Tensor)
    }
    if (backwards) outputs.reverse()
    return { output: stack(outputs, 0), state }
  }

  /** A sequence without batch: [T, in]. */
  #alone(x: Tensor, state: S | undefined): Recurrence<S> {
    const { parts, state: whole } = this.#kind
    const axis = this.batchFirst ? 0 : 1
    const batch = state === undefined ? undefined : whole(parts(state).map(part => part.unsqueeze(1)))
    const { output, state: last } = this.forward(x.unsqueeze(axis), batch)
    return { output: output.squeeze(axis), state: whole(parts(last).map(part => part.squeeze(1))) }
  }

  /** The state before the first token, by layer and direction. */
  #initial(x: Tensor, state: S | undefined): S[] {
    const { parts, state: whole } = this.#kind
    const batch = x.shape[1] as number
    const count = this.numLayers * this.#directions
    if (state === undefined) {
      const nothing = zeros([batch, this.hiddenSize], { dtype: x.dtype, device: x.device })
      return Array.from({ length: count }, () => whole([nothing, nothing]))
    }
    const given = parts(state)
    for (const part of given) this.#checkState(part, [count, batch, this.hiddenSize])
    return Array.from({ length: count }, (_, i) => whole(given.map(part => part.select(0, i))))
  }

  #joined(states: readonly S[]): S {
    const { parts, state: whole } = this.#kind
    const [first] = states as [S]
    return whole(
      parts(first).map((_, i) =>
        stack(
          states.map(state => parts(state)[i] as Tensor),
          0,
        ),
      ),
    )
  }

  #check(x: Tensor): void {
    needTensor(this.constructor.name, x)
    const { shape } = x
    const where = `${this.constructor.name}(${this.inputSize}, ${this.hiddenSize})`
    if ((shape.length !== 2 && shape.length !== 3) || shape.at(-1) !== this.inputSize) {
      const wanted = this.batchFirst ? 'N, T' : 'T, N'
      throw new TensorError(
        'SHAPE_MISMATCH',
        `${where}: x must be [${wanted}, ${this.inputSize}], or [T, ${this.inputSize}] without batch; it is ${shapeText(shape)}.`,
        { next: 'The last axis holds the features of a token.' },
      )
    }
    if (shape[this.batchFirst && shape.length === 3 ? 1 : 0] !== 0) return
    throw new TensorError('BAD_SHAPE', `${where}: the sequence is empty: ${shapeText(shape)}.`, {
      next: 'Give at least one token.',
    })
  }

  #checkState(part: Tensor, shape: readonly number[]): void {
    needState(this.constructor.name, part, this.#kind)
    if (sameShape(part.shape, shape)) return
    throw new TensorError(
      'SHAPE_MISMATCH',
      `${this.constructor.name}: a state must be [layers directions, N, H] = ${shapeText(shape)}; it is ${shapeText(part.shape)}.`,
      { next: 'Give the state that an earlier call returned, or none to begin with zeros.' },
    )
  }

  override extraRepr(): string {
    const shown = {
      numLayers: [this.numLayers, 1],
      bias: [this.bias, true],
      batchFirst: [this.batchFirst, false],
      dropout: [this.dropout, 0],
      bidirectional: [this.bidirectional, false],
    }
    const others = Object.entries(shown).filter(([, [value, usual]]) => value !== usual)
    return [`${this.inputSize}, ${this.hiddenSize}`, ...others.map(([name, [value]]) => `${name}=${value}`)].join(', ')
  }
}

/**
 * A simple recurrent network (Elman 1990): h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh), or relu in the place of tanh.
 *
 * x [T, N, in] (with `batchFirst` [N, T, in]; without batch [T, in]), state [layers D, N, H] with D = 2 directions where
 * `bidirectional` -> `{ output, state }`: see Recurrence. Parameters: `weightIhL0` [H, in], `weightHhL0` [H, H], `biasIhL0`, `biasHhL0` [H], and so
 * on for each layer, `...Reverse` for the second direction; they begin uniform on [-1/sqrt(H), 1/sqrt(H)). Throws BAD_OPTION, SHAPE_MISMATCH,
 * BAD_SHAPE for an empty sequence.
 *
 * @example
 * const rnn = new nn.RNN(3, 5)
 * rnn.forward(zeros([7, 2, 3])).output.shape // [7, 2, 5]
 * @torch torch.nn.RNN
 * @differs returns { output, state } by name; no packed sequences: pad, and read the output at each sequence's last token
 */
export class RNN extends Recurrent<Tensor> {
  readonly nonlinearity: 'tanh' | 'relu'

  constructor(inputSize: number, hiddenSize: number, options: RNNOptions = {}) {
    const { nonlinearity = 'tanh' } = options
    super(inputSize, hiddenSize, known('RNN', options, RNN_OPTIONS), RNN_KIND, elman(bendOf('RNN', nonlinearity)))
    this.nonlinearity = nonlinearity
  }
}

/**
 * Long short-term memory (Hochreiter & Schmidhuber 1997; forget gate: Gers 2000).
 *
 * i, f, o = sigmoid(...), g = tanh(...) of W_i x + b_i + W_h h + b_h; c = f c + i g; h = o tanh(c).
 *
 * x [T, N, in] (with `batchFirst` [N, T, in]; without batch [T, in]), state `{ h, c }` of [layers D, N, H] each -> `{ output, state }`: see
 * Recurrence. Parameters as those of RNN with 4 H rows, in the order i, f, g, o. Throws BAD_OPTION, SHAPE_MISMATCH, BAD_SHAPE for an empty
 * sequence.
 *
 * @example
 * const lstm = new nn.LSTM(3, 5, { bidirectional: true })
 * const { output, state } = lstm.forward(zeros([7, 2, 3]))
 * output.shape // [7, 2, 10]
 * state.c.shape // [2, 2, 5]
 * @torch torch.nn.LSTM
 * @differs returns { output, state: { h, c } } by name; no packed sequences and no projSize
 */
export class LSTM extends Recurrent<LSTMState> {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super(inputSize, hiddenSize, known('LSTM', options, RECURRENT_OPTIONS), LSTM_KIND, lstm)
  }
}

/**
 * Gated recurrent unit (Cho et al. 2014).
 *
 * r, z = sigmoid(W_i x + b_i + W_h h + b_h); n = tanh(W_in x + b_in + r (W_hn h + b_hn)); h = (1 - z) n + z h.
 *
 * x [T, N, in] (with `batchFirst` [N, T, in]; without batch [T, in]), state [layers D, N, H] -> `{ output, state }`: see Recurrence.
 * Parameters as those of RNN with 3 H rows, in the order r, z, n. Throws BAD_OPTION, SHAPE_MISMATCH, BAD_SHAPE for an empty sequence.
 *
 * @example
 * const gru = new nn.GRU(3, 5, { batchFirst: true })
 * gru.forward(zeros([2, 7, 3])).output.shape // [2, 7, 5]
 * @torch torch.nn.GRU
 * @differs returns { output, state } by name; no packed sequences
 */
export class GRU extends Recurrent<Tensor> {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super(inputSize, hiddenSize, known('GRU', options, RECURRENT_OPTIONS), GRU_KIND, gru)
  }
}

// One step of a recurrent network: what it computes, how it sees its state, and its weights.
import { uniform } from '../random/index.js'
import { notTensor } from '../tensor/ops/operand.js'
import { linear } from '../tensor/ops/products.js'
import { isTensor, type Tensor } from '../tensor/tensor.js'
import { ModuleError } from './errors.js'
import type { LayerOptions } from './linear.js'
import type { Module } from './module.js'
import { Parameter } from './parameter.js'

export interface CellOptions extends LayerOptions {
  /** Whether biases are added. True. */
  readonly bias?: boolean | undefined
}

export interface RNNCellOptions extends CellOptions {
  /** What bends the sum. 'tanh'. */
  readonly nonlinearity?: 'tanh' | 'relu' | undefined
}

/** The states of an LSTM: what it shows (h) and what it remembers (c). */
export interface LSTMState {
  readonly h: Tensor
  readonly c: Tensor
}

/** What one step works with: what the token gives, through its weights; the state before; the map of a state through its weights. */
export type Step<S> = (fromInput: Tensor, state: S, fromState: (h: Tensor) => Tensor) => S

const BENDS = { tanh: (x: Tensor): Tensor => x.tanh(), relu: (x: Tensor): Tensor => x.relu() }

export function bendOf(where: string, nonlinearity: 'tanh' | 'relu'): (x: Tensor) => Tensor {
  if (Object.hasOwn(BENDS, nonlinearity)) return BENDS[nonlinearity]
  throw new ModuleError('BAD_OPTION', `${where}: nonlinearity '${String(nonlinearity)}' does not exist.`, {
    next: "Choose 'tanh' or 'relu'.",
  })
}

export const elman =
  (bend: (x: Tensor) => Tensor): Step<Tensor> =>
  (fromInput, h, fromState) =>
    bend(fromInput.add(fromState(h)))

/** The gates stand in the order i, f, g, o in all weights, as PyTorch has them. */
export const lstm: Step<LSTMState> = (fromInput, { h, c }, fromState) => {
  const [i, f, g, o] = fromInput.add(fromState(h)).chunk(4, -1) as [Tensor, Tensor, Tensor, Tensor]
  const next = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()))
  return { h: o.sigmoid().mul(next.tanh()), c: next }
}

/** The gates stand in the order r, z, n. r acts on the state after its weights, unlike in the paper: so it is one product. */
export const gru: Step<Tensor> = (fromInput, h, fromState) => {
  const [xr, xz, xn] = fromInput.chunk(3, -1) as [Tensor, Tensor, Tensor]
  const [hr, hz, hn] = fromState(h).chunk(3, -1) as [Tensor, Tensor, Tensor]
  const n = xn.add(xr.add(hr).sigmoid().mul(hn)).tanh()
  return n.add(xz.add(hz).sigmoid().mul(h.sub(n)))
}

/** A kind of network: how it sees its state, as a list of tensors of which the first is its output, and what its weights are. */
export interface Kind<S> {
  readonly gates: number
  /** Whether both biases are only ever added: then they are added to all tokens at once. */
  readonly addsBiases: boolean
  readonly parts: (state: S) => readonly Tensor[]
  readonly state: (parts: readonly Tensor[]) => S
}

const single = { parts: (h: Tensor): [Tensor] => [h], state: ([h]: readonly Tensor[]): Tensor => h as Tensor }
export const RNN_KIND: Kind<Tensor> = { gates: 1, addsBiases: true, ...single }
export const GRU_KIND: Kind<Tensor> = { gates: 3, addsBiases: false, ...single }
export const LSTM_KIND: Kind<LSTMState> = {
  gates: 4,
  addsBiases: true,
  parts: ({ h, c }) => [h, c],
  state: ([h, c]) => ({ h: h as Tensor, c: c as Tensor }),
}

/** The weights of one layer and direction. */
export interface Weights {
  readonly weightIh: Parameter
  readonly weightHh: Parameter
  readonly biasIh: Parameter | undefined
  readonly biasHh: Parameter | undefined
}

/** Uniform on [-1/sqrt(H), 1/sqrt(H)), under PyTorch's names. */
export function namedWeights(
  name: string,
  inputSize: number,
  hiddenSize: number,
  gates: number,
  { bias = true, ...options }: CellOptions,
): Record<string, Parameter> {
  const bound = 1 / Math.sqrt(hiddenSize)
  const draw = (...shape: number[]): Parameter =>
    new Parameter(uniform(-bound, bound, { shape, dtype: options.dtype, generator: options.generator }))
  return {
    [`weightIh${name}`]: draw(gates * hiddenSize, inputSize),
    [`weightHh${name}`]: draw(gates * hiddenSize, hiddenSize),
    ...(bias && { [`biasIh${name}`]: draw(gates * hiddenSize), [`biasHh${name}`]: draw(gates * hiddenSize) }),
  }
}

/** They are looked up by name each time, since `to` replaces them. */
export function weightsNamed(module: Module, name: string): Weights {
  const fields = module as unknown as Record<string, Parameter>
  return {
    weightIh: fields[`weightIh${name}`] as Parameter,
    weightHh: fields[`weightHh${name}`] as Parameter,
    biasIh: fields[`biasIh${name}`],
    biasHh: fields[`biasHh${name}`],
  }
}

/** What tokens and states go through. The weights of states are turned once, since each token needs them. */
export function mapsOf(
  { weightIh, weightHh, biasIh, biasHh }: Weights,
  { addsBiases }: { readonly addsBiases: boolean },
): { fromInput: (x: Tensor) => Tensor; fromState: (h: Tensor) => Tensor } {
  const turned = weightHh.t()
  if (biasIh === undefined || biasHh === undefined) {
    return { fromInput: x => linear(x, weightIh), fromState: h => h.matmul(turned) }
  }
  if (addsBiases) {
    const bias = biasIh.add(biasHh)
    return { fromInput: x => linear(x, weightIh, bias), fromState: h => h.matmul(turned) }
  }
  return { fromInput: x => linear(x, weightIh, biasIh), fromState: h => h.matmul(turned).add(biasHh) }
}

/** Throws NOT_A_TENSOR for a part of a state that is none: of an LSTM, PyTorch's pair (h, c). */
export function needState(where: string, part: unknown, { gates }: { readonly gates: number }): asserts part is Tensor {
  if (isTensor(part)) return
  const wanted = gates === 4 ? 'a state { h, c } of two tensors' : 'a state that is a tensor'
  throw notTensor(where, part, wanted)
}

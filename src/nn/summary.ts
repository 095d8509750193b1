// What a model is made of: a row a layer, found by one forward pass.
import { noGrad } from '../autograd/index.js'
import { zeros } from '../tensor/create.js'
import { shapeText } from '../tensor/errors.js'
import { hooks } from '../tensor/graph.js'
import type { PrimitiveName } from '../tensor/primitives.js'
import type { Shape } from '../tensor/shape.js'
import { isTensor, type Tensor } from '../tensor/tensor.js'
import type { Module } from './module.js'
import { held, modulesOf } from './walk.js'

/** The shape of an input, with the batch, or an input itself. */
export type SummaryInput = Shape | Tensor

/** One layer of a model. */
export interface SummaryRow {
  /** Its path, '' for the model itself. */
  readonly name: string
  /** Its class. */
  readonly type: string
  /** How deep it lies; 0 for the model itself. */
  readonly depth: number
  /** Of its output, of the last call; null where forward did not call it or gave no tensor. */
  readonly outputShape: Shape | null
  /** Numbers in the parameters of its own fields. */
  readonly parameters: number
  /** Multiplications with an addition in its matrix products and convolutions, those of its children included. */
  readonly multiplyAdds: number
}

/**
 * A model's layers and sums, as `model.summary([1, 784])` finds them; printed as a table.
 *
 * @example
 * new nn.Linear(784, 10).summary([1, 784]).parameters // 7850
 * @torch none
 */
export class Summary {
  readonly rows: readonly SummaryRow[]
  /** Numbers in all parameters; a shared one counts once. */
  readonly parameters: number
  /** Those of them that are trained. */
  readonly trainable: number
  readonly multiplyAdds: number

  constructor(rows: readonly SummaryRow[], parameters: readonly Tensor[]) {
    this.rows = rows
    this.parameters = sum(parameters.map(({ size }) => size))
    this.trainable = sum(parameters.filter(({ requiresGrad }) => requiresGrad).map(({ size }) => size))
    this.multiplyAdds = rows[0]?.multiplyAdds ?? 0
  }

  /** The table as text. */
  toString(): string {
    const head = ['layer', 'type', 'output shape', 'parameters', 'multiply-adds']
    const parents: string[] = []
    const cells = this.rows.map(row => [
      `${'  '.repeat(row.depth)}${row.name === '' ? 'model' : belowParent(parents, row)}`,
      row.type,
      row.outputShape === null ? '' : shapeText(row.outputShape),
      row.parameters === 0 ? '' : grouped(row.parameters),
      row.multiplyAdds === 0 ? '' : grouped(row.multiplyAdds),
    ])
    const widths = head.map((title, i) => Math.max(title.length, ...cells.map(line => (line[i] as string).length)))
    const write = (line: readonly string[]): string =>
      line
        .map((cell, i) => (i < 3 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number)))
        .join('  ')
        .trimEnd()
    const rule = '-'.repeat(sum(widths) + 2 * (widths.length - 1))
    const frozen = this.parameters - this.trainable
    const total = `${grouped(this.parameters)} parameters${frozen > 0 ? ` (${grouped(frozen)} frozen)` : ''}, ${grouped(this.multiplyAdds)} multiply-adds a forward pass`
    return [write(head), rule, ...cells.map(write), rule, total].join('\n')
  }
}

Object.defineProperty(Summary.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: Summary): string {
    return this.toString()
  },
})

/** Runs the model once, without recording and as it is used, and notes what each layer makes. */
export function summarize(model: Module, inputs: readonly SummaryInput[]): Summary {
  const modules = [...modulesOf(model)]
  const seen = new Map<Module, { shape: Shape | null; multiplyAdds: number }>()
  const counter = countMultiplyAdds()
  const started: number[] = []
  const removers = modules.flatMap(([, module]) => [
    module.registerForwardPreHook(() => {
      started.push(counter.total)
    }),
    module.registerForwardHook((_, __, output) => {
      const multiplyAdds = counter.total - (started.pop() ?? 0)
      const shape = shapeOf(output)
      seen.set(module, { shape, multiplyAdds: multiplyAdds + (seen.get(module)?.multiplyAdds ?? 0) })
    }),
  ])
  const modes = modules.map(([, module]) => module.training)
  try {
    model.eval()
    const tensors = inputs.map(input => (isTensor(input) ? input : zeros(input)))
    noGrad(() => (model.forward as (...inputs: Tensor[]) => unknown)(...tensors))
  } finally {
    counter.stop()
    for (const remove of removers) remove()
    for (const [i, [, module]] of modules.entries()) module.training = modes[i] as boolean
  }
  const rows = modules.map(([name, module, depth]) => ({
    name,
    type: module.constructor.name,
    depth,
    outputShape: seen.get(module)?.shape ?? null,
    parameters: sum([...held(module)].map(item => (item.kind === 'parameter' ? item.value.size : 0))),
    multiplyAdds: seen.get(module)?.multiplyAdds ?? 0,
  }))
  return new Summary(rows, model.parameters())
}

/** The shape of an output; of one that names several tensors, as attention and recurrent networks do, that of `output`. */
function shapeOf(output: unknown): Shape | null {
  if (isTensor(output)) return output.shape
  const { output: first } = (output ?? {}) as { output?: unknown }
  return isTensor(first) ? first.shape : null
}

/** Multiply-adds of the primitives that multiply and add. */
const MULTIPLY_ADDS: Partial<Record<PrimitiveName, (inputs: readonly Tensor[], out: Tensor) => number>> = {
  matmul: ([a], out) => out.size * (a?.shape.at(-1) ?? 1),
  conv2d: ([, weight], out) => out.size * perChannel(weight),
  // A transposed convolution spreads each number of its input over a window of the output.
  conv2dInput: ([x, weight]) => (x?.size ?? 0) * perChannel(weight),
}

/** Weights that meet at one place of one output channel: those of [O, C/groups, kh, kw] over O. */
const perChannel = (weight: Tensor | undefined): number =>
  weight === undefined || weight.size === 0 ? 0 : weight.size / (weight.shape[0] as number)

/** Watches every primitive until it is stopped. */
function countMultiplyAdds(): { readonly total: number; stop(): void } {
  const before = hooks.tracer
  let total = 0
  hooks.tracer = (name, inputs, params, out) => {
    before?.(name, inputs, params, out)
    total += MULTIPLY_ADDS[name]?.(inputs, out) ?? 0
  }
  return {
    get total() {
      return total
    },
    stop() {
      hooks.tracer = before
    },
  }
}

/** A row's name without the path of its parent, which stands above it. */
function belowParent(parents: string[], { name, depth }: SummaryRow): string {
  parents[depth] = name
  const parent = parents[depth - 1] ?? ''
  return parent === '' ? name : name.slice(parent.length + 1)
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0)

const grouped = (n: number): string => n.toLocaleString('en-US')

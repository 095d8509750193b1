// Memory for time: a part of a graph that keeps only its inputs and is computed again in backward.
import { TensorError } from '../tensor/errors.js'
import { hooks } from '../tensor/graph.js'
import { state } from '../tensor/state.js'
import { isTensor } from '../tensor/tensor.js'
import { enableGrad, needFunction } from './modes.js'
import { type SavingNode, withKeeper } from './node.js'

/**
 * Computes f(...inputs) without keeping what backward needs of it: backward runs f a second time instead (Chen et al. 2016,
 * "Training deep nets with sublinear memory cost"). Values and gradients are those without checkpoint, also for tensors that f
 * closes over, and gradients of gradients work.
 *
 * f must do the same both times. The default random generator is put back for the second run, so that dropout draws the same
 * masks; a generator of your own is not. Inputs may be anything; those that are tensors must not be written to before
 * backward (VERSION). Throws BAD_RULE in backward where the second run computes something else. Without recording, and inside
 * of jvp, f simply runs.
 *
 * @example
 * const h = checkpoint(x => block.forward(x), x) // the activations inside of block are not kept
 * @torch torch.utils.checkpoint.checkpoint
 * @differs Always as PyTorch with use_reentrant=False.
 */
export function checkpoint<A extends readonly unknown[], O>(f: (...inputs: A) => O, ...inputs: A): O {
  needFunction('checkpoint', f)
  if (!state.grad || hooks.forward) return f(...inputs)
  const segment = new Segment(() => f(...inputs), inputs)
  return segment.first() as O
}

class Segment {
  private readonly run: () => unknown
  private readonly inputs: readonly unknown[]
  private readonly versions: readonly (number | undefined)[]
  private readonly key: readonly [number, number]
  private readonly counter: number
  private readonly autocast = state.autocast
  /** The nodes that have saved nothing, in the order of their making. */
  private readonly nodes: SavingNode[] = []

  constructor(run: () => unknown, inputs: readonly unknown[]) {
    this.run = run
    this.inputs = inputs
    this.versions = inputs.map(versionOf)
    this.key = state.generator.key
    this.counter = state.generator.counter
  }

  first(): unknown {
    const recall = (): void => this.recall()
    return withKeeper(node => {
      this.nodes.push(node)
      return recall
    }, this.run)
  }

  /** Runs the function again and hands what its nodes save to those of the first run. */
  private recall(): void {
    this.checkInputs()
    const twins: SavingNode[] = []
    const { generator } = state
    const { key, counter } = generator
    const { passing } = hooks
    const { autocast } = state
    generator.key = this.key
    generator.counter = this.counter
    // What is saved now outlives the rule that has asked for it.
    hooks.passing = false
    state.autocast = this.autocast
    try {
      const collect = (node: SavingNode): undefined => {
        twins.push(node)
      }
      enableGrad(() => withKeeper(collect, this.run))
    } finally {
      generator.key = key
      generator.counter = counter
      hooks.passing = passing
      state.autocast = autocast
    }
    this.pair(twins)
  }

  private pair(twins: readonly SavingNode[]): void {
    const { nodes } = this
    const odd = nodes.findIndex((node, i) => node.name !== twins[i]?.name)
    if (odd >= 0 || twins.length !== nodes.length) {
      const place = odd < 0 ? nodes.length : odd
      const [first, second] = [nodes[place], twins[place]].map(node => node?.name ?? 'nothing')
      throw new TensorError(
        'BAD_RULE',
        `checkpoint: the function did something else in backward than in forward: step ${place} was ${first}, now ${second}.`,
        { next: 'It must not depend on what changes in between: counters, flags, generators of its own.' },
      )
    }
    nodes.forEach((node, i) => {
      node.restore(twins[i] as SavingNode)
    })
  }

  private checkInputs(): void {
    const changed = this.inputs.findIndex((x, i) => versionOf(x) !== this.versions[i])
    if (changed < 0) return
    throw new TensorError(
      'VERSION',
      `checkpoint: input ${changed} was changed in place since forward: it cannot be computed with again.`,
      { next: 'Use the form without _ for that write, or clone() the tensor before it.' },
    )
  }
}

const versionOf = (x: unknown): number | undefined => (isTensor(x) ? x.storage.version : undefined)

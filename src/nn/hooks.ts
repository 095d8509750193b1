// Functions that look in when a module runs: `forward` is wrapped where the first one is registered, so that models without
// hooks pay nothing.
import { customFunction } from '../autograd/index.js'
import { isTensor, type Tensor } from '../tensor/tensor.js'
import type { Module } from './module.js'
import { needFunction } from './sizes.js'

type Inputs = readonly unknown[]
type Gradients = readonly (Tensor | null)[]

/** Sees the inputs before forward; an array that it returns goes in instead. */
export type ForwardPreHook = (module: Module, inputs: Inputs) => unknown
/** Sees inputs and output after forward; what it returns, if anything, goes out instead. */
export type ForwardHook = (module: Module, inputs: Inputs, output: unknown) => unknown
/** Sees the gradients by the inputs and by the outputs; an array that it returns goes on instead of the first. */
export type BackwardHook = (module: Module, gradInputs: Gradients, gradOutputs: Gradients) => unknown

interface Hooks {
  readonly before: Set<ForwardPreHook>
  readonly after: Set<ForwardHook>
  readonly backward: Set<BackwardHook>
}

const hooked = new WeakMap<Module, Hooks>()

/** Adds a hook to a module; returns the function that removes it. */
export function hookInto<K extends keyof Hooks>(
  module: Module,
  when: K,
  hook: Hooks[K] extends Set<infer H> ? H : never,
): () => void {
  needFunction('register a hook', hook)
  const hooks = hooked.get(module) ?? wrapped(module)
  const set = hooks[when] as Set<unknown>
  // A function of its own, so that the same one may be registered twice.
  const entry = (...args: never[]) => (hook as (...args: never[]) => unknown)(...args)
  set.add(entry)
  return () => {
    set.delete(entry)
  }
}

function wrapped(module: Module): Hooks {
  const hooks: Hooks = { before: new Set(), after: new Set(), backward: new Set() }
  hooked.set(module, hooks)
  const forward = module.forward as (...inputs: Inputs) => unknown
  Object.defineProperty(module, 'forward', {
    value: (...inputs: Inputs) => runWithHooks(module, hooks, forward, inputs),
    writable: true,
    configurable: true,
  })
  return hooks
}

function runWithHooks(module: Module, hooks: Hooks, forward: (...inputs: Inputs) => unknown, given: Inputs): unknown {
  let inputs = given
  for (const hook of hooks.before) {
    const changed = hook(module, inputs)
    if (changed !== undefined) inputs = Array.isArray(changed) ? changed : [changed]
  }
  const watch = hooks.backward.size > 0 ? new BackwardWatch(module, hooks.backward) : undefined
  if (watch !== undefined) inputs = watch.inputs(inputs)
  let output = forward.apply(module, inputs as unknown[])
  if (watch !== undefined) output = watch.outputs(output)
  for (const hook of hooks.after) {
    const changed = hook(module, inputs, output)
    if (changed !== undefined) output = changed
  }
  return output
}

/** One pass through a module: keeps the gradients of its outputs until those of its inputs have come. */
class BackwardWatch {
  readonly #module: Module
  readonly #hooks: ReadonlySet<BackwardHook>
  #gradOutputs: Gradients = []
  #watchesInputs = false

  constructor(module: Module, hooks: ReadonlySet<BackwardHook>) {
    this.#module = module
    this.#hooks = hooks
  }

  /** The inputs, with an eye on their gradients. */
  inputs(inputs: Inputs): Inputs {
    this.#watchesInputs = inputs.some(isWatched)
    return this.#watchesInputs ? passThrough(inputs, gradients => this.#call(gradients)) : inputs
  }

  /** The outputs, with an eye on theirs. Where no input carries a gradient, they are all there is. */
  outputs(output: unknown): unknown {
    const outputs = tensorsIn(output)
    if (!outputs.some(isWatched)) return output
    const seen = passThrough(outputs, gradients => {
      this.#gradOutputs = gradients
      if (!this.#watchesInputs) this.#call([null])
      return gradients
    })
    return withTensors(output, seen[Symbol.iterator]())
  }

  #call(gradInputs: Gradients): Gradients {
    let gradients = gradInputs
    for (const hook of this.#hooks) {
      const changed = hook(this.#module, gradients, this.#gradOutputs)
      if (changed !== undefined) gradients = Array.isArray(changed) ? changed : [changed as Tensor]
    }
    return gradients
  }
}

function isWatched(value: unknown): value is Tensor {
  return isTensor(value) && value.requiresGrad
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

/** The tensors of an output: itself, or those in lists and in objects by name, as attention and recurrent networks return them. */
function tensorsIn(output: unknown): Tensor[] {
  if (isTensor(output)) return [output]
  if (Array.isArray(output)) return output.flatMap(tensorsIn)
  return isRecord(output) ? Object.values(output).flatMap(tensorsIn) : []
}

/** The same output with other tensors in their places. */
function withTensors(output: unknown, tensors: Iterator<unknown>): unknown {
  if (isTensor(output)) return tensors.next().value
  if (Array.isArray(output)) return output.map(part => withTensors(part, tensors))
  if (!isRecord(output)) return output
  return Object.fromEntries(Object.entries(output).map(([name, part]) => [name, withTensors(part, tensors)]))
}

/** The same values, of which those that carry a gradient go through one step of the graph: `see` may replace the gradients. */
function passThrough(values: Inputs, see: (gradients: Gradients) => Gradients): Inputs {
  const step = customFunction({
    name: 'moduleHook',
    forward: (_, ...tensors: Tensor[]) => tensors,
    backward: (_, ...gradients) => see(gradients),
  })
  const outputs = step(...values.filter(isWatched))
  let place = 0
  return values.map(value => (isWatched(value) ? outputs[place++] : value))
}

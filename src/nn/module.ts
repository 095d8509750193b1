// The base of all layers and models: a class whose fields hold parameters, buffers and other modules.
import type { DType } from '../tensor/dtype.js'
import { isFloat } from '../tensor/dtype.js'
import { hooks } from '../tensor/graph.js'
import { needTensor } from '../tensor/ops/operand.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { ModuleError } from './errors.js'
import { type BackwardHook, type ForwardHook, type ForwardPreHook, hookInto } from './hooks.js'
import { isParameter, Parameter } from './parameter.js'
import { needFunction } from './sizes.js'
import { type LoadOptions, type LoadReport, loadState, type StateDict, stateOf } from './state-dict.js'
import { type Summary, type SummaryInput, summarize } from './summary.js'
import { buffersOf, held, isModule, join, MODULE, modulesOf, place } from './walk.js'

/** A module that makes one tensor of one: what Sequential strings together. */
export type Layer = Module & { forward(x: Tensor): Tensor }

export interface BufferOptions {
  /** Whether it belongs into the state dict. True. */
  readonly persistent?: boolean | undefined
}

export interface ToOptions {
  /** Float parameters and buffers get this dtype. */
  readonly dtype?: DType | undefined
  /** The name of a backend. */
  readonly device?: string | undefined
}

const BUFFER_OPTIONS = optionNames<BufferOptions>()('persistent')
const TO_OPTIONS = optionNames<ToOptions>()('dtype device')
const LOAD_OPTIONS = optionNames<LoadOptions>()('strict')

/**
 * The base of all layers and models.
 *
 * A model is a class: its fields hold parameters (`nn.Parameter`), other modules (also in arrays), and buffers (registerBuffer);
 * `forward` says what it computes. Names in state dicts are those of the fields: `hidden.weight`. Fields that begin with `#` are
 * not seen.
 *
 * @example
 * class Net extends nn.Module {
 *   hidden = new nn.Linear(2, 8)
 *   output = new nn.Linear(8, 1)
 *   forward(x: Tensor): Tensor {
 *     return this.output.forward(this.hidden.forward(x).tanh())
 *   }
 * }
 * new Net().forward(zeros([5, 2])).shape // [5, 1]
 * @torch torch.nn.Module
 * @differs `model.forward(x)` is the one way to call a model; modules in arrays are found without ModuleList
 */
export abstract class Module {
  #training = true

  /** Whether the module is being trained (true) or used: dropout and batch normalisation ask for it. */
  get training(): boolean {
    hooks.tracing?.guard(() => this.#training, this)
    return this.#training
  }

  set training(on: boolean) {
    this.#training = on
  }

  /** What the module computes. */
  abstract forward(...inputs: never[]): unknown

  /** Makes a field a buffer: a tensor that is saved with the module but not trained. Returns the tensor. */
  registerBuffer<T extends Tensor>(name: string, tensor: T, options: BufferOptions = {}): T {
    const { persistent = true } = known('registerBuffer', options, BUFFER_OPTIONS)
    needTensor('registerBuffer', tensor)
    needFieldName(this, name)
    const own = buffersOf.get(this) ?? new Map<string, boolean>()
    buffersOf.set(this, own.set(name, persistent))
    Object.defineProperty(this, name, { value: tensor, writable: true, enumerable: true, configurable: true })
    return tensor
  }

  /** This module and all below it, by path; '' is the module itself. */
  namedModules(): [string, Module][] {
    return [...modulesOf(this)].map(([path, module]) => [path, module])
  }

  /** This module and all below it. */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module)
  }

  /** The modules in the fields of this one, by name. */
  namedChildren(): [string, Module][] {
    return [...held(this)].flatMap(item => (item.kind === 'module' ? [[item.name, item.value]] : []))
  }

  /** The modules in the fields of this one. */
  children(): Module[] {
    return this.namedChildren().map(([, child]) => child)
  }

  /** All parameters by name; one that is shared stands under its first name. */
  namedParameters(): [string, Parameter][] {
    const seen = new Set<Parameter>()
    return this.namedModules().flatMap(([path, module]) =>
      [...held(module)].flatMap((item): [string, Parameter][] => {
        if (item.kind !== 'parameter' || seen.has(item.value)) return []
        seen.add(item.value)
        return [[join(path, item.name), item.value]]
      }),
    )
  }

  /** All parameters, each once: what an optimizer takes. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter)
  }

  /** All buffers by name. */
  namedBuffers(): [string, Tensor][] {
    return this.namedModules().flatMap(([path, module]) =>
      [...held(module)].flatMap((item): [string, Tensor][] =>
        item.kind === 'buffer' ? [[join(path, item.name), item.value]] : [],
      ),
    )
  }

  /** All buffers. */
  buffers(): Tensor[] {
    return this.namedBuffers().map(([, buffer]) => buffer)
  }

  /** The module at a path: `model.getSubmodule('encoder.layers.0')`. Throws NOT_FOUND. */
  getSubmodule(path: string): Module {
    return find(this, 'module', path, this.namedModules())
  }

  /** The parameter at a path: `model.getParameter('hidden.weight')`. Throws NOT_FOUND. */
  getParameter(path: string): Parameter {
    return find(this, 'parameter', path, this.namedParameters())
  }

  /** Training mode for this module and all below it, or the other with `train(false)`. Returns the module. */
  train(on = true): this {
    for (const module of this.modules()) module.training = on
    return this
  }

  /** The mode in which a model is used: no dropout, normalisation by what training has seen. Returns the module. */
  eval(): this {
    return this.train(false)
  }

  /** Freezes all parameters (`requiresGrad_(false)`), or lets them learn again. Returns the module. */
  requiresGrad_(on = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad_(on)
    return this
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null
  }

  /** Calls `f` on every module below this one and then on itself: for initialisation. Returns the module. */
  apply(f: (module: Module) => void): this {
    needFunction('apply', f)
    for (const child of this.children()) child.apply(f)
    f(this)
    return this
  }

  /**
   * Puts float parameters and buffers into another dtype, or all onto another backend. Returns the module. The parameters are new
   * tensors: make the optimizer afterwards.
   */
  to(options: ToOptions): this {
    const { dtype, device } = known('to', options, TO_OPTIONS)
    const moved = new Map<Tensor, Tensor>()
    for (const [, module] of modulesOf(this)) moveHeld(module, { dtype, device }, moved)
    return this
  }

  /** In float64. See to(). */
  double(): this {
    return this.to({ dtype: 'float64' })
  }

  /** In float32. See to(). */
  float(): this {
    return this.to({ dtype: 'float32' })
  }

  /** In float16. See to(). */
  half(): this {
    return this.to({ dtype: 'float16' })
  }

  /** In bfloat16. See to(). */
  bfloat16(): this {
    return this.to({ dtype: 'bfloat16' })
  }

  /**
   * Parameters and persistent buffers by name, as they are now and will be: they share memory with the module. clone() each to
   * keep what they are.
   */
  stateDict(): StateDict {
    return stateOf(this)
  }

  /**
   * Copies the numbers of a state dict into the module, in its own dtypes; PyTorch's spelling (`running_mean`) is taken, too.
   * Returns what was missing and unexpected. Throws STATE_DICT, which lists all that is missing, unexpected or of another shape,
   * and changes nothing then; with `{ strict: false }` only for shapes.
   */
  loadStateDict(dict: StateDict, options: LoadOptions = {}): LoadReport {
    const { strict = true } = known('loadStateDict', options, LOAD_OPTIONS)
    return loadState(this, dict, strict)
  }

  /** Calls `hook(module, inputs)` before each forward; an array that it returns goes in instead. Returns what removes the hook. */
  registerForwardPreHook(hook: ForwardPreHook): () => void {
    return hookInto(this, 'before', hook)
  }

  /** Calls `hook(module, inputs, output)` after each forward; what it returns, if anything, goes out instead. */
  registerForwardHook(hook: ForwardHook): () => void {
    return hookInto(this, 'after', hook)
  }

  /**
   * Calls `hook(module, gradInputs, gradOutputs)` when backward has come through the module, with null where no gradient flows.
   * An array of gradients that it returns goes on instead of gradInputs, where the module has a single tensor as input.
   */
  registerFullBackwardHook(hook: BackwardHook): () => void {
    return hookInto(this, 'backward', hook)
  }

  /**
   * A table of all layers with output shapes, parameters and multiply-adds, found by one forward pass over zeros of `inputShape`
   * (with the batch: `[1, 784]`), or over given tensors.
   */
  summary(...inputs: SummaryInput[]): Summary {
    return summarize(this, inputs)
  }

  /** What stands in brackets when the module is printed: `in=784, out=10`. */
  extraRepr(): string {
    return ''
  }

  /** The module as text: its class, what it says of itself, and its children, as PyTorch prints them. */
  toString(): string {
    const children = this.namedChildren()
    const head = `${this.constructor.name}(${this.extraRepr()}`
    if (children.length === 0) return `${head})`
    const lines = children.map(([name, child]) => `  (${name}): ${child.toString().replaceAll('\n', '\n  ')}`)
    return [head, ...lines, ')'].join('\n')
  }
}

Object.defineProperty(Module.prototype, MODULE, { value: true })
Object.defineProperty(Module.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: Module): string {
    return this.toString()
  },
})

/** Replaces the tensors in the fields of one module; what is shared stays shared. */
function moveHeld(module: Module, { dtype, device }: ToOptions, moved: Map<Tensor, Tensor>): void {
  for (const item of held(module)) {
    if (item.kind === 'module') continue
    const { value } = item
    const options = {
      ...(dtype !== undefined && isFloat(value.dtype) && { dtype }),
      ...(device !== undefined && { device }),
    }
    const data = moved.get(value) ?? movedTensor(value, options)
    moved.set(value, data)
    place(module, item.name, data)
  }
}

function movedTensor(value: Tensor, options: ToOptions): Tensor {
  const data = value.detach().to(options)
  return isParameter(value) ? new Parameter(data, { requiresGrad: value.requiresGrad }) : data
}

/** Throws BAD_OPTION for a name that is a path, or one of the class's own. */
function needFieldName(module: Module, name: string): void {
  const problem =
    name.includes('.') || name === ''
      ? 'is no name of a field'
      : name in Object.getPrototypeOf(module)
        ? 'is a method'
        : undefined
  if (problem === undefined) return
  throw new ModuleError(
    'BAD_OPTION',
    `${module.constructor.name}: a buffer cannot be called '${name}', which ${problem}.`,
  )
}

function find<T>(module: Module, what: string, path: string, named: readonly [string, T][]): T {
  const found = named.find(([name]) => name === path)
  if (found !== undefined) return found[1]
  const names = named.map(([name]) => name).filter(name => name !== '')
  throw new ModuleError('NOT_FOUND', `${module.constructor.name} has no ${what} '${path}'.`, {
    next: `It has: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', ...' : ''}.`,
  })
}

/** Throws NOT_A_MODULE unless a value is a module. */
export function needModule(where: string, value: unknown): asserts value is Module {
  if (isModule(value)) return
  throw new ModuleError(
    'NOT_A_MODULE',
    `${where}: expected a module, got ${value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value}.`,
    {
      next: nextFor(value),
    },
  )
}

function nextFor(value: unknown): string {
  if (typeof value === 'function') return 'Write it with new and brackets: new nn.ReLU().'
  return Array.isArray(value)
    ? 'A list of layers becomes one module by new nn.Sequential(...layers).'
    : 'Give modules alone.'
}

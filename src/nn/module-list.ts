// Modules in a list or under names, for a forward of one's own.
import { ModuleError } from './errors.js'
import { Module, needModule } from './module.js'

/**
 * Modules in a list. A plain array in a field is found as well; this one has a name of its own and grows: `append`, `extend`, `insert`. In a state
 * dict they are '0', '1', ...
 *
 * It has no forward: the module around it says what it computes. Throws NOT_A_MODULE for anything but a module.
 *
 * @example
 * const layers = new nn.ModuleList([1, 2, 3].map(() => new nn.Linear(4, 4)))
 * layers.length // 3
 * @torch torch.nn.ModuleList
 */
export class ModuleList<M extends Module = Module> extends Module {
  readonly [index: number]: M
  #modules: M[] = []

  constructor(modules: Iterable<M> = []) {
    super()
    this.extend(modules)
  }

  /** How many modules there are. */
  get length(): number {
    return this.#modules.length
  }

  /** The module at a place; from the end where it is negative. */
  at(index: number): M | undefined {
    return this.#modules.at(index)
  }

  /** Adds a module at the end. Returns the list. */
  append(module: M): this {
    return this.insert(this.length, module)
  }

  /** Adds modules at the end. Returns the list. */
  extend(modules: Iterable<M>): this {
    for (const module of modules) this.append(module)
    return this
  }

  /** Puts a module at a place; those from there on move up. Returns the list. */
  insert(index: number, module: M): this {
    needModule(`ModuleList: module ${this.length}`, module)
    this.#modules.splice(index, 0, module)
    for (const [i, one] of this.#modules.entries()) (this as Record<number, M>)[i] = one
    return this
  }

  [Symbol.iterator](): IterableIterator<M> {
    return this.#modules[Symbol.iterator]()
  }

  override forward(): never {
    throw noForward('ModuleList', 'for (const layer of this.layers) x = layer.forward(x)')
  }
}

/**
 * Modules under names. A field for each does the same; this one takes names that are known only at run time. In a state dict they stand under their names.
 *
 * It has no forward: the module around it says what it computes. Throws NOT_A_MODULE for anything but a module.
 *
 * @example
 * const heads = new nn.ModuleDict({ colour: new nn.Linear(8, 3), size: new nn.Linear(8, 1) })
 * heads.keys() // ['colour', 'size']
 * @torch torch.nn.ModuleDict
 */
export class ModuleDict<M extends Module = Module> extends Module {
  readonly #modules = new Map<string, M>()

  constructor(modules: Readonly<Record<string, M>> = {}) {
    super()
    for (const [name, module] of Object.entries(modules)) this.set(name, module)
  }

  /** The module of a name. */
  get(name: string): M | undefined {
    return this.#modules.get(name)
  }

  /** Whether there is a module of this name. */
  has(name: string): boolean {
    return this.#modules.has(name)
  }

  /** Puts a module under a name. Throws BAD_OPTION for the name of a method or property. Returns the dict. */
  set(name: string, module: M): this {
    needModule(`ModuleDict: '${name}'`, module)
    if (name in this && !this.#modules.has(name)) throw taken(name)
    this.#modules.set(name, module)
    ;(this as unknown as Record<string, M>)[name] = module
    return this
  }

  /** The names, in the order in which they came. */
  keys(): string[] {
    return [...this.#modules.keys()]
  }

  /** The modules, in the order in which they came. */
  values(): M[] {
    return [...this.#modules.values()]
  }

  /** Names and modules. */
  entries(): [string, M][] {
    return [...this.#modules.entries()]
  }

  override forward(): never {
    throw noForward('ModuleDict', "this.heads.get('colour').forward(x)")
  }
}

function noForward(name: string, instead: string): ModuleError {
  return new ModuleError('NOT_A_MODULE', `${name} has no forward of its own: it only holds modules.`, {
    next: `Write what the module around it computes: ${instead}.`,
  })
}

function taken(name: string): ModuleError {
  return new ModuleError('BAD_OPTION', `ModuleDict: '${name}' is the name of a method or property of all modules.`, {
    next: `Choose another name: '${name}Layer'.`,
  })
}

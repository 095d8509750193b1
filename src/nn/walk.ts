// What a module holds: parameters, buffers and other modules, found in its fields in the order in which they were written.
import { isTensor, type Tensor } from '../tensor/tensor.js'
import { ModuleError } from './errors.js'
import type { Module } from './module.js'
import { isParameter, type Parameter } from './parameter.js'

/** One thing that a module holds itself, by the name of its field (`weight`, `layers.0` in an array). */
export type Held =
  | { readonly kind: 'parameter'; readonly name: string; readonly value: Parameter }
  | { readonly kind: 'buffer'; readonly name: string; readonly value: Tensor; readonly persistent: boolean }
  | { readonly kind: 'module'; readonly name: string; readonly value: Module }

/** What tells a module from other objects: asked instead of `instanceof`, so that this file need not import the class. */
export const MODULE = Symbol.for('gradlab.module')

export function isModule(value: unknown): value is Module {
  return typeof value === 'object' && value !== null && MODULE in value
}

/** The names of a module's buffers, and whether each belongs into its state dict. */
export const buffersOf = new WeakMap<Module, Map<string, boolean>>()

/** What the fields of one module hold, not what its children hold. */
export function* held(module: Module): Generator<Held> {
  const buffers = buffersOf.get(module)
  for (const [name, value] of Object.entries(module)) {
    if (isParameter(value)) yield { kind: 'parameter', name, value }
    else if (isModule(value)) yield { kind: 'module', name, value }
    else if (Array.isArray(value)) yield* heldInArray(module, name, value)
    else if (isPlain(value) || value instanceof Map) refuseHidden(module, name, value)
    else if (isTensor(value)) {
      const persistent = buffers?.get(name)
      if (persistent !== undefined) yield { kind: 'buffer', name, value, persistent }
      else refuseLeaf(module, name, value)
    }
  }
}

/** Arrays count too: to forget ModuleList would else mean to train nothing without a word. */
function* heldInArray(module: Module, field: string, values: readonly unknown[]): Generator<Held> {
  for (const [i, value] of values.entries()) {
    const name = `${field}.${i}`
    if (isParameter(value)) yield { kind: 'parameter', name, value }
    else if (isModule(value)) yield { kind: 'module', name, value }
    else if (isTensor(value)) refuseLeaf(module, name, value)
    else if (Array.isArray(value)) refuseHidden(module, name, value)
  }
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

/** What would be left untrained without a word: modules and parameters in objects, maps and arrays of arrays. */
function refuseHidden(module: Module, name: string, value: object): void {
  const parts: Iterable<unknown> = value instanceof Map ? value.values() : Object.values(value)
  for (const part of parts) {
    if (!isModule(part) && !isParameter(part)) continue
    throw new ModuleError(
      'HIDDEN',
      `${module.constructor.name}: its field '${name}' holds ${isModule(part) ? 'modules' : 'parameters'} where optimizers and state dicts do not see them.`,
      { next: 'Make each a field, or an element of an array; a field that begins with # is hidden on purpose.' },
    )
  }
}

function refuseLeaf(module: Module, name: string, value: Tensor): void {
  if (!value.requiresGrad || !value.isLeaf) return
  throw new ModuleError(
    'NOT_A_PARAMETER',
    `${module.constructor.name}: its field '${name}' holds a tensor that requires a gradient but is no Parameter.`,
    { next: `Write this.${name} = new nn.Parameter(...), so that optimizers and state dicts see it.` },
  )
}

/** A module and all below it, with path ('' for itself) and depth; each once. */
export function* modulesOf(
  module: Module,
  path = '',
  depth = 0,
  seen = new Set<Module>(),
): Generator<[path: string, module: Module, depth: number]> {
  if (seen.has(module)) return
  seen.add(module)
  yield [path, module, depth]
  for (const child of held(module)) {
    if (child.kind === 'module') yield* modulesOf(child.value, join(path, child.name), depth + 1, seen)
  }
}

export function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

/** Sets a field, or an element of an array in a field ('weights.2'). */
export function place(module: Module, name: string, value: Tensor): void {
  const [field = '', index] = name.split('.')
  const fields = module as unknown as Record<string, unknown>
  if (index === undefined) fields[field] = value
  else (fields[field] as unknown[])[Number(index)] = value
}

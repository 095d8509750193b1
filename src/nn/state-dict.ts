// A module's numbers by name: what is saved, and what is loaded again.
import { noGrad } from '../autograd/index.js'
import { shapeText } from '../tensor/errors.js'
import { sameShape } from '../tensor/shape.js'
import { isTensor, type Tensor } from '../tensor/tensor.js'
import { ModuleError } from './errors.js'
import type { Module } from './module.js'
import { held, isModule, join } from './walk.js'

/** Tensors by name: `{ 'hidden.weight': tensor([256, 784]), ... }`. */
export type StateDict = Record<string, Tensor>

/** What did not fit: names that the module has and the dict lacks, and the other way round. */
export interface LoadReport {
  readonly missingKeys: string[]
  readonly unexpectedKeys: string[]
}

export interface LoadOptions {
  /** Throw where names are missing or unexpected, instead of reporting them. True. */
  readonly strict?: boolean | undefined
}

/** Parameters and persistent buffers by name, a module's own before those of its children; a shared one stands under each of its names. */
export function stateOf(module: Module, path = '', out: StateDict = {}): StateDict {
  const items = [...held(module)]
  for (const kind of ['parameter', 'buffer', 'module'] as const) {
    for (const item of items) {
      if (item.kind !== kind) continue
      const name = join(path, item.name)
      if (item.kind === 'module') stateOf(item.value, name, out)
      else if (item.kind === 'parameter' || item.persistent) out[name] = item.value.detach()
    }
  }
  return out
}

/**
 * A copy of a state dict with memory of its own: the model as it is now, whatever training does to it later.
 *
 * @example
 * const layer = new nn.Linear(2, 1)
 * const start = nn.cloneStateDict(layer.stateDict())
 * nn.init.zeros_(layer.bias)
 * layer.loadStateDict(start).missingKeys // []
 * @torch none
 */
export function cloneStateDict(dict: StateDict): StateDict {
  return Object.fromEntries(Object.entries(dict).map(([name, value]) => [name, value.detach().clone()]))
}

/** Copies the numbers of a dict into a module; nothing is changed where something does not fit. */
export function loadState(module: Module, dict: StateDict, strict: boolean): LoadReport {
  if (typeof dict !== 'object' || dict === null || isModule(dict)) throw noDict(dict)
  const own = stateOf(module)
  const given = new Map(Object.entries(dict).map(([name, value]) => [spelledLike(own, name), value]))
  const report = {
    missingKeys: Object.keys(own).filter(name => !given.has(name)),
    unexpectedKeys: [...given.keys()].filter(name => !(name in own)),
  }
  const pairs = Object.entries(own).flatMap(([name, target]) => {
    const source = given.get(name)
    return source === undefined ? [] : [{ name, target, source }]
  })
  const mismatched = pairs.filter(({ target, source }) => !isTensor(source) || !sameShape(target.shape, source.shape))
  const problems = [
    ...(strict ? listed('missing', report.missingKeys) : []),
    ...(strict ? listed('unexpected', report.unexpectedKeys) : []),
    ...listed('of another shape', mismatched.map(shapesOf)),
  ]
  if (problems.length > 0) {
    throw new ModuleError(
      'STATE_DICT',
      `loadStateDict: ${module.constructor.name} cannot take this: ${problems.join('; ')}.`,
      {
        next: 'Build the module with the sizes that it was saved with; { strict: false } leaves out what is missing or unexpected.',
      },
    )
  }
  noGrad(() => {
    for (const { target, source } of pairs) target.copy_(source.to({ dtype: target.dtype, device: target.device }))
  })
  return report
}

function noDict(value: unknown): ModuleError {
  const got = isModule(value) ? 'a module' : String(value)
  return new ModuleError('STATE_DICT', `loadStateDict: expected tensors by name, got ${got}.`, {
    next: isModule(value) ? 'Give its state: other.stateDict().' : 'Give what stateDict() returned.',
  })
}

/** The module's own spelling of a name: PyTorch's `running_mean` is our `runningMean`. */
export function spelledLike(own: StateDict, name: string): string {
  if (name in own) return name
  const camel = name.replace(
    /([a-z0-9])_([a-z0-9])/g,
    (_, before: string, after: string) => before + after.toUpperCase(),
  )
  return camel in own ? camel : name
}

/** Names of a state dict in PyTorch's spelling: `runningMean` becomes `running_mean`. */
export function torchName(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, (_, before: string, after: string) => `${before}_${after.toLowerCase()}`)
}

/**
 * A state dict with the names that PyTorch gives to the same layers: `bn.running_mean` for `bn.runningMean`. The way back needs
 * no function: loadStateDict takes both spellings.
 *
 * @example
 * Object.keys(nn.toTorchNames({ 'bn.runningMean': zeros([2]) })) // ['bn.running_mean']
 * @torch none
 */
export function toTorchNames(dict: StateDict): StateDict {
  return Object.fromEntries(Object.entries(dict).map(([name, value]) => [torchName(name), value]))
}

/** `name (expected [2], got [3])`. */
export function shapesOf({ name, target, source }: { name: string; target: Tensor; source: unknown }): string {
  const got = isTensor(source) ? shapeText(source.shape) : typeof source
  return `${name} (expected ${shapeText(target.shape)}, got ${got})`
}

const SHOWN = 12

/** `2 missing: a, b`, or nothing. */
export function listed(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return []
  const more = names.length > SHOWN ? `, and ${names.length - SHOWN} more` : ''
  return [`${names.length} ${what}: ${names.slice(0, SHOWN).join(', ')}${more}`]
}

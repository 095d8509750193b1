// A training run in a file: all that decides how it goes on.

import { type FilePath, pathText } from '../data/file-path.js'
import type { SafetensorsFile } from '../data/index.js'
import { node } from '../data/node.js'
import { defaultGenerator, type Generator, type RandomState } from '../random/index.js'
import { atomic } from '../tensor/atomic.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { CheckpointError } from './errors.js'
import { readCheckpoint, writeCheckpoint } from './file.js'
import { decode, encode, frozen, type Plain } from './tree.js'

/** What can be saved and go on: models, optimizers, schedules, loaders. */
export interface Stateful {
  /** What it is, as plain data with tensors. */
  stateDict(): object
  /** Becomes what a state says. */
  loadStateDict(state: never): unknown
}

/** The parts of a training run; those that it has. */
export interface CheckpointParts {
  readonly model?: Stateful | undefined
  readonly optimizer?: Stateful | undefined
  /** The learning-rate schedule. */
  readonly scheduler?: Stateful | undefined
  /** The optim.GradScaler. */
  readonly scaler?: Stateful | undefined
  /** A moving average of the weights. */
  readonly ema?: Stateful | undefined
  /** The data loader: its epoch, and its place in the order of that epoch. */
  readonly loader?: Stateful | undefined
  /** Anything else with stateDict and loadStateDict: a second model, a second optimizer. */
  readonly others?: Readonly<Record<string, Stateful>> | undefined
  /** Generators of your own. The one that everybody shares is always saved. */
  readonly generators?: Readonly<Record<string, Generator>> | undefined
}

/** Parts, and what you want to find again. */
export interface CheckpointContent extends CheckpointParts {
  /** Steps that were made. 0. */
  readonly step?: number | undefined
  /** Whatever else: the losses so far, the best one, hyperparameters. Numbers, texts, tensors, lists and objects. */
  readonly extra?: Plain
}

export interface LoadCheckpointOptions {
  /** Whether the generator that everybody shares goes to where it was. True; false for weights that are only used. */
  readonly random?: boolean | undefined
}

const LOAD_CHECKPOINT_OPTIONS = optionNames<LoadCheckpointOptions>()('random')

/** What loadCheckpoint gives back beside the parts that it has filled. */
export interface LoadedCheckpoint {
  readonly step: number
  readonly extra: Plain
}

/** The JSON of a file. */
interface Written {
  readonly step: number
  readonly extra: never
  /** The class of each part: a state of Adam means nothing to SGD. */
  readonly kinds: Readonly<Record<string, string>>
  readonly parts: Readonly<Record<string, never>>
  readonly generators: Readonly<Record<string, RandomState>>
  readonly random: RandomState
}

/**
 * Saves a training run: model, optimizer, schedule, scaler, moving average, data loader, step, and where the random numbers are. A run that
 * is killed and goes on from its last checkpoint gives the same numbers as one that was never killed, to the last bit (on the same backend).
 *
 * The file is written beside its place and renamed, so that a crash in the middle leaves the old one whole; folders are made where they are
 * missing. It is a safetensors file: `data.readSafetensors` and PyTorch read its tensors (`model.hidden.weight`, `optimizer.state.0.expAvg`);
 * all else stands as JSON in its header, with a SHA-256 over the whole. It holds nothing that could run. Needs Node.
 *
 * Throws CHECKPOINT_PART for a part without stateDict, CHECKPOINT_VALUE for what a file cannot hold or a path that is none.
 *
 * @example
 * for (let step = 1; step <= 1000; step++) {
 *   train()
 *   if (step % 100 === 0) saveCheckpoint('run.ckpt', { model, optimizer, scheduler, loader, step })
 * }
 * @torch torch.save
 * @differs a training run, not any object; random state comes with it; what a file holds cannot run
 */
export function saveCheckpoint(file: FilePath, content: CheckpointContent): void {
  const path = pathOf('saveCheckpoint', file)
  needObject('saveCheckpoint', content)
  const { step = 0, extra, ...parts } = content
  const tensors: Record<string, Tensor> = {}
  const named = partsOf('saveCheckpoint', parts)
  const states = named.map(([name, part]) => [name, encode(part.stateDict(), name, tensors)])
  const generators = Object.entries(parts.generators ?? {}).map(([name, generator]) => [name, generator.getState()])
  const written = {
    step,
    extra: encode(extra, 'extra', tensors),
    kinds: Object.fromEntries(named.map(([name, part]) => [name, part.constructor.name])),
    parts: Object.fromEntries(states),
    generators: Object.fromEntries(generators),
    random: defaultGenerator().getState(),
  }
  writeCheckpoint(path, written, tensors)
}

/**
 * Goes on from a file of saveCheckpoint: fills the parts that are given and puts the random numbers back to where they were. Parts that the
 * file holds and are not asked for stay in the file: `loadCheckpoint(file, { model }, { random: false })` for weights to use.
 *
 * Build model, optimizer, schedule and loader as they were built before; then load. Everything is read and checked first: if something does
 * not fit, all parts are as they were. Returns step and extra.
 *
 * Throws CHECKPOINT_MISSING, CHECKPOINT_FOREIGN, CHECKPOINT_DAMAGED, CHECKPOINT_VERSION for the file, CHECKPOINT_PART for a part that it lacks
 * or that is of another class, and what the part's own loadStateDict throws.
 *
 * @example
 * const start = hasCheckpoint('run.ckpt') ? loadCheckpoint('run.ckpt', { model, optimizer, scheduler, loader }).step : 0
 * @torch torch.load
 */
export function loadCheckpoint(
  file: FilePath,
  parts: CheckpointParts,
  options: LoadCheckpointOptions = {},
): LoadedCheckpoint {
  const { random = true } = known('loadCheckpoint', options, LOAD_CHECKPOINT_OPTIONS)
  const path = pathOf('loadCheckpoint', file)
  needObject('loadCheckpoint', parts)
  const { json, file: tensors } = readCheckpoint(path)
  const written = json as Written
  const named = partsOf('loadCheckpoint', parts)
  const generators = Object.entries(parts.generators ?? {})
  for (const [name, part] of named) checkPart(path, written, name, part)
  for (const [name] of generators) needHeld(path, 'generator', name, Object.keys(written.generators))
  const states = named.map(([name, part]) => ({ part, state: read(written.parts[name] as never, tensors) }))
  const extra = read(written.extra, tensors)
  atomic(() => {
    loadAll(states)
    for (const [name, generator] of generators) generator.setState(written.generators[name] as RandomState)
    if (random) defaultGenerator().setState(written.random)
  })
  return { step: written.step, extra }
}

/**
 * Whether there is a checkpoint at this place.
 *
 * @example
 * if (hasCheckpoint('run.ckpt')) loadCheckpoint('run.ckpt', { model })
 * @torch none
 */
export function hasCheckpoint(file: FilePath): boolean {
  return node('fs').existsSync(pathOf('hasCheckpoint', file))
}

function pathOf(where: string, file: FilePath): string {
  if (typeof file === 'string' || typeof (file as { href?: unknown } | null)?.href === 'string') return pathText(file)
  throw new CheckpointError('CHECKPOINT_VALUE', `${where}: expected the path of a file, got ${kindOf(file)}.`, {
    next: `Write ${where}('run.ckpt', ...).`,
  })
}

function needObject(where: string, parts: unknown): void {
  if (typeof parts === 'object' && parts !== null && !Array.isArray(parts)) return
  throw new CheckpointError('CHECKPOINT_PART', `${where}: expected an object of parts, got ${kindOf(parts)}.`, {
    next: `Write ${where}('run.ckpt', { model, optimizer }).`,
  })
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  return value === null || value === undefined ? String(value) : `a value of type ${typeof value}`
}

/** Loads one state after the other; where one does not fit, those before get back what they had. */
function loadAll(states: readonly { part: Part; state: Plain }[]): void {
  const undo: (() => void)[] = []
  try {
    for (const { part, state } of states) {
      const before = frozen(part.stateDict() as Plain)
      undo.push(() => part.loadStateDict(before as never))
      part.loadStateDict(state as never)
    }
  } catch (error) {
    for (const restore of undo.reverse()) restore()
    throw error
  }
}

type Part = Stateful & { readonly constructor: { readonly name: string } }

/** The parts in the order in which they are loaded: a schedule after the optimizer that it drives. */
const ORDER = ['model', 'optimizer', 'scheduler', 'scaler', 'ema', 'loader'] as const

function partsOf(where: string, parts: CheckpointParts): [string, Part][] {
  const known = new Set<string>([...ORDER, 'others', 'generators'])
  const unknown = Object.keys(parts).find(name => !known.has(name))
  if (unknown !== undefined) {
    throw new CheckpointError('CHECKPOINT_PART', `${where}: there is no part '${unknown}'.`, {
      next: `Parts are ${ORDER.join(', ')}; give it as others: { ${unknown} }, or as extra.`,
    })
  }
  const named: [string, unknown][] = [
    ...ORDER.map((name): [string, unknown] => [name, parts[name]]),
    ...Object.entries(parts.others ?? {}).map(([name, part]): [string, unknown] => [`others.${name}`, part]),
  ]
  return named.filter((entry): entry is [string, Part] => entry[1] !== undefined && needStateful(where, ...entry))
}

function needStateful(where: string, name: string, part: unknown): true {
  const { stateDict, loadStateDict } = (part ?? {}) as Partial<Stateful>
  if (typeof stateDict === 'function' && typeof loadStateDict === 'function') return true
  throw new CheckpointError('CHECKPOINT_PART', `${where}: ${name} has no stateDict and loadStateDict.`, {
    next: 'Give the object itself, not its state; plain values go into extra.',
  })
}

/** Parts whose state means something else to another class. */
const OF_ONE_KIND: ReadonlySet<string> = new Set(['optimizer', 'scheduler'])

function checkPart(file: string, { parts, kinds }: Written, name: string, part: Part): void {
  needHeld(file, 'part', name, Object.keys(parts))
  const [saved, given] = [kinds[name], part.constructor.name]
  if (!OF_ONE_KIND.has(name) || saved === given) return
  throw new CheckpointError(
    'CHECKPOINT_PART',
    `loadCheckpoint: ${file} holds the ${name} ${saved}; this one is ${given}.`,
    {
      next: `Build ${saved} as when it was saved, or leave the ${name} out.`,
    },
  )
}

function needHeld(file: string, what: string, name: string, names: readonly string[]): void {
  if (names.includes(name)) return
  throw new CheckpointError('CHECKPOINT_PART', `loadCheckpoint: ${file} holds no ${what} '${name}'.`, {
    next: names.length === 0 ? `It holds no ${what} at all.` : `It holds: ${names.join(', ')}.`,
  })
}

const read = (json: never, file: SafetensorsFile): Plain => decode(json, name => file.get(name))

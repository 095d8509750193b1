// What is taken away: the numbers that matter least, of one layer or of all.
import { noGrad } from '../../autograd/index.js'
import { type Generator, randLike } from '../../random/index.js'
import { shapeText, TensorError } from '../../tensor/errors.js'
import { cat } from '../../tensor/join.js'
import { where } from '../../tensor/ops/choose.js'
import { norm } from '../../tensor/ops/reduce.js'
import { known, optionNames } from '../../tensor/options.js'
import { sameShape } from '../../tensor/shape.js'
import { isTensor, type Tensor } from '../../tensor/tensor.js'
import { ModuleError } from '../errors.js'
import { type Module, needModule } from '../module.js'
import { maskAt, maskedNames, maskOut, type Place, parameterAt, removeMask, valueAt, weightsOf } from './mask.js'

export interface ImportanceOptions {
  /** How much each number matters, in the parameter's shape: its absolute value counts. The parameter itself. */
  readonly importanceScores?: Tensor | undefined
}

const IMPORTANCE_OPTIONS = optionNames<ImportanceOptions>()('importanceScores')

/**
 * Prunes the numbers of least magnitude in one parameter (Han et al. 2015). `amount` counts what is still left: below 1 a share of it, else so many
 * numbers; so .2 in each of five rounds leaves .8^5 = 33 %. Returns the module.
 *
 * The parameter moves to the field `weightOrig`, where it keeps its place among the parameters, so that optimizers made before still train it; the mask
 * is the buffer `weightMask` (bool, true: left); `weight` is computed of both whenever it is read, exactly 0 where pruned. Gradients of what is pruned are 0.
 * State dicts and checkpoints hold both, under PyTorch's names. A step that was compiled before knows no mask: put one there first (identity), and pruning
 * changes it under the program; so with means of weights (EMA). Throws NOT_FOUND, BAD_OPTION for an amount that cannot be, SHAPE_MISMATCH.
 *
 * @example
 * const layer = new nn.Linear(2, 2, { bias: false })
 * layer.loadStateDict({ weight: tensor([[1, 0.5], [1, 1]]) })
 * nn.prune.l1Unstructured(layer, 'weight', 0.25).weight.toArray() // [[1, 0], [1, 1]]
 * @torch torch.nn.utils.prune.l1_unstructured
 * @differs amount 1 is one number; `weight` is computed at each use, not by a hook; masks are bool
 */
export function l1Unstructured<M extends Module>(
  module: M,
  name: string,
  amount: number,
  options: ImportanceOptions = {},
): M {
  const { importanceScores } = known('l1Unstructured', options, IMPORTANCE_OPTIONS)
  const place = placeOf('l1Unstructured', module, name)
  const scores = importanceScores ?? valueAt(place)
  needScores(scores, parameterAt(place))
  pruneLeast('l1Unstructured', [place], [scores], amount)
  return module
}

export interface RandomPruneOptions {
  /** Where the choice comes from. The default generator. */
  readonly generator?: Generator | undefined
}

const RANDOM_PRUNE_OPTIONS = optionNames<RandomPruneOptions>()('generator')

/**
 * Prunes numbers of one parameter at random: what magnitude is compared with. See l1Unstructured. Returns the module.
 *
 * @example
 * const layer = nn.prune.randomUnstructured(new nn.Linear(10, 10), 'weight', 0.3)
 * nn.prune.sparsity(layer).pruned // 30
 * @torch torch.nn.utils.prune.random_unstructured
 */
export function randomUnstructured<M extends Module>(
  module: M,
  name: string,
  amount: number,
  options: RandomPruneOptions = {},
): M {
  known('randomUnstructured', options, RANDOM_PRUNE_OPTIONS)
  const place = placeOf('randomUnstructured', module, name)
  pruneLeast('randomUnstructured', [place], [randLike(parameterAt(place), options)], amount)
  return module
}

export interface StructuredOptions {
  /** Which norm tells how much a channel matters: 1, 2, Infinity, ... 2. */
  readonly n?: number | undefined
  /** The axis of the channels; 0 are the outputs. 0. */
  readonly dim?: number | undefined
}

const STRUCTURED_OPTIONS = optionNames<StructuredOptions>()('n dim')

/**
 * Prunes whole channels, those of the least norm (Li et al. 2017). `amount` counts channels of which something is left: below 1 a share, else so
 * many. See l1Unstructured. Returns the module. Throws BAD_DIM, and BAD_SHAPE below two axes.
 *
 * @example
 * const conv = nn.prune.lnStructured(new nn.Conv2d(1, 4, 3), 'weight', 0.5)
 * conv.weight.ne(0).any({ dim: [1, 2, 3] }).sum() // tensor(2)
 * @torch torch.nn.utils.prune.ln_structured
 * @differs n and dim have defaults
 */
export function lnStructured<M extends Module>(
  module: M,
  name: string,
  amount: number,
  options: StructuredOptions = {},
): M {
  const { n = 2, dim = 0 } = known('lnStructured', options, STRUCTURED_OPTIONS)
  const place = placeOf('lnStructured', module, name)
  const value = valueAt(place).detach()
  if (value.ndim < 2) {
    throw new TensorError('BAD_SHAPE', `lnStructured: '${name}' has no channels: ${shapeText(value.shape)}.`, {
      next: 'Prune its numbers instead: l1Unstructured.',
    })
  }
  if (!(Number.isInteger(dim) && dim >= -value.ndim && dim < value.ndim))
    throw new TensorError('BAD_DIM', `lnStructured: '${name}' ${shapeText(value.shape)} has no axis ${String(dim)}.`)
  const channels = dim < 0 ? dim + value.ndim : dim
  const others = value.shape.map((_, axis) => axis).filter(axis => axis !== channels)
  const left = maskAt(place).any({ dim: others })
  const kept = keepGreatest('lnStructured', norm(value, n, { dim: others }), left, amount)
  const shape = value.shape.map((size, axis) => (axis === channels ? size : 1))
  maskOut(place, kept.reshape(shape).expand(value.shape))
  return module
}

export interface GlobalOptions extends RandomPruneOptions {
  /** What goes: the numbers of least magnitude ('l1'), or any ('random'). 'l1'. */
  readonly method?: 'l1' | 'random' | undefined
}

const GLOBAL_OPTIONS = optionNames<GlobalOptions>()('method generator')

/**
 * Prunes the numbers of least magnitude in all weights together, so that layers lose as much as they can spare (Frankle & Carbin 2019). `amount` counts
 * what is still left in all of them: below 1 a share, else so many numbers. Returns the model, or the places.
 *
 * Of a model it takes weightsOf(model); of a list of places just those. A weight that layers share is pruned in all of them that are given. See
 * l1Unstructured for what becomes of a parameter.
 *
 * @example
 * const model = new nn.Sequential(new nn.Linear(4, 10), new nn.Linear(10, 1))
 * nn.prune.sparsity(nn.prune.globalUnstructured(model, 0.8)).sparsity // 0.8
 * @torch torch.nn.utils.prune.global_unstructured
 * @differs takes a model; the method is named by a word
 */
export function globalUnstructured<T extends Module | readonly Place[]>(
  targets: T,
  amount: number,
  options: GlobalOptions = {},
): T {
  const { method = 'l1', generator } = known('globalUnstructured', options, GLOBAL_OPTIONS)
  const places = Array.isArray(targets) ? (targets as readonly Place[]) : weightsOf(targets as Module)
  if (places.length === 0) throw new ModuleError('NOT_FOUND', 'globalUnstructured: there are no weights to prune.')
  if (method !== 'l1' && method !== 'random') {
    throw new ModuleError(
      'BAD_OPTION',
      `globalUnstructured: method must be 'l1' or 'random'; it is '${String(method)}'.`,
    )
  }
  const scores = places.map(place => (method === 'l1' ? valueAt(place) : randLike(parameterAt(place), { generator })))
  pruneLeast('globalUnstructured', places, scores, amount)
  return targets
}

/**
 * Prunes where a mask is false (or 0), besides what was pruned before. Returns the module. Throws NOT_FOUND, SHAPE_MISMATCH.
 *
 * @example
 * nn.prune.customFromMask(new nn.Linear(2, 1), 'weight', tensor([[true, false]])).weight.at(0, 1).item() // 0
 * @torch torch.nn.utils.prune.custom_from_mask
 */
export function customFromMask<M extends Module>(module: M, name: string, mask: Tensor): M {
  maskOut(placeOf('customFromMask', module, name), mask)
  return module
}

/**
 * Puts a mask before a parameter that takes nothing away, or without a name before all weights of a model. Returns the module. A model that is to load
 * the state of a pruned one needs the same masks first: `prune.identity(model).loadStateDict(state)`.
 *
 * @example
 * Object.keys(nn.prune.identity(new nn.Linear(2, 1)).stateDict()) // ['weightOrig', 'bias', 'weightMask']
 * @torch torch.nn.utils.prune.identity
 * @differs the name may be left out
 */
export function identity<M extends Module>(module: M, name?: string): M {
  const places = name === undefined ? weightsOf(module) : [placeOf('identity', module, name)]
  for (const place of places) maskOut(place, maskAt(place))
  return module
}

/**
 * Ends pruning and keeps the zeros: one parameter again, under its old name; without a name all of a model. Returns the module. From then on training
 * moves them again. Throws NOT_FOUND for a parameter that is not pruned.
 *
 * @example
 * const layer = nn.prune.l1Unstructured(new nn.Linear(4, 1), 'weight', 3)
 * nn.prune.remove(layer)
 * Object.keys(layer.stateDict()) // ['weight', 'bias']
 * @torch torch.nn.utils.prune.remove
 * @differs the name may be left out
 */
export function remove<M extends Module>(module: M, name?: string): M {
  needModule('remove', module)
  const all = module.modules().flatMap(one => maskedNames(one).map((own): Place => [one, own]))
  const places = name === undefined ? all : all.filter(place => place[0] === module && place[1] === name)
  if (name !== undefined && places.length === 0)
    throw new ModuleError('NOT_FOUND', `remove: '${name}' of ${module.constructor.name} is not pruned.`)
  for (const place of places) removeMask(place)
  return module
}

/**
 * Whether a module, or one below it, has a parameter behind a mask.
 *
 * @example
 * nn.prune.isPruned(new nn.Linear(2, 1)) // false
 * @torch torch.nn.utils.prune.is_pruned
 */
export function isPruned(module: Module): boolean {
  needModule('isPruned', module)
  return module.modules().some(one => maskedNames(one).length > 0)
}

function placeOf(where: string, module: Module, name: string): Place {
  needModule(where, module)
  return [module, name]
}

function needScores(scores: Tensor, { shape }: Tensor): void {
  if (isTensor(scores) && sameShape(scores.shape, shape)) return
  const got = isTensor(scores) ? shapeText(scores.shape) : typeof scores
  throw new TensorError(
    'SHAPE_MISMATCH',
    `l1Unstructured: importanceScores must be ${shapeText(shape)}; they are ${got}.`,
  )
}

/** Prunes what has the least scores in several places together. A parameter that stands at several of them counts once. */
function pruneLeast(where: string, places: readonly Place[], scores: readonly Tensor[], amount: number): void {
  const first = [...new Map(places.map((place, i) => [parameterAt(place), i] as const).reverse()).values()].reverse()
  const flat = (tensors: readonly Tensor[]): Tensor => cat(first.map(i => (tensors[i] as Tensor).detach().flatten()))
  const kept = keepGreatest(where, flat(scores), flat(places.map(maskAt)), amount)
  const sizes = first.map(i => parameterAt(places[i] as Place).size)
  const masks = new Map(kept.split(sizes).map((mask, k) => [parameterAt(places[first[k] as number] as Place), mask]))
  for (const place of places) {
    const parameter = parameterAt(place)
    maskOut(place, (masks.get(parameter) as Tensor).reshape(parameter.shape))
  }
}

/** Bools: all that is left but the `amount` with the least absolute scores. */
function keepGreatest(where_: string, scores: Tensor, left: Tensor, amount: number): Tensor {
  return noGrad(() => {
    const leftCount = left.sum().item()
    // What is gone stands before all others.
    const order = where(left, scores.abs(), -1).argsort()
    const gone = left.size - leftCount + countOf(where_, amount, leftCount)
    return order.argsort().ge(gone)
  })
}

/** A share of what is left, rounded as Python rounds (halves to even), or a count. */
function countOf(where: string, amount: number, left: number): number {
  const share = amount > 0 && amount < 1
  const count = share ? halfToEven(amount * left) : amount
  if (Number.isInteger(count) && count >= 0 && count <= left) return count
  throw new ModuleError('BAD_OPTION', `${where}: amount = ${String(amount)} of ${left} that are left.`, {
    next: 'Give a share between 0 and 1, or how many: a whole number of those that are left.',
  })
}

function halfToEven(x: number): number {
  const up = Math.round(x)
  return up - x === 0.5 && up % 2 === 1 ? up - 1 : up
}

// Gradients that are too long.
import { noGrad } from '../autograd/index.js'
import { tensor } from '../tensor/create.js'
import { stack } from '../tensor/join.js'
import { clampMax } from '../tensor/ops/choose.js'
import { norm } from '../tensor/ops/reduce.js'
import { known, optionNames } from '../tensor/options.js'
import { isTensor, type Tensor } from '../tensor/tensor.js'
import { OptimError } from './errors.js'
import { parametersOf } from './optimizer.js'

export interface ClipOptions {
  /** Which norm: 2 is the length, Infinity the greatest number, any p from 1. 2. */
  readonly normType?: number | undefined
  /** Throw NOT_FINITE where the norm is NaN or Infinity, instead of making all gradients so. False. */
  readonly errorIfNonfinite?: boolean | undefined
}

const CLIP_OPTIONS = optionNames<ClipOptions>()('normType errorIfNonfinite')

/**
 * The norm of all gradients, seen as one long vector: (sum |g|^p)^(1/p). Parameters without gradient do not count; without any it is 0.
 *
 * @example
 * const w = tensor([3, 4], { requiresGrad: true })
 * w.square().sum().div(2).backward()
 * optim.getTotalNorm([w]) // tensor(5.)
 * @torch torch.nn.utils.get_total_norm
 * @differs takes parameters and looks at their gradients
 */
export function getTotalNorm(parameters: Iterable<Tensor>, options: ClipOptions = {}): Tensor {
  const { normType = 2, errorIfNonfinite = false } = known('getTotalNorm', options, CLIP_OPTIONS)
  if (!(normType >= 1)) {
    throw new OptimError('BAD_OPTION', `getTotalNorm: normType must be at least 1; it is ${String(normType)}.`)
  }
  const gradients = gradientsOf(parameters)
  const total = noGrad(() => {
    if (gradients.length === 0) return tensor(0)
    const norms = gradients.map(g => norm(g, normType))
    return norms.length === 1 ? (norms[0] as Tensor) : norm(stack(norms), normType)
  })
  if (errorIfNonfinite && !Number.isFinite(total.item())) {
    throw new OptimError('NOT_FINITE', `The total norm of the gradients is ${total.item()}.`, {
      next: 'Look for the first NaN with detectAnomaly(() => ...), or lower the learning rate.',
    })
  }
  return total
}

/**
 * Shortens all gradients together, so that their norm is at most `maxNorm`: g = g min(1, maxNorm / (norm + 1e-6)) (Pascanu et al. 2013,
 * algorithm 1). Their direction stays. Returns the norm that they had. It bounds the step; it does not cure what makes gradients explode.
 *
 * Throws BAD_OPTION for a norm below 1 or a maxNorm below 0, BAD_PARAMETER, NOT_FINITE where that is asked for.
 *
 * @example
 * const w = tensor([3, 4], { requiresGrad: true })
 * w.square().sum().div(2).backward()
 * optim.clipGradNorm([w], 1) // tensor(5.)
 * w.grad // tensor([0.6000, 0.8000])
 * @torch torch.nn.utils.clip_grad_norm_
 */
export function clipGradNorm(parameters: Iterable<Tensor>, maxNorm: number, options: ClipOptions = {}): Tensor {
  known('clipGradNorm', options, CLIP_OPTIONS)
  needLimit('clipGradNorm', 'maxNorm', maxNorm)
  const list = listOf(parameters)
  const total = getTotalNorm(list, options)
  noGrad(() => {
    const factor = clampMax(total.add(1e-6).reciprocal().mul(maxNorm), 1)
    for (const g of gradientsOf(list)) g.mul_(factor.to(g.dtype))
  })
  return total
}

/**
 * Cuts each number of all gradients to [-clipValue, clipValue]. This changes their direction; clipGradNorm keeps it. Throws BAD_OPTION for a
 * clipValue below 0, BAD_PARAMETER.
 *
 * @example
 * const w = tensor([3, 0.5], { requiresGrad: true })
 * w.square().sum().div(2).backward()
 * optim.clipGradValue([w], 1)
 * w.grad // tensor([1.0000, 0.5000])
 * @torch torch.nn.utils.clip_grad_value_
 */
export function clipGradValue(parameters: Iterable<Tensor>, clipValue: number): void {
  needLimit('clipGradValue', 'clipValue', clipValue)
  noGrad(() => {
    for (const g of gradientsOf(parameters)) g.clamp_(-clipValue, clipValue)
  })
}

function needLimit(where: string, name: string, limit: number): void {
  if (typeof limit === 'number' && limit >= 0) return
  throw new OptimError(
    'BAD_OPTION',
    `${where}: ${name} must be a number from 0; it is ${typeof limit === 'string' ? `'${limit}'` : String(limit)}.`,
  )
}

/** A single tensor counts as a list of one: to go through it would give its rows. */
function listOf(parameters: Iterable<Tensor>): Tensor[] {
  const list = parametersOf('clipping', parameters)
  const odd = list.findIndex(one => !isTensor(one))
  if (odd < 0) return list as Tensor[]
  throw new OptimError('BAD_PARAMETER', `clipping: parameter ${odd} is no tensor.`, {
    next: 'Give model.parameters().',
  })
}

const gradientsOf = (parameters: Iterable<Tensor>): Tensor[] => listOf(parameters).flatMap(({ grad }) => grad ?? [])

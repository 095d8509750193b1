// How large may the learning rate be? Let it rise through all orders of magnitude, and see where the loss falls and where it breaks out.
import { noGrad } from '../autograd/index.js'
import type { Module } from '../nn/index.js'
import { defaultGenerator } from '../random/index.js'
import { known, optionNames } from '../tensor/options.js'
import { isTensor, type Tensor } from '../tensor/tensor.js'
import { OptimError } from './errors.js'
import type { Optimizer } from './optimizer.js'

export interface LrRangeTestOptions {
  /** The loss of step i on a batch of its own. */
  readonly loss: (i: number) => Tensor
  /** The first rate. 1e-6. */
  readonly minLr?: number | undefined
  /** The last rate. 10. */
  readonly maxLr?: number | undefined
  /** How many steps the sweep has. 100. */
  readonly steps?: number | undefined
  /** How far the smoothed loss reaches: a step at distance d counts smoothing^d. 0.8. */
  readonly smoothing?: number | undefined
  /** The sweep ends where the loss is so many times its smallest so far. 4. */
  readonly divergence?: number | undefined
}

const LR_RANGE_TEST_OPTIONS = optionNames<LrRangeTestOptions>()('loss minLr maxLr steps smoothing divergence')

/** What a sweep has seen, for a plot with a logarithmic axis of rates, and what follows of it. */
export interface LrRange {
  readonly lrs: Float64Array
  readonly losses: Float64Array
  readonly smoothed: Float64Array
  /** Whether it ended because the loss broke out or was no number. */
  readonly diverged: boolean
  /** Where the smoothed loss falls fastest for each factor of the rate. */
  readonly steepest: number
  /** Where the smoothed loss is lowest: already too large to train with. */
  readonly lowest: number
  /** A rate to begin with. */
  readonly suggestion: number
  /** How the suggestion was found. */
  readonly reason: string
}

/**
 * Learning-rate range test (Smith 2017, section 3.3): trains while the rate rises exponentially, lr_i = minLr (maxLr / minLr)^(i / (steps - 1)),
 * until the loss breaks out. Suggests the rate at which the smoothed loss falls fastest over ln lr, but no more than a tenth of the rate at
 * which it is lowest.
 *
 * Afterwards parameters, buffers, gradients, the optimizer's state and rates, and the shared random numbers are what they were, to the last
 * bit, also where `loss` throws. Groups keep the ratio of their rates; the rates named are those of the first group.
 *
 * Throws BAD_OPTION for rates, steps or factors out of range, NOT_FINITE where the first loss is no number.
 *
 * @example
 * const range = optim.lrRangeTest(model, optimizer, { loss: () => F.mseLoss(model.forward(x), y), maxLr: 1 })
 * console.log(range.suggestion, range.reason)
 * @torch none
 */
export function lrRangeTest(model: Module, optimizer: Optimizer, options: LrRangeTestOptions): LrRange {
  const {
    loss,
    minLr = 1e-6,
    maxLr = 10,
    steps = 100,
    smoothing = 0.8,
    divergence = 4,
  } = known('lrRangeTest', options, LR_RANGE_TEST_OPTIONS)
  need('loss', loss, typeof loss === 'function')
  need('minLr', minLr, minLr > 0 && Number.isFinite(minLr))
  need('maxLr', maxLr, maxLr > minLr && Number.isFinite(maxLr))
  need('steps', steps, Number.isInteger(steps) && steps >= 5)
  need('smoothing', smoothing, smoothing >= 0 && smoothing < 1)
  need('divergence', divergence, divergence > 1)
  const restore = remember(model, optimizer)
  try {
    return judged(sweep(optimizer, { loss, minLr, maxLr, steps, smoothing, divergence }), smoothing)
  } finally {
    restore()
  }
}

interface Sweep {
  readonly lrs: number[]
  readonly losses: number[]
  readonly diverged: boolean
}

type Ready = { readonly [K in keyof LrRangeTestOptions]-?: NonNullable<LrRangeTestOptions[K]> }

function sweep(optimizer: Optimizer, { loss, minLr, maxLr, steps, smoothing, divergence }: Ready): Sweep {
  const first = optimizer.paramGroups[0]?.lr || 1
  const shares = optimizer.paramGroups.map(({ lr }) => (lr || first) / first)
  const [lrs, losses]: [number[], number[]] = [[], []]
  let [average, best] = [0, Number.POSITIVE_INFINITY]
  for (let i = 0; i < steps; i++) {
    const lr = minLr * (maxLr / minLr) ** (i / (steps - 1))
    optimizer.paramGroups.forEach((group, k) => {
      group.lr = lr * (shares[k] as number)
    })
    optimizer.zeroGrad()
    const error = loss(i)
    const value = error.item()
    if (i === 0 && !Number.isFinite(value)) {
      throw new OptimError('NOT_FINITE', `lrRangeTest: the loss is ${value} before the first step.`, {
        next: 'The model is broken already: look at its weights and at the data.',
      })
    }
    average = smoothing * average + (1 - smoothing) * value
    const recent = average / (1 - smoothing ** (i + 1))
    if (!(recent <= divergence * best)) return { lrs, losses, diverged: true }
    best = Math.min(best, recent)
    lrs.push(lr)
    losses.push(value)
    error.backward()
    optimizer.step()
  }
  return { lrs, losses, diverged: false }
}

function judged({ lrs, losses, diverged }: Sweep, smoothing: number): LrRange {
  const smoothed = smooth(losses, smoothing)
  const low = smoothed.indexOf(Math.min(...smoothed))
  const lowest = lrs[low] as number
  const steepest = lrs[steepestBefore(smoothed, low)] as number
  const suggestion = Math.min(steepest, lowest / 10)
  const shown = (lr: number): string => lr.toPrecision(2)
  const reason =
    low === 0
      ? `The loss never falls: it is lowest at the first rate, ${shown(lowest)}. Begin with a smaller minLr.`
      : `The smoothed loss falls fastest at ${shown(steepest)} and is lowest at ${shown(lowest)}; the suggestion is ${
          suggestion === steepest ? 'where it falls fastest' : 'a tenth of where it is lowest'
        }.`
  return {
    lrs: Float64Array.from(lrs),
    losses: Float64Array.from(losses),
    smoothed,
    diverged,
    steepest,
    lowest,
    suggestion,
    reason,
  }
}

/** Each loss with its neighbours on both sides, so that nothing is shifted: one at distance d counts smoothing^d. */
function smooth(losses: readonly number[], smoothing: number): Float64Array {
  return Float64Array.from(losses, (_, i) => {
    let [sum, weights] = [0, 0]
    for (const [k, loss] of losses.entries()) {
      const weight = smoothing ** Math.abs(k - i)
      sum += weight * loss
      weights += weight
    }
    return sum / weights
  })
}

/** The place before the lowest one where the curve falls most from the point before to the point behind. */
function steepestBefore(smoothed: Float64Array, low: number): number {
  let [found, slope] = [low, 0]
  for (let i = 1; i < low; i++) {
    const rise = (smoothed[i + 1] as number) - (smoothed[i - 1] as number)
    if (rise < slope) [found, slope] = [i, rise]
  }
  return found
}

/** Takes note of all that a step of training changes. Returns what puts it back. */
function remember(model: Module, optimizer: Optimizer): () => void {
  const tensors = new Set<Tensor>([
    ...model.parameters(),
    ...model.buffers(),
    ...optimizer.paramGroups.flatMap(({ params }) => params),
  ])
  const before = noGrad(() => [...tensors].map(x => ({ x, numbers: x.detach().clone(), grad: x.grad })))
  const { state, paramGroups } = optimizer.stateDict()
  const copies = Object.entries(state).map(([number, one]) => [number, copied(one)])
  const random = defaultGenerator().getState()
  return () => {
    noGrad(() => {
      for (const { x, numbers, grad } of before) {
        x.copy_(numbers)
        x.grad = grad
      }
    })
    optimizer.loadStateDict({ state: Object.fromEntries(copies), paramGroups })
    defaultGenerator().setState(random)
  }
}

const copied = (state: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(state).map(([name, value]) => [name, isTensor(value) ? value.detach().clone() : value]),
  )

function need(name: string, value: unknown, holds: boolean): void {
  if (holds) return
  throw new OptimError('BAD_OPTION', `lrRangeTest: ${name} = ${String(value)} is out of range.`, {
    next: 'The docstring says which values it takes.',
  })
}

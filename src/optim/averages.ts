// Means of the weights on the way: often better than the last ones.
import { noGrad } from '../autograd/index.js'
import type { Module } from '../nn/index.js'
import { needModule } from '../nn/module.js'
import { isFloat } from '../tensor/dtype.js'
import { branch, perCall } from '../tensor/live.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { OptimError } from './errors.js'

/** Means of a model's weights beside the weights themselves. */
abstract class WeightAverage {
  readonly model: Module
  /** How many weights went into the means. */
  updates = 0
  readonly #means: ReadonlyMap<string, Tensor>
  #swapped = false

  constructor(model: Module) {
    needModule(new.target.name, model)
    this.model = model
    this.#means = new Map(Object.entries(model.stateDict()).map(([name, value]) => [name, value.clone()]))
  }

  /** How far the means move towards the weights at an update: 1 all the way, 0 not at all. */
  protected abstract share(updates: number): number

  /** Takes the weights of now into the means: call it after optimizer.step(). Whole numbers, such as counts, are copied. */
  update(): void {
    if (this.#swapped)
      throw new OptimError(
        'STATE_DICT',
        `${this.constructor.name}: the means are in the model; swap them out before update().`,
      )
    const whole = branch(() => this.share(this.updates) === 1)
    const share = perCall(() => this.share(this.updates))
    const now = this.#now()
    noGrad(() => {
      for (const [name, mean] of this.#means) {
        const value = now[name] as Tensor
        if (isFloat(mean.dtype) && !whole) mean.lerp_(value, share)
        else mean.copy_(value)
      }
    })
    perCall(() => ++this.updates)
  }

  /** The state of the model. Throws STATE_DICT where it has lost names since: pruning and layers that are exchanged give others. */
  #now(): Record<string, Tensor> {
    const now = this.model.stateDict()
    const lost = [...this.#means.keys()].filter(name => !(name in now))
    if (lost.length === 0) return now
    throw new OptimError('STATE_DICT', `${this.constructor.name}: the model has no ${lost.join(', ')} any more.`, {
      next: 'Change the model first (prune it, exchange its layers), then make the means of it.',
    })
  }

  /** Exchanges weights and means: once to use the means, once more to go on training. */
  swap(): void {
    const now = this.#now()
    noGrad(() => {
      for (const [name, mean] of this.#means) {
        const value = now[name] as Tensor
        const kept = value.clone()
        value.copy_(mean)
        mean.copy_(kept)
      }
    })
    this.#swapped = !this.#swapped
  }

  /** Runs `f` while the model has the means, and gives it its own weights back, also after a throw. Returns what f returns. */
  using<T>(f: () => T): T {
    this.swap()
    try {
      return f()
    } finally {
      this.swap()
    }
  }

  /** The means by name, as a state dict of the model: to be saved, or loaded into a copy of it. */
  averages(): Record<string, Tensor> {
    return Object.fromEntries(this.#means)
  }

  stateDict(): { updates: number; averages: Record<string, Tensor> } {
    return { updates: this.updates, averages: this.averages() }
  }

  loadStateDict({ updates, averages }: { updates: number; averages: Readonly<Record<string, Tensor>> }): void {
    const missing = [...this.#means.keys()].filter(name => !(name in averages))
    if (missing.length > 0) {
      throw new OptimError('STATE_DICT', `${this.constructor.name}: the state lacks ${missing.join(', ')}.`)
    }
    noGrad(() => {
      for (const [name, mean] of this.#means) mean.copy_(averages[name] as Tensor)
    })
    this.updates = updates
  }
}

export interface EMAOptions {
  /** How much of the mean is kept at an update. 0.999. */
  readonly decay?: number | undefined
  /** Keep less at the beginning, when the weights are still far away: min(decay, (1 + n) / (10 + n)) after n updates. False. */
  readonly warmup?: boolean | undefined
}

const EMA_OPTIONS = optionNames<EMAOptions>()('decay warmup')

/**
 * Exponential moving average of a model's parameters and float buffers (Polyak & Juditsky 1992): mean = decay mean + (1 - decay) weight, from the
 * weights that the model has when it is made.
 *
 * Throws BAD_OPTION for a decay outside of [0, 1].
 *
 * @example
 * const model = new nn.Linear(1, 1, { bias: false })
 * noGrad(() => model.weight.fill_(0))
 * const ema = new optim.EMA(model, { decay: 0.75 })
 * noGrad(() => model.weight.fill_(1))
 * ema.update()
 * ema.using(() => model.weight.item()) // 0.25
 * @torch torch.optim.swa_utils.get_ema_multi_avg_fn
 */
export class EMA extends WeightAverage {
  readonly decay: number
  readonly warmup: boolean

  constructor(model: Module, options: EMAOptions = {}) {
    super(model)
    const { decay = 0.999, warmup = false } = known('EMA', options, EMA_OPTIONS)
    if (!(decay >= 0 && decay <= 1))
      throw new OptimError('BAD_OPTION', `EMA: decay = ${decay} is out of range.`, { next: 'Take 0 to 1.' })
    this.decay = decay
    this.warmup = warmup
  }

  protected override share(updates: number): number {
    return 1 - (this.warmup ? Math.min(this.decay, (1 + updates) / (10 + updates)) : this.decay)
  }
}

/**
 * Stochastic weight averaging (Izmailov et al. 2018, eq. in algorithm 1): the plain mean of all weights that were given by update(),
 * mean = (mean n + weight) / (n + 1). With batch normalisation, call updateBatchNorm afterwards.
 *
 * @example
 * const model = new nn.Linear(1, 1, { bias: false })
 * const swa = new optim.SWA(model)
 * for (const weight of [1, 2, 6]) {
 *   noGrad(() => model.weight.fill_(weight))
 *   swa.update()
 * }
 * swa.using(() => model.weight.item()) // 3
 * @torch torch.optim.swa_utils.AveragedModel
 */
export class SWA extends WeightAverage {
  protected override share(updates: number): number {
    return 1 / (updates + 1)
  }
}

/** What batch normalisation has, and this file needs of it. */
interface WithStatistics extends Module {
  momentum: number | null
  resetRunningStats(): void
}

/**
 * Computes the statistics of batch normalisation anew for the weights of now, as the mean over all batches: after weights were averaged. Each
 * batch of the loader is an input, or a list whose first part is.
 *
 * @example
 * const model = new nn.Linear(2, 1) // no batch normalisation: nothing to do
 * optim.updateBatchNorm([[zeros([4, 2])]], model)
 * @torch torch.optim.swa_utils.update_bn
 */
export function updateBatchNorm(
  loader: Iterable<Tensor | readonly unknown[]>,
  model: Module & { forward(x: Tensor): unknown },
): void {
  const layers = model.modules().filter((module): module is WithStatistics => 'resetRunningStats' in module)
  if (layers.length === 0) return
  const before = layers.map(({ momentum }) => momentum)
  const training = model.modules().map(module => module.training)
  try {
    model.train()
    for (const layer of layers) {
      layer.resetRunningStats()
      // Without momentum: the mean of all batches.
      layer.momentum = null
    }
    noGrad(() => {
      for (const batch of loader) model.forward((Array.isArray(batch) ? batch[0] : batch) as Tensor)
    })
  } finally {
    for (const [i, layer] of layers.entries()) layer.momentum = before[i] as number | null
    for (const [i, module] of model.modules().entries()) module.training = training[i] as boolean
  }
}

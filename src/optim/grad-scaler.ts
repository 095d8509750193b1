// Loss scaling: small gradients of float16 are lifted over its smallest number, and put back before the step.
import { noGrad } from '../autograd/index.js'
import { hooks } from '../tensor/graph.js'
import { perCall } from '../tensor/live.js'
import { isfinite } from '../tensor/ops/compare.js'
import { all } from '../tensor/ops/reduce.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { OptimError } from './errors.js'
import type { Optimizer } from './optimizer.js'
import { needOptimizer } from './schedulers/scheduler.js'

export interface GradScalerOptions {
  /** The first scale. 65536. */
  readonly initScale?: number | undefined
  /** Factor of the scale after `growthInterval` steps without Inf or NaN, above 1. 2. */
  readonly growthFactor?: number | undefined
  /** Factor of the scale after a step that was skipped, between 0 and 1. 0.5. */
  readonly backoffFactor?: number | undefined
  /** So many good steps in a row let the scale grow. 2000. */
  readonly growthInterval?: number | undefined
  /** False: the loss is not scaled and every step is made. True. */
  readonly enabled?: boolean | undefined
}

const GRAD_SCALER_OPTIONS = optionNames<GradScalerOptions>()(
  'initScale growthFactor backoffFactor growthInterval enabled',
)

/** A scaler as plain data. */
export interface GradScalerState {
  readonly scale: number
  readonly growthFactor: number
  readonly backoffFactor: number
  readonly growthInterval: number
  readonly growthTracker: number
}

/** Where an optimizer is between two calls of update. */
interface Progress {
  /** Whether all gradients are finite: a bool of zero dimensions, not read before it is needed. */
  readonly finite: Tensor
  readonly stepped: boolean
}

/** A step within a compiled one, until it is known whether it was made. */
interface Pending {
  readonly finite: Tensor
  /** Takes back what the host has counted. */
  readonly takeBack: () => void
}

/**
 * Dynamic loss scaling (Micikevicius et al. 2018, section 3.2): backward starts from scale * loss, so that small gradients survive
 * float16; they are divided by the scale before the step. A step whose gradients hold Inf or NaN is skipped and the scale falls by
 * `backoffFactor`; after `growthInterval` good steps it rises by `growthFactor`. bfloat16 has the range of float32 and needs none of it.
 *
 * Within `compile` nothing is read: the step is selected, number by number, and step() returns undefined. The scale, and the counts of a step that
 * was none, are put right when the scaler is next asked: at the latest at the beginning of the next call.
 *
 * Clip after `unscale_`: gradients are `scale` times too large before. Throws BAD_OPTION for options out of range, SCALER where the calls
 * come in another order or no gradient is there, BAD_PARAMETER for gradients in float16: parameters stay float32.
 *
 * @example
 * const w = tensor([1], { requiresGrad: true })
 * const optimizer = new optim.SGD([w], { lr: 0.1 })
 * const scaler = new optim.GradScaler()
 * const loss = autocast({ dtype: 'float16' }, () => w.square().sum())
 * scaler.scale(loss).backward()
 * scaler.unscale_(optimizer) // only for clipping, or to look at gradients
 * scaler.step(optimizer) // true
 * scaler.update()
 * w // tensor([0.8000], requiresGrad=true)
 * @torch torch.amp.GradScaler
 * @differs step() returns whether the step was made and takes no closure; unscale_ puts new tensors in place of the gradients; no
 *   device
 */
export class GradScaler {
  readonly enabled: boolean
  #scale: number
  #growthFactor: number
  #backoffFactor: number
  #growthInterval: number
  /** Good steps in a row. */
  #good = 0
  readonly #progress = new Map<Optimizer, Progress>()
  /** Steps of compiled steps of which the host does not know yet whether they were made. */
  readonly #pending = new Map<Optimizer, Pending>()
  /** Whether update() was called after them. */
  #updating = false
  /** Where compiled steps leave whether all gradients were finite, for each optimizer. */
  readonly #met = new WeakMap<Optimizer, Tensor>()

  constructor(options: GradScalerOptions = {}) {
    const {
      initScale = 65536,
      growthFactor = 2,
      backoffFactor = 0.5,
      growthInterval = 2000,
      enabled = true,
    } = known('GradScaler', options, GRAD_SCALER_OPTIONS)
    need('initScale', initScale, initScale > 0 && Number.isFinite(initScale))
    need('growthFactor', growthFactor, growthFactor > 1)
    need('backoffFactor', backoffFactor, backoffFactor > 0 && backoffFactor < 1)
    need('growthInterval', growthInterval, Number.isInteger(growthInterval) && growthInterval >= 1)
    this.enabled = enabled
    this.#scale = Math.fround(initScale)
    this.#growthFactor = growthFactor
    this.#backoffFactor = backoffFactor
    this.#growthInterval = growthInterval
  }

  /** The scale that is in force; 1 where the scaler is off. */
  getScale(): number {
    this.#settle()
    return this.enabled ? this.#scale : 1
  }

  /** A loss, or several, times the scale. */
  scale(loss: Tensor): Tensor
  scale(losses: readonly Tensor[]): Tensor[]
  scale(loss: Tensor | readonly Tensor[]): Tensor | Tensor[] {
    if (Array.isArray(loss)) return loss.map(one => this.scale(one as Tensor))
    return this.enabled ? (loss as Tensor).mul(perCall(() => this.getScale())) : (loss as Tensor)
  }

  /** Divides the gradients of an optimizer by the scale: before clipping. Once before each step; step() does it where it was not done. */
  unscale_(optimizer: Optimizer): void {
    needOptimizer('GradScaler.unscale_', optimizer)
    if (!this.enabled) return
    const progress = this.#progress.get(optimizer)
    if (progress !== undefined) {
      throw disorder(
        `unscale_: the gradients of this optimizer were divided by the scale already${progress.stepped ? ', and the step was made' : ''}.`,
        'Call it once between two calls of update().',
      )
    }
    this.#progress.set(optimizer, { finite: this.#unscaled(optimizer), stepped: false })
  }

  /** Makes the step of an optimizer unless a gradient is Inf or NaN. Returns whether it was made; undefined within `compile`. */
  step(optimizer: Optimizer): boolean | undefined {
    needOptimizer('GradScaler.step', optimizer)
    if (!this.enabled) {
      optimizer.step()
      return true
    }
    if (this.#progress.get(optimizer)?.stepped) {
      throw disorder('step: this optimizer has made its step.', 'Call update() after the steps of all optimizers.')
    }
    const finite = this.#progress.get(optimizer)?.finite ?? this.#unscaled(optimizer)
    this.#progress.set(optimizer, { finite, stepped: true })
    if (hooks.tracing !== undefined) {
      this.#stepLater(optimizer, finite)
      return undefined
    }
    const good = finite.item() === 1
    if (good) optimizer.step()
    return good
  }

  /** The step of a compiled step: each of its calls leaves whether it was made, and the next one looks. */
  #stepLater(optimizer: Optimizer, finite: Tensor): void {
    const met = this.#met.get(optimizer) ?? finite.clone()
    this.#met.set(optimizer, met)
    met.copy_(finite)
    perCall(() => {
      this.#pending.set(optimizer, { finite: met, takeBack: optimizer.remember() })
      return 0
    })
    optimizer.stepWhere(finite)
  }

  /** Looks what became of the steps of compiled steps, once update() was called after them. */
  #settle(): void {
    if (!this.#updating) return
    const pending = [...this.#pending.values()]
    this.#pending.clear()
    this.#updating = false
    const look = (): boolean[] => pending.map(({ finite }) => finite.item() === 1)
    // A trace that has begun takes no part: it is about what was before.
    const good = hooks.tracing === undefined ? look() : hooks.tracing.aside(look)
    pending.forEach(({ takeBack }, i) => {
      if (!good[i]) takeBack()
    })
    this.#move(good.every(Boolean))
  }

  /** Moves the scale by what the steps since the last call met; or sets it. Call it once, after all optimizers' steps. */
  update(newScale?: number): void {
    if (!this.enabled) return
    if (newScale !== undefined) {
      need('newScale', newScale, newScale > 0 && Number.isFinite(newScale))
      this.#settle()
      this.#scale = Math.fround(newScale)
    } else {
      if (hooks.tracing !== undefined) {
        perCall(() => {
          this.#updating = true
          return 0
        })
      } else if (this.#pending.size > 0) {
        this.#updating = true
        this.#settle()
      } else if (this.#progress.size === 0) {
        throw disorder('update: no step was made since the last one.', 'Call step() before.')
      } else this.#move([...this.#progress.values()].every(({ finite }) => finite.item() === 1))
    }
    this.#progress.clear()
  }

  #move(good: boolean): void {
    if (good) this.#grow()
    else this.#fallBack()
  }

  #grow(): void {
    this.#good++
    if (this.#good < this.#growthInterval) return
    const larger = Math.fround(this.#scale * this.#growthFactor)
    if (Number.isFinite(larger)) this.#scale = larger
    this.#good = 0
  }

  #fallBack(): void {
    this.#scale = Math.fround(this.#scale * this.#backoffFactor)
    this.#good = 0
  }

  /** Divides all gradients by the scale. Returns whether they are finite. */
  #unscaled({ paramGroups }: Optimizer): Tensor {
    const parameters = paramGroups.flatMap(({ params }) => params).filter(({ grad }) => grad !== null)
    if (parameters.length === 0)
      throw disorder('no parameter of this optimizer has a gradient.', 'Call backward() before.')
    const low = parameters.find(({ grad }) => grad?.dtype === 'float16')
    if (low !== undefined) {
      throw new OptimError(
        'BAD_PARAMETER',
        'GradScaler: a gradient is float16, where small numbers are lost already.',
        {
          next: 'Keep the parameters in float32 and compute inside of autocast({ dtype: "float16" }, ...).',
        },
      )
    }
    const inverse = perCall(() => Math.fround(1 / this.#scale))
    return noGrad(() =>
      parameters
        .map(parameter => {
          const gradient = (parameter.grad as Tensor).mul(inverse)
          parameter.grad = gradient
          return all(isfinite(gradient))
        })
        .reduce((a, b) => a.logicalAnd(b)),
    )
  }

  /** Scale, options and the count of good steps, as plain data; JSON keeps it. */
  stateDict(): GradScalerState {
    this.#settle()
    return {
      scale: this.#scale,
      growthFactor: this.#growthFactor,
      backoffFactor: this.#backoffFactor,
      growthInterval: this.#growthInterval,
      growthTracker: this.#good,
    }
  }

  /** Goes on where another scaler was. Throws STATE_DICT for what is no state. */
  loadStateDict(state: GradScalerState): void {
    const { scale, growthFactor, backoffFactor, growthInterval, growthTracker } = state
    if (![scale, growthFactor, backoffFactor, growthInterval, growthTracker].every(Number.isFinite)) {
      throw new OptimError('STATE_DICT', 'GradScaler: this is not the state of a scaler.', {
        next: 'Give what stateDict() returned.',
      })
    }
    this.#scale = scale
    this.#growthFactor = growthFactor
    this.#backoffFactor = backoffFactor
    this.#growthInterval = growthInterval
    this.#good = growthTracker
    this.#pending.clear()
    this.#updating = false
    this.#progress.clear()
  }
}

function need(name: string, value: unknown, holds: boolean): void {
  if (holds) return
  throw new OptimError('BAD_OPTION', `GradScaler: ${name} = ${String(value)} is out of range.`, {
    next: 'The docstring says which values it takes.',
  })
}

function disorder(what: string, next: string): OptimError {
  return new OptimError('SCALER', `GradScaler: ${what}`, {
    next: `${next} The order is: scale(loss).backward(), unscale_ to clip, step, update, zeroGrad.`,
  })
}

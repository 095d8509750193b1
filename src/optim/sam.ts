// Sharpness-aware minimisation: a step from the worst point nearby.
import { enableGrad, noGrad } from '../autograd/index.js'
import { stack } from '../tensor/join.js'
import { norm } from '../tensor/ops/reduce.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { OptimError } from './errors.js'
import type { Optimizer, OptimizerState } from './optimizer.js'
import { needOptimizer } from './schedulers/scheduler.js'

export interface SAMOptions {
  /** How far away the worst point is looked for. 0.05. */
  readonly rho?: number | undefined
  /** Distances in proportion to the size of each weight (Kwon et al. 2021). False. */
  readonly adaptive?: boolean | undefined
}

const SAM_OPTIONS = optionNames<SAMOptions>()('rho adaptive')

/**
 * Sharpness-aware minimisation (Foret et al. 2021, algorithm 1) around another optimizer: e = rho g / |g| leads uphill to the worst point
 * nearby; the gradient there makes the step from here. Each step computes the loss twice.
 *
 * `adaptive` takes e = rho p^2 g / |p g|. Throws BAD_OPTION for a negative rho or where step() gets no closure.
 *
 * @example
 * const w = tensor([2], { requiresGrad: true })
 * const optimizer = new optim.SAM(new optim.SGD([w], { lr: 0.1 }), { rho: 0.5 })
 * optimizer.step(() => {
 *   optimizer.zeroGrad()
 *   const loss = w.square().sum()
 *   loss.backward()
 *   return loss
 * })
 * w // tensor([1.5000], requiresGrad=true)
 * @torch none
 */
export class SAM {
  /** What makes the steps. */
  readonly base: Optimizer
  readonly rho: number
  readonly adaptive: boolean

  constructor(base: Optimizer, options: SAMOptions = {}) {
    const { rho = 0.05, adaptive = false } = known('SAM', options, SAM_OPTIONS)
    if (!(rho >= 0))
      throw new OptimError('BAD_OPTION', `SAM: rho = ${rho} is out of range.`, { next: 'Take a number from 0.' })
    needOptimizer('SAM', base)
    this.base = base
    this.rho = rho
    this.adaptive = adaptive
  }

  get paramGroups(): Optimizer['paramGroups'] {
    return this.base.paramGroups
  }

  /** One step. The closure forgets the gradients, computes the loss and calls backward; it runs twice. Returns the loss of the first time. */
  step<T>(closure: () => T): T {
    if (typeof closure !== 'function') {
      throw new OptimError('BAD_OPTION', 'SAM: step needs a function that computes the loss and calls backward.', {
        next: 'Write optimizer.step(() => { optimizer.zeroGrad(); loss = ...; loss.backward(); return loss }).',
      })
    }
    const loss = enableGrad(closure)
    const moved = noGrad(() => this.#climb())
    try {
      enableGrad(closure)
    } finally {
      noGrad(() => {
        for (const [parameter, before] of moved) parameter.copy_(before)
      })
    }
    this.base.step()
    return loss
  }

  zeroGrad(): void {
    this.base.zeroGrad()
  }

  stateDict(): OptimizerState {
    return this.base.stateDict()
  }

  loadStateDict(state: OptimizerState): void {
    this.base.loadStateDict(state)
  }

  /** Goes to the worst point nearby; returns where each parameter was. */
  #climb(): [Tensor, Tensor][] {
    const parameters = this.paramGroups.flatMap(({ params }) => params).filter(({ grad }) => grad !== null)
    if (parameters.length === 0) return []
    const slopes = parameters.map(p => (this.adaptive ? p.abs().mul(p.grad as Tensor) : (p.grad as Tensor)))
    const scale = norm(stack(slopes.map(slope => norm(slope).to('float64'))))
      .add(1e-12)
      .reciprocal()
      .mul(this.rho)
    return parameters.map((p, i) => {
      const before = p.clone()
      const slope = slopes[i] as Tensor
      p.add_((this.adaptive ? slope.mul(p.abs()) : slope).mul(scale.to(p.dtype)))
      return [p, before]
    })
  }
}

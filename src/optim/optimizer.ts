// What all optimizers share: groups of parameters with options of their own, a state for each parameter, the step.
import { enableGrad, noGrad } from '../autograd/index.js'
import { isModule } from '../nn/walk.js'
import { atomic } from '../tensor/atomic.js'
import { shapeText } from '../tensor/errors.js'
import { hooks } from '../tensor/graph.js'
import { branch, perCall } from '../tensor/live.js'
import { where } from '../tensor/ops/choose.js'
import { fullLike } from '../tensor/ops/like.js'
import { known } from '../tensor/options.js'
import { sameShape } from '../tensor/shape.js'
import { isTensor, type Tensor } from '../tensor/tensor.js'
import { OptimError } from './errors.js'

/** What every optimizer knows of a group. */
export interface GroupOptions {
  /** Learning rate: the length of a step. */
  lr: number
}

/** Parameters that are updated alike, with their options; `lr` and the others may be changed at any time. */
export type ParamGroup<O> = O & { params: Tensor[] }

/** Parameters, or groups of them with options that differ from the optimizer's: `[{ params, lr: 1e-4 }, { params: others }]`. */
export type OptimizerParams<O> = Iterable<Tensor> | Iterable<{ params: Iterable<Tensor> } & Partial<O>>

/** What an optimizer remembers of one parameter: tensors and numbers by name. */
export type ParamState = Record<string, Tensor | number>

/** An optimizer as plain data, as PyTorch has it: parameters are numbers, counted through all groups. */
export interface OptimizerState {
  readonly state: Record<number, ParamState>
  readonly paramGroups: readonly ({ params: number[] } & object)[]
}

/**
 * The base of all optimizers. A subclass says in `update` how one parameter moves; it runs without recording, so it writes in
 * place.
 *
 * @example
 * class SignDescent extends optim.Optimizer<{ lr: number }> {
 *   constructor(params: Iterable<Tensor>, options: { lr?: number } = {}) {
 *     super(params, { lr: 0.01 }, options)
 *   }
 *   protected override update(p: Tensor, g: Tensor, group: { lr: number }): void {
 *     p.sub_(g.sign().mul(group.lr))
 *   }
 * }
 * @torch torch.optim.Optimizer
 */
export abstract class Optimizer<O extends GroupOptions = GroupOptions> {
  readonly paramGroups: ParamGroup<O>[] = []
  /** What is remembered of each parameter, from its first step on. */
  readonly state = new Map<Tensor, ParamState>()
  /** Options of groups that do not say otherwise. */
  readonly defaults: O
  /** The class's own. */
  readonly #usual: O

  /** `options` are those of the user, which stand before the defaults. Throws BAD_OPTION for one that has no default, since there is none of its name. */
  constructor(params: OptimizerParams<O>, defaults: O, options: Partial<O> = {}) {
    this.#usual = defaults
    this.defaults = { ...defaults, ...given(known<Partial<O>>(this.constructor.name, options, defaults as never)) }
    for (const group of groupsOf<O>(this.constructor.name, params)) this.addParamGroup(group)
  }

  /** Moves one parameter by its gradient. `state` is the parameter's own, empty before its first step. */
  protected abstract update(parameter: Tensor, gradient: Tensor, group: ParamGroup<O>, state: ParamState): void

  /** Throws BAD_OPTION where the options of a group are out of range. */
  protected check({ lr }: ParamGroup<O>): void {
    this.need('lr', lr, lr >= 0)
  }

  /** Throws BAD_OPTION unless `holds`. */
  protected need(name: string, value: unknown, holds: boolean): void {
    if (holds) return
    throw new OptimError('BAD_OPTION', `${this.constructor.name}: ${name} = ${String(value)} is out of range.`, {
      next: 'The docstring says which values it takes.',
    })
  }

  /**
   * Updates every parameter that has a gradient. With a closure, which computes the loss anew and calls backward, runs that first
   * and returns what it returns.
   */
  step(): undefined
  step<T>(closure: () => T): T
  step<T>(closure?: () => T): T | undefined {
    const loss = closure === undefined ? undefined : enableGrad(closure)
    atomic(() => noGrad(() => this.updateAll()))
    return loss
  }

  /**
   * A step where `condition`, a bool of zero dimensions, is true; where it is not, parameters and the tensors of their states keep what they had.
   * Nothing is read on the host, so that a compiled step can hold it. Counts go on: see `remember`.
   */
  stepWhere(condition: Tensor): void {
    atomic(() =>
      noGrad(() => {
        const before = this.#written().map(x => ({ x, old: x.clone() }))
        this.updateAll()
        for (const { x, old } of before) x.copy_(where(condition, x, old))
      }),
    )
  }

  /** Returns what takes back a `stepWhere` that was none: puts the counts of all states back, and forgets states that have begun since. */
  remember(): () => void {
    const remembered = new Map(Array.from(this.state, ([parameter, state]) => [parameter, { ...state }]))
    return () => {
      for (const [parameter, state] of this.state) {
        const old = remembered.get(parameter)
        if (old === undefined) this.state.delete(parameter)
        for (const [name, value] of Object.entries(state)) {
          if (old === undefined || !(name in old)) delete state[name]
          else if (!isTensor(value)) state[name] = old[name] as number
        }
      }
    }
  }

  /** What a step changes: parameters with gradients, and the tensors of their states. */
  #written(): Tensor[] {
    return this.paramGroups
      .flatMap(({ params }) => params)
      .filter(({ grad }) => grad !== null)
      .flatMap(parameter => [parameter, ...Object.values(this.state.get(parameter) ?? {}).filter(isTensor)])
  }

  /** One update of all parameters. */
  protected updateAll(): void {
    for (const group of this.paramGroups) {
      for (const parameter of group.params) {
        const { grad } = parameter
        if (grad !== null) this.update(parameter, grad, group, this.stateFor(parameter))
      }
    }
  }

  /** The state of a parameter, made at its first use. */
  protected stateFor(parameter: Tensor): ParamState {
    hooks.tracing?.guard(() => this.state.get(parameter))
    let state = this.state.get(parameter)
    if (state === undefined) {
      state = {}
      this.state.set(parameter, state)
    }
    return state
  }

  /** Forgets the gradients of all parameters: before each backward, since gradients add up. */
  zeroGrad(): void {
    for (const { params } of this.paramGroups) for (const parameter of params) parameter.grad = null
  }

  /** Adds parameters with options of their own: layers that are thawed later. Throws NO_PARAMETERS, BAD_PARAMETER, BAD_OPTION. */
  addParamGroup(group: { params: Iterable<Tensor> } & Partial<O>): void {
    known<object>(this.constructor.name, group, { ...this.defaults, ...OF_GROUPS })
    const taken = new Set(this.paramGroups.flatMap(({ params }) => params))
    const params = parametersOf(this.constructor.name, group.params) as Tensor[]
    for (const parameter of params) {
      needParameter(this.constructor.name, parameter, taken)
      taken.add(parameter)
    }
    const whole = { ...this.defaults, ...given(group), params }
    this.#checkKinds(whole)
    this.check(whole)
    this.paramGroups.push(whole)
  }

  /** Numbers must be numbers: of '0.1' JavaScript would make one here and not there. */
  #checkKinds(group: ParamGroup<O>): void {
    for (const [name, usual] of Object.entries(this.#usual)) {
      const value = group[name as keyof O]
      if (typeof usual === 'number') this.need(name, text(value), typeof value === 'number')
      if (Array.isArray(usual)) this.need(name, text(value), Array.isArray(value) && value.length === usual.length)
    }
  }

  /** Options and states as plain data; tensors are shared with the optimizer. */
  stateDict(): OptimizerState {
    const numbers = this.#numbers()
    return {
      state: Object.fromEntries([...this.state].map(([parameter, state]) => [numbers.get(parameter), { ...state }])),
      paramGroups: this.paramGroups.map(group => ({
        ...group,
        params: group.params.map(parameter => numbers.get(parameter) as number),
      })),
    }
  }

  /**
   * Takes options and states from a dict; its tensors are copied. PyTorch's spelling (`param_groups`, `exp_avg`) is taken, too. Throws
   * STATE_DICT where groups or shapes do not fit, and changes nothing then.
   */
  loadStateDict(dict: OptimizerState | TorchOptimizerState): void {
    const { state, paramGroups } = inOurNames(dict)
    const sizes = (groups: readonly { params: readonly unknown[] }[]) =>
      groups.map(({ params }) => params.length).join(', ')
    if (sizes(paramGroups) !== sizes(this.paramGroups)) {
      throw new OptimError(
        'STATE_DICT',
        `${this.constructor.name}: expected groups of ${sizes(this.paramGroups)} parameters, got ${sizes(paramGroups)}.`,
        { next: 'Give the optimizer the parameters that it had when its state was saved.' },
      )
    }
    const own = this.paramGroups.flatMap(({ params }) => params)
    const saved = paramGroups.flatMap(({ params }) => params).map(number => state[number])
    for (const [i, found] of saved.entries()) needShapes(this.constructor.name, i, own[i] as Tensor, found)
    this.state.clear()
    for (const [i, parameter] of own.entries()) {
      const found = saved[i]
      if (found !== undefined) this.state.set(parameter, copied(found))
    }
    for (const [i, { params: _, ...options }] of paramGroups.entries())
      Object.assign(this.paramGroups[i] as ParamGroup<O>, options)
  }

  #numbers(): Map<Tensor, number> {
    return new Map(this.paramGroups.flatMap(({ params }) => params).map((parameter, i) => [parameter, i]))
  }

  toString(): string {
    const groups = this.paramGroups.map(({ params, ...options }, i) => {
      const shown = Object.entries(options).map(([name, value]) => `${name}=${String(value)}`)
      return `  group ${i}: ${params.length} parameters, ${shown.join(', ')}`
    })
    return [`${this.constructor.name}(`, ...groups, ')'].join('\n')
  }
}

Object.defineProperty(Optimizer.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: Optimizer): string {
    return this.toString()
  },
})

/** What a group may have besides the options of its optimizer: a name of one's own, and what schedules write into it. */
const OF_GROUPS = { params: true, name: true, initialLr: true }

/** Without what is undefined, so that a default stands there. */
function given<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T
}

/** A running tensor of a parameter's state, zeros at first, or another number: `running(state, 'momentumBuffer', p)`. */
export function running(state: ParamState, name: string, parameter: Tensor, start = 0): Tensor {
  const known = remembered(state, name)
  if (known !== undefined) return known
  const fresh = fullLike(parameter, start)
  state[name] = fresh
  return fresh
}

/** A tensor of a parameter's state, where it is there: a compiled step is made anew for another one, as loadStateDict puts there. */
export function remembered(state: ParamState, name: string): Tensor | undefined {
  hooks.tracing?.guard(() => state[name])
  return state[name] as Tensor | undefined
}

/** The gradient with that of the penalty weightDecay/2 |p|^2. */
export function withL2(gradient: Tensor, parameter: Tensor, group: { readonly weightDecay: number }): Tensor {
  if (branch(() => group.weightDecay === 0)) return gradient
  return gradient.add(parameter.mul(perCall(() => group.weightDecay)))
}

/** Weight decay beside the step: p shrinks by lr weightDecay p. */
export function decay(parameter: Tensor, group: { readonly lr: number; readonly weightDecay: number }): void {
  if (branch(() => group.weightDecay !== 0)) parameter.mul_(perCall(() => 1 - group.lr * group.weightDecay))
}

/** Counts a parameter's steps: 1 at the first. */
export function nextStep(state: ParamState): void {
  perCall(() => {
    state.step = step(state) + 1
    return state.step
  })
}

/** The number of a parameter's step. */
export function step(state: ParamState): number {
  return (state.step as number | undefined) ?? 0
}

/** What `torch.optim.Optimizer.state_dict()` has. */
export interface TorchOptimizerState {
  readonly state: Readonly<Record<number, ParamState>>
  readonly param_groups: readonly ({ params: number[] } & object)[]
}

function inOurNames(dict: OptimizerState | TorchOptimizerState): OptimizerState {
  if (typeof dict !== 'object' || dict === null || !('state' in dict)) {
    throw new OptimError('STATE_DICT', `loadStateDict: expected the state of an optimizer, got ${text(dict)}.`, {
      next: 'Give what stateDict() returned.',
    })
  }
  const groups = 'paramGroups' in dict ? dict.paramGroups : dict.param_groups
  return {
    state: Object.fromEntries(Object.entries(dict.state).map(([number, state]) => [number, inCamelCase(state)])),
    paramGroups: groups.map(group => inCamelCase(group)),
  }
}

function inCamelCase<T extends object>(object: T): T {
  const camel = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return Object.fromEntries(
    // PyTorch counts steps in a tensor.
    Object.entries(object).map(([name, value]) => [
      camel(name),
      name === 'step' && isTensor(value) ? value.item() : value,
    ]),
  ) as T
}

/** A state tensor has the shape of its parameter, or is one number. */
function needShapes(name: string, i: number, parameter: Tensor, state: ParamState | undefined): void {
  for (const [key, value] of Object.entries(state ?? {})) {
    if (!isTensor(value) || value.size === 1 || sameShape(value.shape, parameter.shape)) continue
    throw new OptimError(
      'STATE_DICT',
      `${name}: '${key}' of parameter ${i} has shape ${shapeText(value.shape)}, the parameter ${shapeText(parameter.shape)}.`,
      { next: 'Give the optimizer the parameters that it had when its state was saved, in the same order.' },
    )
  }
}

function copied(state: ParamState): ParamState {
  return Object.fromEntries(
    Object.entries(state).map(([name, value]) => [name, isTensor(value) ? value.detach().clone() : value]),
  )
}

function groupsOf<O>(name: string, params: OptimizerParams<O>): ({ params: Iterable<Tensor> } & Partial<O>)[] {
  const items = parametersOf(name, params)
  if (items.length === 0) {
    throw new OptimError('NO_PARAMETERS', `${name}: there are no parameters.`, {
      next: 'Give model.parameters(); a model of plain tensors has none: wrap them in nn.Parameter.',
    })
  }
  const grouped = items.filter(item => typeof item === 'object' && item !== null && 'params' in item)
  return grouped.length > 0
    ? (grouped as ({ params: Iterable<Tensor> } & Partial<O>)[])
    : [{ params: items } as unknown as { params: Iterable<Tensor> } & Partial<O>]
}

/** A list of what is given as parameters; one tensor counts as a list of one. Throws BAD_PARAMETER for a module and for what is no list. */
export function parametersOf(name: string, params: unknown): unknown[] {
  if (isTensor(params)) return [params]
  const { [Symbol.iterator]: iterator } = Object(params) as Partial<Iterable<unknown>>
  if (typeof iterator === 'function' && typeof params !== 'string' && !isModule(params))
    return [...(params as Iterable<unknown>)]
  throw new OptimError(
    'BAD_PARAMETER',
    `${name}: expected parameters, got ${isModule(params) ? 'a module' : text(params)}.`,
    {
      next: 'Give model.parameters().',
    },
  )
}

function text(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (typeof value === 'function') return 'a function'
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value)
}

function needParameter(name: string, parameter: unknown, known: ReadonlySet<Tensor>): asserts parameter is Tensor {
  const problem = !isTensor(parameter)
    ? ['is no tensor', 'Give model.parameters(), or a list of tensors.']
    : !parameter.isLeaf
      ? ['is the result of an operation', 'Only leaves can be optimised: give the tensor that it was made of.']
      : known.has(parameter)
        ? ['is given twice', 'Each parameter belongs to one group.']
        : undefined
  if (problem === undefined) return
  throw new OptimError('BAD_PARAMETER', `${name}: parameter ${known.size} ${problem[0]}.`, {
    next: problem[1] as string,
  })
}

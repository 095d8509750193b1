// Whether operations are recorded: modes that hold for a scope, and are put back when the cell of a notebook ends.
import { TensorError } from '../tensor/errors.js'
import { hooks } from '../tensor/graph.js'
import { type State, state } from '../tensor/state.js'
import { dismissKeeper, setWanted } from './node.js'

type Modes = Pick<State, 'grad' | 'anomaly' | 'autocast'>

/** Scopes that are open. */
let depth = 0

/** Runs `f` with a mode set. */
export function scoped<T, M extends keyof Modes>(operation: string, mode: M, value: Modes[M], f: () => T): T {
  needFunction(operation, f)
  const modes: Modes = state
  const before = modes[mode]
  const outer = depth
  modes[mode] = value
  depth = outer + 1
  try {
    const result = f()
    if (isPromise(result)) throw asynchronous(operation)
    return result
  } finally {
    modes[mode] = before
    depth = outer
  }
}

/** Sets a mode until it is set again; within a scope, until the scope ends. */
export function choose(mode: 'grad' | 'anomaly', on: boolean): void {
  state[mode] = on
  if (depth === 0) state.chosen[mode] = on
}

/** Throws BAD_VALUE where a function was not given but called: noGrad(x.mul(2)) for noGrad(() => x.mul(2)). */
export function needFunction(operation: string, f: unknown): void {
  if (typeof f === 'function') return
  throw new TensorError('BAD_VALUE', `${operation}: takes a function.`, { next: `Write ${operation}(() => ...).` })
}

function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

function asynchronous(operation: string): TensorError {
  return new TensorError(
    'BAD_VALUE',
    `${operation}: the function returned a promise; the mode would leak into what runs meanwhile.`,
    {
      next: `Await first, then call ${operation}(() => ...) around the synchronous part.`,
    },
  )
}

/**
 * Runs `f` without recording: results carry no gradient, and leaves may be written to in place. Returns what f returns.
 * `f` is synchronous: a promise throws BAD_VALUE.
 *
 * @example
 * noGrad(() => w.sub_(w.grad!.mul(lr)))
 * @torch torch.no_grad
 */
export function noGrad<T>(f: () => T): T {
  return scoped('noGrad', 'grad', false, f)
}

/**
 * Runs `f` with recording, also inside of noGrad. Returns what f returns.
 *
 * @example
 * const w = tensor([2], { requiresGrad: true })
 * noGrad(() => enableGrad(() => w.mul(3)).requiresGrad) // true
 * @torch torch.enable_grad
 */
export function enableGrad<T>(f: () => T): T {
  return scoped('enableGrad', 'grad', true, f)
}

/**
 * Whether operations are being recorded.
 *
 * @example
 * noGrad(() => isGradEnabled()) // false
 * @torch torch.is_grad_enabled
 */
export function isGradEnabled(): boolean {
  return state.grad
}

/**
 * Switches recording on or off until it is switched again; scopes (noGrad) are easier to get right.
 *
 * @example
 * setGradEnabled(true)
 * isGradEnabled() // true
 * @torch torch.set_grad_enabled
 */
export function setGradEnabled(on: boolean): void {
  choose('grad', on)
}

/**
 * Puts modes back to what the user chose: for a host that ends a cell by an interrupt, which unwinds without `finally`, out
 * of scopes and out of backward, which switches recording off for itself.
 */
export function resetModes(): void {
  depth = 0
  state.grad = state.chosen.grad
  state.anomaly = state.chosen.anomaly
  state.autocast = state.chosen.autocast
  hooks.forward = false
  hooks.passing = false
  hooks.passes = 0
  hooks.fresh = []
  hooks.tracing?.abandon()
  setWanted(undefined)
  dismissKeeper()
}

interface Host {
  onCellEnd?(callback: () => void, options: { every: boolean }): void
}

const host = (globalThis as { [key: symbol]: Host | undefined })[Symbol.for('gradlab.host')]
host?.onCellEnd?.(resetModes, { every: true })

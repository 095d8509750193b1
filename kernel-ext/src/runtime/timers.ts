// Timers that know the cell which set them: their output appears under it, and an interrupt can clear them.
import { clearImmediate, clearTimeout } from 'node:timers'
import { promisify } from 'node:util'

export interface TimerOwner {
  readonly timers: Set<NodeJS.Timeout | NodeJS.Immediate>
}

type Callback = (...args: unknown[]) => void

/** Wraps the global timers; `current` tells who sets one, `inNameOf` runs its callback. */
export function installTimers<T extends TimerOwner>(
  current: () => T | undefined,
  inNameOf: (owner: T, work: () => void) => void,
): void {
  const owners = new WeakMap<object, TimerOwner>()
  const forget = (timer: unknown): void => {
    if (typeof timer === 'object' && timer !== null) owners.get(timer)?.timers.delete(timer as NodeJS.Timeout)
  }
  const wrap = <Timer extends NodeJS.Timeout | NodeJS.Immediate>(
    once: boolean,
    callback: Callback,
    start: (wrapped: Callback) => Timer,
  ): Timer => {
    const owner = current()
    if (owner === undefined || typeof callback !== 'function') return start(callback)
    const timer = start((...args) => {
      if (once) forget(timer)
      inNameOf(owner, () => callback(...args))
    })
    owner.timers.add(timer)
    owners.set(timer, owner)
    return timer
  }
  const { setTimeout, setInterval, setImmediate, clearInterval } = globalThis
  const replace = (name: string, value: object, original: object): void => {
    const custom = Object.getOwnPropertyDescriptor(original, promisify.custom)
    if (custom !== undefined) Object.defineProperty(value, promisify.custom, custom)
    Object.defineProperty(value, 'name', { value: name })
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: true })
  }
  replace(
    'setTimeout',
    (callback: Callback, ms?: number, ...args: unknown[]) => wrap(true, callback, run => setTimeout(run, ms, ...args)),
    setTimeout,
  )
  replace(
    'setInterval',
    (callback: Callback, ms?: number, ...args: unknown[]) =>
      wrap(false, callback, run => setInterval(run, ms, ...args)),
    setInterval,
  )
  replace(
    'setImmediate',
    (callback: Callback, ...args: unknown[]) => wrap(true, callback, run => setImmediate(run, ...args)),
    setImmediate,
  )
  const clearing = { clearTimeout, clearInterval, clearImmediate }
  for (const [name, original] of Object.entries(clearing)) {
    const clear = (timer: unknown): void => {
      forget(timer)
      original(timer as never)
    }
    replace(name, clear, original)
  }
}

export function clearTimers(owner: TimerOwner): void {
  for (const timer of owner.timers) {
    // Each ignores what is not its own.
    clearTimeout(timer as NodeJS.Timeout)
    clearImmediate(timer as NodeJS.Immediate)
  }
  owner.timers.clear()
}

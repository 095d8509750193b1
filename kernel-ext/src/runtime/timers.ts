// Timers that know the cell which set them: their output appears under it, and an interrupt can clear them.
import { promisify } from 'node:util'

export interface TimerOwner {
  readonly timers: Set<NodeJS.Timeout | NodeJS.Immediate>
}

type Callback = (...args: unknown[]) => void

/** Wraps the global timers; `current` tells who sets one, `speak` is called before its callback runs. */
export function installTimers(current: () => TimerOwner | undefined, speak: (owner: TimerOwner) => void): void {
  const wrap = <T extends NodeJS.Timeout | NodeJS.Immediate>(
    once: boolean,
    callback: Callback,
    start: (wrapped: Callback) => T,
  ): T => {
    const owner = current()
    if (owner === undefined || typeof callback !== 'function') return start(callback)
    const timer = start((...args) => {
      if (once) owner.timers.delete(timer)
      speak(owner)
      callback(...args)
    })
    owner.timers.add(timer)
    return timer
  }
  const { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate } = globalThis
  const forget = (timer: unknown): void => {
    if (typeof timer === 'object' && timer !== null) current()?.timers.delete(timer as NodeJS.Timeout)
  }
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

// Async hooks and V8's terminateExecution do not go together: Node aborts when it finds the stack of async ids that a
// hooked promise or timer has left behind. So what switches hooks on is known here, and is put aside for the moment of
// a termination.
import { AsyncLocalStorage, createHook } from 'node:async_hooks'
import { type SharedWords, Word } from './shared.js'

/** From Node 24 on an AsyncLocalStorage does without hooks. */
const STORAGE_HOOKS = Number(process.versions.node.split('.')[0]) < 24

/** The function that the relay calls in this thread, in the middle of whatever runs, before it terminates that. */
export const SUSPEND_HOOKS = 'gradlab.suspendHooks'

/** An AsyncLocalStorage or an AsyncHook. */
interface Switchable {
  disable(): unknown
  enable?(): unknown
  /** Of an AsyncLocalStorage, which has no public name for it. */
  _enable?(): unknown
}

type Method = (this: Switchable, ...args: unknown[]) => unknown

export class AsyncHooks {
  readonly #words: SharedWords
  readonly #active = new Set<Switchable>()
  readonly #clearStack = findClearStack()
  #suspended: Switchable[] = []

  constructor(words: SharedWords) {
    this.#words = words
    const hook = Object.getPrototypeOf(createHook({})) as Record<string, Method>
    const storage = AsyncLocalStorage.prototype as unknown as Record<string, Method>
    this.#watch(hook, ['enable'], owner => this.#active.add(owner))
    this.#watch(hook, ['disable'], owner => this.#active.delete(owner))
    if (STORAGE_HOOKS) {
      this.#watch(storage, ['run', 'enterWith'], owner => this.#active.add(owner))
      this.#watch(storage, ['disable'], owner => this.#active.delete(owner))
    }
    const clearStack = this.#clearStack
    if (clearStack === undefined) return
    Object.defineProperty(globalThis, Symbol.for(SUSPEND_HOOKS), {
      value: () => {
        this.#suspend()
        clearStack()
      },
      configurable: true,
    })
  }

  /** What was put aside for a termination is switched on again, with a stack of ids as at the bottom of a callback. */
  resume(): void {
    if (this.#suspended.length > 0) this.#clearStack?.()
    for (const hooked of this.#suspended.splice(0)) (hooked._enable ?? hooked.enable)?.call(hooked)
  }

  #suspend(): void {
    const active = [...this.#active]
    for (const hooked of active) hooked.disable()
    this.#suspended = [...new Set([...this.#suspended, ...active])]
  }

  #watch(owner: Record<string, Method>, names: readonly string[], called: (owner: Switchable) => void): void {
    const changed = (): void => {
      const count = this.#active.size + this.#suspended.length
      // Where they cannot be put aside the relay has to end the process.
      Atomics.store(this.#words, Word.asyncHooks, this.#clearStack === undefined ? -count : count)
    }
    for (const name of names) {
      const original = owner[name]
      if (original === undefined) continue
      const watched: Method = function (...args) {
        called(this)
        changed()
        return original.apply(this, args)
      }
      Object.defineProperty(owner, name, { value: watched, writable: true, configurable: true })
    }
  }
}

/** Node's own way to recover from an uncaught exception; undefined where Node no longer tells it. */
function findClearStack(): (() => void) | undefined {
  try {
    const { binding } = process as unknown as { binding(name: string): { clearAsyncIdStack?: () => void } }
    return binding('async_wrap').clearAsyncIdStack
  } catch {
    return undefined
  }
}

// Who goes first at the language server: the check of a cell that is to run. What is asked about cells that are still
// being written stands back for it, and is asked again afterwards.

export class Precedence {
  #urgent = 0
  /** Called when no urgent work is left. */
  readonly #waiting: (() => void)[] = []
  #interruptible: AbortController | undefined

  /** Work that nothing may delay. */
  async first<T>(work: () => Promise<T>): Promise<T> {
    this.#urgent++
    this.#interruptible?.abort(STOOD_BACK)
    try {
      return await work()
    } finally {
      this.#urgent--
      if (this.#urgent === 0) for (const go of this.#waiting.splice(0)) go()
    }
  }

  /** Work that is broken off for urgent work, and begun again. `signal` ends it for good. */
  async last<T>(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    for (;;) {
      while (this.#urgent > 0) await new Promise<void>(resolve => this.#waiting.push(resolve))
      signal.throwIfAborted()
      const attempt = new AbortController()
      const end = (): void => attempt.abort(signal.reason)
      signal.addEventListener('abort', end)
      this.#interruptible = attempt
      try {
        return await work(attempt.signal)
      } catch (error) {
        if (error !== STOOD_BACK) throw error
      } finally {
        signal.removeEventListener('abort', end)
      }
    }
  }
}

const STOOD_BACK = new Error('Urgent work came first.')

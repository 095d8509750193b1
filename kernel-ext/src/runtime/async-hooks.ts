// Tells the relay when promises of this process are hooked: before Node 24, V8 then must not terminate execution.
import { AsyncLocalStorage, createHook } from 'node:async_hooks'
import { type SharedWords, Word } from './shared.js'

export function watchAsyncHooks(words: SharedWords): void {
  const hooked = (): void => {
    Atomics.store(words, Word.asyncHooks, 1)
  }
  for (const [owner, names] of [
    [AsyncLocalStorage.prototype, ['run', 'enterWith']],
    [Object.getPrototypeOf(createHook({})), ['enable']],
  ] as [Record<string, (...args: unknown[]) => unknown>, string[]][]) {
    for (const name of names) {
      const original = owner[name]
      if (original === undefined) continue
      owner[name] = function (this: unknown, ...args) {
        hooked()
        return original.apply(this, args)
      }
    }
  }
}

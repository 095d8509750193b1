// What the process survives: errors that no cell caught, and a Ctrl-C that is meant for the server. And what it says
// before it does not.

export interface Survivors {
  uncaughtException(error: unknown): void
  unhandledRejection(reason: unknown): void
  exit(): void
  /** Sends what has been printed; the process ends next. */
  drain(): void
}

type Listener = (...args: never[]) => unknown

/** Listens for the life of the process, also after `process.removeAllListeners()` of a cell. */
export function guardProcess({ uncaughtException, unhandledRejection, exit, drain }: Survivors): void {
  process.on('uncaughtException', uncaughtException)
  process.on('unhandledRejection', unhandledRejection)
  process.on('exit', exit)
  // Jupyter interrupts by message. A terminal's Ctrl-C goes to all processes of the server's group.
  process.on('SIGINT', () => {})
  keepListeners()
  drainBefore('abort', () => true, drain)
  drainBefore('kill', pid => pid === process.pid, drain)
  // What `process.exit` calls last, after the exit handlers of cells, which print, too.
  drainBefore('reallyExit', () => true, drain)
}

/** The listeners that are there now, Node's own among them, stay: without those signals are no longer heard. */
function keepListeners(): void {
  const kept = new Set(process.eventNames().flatMap(name => process.rawListeners(name)))
  const remove = process.removeListener as (name: string | symbol, listener: Listener) => unknown
  const removeListener = (name: string | symbol, listener: Listener): NodeJS.Process => {
    if (!kept.has(listener)) Reflect.apply(remove, process, [name, listener])
    return process
  }
  const removeAllListeners = (...names: (string | symbol)[]): NodeJS.Process => {
    for (const name of names.length === 0 ? process.eventNames() : names) {
      for (const listener of process.rawListeners(name)) removeListener(name, listener as Listener)
    }
    return process
  }
  replace('removeListener', removeListener)
  replace('off', removeListener)
  replace('removeAllListeners', removeAllListeners)
}

/** None of them runs our exit handler, or runs it last. */
function drainBefore(
  name: 'abort' | 'kill' | 'reallyExit',
  isMeant: (...args: unknown[]) => boolean,
  drain: () => void,
): void {
  const original = Reflect.get(process, name) as (...args: unknown[]) => unknown
  replace(name, (...args: unknown[]) => {
    if (isMeant(...args)) drain()
    return Reflect.apply(original, process, args)
  })
}

function replace(name: string, value: object): void {
  Object.defineProperty(value, 'name', { value: name })
  Object.defineProperty(process, name, { value, configurable: true, writable: true, enumerable: true })
}

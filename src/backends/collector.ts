// Makes JavaScript's collector run, and forget what one job keeps alive, so that a loop that never yields gives memory back.

interface Process {
  getBuiltinModule?(name: string): unknown
}

interface V8 {
  setFlagsFromString(flags: string): void
}

interface Vm {
  createContext(sandbox: object, options: { microtaskMode: 'afterEvaluate' }): object
  runInNewContext(code: string): unknown
  Script: new (code: string) => { runInContext(context: object): unknown }
}

let collector: (() => void) | undefined | null = null

/**
 * A function that collects garbage at once, so that dead WeakRefs can be seen; undefined where the engine has no such thing
 * (a browser): there memory comes back between tasks.
 *
 * A WeakRef holds its target to the end of the job in which it was made or read. Running a script in a context of its own
 * microtask queue ends that, as the end of a job would; then a full collection clears what nothing else holds.
 */
export function findCollector(): (() => void) | undefined {
  if (collector === null) collector = makeCollector()
  return collector
}

function makeCollector(): (() => void) | undefined {
  const { process } = globalThis as { process?: Process }
  const v8 = process?.getBuiltinModule?.('node:v8') as V8 | undefined
  const vm = process?.getBuiltinModule?.('node:vm') as Vm | undefined
  if (v8 === undefined || vm === undefined) return undefined
  v8.setFlagsFromString('--expose-gc')
  const gc = vm.runInNewContext('gc') as (() => void) | undefined
  if (typeof gc !== 'function') return undefined
  const context = vm.createContext({}, { microtaskMode: 'afterEvaluate' })
  const nothing = new vm.Script('0')
  return () => {
    nothing.runInContext(context)
    gc()
  }
}

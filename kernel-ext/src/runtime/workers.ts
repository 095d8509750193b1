// Workers that a cell starts: a worker of a TypeScript file gets the loader that cells have, in its own thread.
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { WorkerOptions } from 'node:worker_threads'
import type { LoaderOptions } from './loader.js'
import { isTypeScript } from './modules.js'

const LOADER = new URL('./worker-loader.js', import.meta.url).href

/** Replaces `Worker` of `node:worker_threads`, for `import` and `require` alike. */
export function installWorkers(options: LoaderOptions): void {
  const threads = createRequire(import.meta.url)('node:worker_threads') as typeof import('node:worker_threads')
  const NodeWorker = threads.Worker
  class Worker extends NodeWorker {
    constructor(file: string | URL, settings: WorkerOptions = {}) {
      super(file, isTypeScriptWorker(file, settings) ? withLoader(settings, options) : settings)
    }
  }
  threads.Worker = Worker
  syncBuiltinESMExports()
}

function isTypeScriptWorker(file: string | URL, { eval: isText }: WorkerOptions): boolean {
  if (isText === true) return false
  return isTypeScript(file instanceof URL ? (file.protocol === 'file:' ? fileURLToPath(file) : '') : String(file))
}

function withLoader(settings: WorkerOptions, options: LoaderOptions): WorkerOptions {
  const { execArgv = process.execArgv } = settings
  const loader = `${LOADER}?${encodeURIComponent(JSON.stringify(options))}`
  return { ...settings, execArgv: [...execArgv.filter(flag => !PROCESS_FLAG.test(flag)), '--import', loader] }
}

/** A worker refuses the flags that concern the whole process. */
const PROCESS_FLAG = /^--(?:expose-gc|no-force-async-hooks-checks|max-|stack-size)/

// Where in the learner's code a call came from: the first line of the stack that is not the library's own.

/** Where this module is; a bundler that writes no ES module leaves import.meta empty. */
const { url } = import.meta as { url?: string }

/** The folder of the library: of its modules, or of the files that they are bundled into. */
const OWN = url?.replace(/(tensor\/call-site|bundle\/[^/]+)\.js$/, '')

const FOLDERS = OWN === undefined ? [] : [OWN, OWN.replace(/^file:\/\//, '')]

/** How far up the caller is mostly, and may be: V8 takes a microsecond for each frame that it writes. */
const [NEAR, DEPTH] = [10, 40]

/** `Cell [3]:2:9` or `train.ts:10:5`; undefined where the stack does not say. */
export function callSite(): string | undefined {
  return siteWithin(NEAR) ?? siteWithin(DEPTH)
}

/** One frame, as V8 gives it to prepareStackTrace. */
interface Frame {
  getFileName(): string | null | undefined
}

type Prepare = (error: Error, frames: readonly Frame[]) => unknown

/**
 * The first frame outside of the library, of the nearest ones. V8 would write all of them out, and that is most of what a site costs: so the
 * others are left out before. Where Node itself maps lines to their sources, only the text that it writes has them.
 */
function siteWithin(depth: number): string | undefined {
  const { process } = globalThis as { process?: { sourceMapsEnabled?: boolean } }
  const errors = Error as unknown as { captureStackTrace?: unknown; prepareStackTrace?: Prepare | undefined }
  if (errors.captureStackTrace === undefined || process?.sourceMapsEnabled === true) return siteIn(stackOf(depth))
  const write = errors.prepareStackTrace
  errors.prepareStackTrace = (error, frames) => {
    for (const frame of frames) {
      const file = frame.getFileName()
      if (file === null || file === undefined || isOwn(file) || file.startsWith('node:internal')) continue
      const site = siteIn(`\n${write === undefined ? `at ${frame}` : String(write(error, [frame]))}`)
      if (site !== undefined) return site
    }
    return undefined
  }
  try {
    const site: unknown = stackOf(depth)
    return typeof site === 'string' && site !== '' ? site : undefined
  } finally {
    errors.prepareStackTrace = write
  }
}

/** The first frame of a stack that lies outside of the library. */
export function siteIn(stack: string): string | undefined {
  for (const line of stack.split('\n').slice(1)) {
    if (isOwn(line) || line.includes('node:internal') || line.includes('(<anonymous>)')) continue
    const place = /\(([^()]+:\d+:\d+)\)\s*$/.exec(line) ?? /at (?:async )?(.+:\d+:\d+)\s*$/.exec(line)
    if (place?.[1] !== undefined) return place[1].replace(/^file:\/\//, '')
  }
  return undefined
}

/** Gives an error a stack without the library's own lines: what it did inside says nothing to the caller. */
export function captureOutside(error: Error): void {
  const { captureStackTrace } = Error as { captureStackTrace?: (target: object) => void }
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } }
  if (captureStackTrace === undefined || process?.env?.GRADLAB_STACK === 'full') return
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = Math.max(limit, DEPTH)
  captureStackTrace(error)
  const { stack } = error
  Error.stackTraceLimit = limit
  if (typeof stack !== 'string') return
  const frames = stack.split('\n').filter(isFrame)
  const outside = frames.filter(line => !isOwn(line)).slice(0, limit)
  const head = stack.slice(0, stack.indexOf(frames[0] ?? '') - 1)
  if (outside.length > 0) error.stack = [head, ...outside].join('\n')
}

const isFrame = (line: string): boolean => /^\s+at /.test(line)

const isOwn = (line: string): boolean => FOLDERS.some(folder => line.includes(folder))

function stackOf(depth: number): string {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = depth
  const { stack = '' } = new Error()
  Error.stackTraceLimit = limit
  return stack
}

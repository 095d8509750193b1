// Where in the learner's code a call came from: the first line of the stack that is not the library's own.

/** The folder of the library: of its modules, or of the files that they are bundled into. */
const OWN = import.meta.url.replace(/(tensor\/call-site|bundle\/[^/]+)\.js$/, '')

/** `Cell [3]:2:9` or `train.ts:10:5`; undefined where the stack does not say. */
export function callSite(): string | undefined {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 30
  const { stack } = new Error()
  Error.stackTraceLimit = limit
  return stack === undefined ? undefined : siteIn(stack)
}

/** The first frame of a stack that lies outside of the library. */
export function siteIn(stack: string): string | undefined {
  const own = [OWN, OWN.replace(/^file:\/\//, '')]
  for (const line of stack.split('\n').slice(1)) {
    if (own.some(folder => line.includes(folder)) || line.includes('node:internal') || line.includes('(<anonymous>)'))
      continue
    const place = /\(([^()]+:\d+:\d+)\)\s*$/.exec(line) ?? /at (?:async )?(.+:\d+:\d+)\s*$/.exec(line)
    if (place?.[1] !== undefined) return place[1].replace(/^file:\/\//, '')
  }
  return undefined
}

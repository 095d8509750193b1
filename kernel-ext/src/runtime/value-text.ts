// A value as text: `util.inspect`, kept short enough and quick enough whatever the value is.
import { inspect, types } from 'node:util'

const OPTIONS = { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 80 } as const
/** Longest text of a value. */
const TEXT_LIMIT = 100_000
/** With more parts than this a value is shown less deep. */
const PARTS_LIMIT = 20_000

/** Never throws: hostile objects are told as such. */
export function toText(value: unknown): string {
  try {
    const text = inspect(value, { ...OPTIONS, depth: depthFor(value) })
    if (text.length <= TEXT_LIMIT) return text
    return `${text.slice(0, TEXT_LIMIT)}\n... ${text.length - TEXT_LIMIT} more characters`
  } catch (error) {
    return `[a value that cannot be shown: ${messageOf(error)}]`
  }
}

function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : 'it throws'
  } catch {
    return 'it throws'
  }
}

function depthFor(value: unknown): number {
  let depth: number = OPTIONS.depth
  while (depth > 0 && countParts(value, depth, PARTS_LIMIT) > PARTS_LIMIT) depth -= 1
  return depth
}

/** How many parts are shown down to a depth; counts no further than the limit. */
function countParts(value: unknown, depth: number, limit: number): number {
  if (typeof value !== 'object' || value === null || types.isProxy(value) || ArrayBuffer.isView(value)) return 1
  let count = 1
  for (const part of partsOf(value)) {
    count += depth === 0 ? 1 : countParts(part, depth - 1, limit - count)
    if (count > limit) break
  }
  return count
}

/** Read without calling getters. */
function* partsOf(value: object): Iterable<unknown> {
  if (types.isMap(value) || types.isSet(value)) {
    let left: number = OPTIONS.maxArrayLength
    const parts = types.isMap(value) ? Map.prototype.values.call(value) : Set.prototype.values.call(value)
    for (const part of parts) {
      yield part
      left -= 1
      if (left === 0) return
    }
    return
  }
  if (Array.isArray(value)) {
    for (let i = 0; i < Math.min(value.length, OPTIONS.maxArrayLength); i += 1) yield dataOf(value, i)
    return
  }
  for (const key in value) if (Object.hasOwn(value, key)) yield dataOf(value, key)
}

function dataOf(value: object, key: PropertyKey): unknown {
  return Object.getOwnPropertyDescriptor(value, key)?.value
}

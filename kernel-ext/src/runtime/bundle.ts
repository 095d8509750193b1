// MIME bundles as they go to clients: texts, and data that JSON can hold.
import { KernelError } from '../errors.js'
import type { MimeBundle } from './link.js'

export function isBundle(value: unknown): value is MimeBundle {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).every(key => key.includes('/'))
  )
}

/** The bundle with nothing in it that cannot be sent; throws where that cannot be had. */
export function checkedBundle(bundle: MimeBundle): MimeBundle {
  const checked: MimeBundle = {}
  for (const [type, data] of Object.entries(bundle)) {
    // As in a notebook file, where a text may be a list of its lines.
    const isLines = Array.isArray(data) && data.every(line => typeof line === 'string')
    if (typeof data === 'string') checked[type] = data
    else if (/[/+]json$/.test(type)) checked[type] = toJson(data, type)
    else if (isLines) checked[type] = data.join('')
    else throw new KernelError('DISPLAY_BUNDLE', `${type}: expected a text, got ${kindOf(data)}.`)
  }
  return checked
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`
}

/** A copy as JSON: typed arrays become lists, and what JSON cannot hold is an error now instead of a blank later. */
export function toJson(value: unknown, where: string): unknown {
  try {
    const text = JSON.stringify(value, (_key, part: unknown) => (isNumberArray(part) ? Array.from(part) : part))
    return text === undefined ? null : JSON.parse(text)
  } catch (cause) {
    throw new KernelError('DISPLAY_JSON', `${where}: expected data that JSON can hold.`, {
      cause,
      next: 'Remove cycles and bigints from it.',
    })
  }
}

function isNumberArray(value: unknown): value is Float64Array {
  return (
    ArrayBuffer.isView(value) &&
    !(value instanceof DataView) &&
    !(value instanceof BigInt64Array) &&
    !(value instanceof BigUint64Array)
  )
}

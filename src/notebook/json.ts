// JSON text as Python's `json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)` writes it: the form of every
// saved notebook. The value is what a browser would send to Jupyter's server, so numbers are JavaScript's.

/** Serialises plain data. As in `JSON.stringify`, undefined properties are left out and NaN becomes null. */
export function pythonJson(value: unknown): string {
  return write(value, '\n')
}

function write(value: unknown, newline: string): string {
  if (typeof value === 'string') return writeString(value)
  if (typeof value === 'number') return formatNumber(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null)
  return Array.isArray(value) ? writeArray(value, newline) : writeObject(value, newline)
}

function writeArray(items: readonly unknown[], newline: string): string {
  const inner = `${newline} `
  return bracket(
    '[',
    items.map(item => inner + write(item, inner)),
    `${newline}]`,
  )
}

function writeObject(object: object, newline: string): string {
  const inner = `${newline} `
  const members = Object.entries(object)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => compareCodePoints(a, b))
    .map(([key, value]) => `${inner}${writeString(key)}: ${write(value, inner)}`)
  return bracket('{', members, `${newline}}`)
}

function bracket(open: string, members: readonly string[], close: string): string {
  return members.length === 0 ? open + close.at(-1) : open + members.join(',') + close
}

/** A lone surrogate cannot be written as UTF-8 (Jupyter's server fails to save it): it becomes U+FFFD. */
function writeString(text: string): string {
  return JSON.stringify(text.replace(/\p{Surrogate}/gu, '\ufffd'))
}

/**
 * A number as Python prints it after JSON took it there: integers up to 1e21 stay integers, other values are printed
 * by `repr`, which changes to an exponent below 1e-4 (JavaScript: 1e-6) and pads it to two digits.
 */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return 'null'
  const text = String(value === 0 ? 0 : value)
  if (!/[.e]/.test(text)) return text
  const [mantissa = '', exponent = ''] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power >= -4 && power < 16) return text
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}

/** Python sorts strings by code point, JavaScript by UTF-16 unit: they differ where surrogates meet U+E000 to U+FFFF. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const difference = rank(a.charCodeAt(i)) - rank(b.charCodeAt(i))
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** Moves the surrogates behind all other UTF-16 units. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}

// Text of a tensor, by PyTorch's rules: four digits, columns aligned, long axes summarised.
import type { DType } from '../dtype.js'
import { isFloat } from '../dtype.js'
import { TensorError } from '../errors.js'
import { type Shape, sizeOf } from '../shape.js'
import { state } from '../state.js'
import type { Tensor } from '../tensor.js'
import { endsOf } from './ends.js'

export interface PrintOptions {
  /** Digits after the point. 4. */
  readonly precision?: number
  /** From how many elements on a tensor is summarised. 1000. */
  readonly threshold?: number
  /** Places shown at each end of an axis that is summarised. 3. */
  readonly edgeitems?: number
  /** Characters in a line. 80. */
  readonly linewidth?: number
  /** Whether numbers are written with an exponent; undefined decides by their range. */
  readonly scientific?: boolean | undefined
}

const DEFAULTS = { precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80, scientific: undefined }
let options: Required<Omit<PrintOptions, 'scientific'>> & { scientific: boolean | undefined } = { ...DEFAULTS }

const isCount = (n: unknown): boolean => Number.isInteger(n) && (n as number) >= 0

/** What each option may be, in code and in words. */
const ALLOWED: Readonly<Record<keyof typeof DEFAULTS, readonly [(value: unknown) => boolean, string]>> = {
  precision: [n => isCount(n) && (n as number) <= 100, 'a whole number from 0 to 100'],
  threshold: [n => typeof n === 'number' && n >= 0, 'a number from 0'],
  edgeitems: [isCount, 'a whole number from 0'],
  linewidth: [n => isCount(n) && n !== 0, 'a whole number from 1'],
  scientific: [on => typeof on === 'boolean', 'true, false or undefined'],
}

function checkOption(name: string, value: unknown): void {
  const rule = Object.hasOwn(ALLOWED, name) ? ALLOWED[name as keyof typeof ALLOWED] : undefined
  if (rule === undefined) {
    throw new TensorError('BAD_VALUE', `setPrintOptions: there is no option '${name}'.`, {
      next: `There are ${Object.keys(ALLOWED).join(', ')}.`,
    })
  }
  if (rule[0](value)) return
  throw new TensorError('BAD_VALUE', `setPrintOptions: ${name} is ${String(value)}.`, { next: `It is ${rule[1]}.` })
}

/**
 * How tensors are printed from now on; what is not named goes back to its default. Throws BAD_VALUE for an option that does not exist
 * or a value that it cannot have; then nothing changes.
 *
 * @example
 * setPrintOptions({ precision: 2 })
 * tensor([1 / 3]) // tensor([0.33])
 * @torch torch.set_printoptions
 * @differs Options that are not named go back to their defaults.
 */
export function setPrintOptions(given: PrintOptions = {}): void {
  const named = Object.entries(given).filter(([, value]) => value !== undefined)
  for (const [name, value] of named) checkOption(name, value)
  options = { ...DEFAULTS, ...Object.fromEntries(named) }
}

/** How the numbers of one tensor are written. */
export interface Style {
  readonly width: number
  readonly write: (value: number) => string
}

/** Decides as PyTorch does: whole numbers with a point, fixed digits, or an exponent where the range is wide. */
export function styleOf(values: ArrayLike<number>, dtype: DType): Style {
  const write = writerOf(values, dtype)
  let width = 1
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    // In a float tensor zeros, infinities and NaN do not widen the columns.
    if (!isFloat(dtype) || (Number.isFinite(value) && value !== 0)) width = Math.max(width, write(value).length)
  }
  return { width, write }
}

function writerOf(values: ArrayLike<number>, dtype: DType): (value: number) => string {
  if (dtype === 'bool') return value => (value === 0 ? 'false' : 'true')
  if (!isFloat(dtype)) return String
  const { precision, scientific } = options
  const finite = Array.from(values).filter(x => Number.isFinite(x) && x !== 0)
  // Without a number to go by there is never an exponent, not even where it is asked for.
  if (finite.length === 0) return special(x => `${whole(x)}.`)
  const sizes = finite.map(Math.abs)
  const [min, max] = [sizes.reduce((a, b) => Math.min(a, b)), sizes.reduce((a, b) => Math.max(a, b))]
  if (finite.every(Number.isInteger)) {
    const exponents = scientific ?? (max / min > 1000 || max > 1e8)
    return special(x => (exponents ? exponent(x, precision) : `${whole(x)}.`))
  }
  const exponents = scientific ?? (max / min > 1000 || max > 1e8 || min < 1e-4)
  return special(x => (exponents ? exponent(x, precision) : fixed(x, precision)))
}

/** -0 keeps its sign, as in PyTorch; a BigInt writes all digits where toFixed would turn to an exponent. */
function whole(x: number): string {
  return Object.is(x, -0) ? '-0' : BigInt(x).toString()
}

function fixed(x: number, precision: number): string {
  if (Math.abs(x) >= 1e21) return `${whole(x)}${precision > 0 ? '.' : ''}${'0'.repeat(precision)}`
  return evenly(x.toFixed(precision), x.toFixed(Math.min(100, precision + MORE)))
}

function exponent(x: number, precision: number): string {
  const [digits = '', power = ''] = x.toExponential(precision).split('e')
  const [exact = ''] = x.toExponential(Math.min(100, precision + MORE)).split('e')
  const size = power.replace(/^[+-]/, '')
  return `${Object.is(x, -0) ? '-' : ''}${evenly(digits, exact)}e${power.startsWith('-') ? '-' : '+'}${size.padStart(2, '0')}`
}

/** Digits that tell whether a number lies just between two shorter ones. */
const MORE = 60

/** JavaScript rounds halves up, C and Python to the even digit: 0.03125 is 0.0312. */
function evenly(rounded: string, exact: string): string {
  const last = Number(rounded.at(-1))
  const cut = exact.slice(rounded.length).replace('.', '')
  return last % 2 === 1 && /^50*$/.test(cut) ? `${rounded.slice(0, -1)}${last - 1}` : rounded
}

function special(write: (x: number) => string): (x: number) => string {
  return x => {
    if (Number.isNaN(x)) return 'nan'
    if (!Number.isFinite(x)) return x > 0 ? 'inf' : '-inf'
    return Object.is(x, -0) && !write(x).startsWith('-') ? `-${write(0)}` : write(x)
  }
}

/** The text of a tensor, as in `tensor([[1., 2.], [3., 4.]])`. */
export function print(x: Tensor): string {
  const prefix = 'tensor('
  const suffixes: string[] = []
  const size = sizeOf(x.shape)
  if (size === 0 && x.shape.length !== 1) suffixes.push(`size=[${x.shape.join(', ')}]`)
  const usual = x.dtype === state.defaultDtype || (size > 0 && (x.dtype === 'bool' || x.dtype === 'int32'))
  if (!usual) suffixes.push(`dtype=${x.dtype}`)
  suffixes.push(...graphSuffix(x))
  const body = size === 0 ? '[]' : bodyOf(x, prefix.length)
  return withSuffixes(prefix + body, suffixes, prefix.length)
}

/** What autograd adds: requiresGrad for a leaf, the operation for a result. */
function graphSuffix(x: Tensor): string[] {
  const name = x.node?.name
  if (name === undefined) return []
  return name === 'leaf' ? ['requiresGrad=true'] : [`gradFn=<${name}>`]
}

/** Suffixes go to a new line where they do not fit. */
function withSuffixes(text: string, suffixes: readonly string[], indent: number): string {
  let out = text
  // PyTorch counts two characters more than there are in the first line, and one more in the others.
  let line = text.length - text.lastIndexOf('\n') + 1
  for (const suffix of suffixes) {
    const add = suffix.length + 2
    if (line + add > options.linewidth) {
      out += `,\n${' '.repeat(indent)}${suffix}`
      line = indent + suffix.length
    } else {
      out += `, ${suffix}`
      line += add
    }
  }
  return `${out})`
}

function bodyOf(x: Tensor, indent: number): string {
  const summarised = sizeOf(x.shape) > options.threshold
  const n = options.edgeitems
  if (summarised && n === 0) return '[...]'
  const { values, shape } = endsOf(
    x,
    x.shape.map(() => (summarised ? n : Infinity)),
  )
  return block(values, shape, x.shape, 0, 0, indent, styleOf(values, x.dtype))
}

/** `shape` is what is shown of `full`: where an axis was cut, dots stand in its middle. */
function block(
  values: ArrayLike<number>,
  shape: Shape,
  full: Shape,
  axis: number,
  start: number,
  indent: number,
  style: Style,
): string {
  if (axis === shape.length) return style.write(values[start] as number)
  const size = shape[axis] as number
  const cut = size < (full[axis] as number)
  const places = Array.from({ length: size }, (_, i) => i)
  if (axis === shape.length - 1) {
    const words = places.map(i => style.write(values[start + i] as number).padStart(style.width))
    if (cut) words.splice(size / 2, 0, ' ...')
    return lines(words, indent, style.width)
  }
  const part = sizeOf(shape.slice(axis + 1))
  const rows = places.map(i => block(values, shape, full, axis + 1, start + i * part, indent + 1, style))
  if (cut) rows.splice(size / 2, 0, '...')
  return `[${rows.join(`,${'\n'.repeat(shape.length - axis - 1)}${' '.repeat(indent + 1)}`)}]`
}

/** Numbers in lines of the width that is allowed. */
function lines(words: readonly string[], indent: number, width: number): string {
  const inLine = Math.max(1, Math.floor((options.linewidth - indent) / (width + 2)))
  const out: string[] = []
  for (let i = 0; i < words.length; i += inLine) out.push(words.slice(i, i + inLine).join(', '))
  return `[${out.join(`,\n${' '.repeat(indent + 1)}`)}]`
}

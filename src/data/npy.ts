// Arrays in files, as NumPy writes them: a line that says dtype and shape, then the numbers (NEP 1).

import type { DType } from '../tensor/dtype.js'
import { permute } from '../tensor/ops/views.js'
import { known, optionNames } from '../tensor/options.js'
import { isTensor, type Tensor } from '../tensor/tensor.js'
import { DataError } from './errors.js'
import type { FilePath } from './file-path.js'
import { pathOf, readBytes } from './read-file.js'
import { bytesOf, ELEMENT_TYPES, type WideIntegers } from './safetensors-numbers.js'
import { replaceFile } from './write-file.js'
import { unzipEntry, zipEntries } from './zip.js'

export interface ReadNpyOptions {
  /** What int64, uint64 and uint32 become: 'int32', or 'float64' (exact up to 2^53). Numbers that do not fit throw. 'int32'. */
  readonly wideIntegers?: WideIntegers | undefined
  /** The backend that shall hold it. The current one. */
  readonly device?: string | undefined
}

export interface ReadNpzOptions extends ReadNpyOptions {
  /** Only these arrays. All. */
  readonly names?: readonly string[] | undefined
}

const NPY_OPTIONS = optionNames<ReadNpyOptions>()('wideIntegers device')
const NPZ_OPTIONS = optionNames<ReadNpzOptions>()('names wideIntegers device')

/** The first bytes of every file: \x93NUMPY. */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]
/** Bytes before the header: the magic, two of the version, and the header's length in two or four. */
const BEFORE = { 1: 10, 2: 12, 3: 12 } as const
/** A header of plain numbers has about 100 bytes. Longer ones list fields of structures, which are refused anyway. */
const MAX_HEADER = 65_535
/** Headers are filled up, so that the numbers lie where processors like them. */
const ALIGNMENT = 64

/** NumPy's kinds, by safetensors' names: kind and bytes of one number. */
const KINDS: Readonly<Record<string, string>> = {
  b1: 'BOOL',
  u1: 'U8',
  i1: 'I8',
  u2: 'U16',
  i2: 'I16',
  f2: 'F16',
  u4: 'U32',
  i4: 'I32',
  f4: 'F32',
  u8: 'U64',
  i8: 'I64',
  f8: 'F64',
}

const DESCRIPTIONS: { readonly [D in DType]: string | undefined } = {
  bool: '|b1',
  int32: '<i4',
  float16: '<f2',
  bfloat16: undefined,
  float32: '<f4',
  float64: '<f8',
}

/** Why other kinds are refused, by their letter. */
const REFUSED: Readonly<Record<string, string>> = {
  O: 'objects of Python, whose reading could run programs',
  c: 'complex numbers',
  S: 'text',
  U: 'text',
  M: 'dates',
  m: 'spans of time',
  V: 'structures or unknown bytes',
  f: 'floats of more than 64 bits',
}

/**
 * Reads an array that NumPy has saved (numpy.save): from a path, a file: URL, or bytes.
 *
 * float64, float32, float16, int32 and bool are our dtypes; uint8, int8, uint16 and int16 become int32, which holds them exactly; uint32, int64
 * and uint64 become `wideIntegers`. Both byte orders, both orders of axes (C and Fortran) and all versions of the format (1 to 3) are read.
 *
 * Throws DATA_FORMAT for what is no such file, was cut off, goes on after its numbers, holds objects, text, complex numbers, or a whole number that does
 * not fit; DATA_MISSING; DATA_OPTION; DATA_NODE for a path in a browser.
 *
 * @example
 * data.readNpy(data.npyBytes(tensor([[1, 2], [3, 4]]))).toArray() // [[1, 2], [3, 4]]
 * @torch none
 */
export function readNpy(source: FilePath | Uint8Array, options: ReadNpyOptions = {}): Tensor {
  checkWide('data.readNpy', known('data.readNpy', options, NPY_OPTIONS))
  const { name, bytes } = readBytes('data.readNpy', source)
  return parsed(name, bytes, options, problem => broken('readNpy', name, problem))
}

/**
 * Reads the arrays of a .npz file (numpy.savez, numpy.savez_compressed) by their names; each as readNpy does, checked by its sum.
 *
 * Throws DATA_FORMAT, also for an archive beyond 4 GB or with a password; DATA_MISSING where there is no file, or no array of that name; DATA_OPTION;
 * DATA_NODE.
 *
 * @example
 * const { x_train, y_train } = data.readNpz('mnist.npz')
 * @torch none
 */
export function readNpz(source: FilePath | Uint8Array, options: ReadNpzOptions = {}): Record<string, Tensor> {
  checkWide('data.readNpz', known('data.readNpz', options, NPZ_OPTIONS))
  const { name: file, bytes } = readBytes('data.readNpz', source)
  const fail = (problem: string): DataError => broken('readNpz', file, problem)
  const entries = new Map(zipEntries(bytes, fail).map(entry => [entry.name.replace(/\.npy$/, ''), entry]))
  const arrays = (options.names ?? [...entries.keys()]).map((name): [string, Tensor] => {
    const entry = entries.get(name)
    if (entry === undefined) {
      throw new DataError('DATA_MISSING', `data.readNpz: ${file} has no array '${name}'.`, {
        next: `There are: ${[...entries.keys()].slice(0, 12).join(', ')}.`,
      })
    }
    const problem = (text: string): DataError => fail(`'${name}': ${text}`)
    return [name, parsed(`${file}: '${name}'`, unzipEntry(bytes, entry, fail), options, problem)]
  })
  return Object.fromEntries(arrays)
}

type Fail = (problem: string) => DataError

function parsed(name: string, bytes: Uint8Array, { wideIntegers: wide = 'int32', device }: ReadNpyOptions, fail: Fail) {
  const { text, end } = headerOf(bytes, fail)
  const { description, fortran, shape } = dictionary(text, fail)
  const [, order, kind, width] = /^([<>|])([a-zA-Z])(\d*)(?:\[\w+\])?$/.exec(description) ?? []
  const type = ELEMENT_TYPES[KINDS[`${kind}${width}`] ?? '']
  if (type?.read === undefined) {
    const why = REFUSED[kind ?? 'V'] ?? 'numbers of an unknown kind'
    throw fail(`expected numbers, got ${why} (${JSON.stringify(description)})`)
  }
  const size = type.bits / 8
  const needed = shape.reduce((product, n) => {
    if (!Number.isSafeInteger(product * n)) throw fail(`the shape [${shape.join(', ')}] is beyond all memory`)
    return product * n
  }, size)
  const got = bytes.length - end
  if (got !== needed) {
    const what = got < needed ? 'it was cut off' : 'something follows its numbers'
    throw fail(`expected ${needed} bytes for ${description} [${shape.join(', ')}], got ${got}: ${what}`)
  }
  const numbers = bytes.slice(end)
  if (order === '>') swap(numbers, size)
  const reading = { name: `data.readNpy: ${name}`, wide, device }
  if (!fortran) return type.read(numbers, { ...reading, shape })
  // The first axis runs fastest: the same numbers in C order have the axes the other way round.
  const turned = type.read(numbers, { ...reading, shape: [...shape].reverse() })
  return permute(turned, [...shape.keys()].reverse()).contiguous()
}

function headerOf(bytes: Uint8Array, fail: Fail): { text: string; end: number } {
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) throw fail('it does not begin as files of NumPy do')
  const version = bytes[6] as 1 | 2 | 3
  const start = BEFORE[version]
  if (start === undefined || bytes[7] !== 0) {
    throw fail(`expected version 1.0, 2.0 or 3.0 of the format, got ${bytes[6]}.${bytes[7]}`)
  }
  if (bytes.length < start) throw fail('it was cut off in its header')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  if (length > MAX_HEADER) throw fail(`its header claims ${length} bytes, where ${MAX_HEADER} are allowed`)
  const end = start + length
  if (end > bytes.length) throw fail('it was cut off in its header')
  return { text: new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(start, end)), end }
}

interface Header {
  readonly description: string
  readonly fortran: boolean
  readonly shape: readonly number[]
}

/** One item of the header, which is a dictionary as Python writes it: {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), } */
const ITEM =
  /\s*(['"])(descr|fortran_order|shape)\1\s*:\s*('[^']*'|"[^"]*"|True|False|\([\d\sL,]*\)|\[.*\])\s*(,|(?=\}))/sy

function dictionary(text: string, fail: Fail): Header {
  const inner = text.trim()
  const items = new Map<string, string>()
  let at = inner.startsWith('{') ? 1 : inner.length
  for (ITEM.lastIndex = at; ; at = ITEM.lastIndex) {
    const found = ITEM.exec(inner)
    if (found === null) break
    const [, , key = '', value = ''] = found
    if (items.has(key)) throw fail(`its header has ${key} twice`)
    items.set(key, value)
  }
  const shape = shapeOf(items.get('shape'))
  const order = items.get('fortran_order')
  const kind = items.get('descr')
  const isOrder = order === 'True' || order === 'False'
  if (inner.slice(at).trim() !== '}' || kind === undefined || !isOrder || shape === undefined) {
    throw fail('its header does not say descr, fortran_order and shape, and nothing else')
  }
  return { description: /^['"]/.test(kind) ? kind.slice(1, -1) : kind, fortran: order === 'True', shape }
}

/** (), (3,), (3, 4); Python 2 wrote 3L. */
function shapeOf(text: string | undefined): number[] | undefined {
  const found = /^\(\s*((?:\d+L?\s*,\s*)*)(\d+L?)?\s*\)$/.exec(text ?? '')
  if (found === null) return undefined
  const sizes = `${found[1]}${found[2] ?? ''}`.split(',').map(size => size.trim().replace(/L$/, ''))
  // (3) is a number in Python, and no shape.
  if (found[1] === '' && found[2] !== undefined) return undefined
  const shape = sizes.filter(size => size !== '').map(Number)
  return shape.every(Number.isSafeInteger) ? shape : undefined
}

/** Turns the bytes of each number round. */
function swap(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse()
}

/**
 * The bytes of a .npy file with this tensor: what writeNpy writes. Throws DATA_OPTION.
 *
 * @example
 * data.npyBytes(tensor([1, 2])).length // 136
 * @torch none
 */
export function npyBytes(x: Tensor): Uint8Array {
  const [header, numbers] = pieces('npyBytes', x)
  const out = new Uint8Array(header.length + numbers.length)
  out.set(header)
  out.set(numbers, header.length)
  return out
}

/**
 * Writes a tensor to a file that numpy.load reads: float64, float32, float16, int32 and bool keep their dtype. The file is written beside its place and
 * then renamed, so that a crash leaves the old one.
 *
 * Throws DATA_OPTION for what is no tensor, and for bfloat16, which NumPy has not; DATA_NODE in a browser, where npyBytes does the same.
 *
 * @example
 * data.writeNpy('weights.npy', model.weight)
 * @torch none
 */
export function writeNpy(path: FilePath, x: Tensor): void {
  replaceFile(pathOf('data.writeNpy', path), pieces('writeNpy', x))
}

function pieces(where: string, x: Tensor): [Uint8Array, Uint8Array] {
  if (!isTensor(x)) {
    throw new DataError('DATA_OPTION', `data.${where}: expected a tensor, got ${x === null ? 'null' : typeof x}.`, {
      next: 'Make one: tensor(...).',
    })
  }
  const description = DESCRIPTIONS[x.dtype]
  if (description === undefined) {
    throw new DataError('DATA_OPTION', `data.${where}: NumPy has no ${x.dtype}.`, {
      next: "Write x.to('float32'), which holds it exactly, or use writeSafetensors.",
    })
  }
  const shape = x.shape.length === 1 ? `${x.shape[0]},` : x.shape.join(', ')
  return [framed(`{'descr': '${description}', 'fortran_order': False, 'shape': (${shape}), }`), bytesOf(x)]
}

/** Where the first axis may grow, NumPy leaves room for this many digits, so that a header can be written anew in its place. */
const DIGITS = 21

/** Magic, version 1.0, the length, the text, spaces and a line end: byte for byte NumPy's. */
function framed(text: string): Uint8Array {
  const first = /\((\d+)/.exec(text)?.[1]
  const filled = text + ' '.repeat(first === undefined ? 0 : DIGITS - first.length)
  const end = Math.ceil((BEFORE[1] + filled.length + 1) / ALIGNMENT) * ALIGNMENT
  const out = new Uint8Array(end).fill(0x20)
  out.set(MAGIC)
  out[6] = 1
  out[7] = 0
  new DataView(out.buffer).setUint16(8, end - BEFORE[1], true)
  out.set(new TextEncoder().encode(text), BEFORE[1])
  out[end - 1] = 0x0a
  return out
}

function checkWide(where: string, { wideIntegers = 'int32' }: ReadNpyOptions): void {
  if (wideIntegers === 'int32' || wideIntegers === 'float64') return
  throw new DataError('DATA_OPTION', `${where}: wideIntegers cannot be '${String(wideIntegers)}'.`, {
    next: "Choose 'int32' or 'float64'.",
  })
}

function broken(where: string, name: string, problem: string): DataError {
  return new DataError('DATA_FORMAT', `data.${where}: ${name}: ${problem}.`, {
    next: 'This is no such file of NumPy, or it was damaged; save plain numbers by numpy.save.',
  })
}

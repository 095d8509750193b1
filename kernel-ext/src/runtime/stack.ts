// Stack traces in the terms of the notebook: `Cell [3]:2:5` instead of a place in the generated program.
import { realpathSync } from 'node:fs'
import { isAbsolute, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect, types } from 'node:util'
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import type { Position, RawSourceMap } from '../cell/cell.js'
import { restoreNames } from '../cell/names.js'
import type { CellError, ErrorFrame } from './link.js'
import { mapModuleFrame } from './modules.js'

const KERNEL_FOLDER = fileURLToPath(new URL('..', import.meta.url))
const CELL_SCHEME = 'gradlab-cell:'
const MAX_CAUSES = 8
const MAX_ERRORS = 10
const MESSAGE_LIMIT = 20_000

interface CellSource {
  readonly number: number
  readonly maps: readonly RawSourceMap[]
  traced: TraceMap[] | undefined
}

const cells = new Map<string, CellSource>()
const framesOf = new WeakMap<object, ErrorFrame[]>()

/** The file name under which a cell's program is compiled. */
export function cellFileName(id: string): string {
  return CELL_SCHEME + id
}

export function registerCell(id: string, number: number, maps: readonly RawSourceMap[]): void {
  cells.set(id, { number, maps, traced: undefined })
}

/** Folders of built code that came with the kernel: no places of the user's, as little as those in node_modules. */
let libraries: readonly string[] = []

/** `roots`: the packages that every notebook may import, the library among them. */
export function installStackTraces(roots: readonly string[]): void {
  libraries = roots.map(root => `${join(realPath(root), 'dist')}${sep}`)
  Error.stackTraceLimit = 50
  Error.prepareStackTrace = (error, sites) => {
    const frames = sites.flatMap(site => toFrame(site) ?? [])
    framesOf.set(error, frames)
    return [headline(error), ...frames.map(frame => `    at ${frameText(frame)}`)].join('\n')
  }
}

function realPath(folder: string): string {
  try {
    return realpathSync(folder)
  } catch {
    return folder
  }
}

function headline(error: Error): string {
  try {
    // As V8 does it: console.trace captures the stack of an object that is no Error.
    return restoreNames(Error.prototype.toString.call(error))
  } catch {
    return 'Error'
  }
}

function frameText(frame: ErrorFrame): string {
  const place = `${frame.file}:${frame.line}:${frame.column}`
  return frame.functionName === undefined ? place : `${frame.functionName} (${place})`
}

function toFrame(site: NodeJS.CallSite): ErrorFrame | undefined {
  const script = site.getFileName() ?? site.getEvalOrigin()
  if (typeof script !== 'string' || script.startsWith('node:')) return undefined
  const place = { line: site.getLineNumber() ?? 1, column: site.getColumnNumber() ?? 1 }
  if (script.startsWith(CELL_SCHEME)) return cellFrame(site, script.slice(CELL_SCHEME.length), place)
  const file = toPath(script)
  if (file === undefined || file.startsWith(KERNEL_FOLDER)) return undefined
  return { functionName: functionName(site), file, cell: undefined, ...mapModuleFrame(file, place) }
}

function cellFrame(site: NodeJS.CallSite, id: string, place: Position): ErrorFrame | undefined {
  const source = cells.get(id)
  if (source === undefined) return undefined
  const original = trace(source, place)
  // Code that the compiler added has no place in the cell.
  if (original === undefined) return undefined
  return { functionName: functionName(site), file: `Cell [${source.number}]`, cell: id, ...original }
}

function trace(source: CellSource, place: Position): Position | undefined {
  source.traced ??= source.maps.map(map => new TraceMap({ ...map, file: null, sourceRoot: '' }))
  let at: Position | undefined = place
  for (const map of source.traced) {
    const found = originalPositionFor(map, { line: at.line, column: at.column - 1 })
    if (found.line === null) return undefined
    at = { line: found.line, column: found.column + 1 }
  }
  return at
}

/** The method or function that runs; the names that the cell's own wrapper has are left out. */
function functionName(site: NodeJS.CallSite): string | undefined {
  const name = site.getFunctionName()
  if (name === null || name === '') return undefined
  const method = site.getMethodName()
  const type = site.isConstructor() ? 'new ' : ''
  const receiver = !site.isToplevel() && !site.isConstructor() ? safeTypeName(site) : undefined
  const prefix = receiver !== undefined && receiver !== 'Object' && !name.includes('.') ? `${receiver}.` : ''
  return `${type}${prefix}${name}${method !== null && !name.endsWith(method) ? ` [as ${method}]` : ''}`
}

function safeTypeName(site: NodeJS.CallSite): string | undefined {
  try {
    return site.getTypeName() ?? undefined
  } catch {
    return undefined
  }
}

function toPath(script: string): string | undefined {
  if (script.startsWith('file:')) return fileURLToPath(script.replace(/[?#].*$/, ''))
  return isAbsolute(script) ? script : undefined
}

/** A thrown value as data: its name, message, the user's frames and its causes. */
export function toCellError(thrown: unknown, depth = 0): CellError {
  try {
    return describe(thrown, depth)
  } catch {
    // Getters and traps that throw, or that no longer find the stack they need.
    return { ...plain('Uncaught', 'a value that cannot be shown: looking at it throws'), frames: [] }
  }
}

function describe(thrown: unknown, depth: number): CellError {
  if (!types.isNativeError(thrown) && !(thrown instanceof Error) && !isErrorLike(thrown)) {
    return { ...plain('Uncaught', inspect(thrown, { depth: 2 }).slice(0, MESSAGE_LIMIT)), frames: [] }
  }
  const error = thrown as Error & { errors?: unknown }
  const cause = depth < MAX_CAUSES ? read(() => error.cause) : undefined
  const inner = depth < MAX_CAUSES ? read(() => error.errors) : undefined
  const errors = Array.isArray(inner) ? inner.slice(0, MAX_ERRORS) : []
  return {
    ...plain(
      text(() => error.name, 'Error'),
      restoreNames(text(() => error.message, '').slice(0, MESSAGE_LIMIT)),
    ),
    frames: userFrames(error),
    detail: extraProperties(error),
    cause: cause === undefined ? undefined : toCellError(cause, depth + 1),
    errors: errors.map(inner => toCellError(inner, depth + 1)),
  }
}

function plain(name: string, message: string): Omit<CellError, 'frames'> {
  return { name, message, detail: undefined, cause: undefined, errors: [] }
}

/** Errors of another realm (a `vm` context, a worker) are no instances of ours. */
function isErrorLike(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object Error]'
}

function userFrames(error: Error): ErrorFrame[] {
  // V8 calls prepareStackTrace when `stack` is first read.
  const stack = text(() => error.stack, '')
  const frames = (framesOf.get(error) ?? []).filter(frame => frame.cell !== undefined || !isInPackage(frame.file))
  // A library may have taken its own lines out of the stack of an error that it throws.
  const left = frames.filter(({ file, line, column }) => stack.includes(`${file}:${line}:${column}`))
  return left.length === 0 ? frames : left
}

function isInPackage(file: string): boolean {
  return file.includes(`${sep}node_modules${sep}`) || libraries.some(folder => file.startsWith(folder))
}

/** The execution in whose code an error began: the last cell of its stack. */
export function outermostCell(error: unknown): string | undefined {
  if (!types.isNativeError(error)) return undefined
  text(() => error.stack, '')
  return framesOf.get(error)?.findLast(frame => frame.cell !== undefined)?.cell
}

function extraProperties(error: Error): string | undefined {
  const known = new Set(['name', 'message', 'stack', 'cause', 'errors'])
  try {
    const extra = Object.fromEntries(Object.entries(error).filter(([key]) => !known.has(key)))
    return Object.keys(extra).length === 0 ? undefined : inspect(extra, { depth: 1, breakLength: 100 })
  } catch {
    return undefined
  }
}

function text(get: () => unknown, fallback: string): string {
  const value = read(get)
  return typeof value === 'string' ? value : fallback
}

/** A property of a value that may be hostile. */
function read(get: () => unknown): unknown {
  try {
    return get()
  } catch {
    return undefined
  }
}

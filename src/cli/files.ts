// Writing files and folders so that a reader never meets a half-written one.
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Writes a file whole or not at all, and only where its content changes; tells whether it did. */
export function writeIfChanged(file: string, content: string | Buffer): boolean {
  const wanted = Buffer.from(content)
  if (readIfThere(file)?.equals(wanted)) return false
  mkdirSync(dirname(file), { recursive: true })
  const unfinished = besides(file)
  try {
    writeFileSync(unfinished, wanted)
    renameSync(unfinished, file)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  }
  return true
}

export function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}

/** A JSON object from a file; undefined where there is none or it is not whole. */
export function readJsonObject(file: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Puts a folder in place: `fill` writes it beside, then it takes the place of what was there. */
export function replaceFolder(folder: string, fill: (unfinished: string) => void): void {
  mkdirSync(dirname(folder), { recursive: true })
  const unfinished = besides(folder)
  const old = `${unfinished}.old`
  try {
    mkdirSync(unfinished)
    fill(unfinished)
    moveAside(folder, old)
    renameSync(unfinished, folder)
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
    rmSync(old, { recursive: true, force: true })
  }
}

/** A whole folder, links followed, as a plain copy. */
export function copyFolder(from: string, to: string): void {
  cpSync(from, to, { recursive: true, dereference: true })
}

/** Hidden, so that Jupyter does not take it for a kernel or an extension while it is being written. */
function besides(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.tmp`)
}

/** A folder cannot be renamed onto one that has something in it. */
function moveAside(folder: string, old: string): void {
  try {
    renameSync(folder, old)
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error
  }
}

export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

// Stamps: small JSON files that say for which inputs a step was finished. Written last, so that a step that was
// broken off has none and is done again.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * A hash of files' names and contents; a file that is not there counts as such.
 * @param {string} root
 * @param {readonly string[]} names relative to `root`
 * @returns {string}
 */
export function hashFiles(root, names) {
  const hash = createHash('sha256')
  for (const name of names) {
    const content = readOrUndefined(join(root, name))
    hash.update(`${name}\0${content === undefined ? 'none' : content.length}\0`)
    if (content !== undefined) hash.update(content)
  }
  return hash.digest('hex')
}

/**
 * @param {string} file
 * @returns {Buffer | undefined}
 */
function readOrUndefined(file) {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}

/**
 * A JSON object from a file; undefined where there is none or it is not whole.
 * @param {string} file
 * @returns {Record<string, unknown> | undefined}
 */
export function readJson(file) {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * Writes a JSON file whole or not at all.
 * @param {string} file
 * @param {Record<string, unknown>} value
 */
export function writeJson(file, value) {
  mkdirSync(dirname(file), { recursive: true })
  const unfinished = `${file}.${process.pid}.tmp`
  try {
    writeFileSync(unfinished, `${JSON.stringify(value, null, 2)}\n`)
    renameSync(unfinished, file)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  }
}

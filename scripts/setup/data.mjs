// The data sets that the course needs and npm does not install: small ones, downloaded by our own command.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from './command.mjs'

/** What notebooks and tests read; larger sets come when they are asked for. */
const NEEDED = ['moby-dick']

/**
 * @param {string} root
 * @returns {{ ok: boolean, missing: string[] }}
 */
export function dataState(root) {
  const folder = process.env.GRADLAB_DATA || join(root, '.data')
  const files = existsSync(folder) ? readdirSync(folder) : []
  const missing = NEEDED.filter(name => !files.some(file => file.startsWith(`${name}-`) && file.endsWith('.tgz')))
  return { ok: missing.length === 0, missing }
}

/**
 * Downloads what is missing; `gradlab data get` checks hashes and puts files in place whole.
 * @param {string} root
 * @param {{ signal: AbortSignal, log: string }} options
 */
export async function downloadData(root, { signal, log }) {
  const { missing } = dataState(root)
  await runCommand(process.execPath, [join(root, 'bin', 'gradlab.mjs'), 'data', 'get', ...missing], {
    what: `gradlab data get ${missing.join(' ')}`,
    cwd: root,
    log,
    signal,
    next: 'Check the connection and try again.',
  })
}

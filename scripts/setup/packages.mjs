// The step `packages`: node_modules as package-lock.json says, without the developers' packages.
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { runCommand } from './command.mjs'
import { hashFiles, readJson, writeJson } from './stamp.mjs'

const INPUTS = ['package.json', 'package-lock.json', 'kernel-ext/package.json']
/** Removed by `npm ci` with the folder it lies in, written when all is there. */
const STAMP = 'node_modules/.gradlab-stamp.json'

/** @typedef {{ version?: string, dev?: boolean, optional?: boolean, os?: string[], cpu?: string[], libc?: string[] }} LockEntry */

/**
 * Is node_modules what the lock file asks for? Reads a stamp and looks for the folders; where the developer ran npm,
 * npm's own list in node_modules (its last act) tells, and the stamp is written for the next time.
 * @param {string} root
 * @returns {{ ok: true, count: number } | { ok: false, reason: string }}
 */
export function packagesState(root) {
  const lock = lockEntries(join(root, 'package-lock.json'))
  if (lock === undefined) return { ok: false, reason: 'package-lock.json is missing or not JSON' }
  const needed = Object.entries(lock).filter(([place, entry]) => isNeededHere(place, entry))
  const absent = needed.find(([place]) => !existsSync(join(root, place, 'package.json')))
  if (absent !== undefined) return { ok: false, reason: `${absent[0]} is missing` }

  const hash = inputsHash(root)
  if (readJson(join(root, STAMP))?.hash === hash) return { ok: true, count: needed.length }
  const installed = lockEntries(join(root, 'node_modules/.package-lock.json'))
  if (installed === undefined) return { ok: false, reason: 'an installation was broken off' }
  const other = needed.find(([place, entry]) => installed[place]?.version !== entry.version)
  if (other !== undefined) return { ok: false, reason: `${other[0]} has another version` }
  return { ok: true, count: needed.length }
}

/**
 * Installs node_modules anew; developers' packages too with `dev`, or if they were there.
 * @param {string} root
 * @param {{ signal: AbortSignal, log: string, onDetail: (text: string) => void, dev?: boolean }} options
 */
export async function installPackages(root, { signal, log, onDetail, dev = false }) {
  const [command, ...args] = npmCommand()
  const scope = dev || hasDeveloperPackages(root) ? '--include=dev' : '--omit=dev'
  let fetched = 0
  await runCommand(command, [...args, 'ci', scope, '--no-audit', '--no-fund', '--loglevel=http'], {
    what: 'npm ci',
    cwd: root,
    log,
    signal,
    shell: command === 'npm' && process.platform === 'win32',
    next: 'Read the lines above, mend what they name, then run npm start again.',
    onLine: line => {
      if (/http fetch GET \d+ \S+\.tgz/.test(line)) onDetail(`${++fetched} packages fetched`)
    },
  })
  stampPackages(root)
}

/**
 * Says that node_modules is right for the present lock file.
 * @param {string} root
 */
export function stampPackages(root) {
  const hash = inputsHash(root)
  if (readJson(join(root, STAMP))?.hash !== hash) writeJson(join(root, STAMP), { hash })
}

/**
 * What the packages depend on: the lock file, and the platform whose binaries were chosen.
 * @param {string} root
 * @returns {string}
 */
function inputsHash(root) {
  return `${process.platform}-${process.arch}-${hashFiles(root, INPUTS)}`
}

/**
 * The npm that runs us, or the one beside our Node: npm's own script, so that no shell is needed.
 * @param {Record<string, string | undefined>} env
 * @param {string} node
 * @returns {[string, ...string[]]}
 */
export function npmCommand(env = process.env, node = process.execPath) {
  const bin = dirname(node)
  const scripts = [
    env.npm_execpath,
    join(bin, '../lib/node_modules/npm/bin/npm-cli.js'),
    join(bin, 'node_modules/npm/bin/npm-cli.js'),
  ]
  // With pnpm or yarn `npm_execpath` is theirs, and they do not read package-lock.json.
  const script = scripts.find(file => file !== undefined && basename(file) === 'npm-cli.js' && existsSync(file))
  return script === undefined ? ['npm'] : [node, script]
}

/**
 * @param {string} file
 * @returns {Record<string, LockEntry> | undefined}
 */
function lockEntries(file) {
  const packages = readJson(file)?.packages
  if (typeof packages !== 'object' || packages === null) return undefined
  return /** @type {Record<string, LockEntry>} */ (packages) // npm wrote it; only optional fields are read
}

/**
 * @param {string} place
 * @param {LockEntry} entry
 * @returns {boolean}
 */
function isNeededHere(place, entry) {
  if (!place.startsWith('node_modules/') || entry.dev) return false
  if (!entry.optional) return true
  // Which C library an optional package is for cannot be told cheaply: those that name one are left to npm.
  if (entry.libc !== undefined) return false
  return includesOrAny(entry.os, process.platform) && includesOrAny(entry.cpu, process.arch)
}

/**
 * @param {string[] | undefined} list
 * @param {string} value
 * @returns {boolean}
 */
function includesOrAny(list, value) {
  return list === undefined || list.includes(value)
}

/**
 * @param {string} root
 * @returns {boolean}
 */
function hasDeveloperPackages(root) {
  const installed = lockEntries(join(root, 'node_modules/.package-lock.json')) ?? {}
  return Object.entries(installed).some(([place, entry]) => entry.dev && existsSync(join(root, place)))
}

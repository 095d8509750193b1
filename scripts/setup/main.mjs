// The story of `npm start`: Node and Python are looked at, what is missing is installed, JupyterLab is opened.
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, buildState } from './build.mjs'
import { dataState, downloadData } from './data.mjs'
import { checkSpace, spaceLeft } from './disk.mjs'
import { describeFailure, isDiskFull, Stopped } from './failure.mjs'
import { withLock } from './lock.mjs'
import { onOrphaned } from './orphan.mjs'
import { installPackages, packagesState, stampPackages } from './packages.mjs'
import { Progress, seconds } from './progress.mjs'
import { findPython } from './python.mjs'
import { installVenv, venvState } from './venv.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '')
const LOGS = join(ROOT, '.jupyter', 'logs')

const HELP = `Usage: npm start -- [options] [-- JupyterLab's own options]

Installs what is missing into this folder (node_modules, .venv, .jupyter, .data), builds, and opens JupyterLab
on notebooks/00-welcome.ipynb. Ctrl-C stops it at any moment; the next start goes on where this one ended.

Options:
  --no-browser   do not open a browser; the address is printed
  --port N       the port to listen on (a busy one: the next free one)
  --ip ADDRESS   the address to listen on (default: localhost)
  --set-up-only  install and build, and do not open JupyterLab
  -h, --help     this text

Environment: GRADLAB_PYTHON, the Python to make .venv with.`

/**
 * @param {readonly string[]} args what follows `npm start --`
 * @returns {Promise<number>} the exit code
 */
export async function start(args) {
  const own = args.includes('--') ? args.slice(0, args.indexOf('--')) : args
  if (own.includes('--help') || own.includes('-h')) {
    console.log(HELP)
    return 0
  }
  const interruption = listenForStop()
  try {
    await setUp(interruption.signal)
  } catch (error) {
    return await tellFailure(error)
  } finally {
    interruption.stopListening()
  }
  return own.includes('--set-up-only') ? 0 : openLab(args)
}

/**
 * Brings everything that JupyterLab and the kernel need into place; what is right already is left alone.
 * @param {AbortSignal} signal
 */
async function setUp(signal) {
  const progress = new Progress(process.stdout)
  await progress.step('node', () => process.versions.node)
  const began = performance.now()
  if (missingParts().length === 0) {
    stampPackages(ROOT)
    console.log(`set-up      packages, build and JupyterLab are in place (${seconds(performance.now() - began)})`)
    return
  }
  // Before anything is downloaded: a missing Python or a full disk should be known at once.
  const python = await usePython(progress)
  await checkSpace(ROOT, missingParts())
  const waiting = { told: false }
  const onWait = (/** @type {number} */ holder) => {
    if (!waiting.told) console.log(`waiting for another npm start (process ${holder}) that sets up this folder ...`)
    waiting.told = true
  }
  await withLock(join(ROOT, '.jupyter', 'setup.lock'), { signal, onWait }, async () => {
    await progress.step('packages', step => packagesStep(step, signal))
    await progress.step('build', step => buildStep(step, signal))
    await progress.step('jupyterlab', step => venvStep(step, python, signal))
    await progress.step('data', step => dataStep(step, signal))
  })
}

/** @returns {('packages' | 'build' | 'jupyterlab' | 'data')[]} */
function missingParts() {
  /** @type {('packages' | 'build' | 'jupyterlab' | 'data')[]} */
  const missing = []
  if (!packagesState(ROOT).ok) missing.push('packages')
  if (!buildState(ROOT).ok) missing.push('build')
  if (!venvState(ROOT).ok) missing.push('jupyterlab')
  if (!dataState(ROOT).ok) missing.push('data')
  return missing
}

/**
 * @param {Progress} progress
 * @returns {Promise<import('./python.mjs').Python | undefined>} undefined where .venv is whole and none is needed
 */
async function usePython(progress) {
  /** @type {import('./python.mjs').Python | undefined} */
  let python
  if (venvState(ROOT).ok) return undefined
  await progress.step('python', async () => {
    python = await findPython()
    return `${python.version} at ${python.executable}${python.ensurepip ? '' : ', without ensurepip: pip will be fetched'}`
  })
  return python
}

/**
 * @param {import('./progress.mjs').Step} step
 * @param {AbortSignal} signal
 * @returns {Promise<string>}
 */
async function packagesStep(step, signal) {
  const before = packagesState(ROOT)
  if (before.ok) {
    stampPackages(ROOT)
    return `${before.count} in place`
  }
  step.doing('installing into node_modules with npm', before.reason)
  await installPackages(ROOT, { signal, log: join(LOGS, 'npm.log'), onDetail: text => step.detail(text) })
  return 'installed into node_modules'
}

/**
 * @param {import('./progress.mjs').Step} step
 * @param {AbortSignal} signal
 * @returns {Promise<string>}
 */
async function buildStep(step, signal) {
  const before = buildState(ROOT)
  if (before.ok) return 'up to date'
  step.doing('building with TypeScript', before.reason)
  await build(ROOT, { signal, log: join(LOGS, 'build.log') })
  return 'built'
}

/**
 * @param {import('./progress.mjs').Step} step
 * @param {import('./python.mjs').Python | undefined} known
 * @param {AbortSignal} signal
 * @returns {Promise<string>}
 */
async function venvStep(step, known, signal) {
  const before = venvState(ROOT)
  if (before.ok) return 'in place'
  step.doing('installing into .venv with pip', before.reason)
  const python = known ?? (await findPython())
  const log = join(LOGS, 'pip.log')
  const aside = await installVenv(ROOT, python, { signal, log, onDetail: text => step.detail(text) })
  return aside === undefined ? 'installed into .venv' : `installed into .venv; your own was moved to ${aside}`
}

/**
 * Notebooks run without these, but for those that read them: a failure is told and does not end the start.
 * @param {import('./progress.mjs').Step} step
 * @param {AbortSignal} signal
 * @returns {Promise<string>}
 */
async function dataStep(step, signal) {
  const { ok, missing } = dataState(ROOT)
  if (ok) return 'in place'
  step.doing('downloading', missing.join(', '))
  try {
    await downloadData(ROOT, { signal, log: join(LOGS, 'data.log') })
    return `downloaded ${missing.join(', ')}`
  } catch (error) {
    if (stoppedBy(error) !== undefined) throw error
    return `${missing.join(', ')} could not be downloaded now (later: npx gradlab data get ${missing.join(' ')})`
  }
}

/**
 * From here on the `gradlab` command, which was just built, has the word.
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
async function openLab(args) {
  const { main } = await import(pathToFileURL(join(ROOT, 'dist/cli/main.js')).href)
  return main(['lab', ...args])
}

/** @returns {{ signal: AbortSignal, stopListening: () => void }} */
function listenForStop() {
  const controller = new AbortController()
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])
  const handlers = signals.map(name => {
    const handler = () => controller.abort(new Stopped(name))
    process.on(name, handler)
    return () => process.off(name, handler)
  })
  const stopLooking = onOrphaned(() => controller.abort(new Stopped('SIGTERM')))
  return {
    signal: controller.signal,
    stopListening: () => {
      for (const off of [...handlers, stopLooking]) off()
    },
  }
}

/**
 * @param {unknown} error
 * @returns {Promise<number>} the exit code
 */
async function tellFailure(error) {
  const stopped = stoppedBy(error)
  if (stopped !== undefined) {
    console.error('stopped; the next npm start goes on where this ended')
    return stopped.exitCode
  }
  console.error(describeFailure(error, isDiskFull(error) ? await spaceLeft(ROOT, missingParts()) : undefined))
  return 1
}

/**
 * @param {unknown} error
 * @returns {Stopped | undefined}
 */
function stoppedBy(error) {
  if (error instanceof Stopped) return error
  // A wait that was aborted (timers) hides the reason one level down.
  return error instanceof Error && error.cause instanceof Stopped ? error.cause : undefined
}

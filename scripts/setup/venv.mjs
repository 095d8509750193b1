// The step `jupyterlab`: the project's own Python environment in .venv, with the pinned JupyterLab.
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from './command.mjs'
import { hashFiles, readJson, writeJson } from './stamp.mjs'

const REQUIREMENTS = 'requirements/lab.txt'
/** What may be missing: there is not a wheel for every platform. */
const BLAS_REQUIREMENT = 'requirements/blas.txt'
const PIP_REQUIREMENT = 'requirements/pip.txt'
/** Written first as unfinished, so that an environment can be told from one that the user made, and last as finished. */
const STAMP = '.venv/gradlab.json'

/**
 * @typedef {{ ok: true, python: string, version: string }} VenvGood
 * @typedef {{ ok: false, reason: string, foreign: boolean }} VenvBad
 */

/**
 * The environment's own interpreter.
 * @param {string} root
 * @param {NodeJS.Platform} platform
 * @returns {string}
 */
export function venvPython(root, platform = process.platform) {
  return platform === 'win32' ? join(root, '.venv', 'Scripts', 'python.exe') : join(root, '.venv', 'bin', 'python')
}

/**
 * Is .venv whole, and made here from the present requirements? Looks at files only: no Python is started.
 * @param {string} root
 * @returns {VenvGood | VenvBad}
 */
export function venvState(root) {
  if (!existsSync(join(root, '.venv'))) return bad('not made yet')
  const stamp = readJson(join(root, STAMP))
  if (stamp === undefined) return { ok: false, reason: 'was not made by npm start', foreign: true }
  if (stamp.state !== 'finished') return bad('an installation was broken off')
  if (stamp.root !== root) return bad('the project folder was moved')
  if (stamp.requirements !== hashFiles(root, [REQUIREMENTS, BLAS_REQUIREMENT])) return bad('requirements/ has changed')
  const python = venvPython(root)
  if (fingerprint(python) !== stamp.interpreter) return bad('its Python was removed or replaced')
  const absent = missingDistribution(root, stamp)
  if (absent !== undefined) return bad(`${absent} is missing from it`)
  return { ok: true, python, version: String(stamp.version) }
}

/**
 * @param {string} reason
 * @returns {VenvBad}
 */
function bad(reason) {
  return { ok: false, reason, foreign: false }
}

/**
 * Makes .venv anew and installs the pinned requirements, each checked by its hash. Returns where an environment that
 * stood in the place, and was the user's own, was moved to.
 * @param {string} root
 * @param {import('./python.mjs').Python} python
 * @param {{ signal: AbortSignal, log: string, onDetail: (text: string) => void }} options
 * @returns {Promise<string | undefined>}
 */
export async function installVenv(root, python, { signal, log, onDetail }) {
  const aside = clearPlace(root)
  writeJson(join(root, STAMP), { state: 'unfinished' })
  const run = pythonRunner(root, log, signal)
  const [command = '', ...args] = python.command
  onDetail('making the environment')
  await run('python -m venv', command, [
    ...args,
    '-m',
    'venv',
    ...(python.ensurepip ? [] : ['--without-pip']),
    join(root, '.venv'),
  ])
  if (!python.ensurepip) await installPip(root, run, onDetail)

  const total = requirementCount(root)
  let done = 0
  const pip = ['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', '--progress-bar=off']
  const wanted = ['--prefer-binary', '--require-hashes', '-r', join(root, REQUIREMENTS)]
  await run('pip install', venvPython(root), [...pip, ...wanted], line => {
    if (line.startsWith('Collecting ')) onDetail(`${++done} of about ${total} packages`)
    else if (line.startsWith('Installing collected packages')) onDetail('unpacking')
  })
  await installBlas(root, args => run('pip install', venvPython(root), [...pip, ...args]), signal, onDetail)
  // JupyterLab runs a yarn.js of its own by Node, as CommonJS: the project's `"type": "module"` must not reach it.
  writeJson(join(root, '.venv/package.json'), { private: true, type: 'commonjs' })
  writeJson(join(root, STAMP), finishedStamp(root, python))
  return aside
}

/**
 * Takes away what stands at .venv. An environment of the user's own is moved aside, never deleted.
 * @param {string} root
 * @returns {string | undefined} where it was moved to
 */
export function clearPlace(root) {
  const state = venvState(root)
  const place = join(root, '.venv')
  if (state.ok || !state.foreign) {
    rmSync(place, { recursive: true, force: true, maxRetries: 3 })
    return undefined
  }
  const aside = freeName(join(root, '.jupyter', 'replaced'))
  mkdirSync(join(root, '.jupyter'), { recursive: true })
  renameSync(place, aside)
  return aside
}

/**
 * @param {string} wanted
 * @returns {string}
 */
function freeName(wanted) {
  for (let i = 1; ; i++) {
    if (!existsSync(`${wanted}-venv-${i}`)) return `${wanted}-venv-${i}`
  }
}

/**
 * @typedef {(what: string, command: string, args: readonly string[], onLine?: (line: string) => void) => Promise<void>} PythonRunner
 * @param {string} root
 * @param {string} log
 * @param {AbortSignal} signal
 * @returns {PythonRunner}
 */
function pythonRunner(root, log, signal) {
  let append = false
  return async (what, command, args, onLine) => {
    await runCommand(command, args, {
      what,
      cwd: root,
      log,
      append,
      signal,
      env: pythonEnvironment(process.env),
      next: 'Read the lines above; GRADLAB_PYTHON chooses another Python. Then run npm start again.',
      ...(onLine === undefined ? {} : { onLine }),
    })
    append = true
  }
}

/**
 * The user's environment without what would lead Python or pip out of .venv.
 * @param {Record<string, string | undefined>} env
 * @returns {Record<string, string | undefined>}
 */
export function pythonEnvironment(env) {
  const { PYTHONHOME, PYTHONPATH, PIP_TARGET, PIP_PREFIX, PIP_ROOT, ...rest } = env
  // Over a `user = true` in pip's own settings; unbuffered, so that progress is seen as it is made.
  return { ...rest, PIP_USER: '0', PYTHONUNBUFFERED: '1' }
}

/**
 * pip, for a Python without ensurepip: the pinned wheel is fetched, checked and lets itself be installed.
 * @param {string} root
 * @param {PythonRunner} run
 * @param {(text: string) => void} onDetail
 */
async function installPip(root, run, onDetail) {
  onDetail('fetching pip, which this Python comes without')
  const folder = join(root, '.venv', 'gradlab-pip')
  const python = venvPython(root)
  await run('fetching pip', python, [join(root, 'scripts/setup/fetch_pip.py'), join(root, PIP_REQUIREMENT), folder])
  const wheel = readdirSync(folder).find(name => name.endsWith('.whl')) ?? ''
  await run('installing pip', python, [join(folder, wheel, 'pip'), 'install', '--no-index', join(folder, wheel)])
  rmSync(folder, { recursive: true })
}

/**
 * OpenBLAS for large products of matrices. Without it they are made in WebAssembly, at about half the speed.
 * @param {string} root
 * @param {(args: readonly string[]) => Promise<void>} pip
 * @param {AbortSignal} signal
 * @param {(text: string) => void} onDetail
 */
async function installBlas(root, pip, signal, onDetail) {
  onDetail('OpenBLAS')
  try {
    await pip(['--only-binary=:all:', '--no-deps', '--require-hashes', '-r', join(root, BLAS_REQUIREMENT)])
  } catch (error) {
    if (signal.aborted) throw error
    onDetail('no OpenBLAS for this platform: products of matrices run in WebAssembly')
  }
}

/**
 * @param {string} root
 * @returns {number}
 */
function requirementCount(root) {
  return readFileSync(join(root, REQUIREMENTS), 'utf8').match(/^[a-z]/gim)?.length ?? 0
}

/**
 * @param {string} root
 * @param {import('./python.mjs').Python} python
 * @returns {Record<string, unknown>}
 */
function finishedStamp(root, python) {
  const packages = sitePackages(root)
  return {
    state: 'finished',
    root,
    version: python.version,
    requirements: hashFiles(root, [REQUIREMENTS, BLAS_REQUIREMENT]),
    interpreter: fingerprint(venvPython(root)),
    packages,
    distributions: readdirSync(join(root, packages)).filter(name => name.endsWith('.dist-info')),
  }
}

/**
 * @param {string} root
 * @returns {string} relative to `root`
 */
function sitePackages(root) {
  if (process.platform === 'win32') return '.venv/Lib/site-packages'
  const version = readdirSync(join(root, '.venv/lib')).find(name => /^python3\.\d+/.test(name))
  return `.venv/lib/${version}/site-packages`
}

/**
 * The first distribution of the finished installation that is no longer there.
 * @param {string} root
 * @param {Record<string, unknown>} stamp
 * @returns {string | undefined}
 */
function missingDistribution(root, stamp) {
  const { packages, distributions } = stamp
  if (typeof packages !== 'string' || !Array.isArray(distributions)) return 'its list of packages'
  const present = new Set(existsSync(join(root, packages)) ? readdirSync(join(root, packages)) : [])
  const absent = distributions.find(name => !present.has(name))
  return absent === undefined ? undefined : String(absent).replace('.dist-info', '')
}

/**
 * Which program an interpreter is: another path, size or date means another build of Python.
 * @param {string} python
 * @returns {string | undefined} undefined where there is none
 */
function fingerprint(python) {
  try {
    const path = realpathSync(python)
    const { size, mtimeMs } = statSync(path)
    return `${path} ${size} ${Math.trunc(mtimeMs)}`
  } catch {
    return undefined
  }
}

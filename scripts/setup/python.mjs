// Finds a Python that can hold JupyterLab, and says what to install where there is none.
import { execFile } from 'node:child_process'
import { SetupError } from './failure.mjs'

/** The oldest Python that requirements/lab.txt is resolved for. */
export const OLDEST_PYTHON = [3, 10]

/**
 * @typedef {{ command: readonly string[], version: string, executable: string, venv: boolean, ensurepip: boolean }} Python
 * @typedef {{ command: readonly string[], problem: string }} Refused
 */

/** Printed by the Python that is asked. */
const ASK = `
import sys, json
from importlib.util import find_spec
print(json.dumps({
    "version": "%d.%d.%d" % sys.version_info[:3],
    "executable": sys.executable,
    "venv": find_spec("venv") is not None,
    "ensurepip": find_spec("ensurepip") is not None,
}))
`

/**
 * The commands that may be a Python, best first; GRADLAB_PYTHON, where set, is the only one.
 * @param {Record<string, string | undefined>} env
 * @param {NodeJS.Platform} platform
 * @returns {(readonly string[])[]}
 */
export function pythonCandidates(env, platform) {
  if (env.GRADLAB_PYTHON) return [[env.GRADLAB_PYTHON]]
  const numbered = ['python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3.14'].map(name => [name])
  return platform === 'win32' ? [['py', '-3'], ['python'], ['python3']] : [['python3'], ['python'], ...numbered]
}

/**
 * The best Python of this machine: with `ensurepip` if possible, else without.
 * @param {Record<string, string | undefined>} env
 * @param {NodeJS.Platform} platform
 * @returns {Promise<Python>}
 */
export async function findPython(env = process.env, platform = process.platform) {
  /** @type {Python[]} */
  const usable = []
  /** @type {Refused[]} */
  const refused = []
  for (const command of pythonCandidates(env, platform)) {
    const answer = await askPython(command)
    const python = 'problem' in answer ? answer : judgePython(answer)
    if ('problem' in python) refused.push(python)
    else if (python.ensurepip) return python
    else usable.push(python)
  }
  const [first] = usable
  if (first !== undefined) return first
  throw noPython(refused, env, platform)
}

/**
 * @param {readonly string[]} command
 * @returns {Promise<Python | Refused>}
 */
function askPython(command) {
  const [file = '', ...args] = command
  return new Promise(resolve => {
    execFile(file, [...args, '-c', ASK], { timeout: 15_000, windowsHide: true }, (error, stdout, stderr) => {
      if (error !== null) resolve({ command, problem: whyNot(error, stderr) })
      else resolve(parseAnswer(command, stdout))
    })
  })
}

/**
 * @param {import('node:child_process').ExecFileException} error
 * @param {string} stderr
 * @returns {string}
 */
function whyNot(error, stderr) {
  if (error.code === 'ENOENT') return 'not found'
  if (error.code === 'EACCES') return 'may not be run'
  return `does not run (${stderr.trim().split('\n').at(-1) || `ended with ${error.code ?? error.signal}`})`
}

/**
 * @param {readonly string[]} command
 * @param {string} output
 * @returns {Python | Refused}
 */
export function parseAnswer(command, output) {
  try {
    const { version, executable, venv, ensurepip } = JSON.parse(output)
    if (typeof version === 'string' && typeof executable === 'string') {
      return { command, version, executable, venv: venv === true, ensurepip: ensurepip === true }
    }
  } catch {
    // not the answer of a Python: told below
  }
  return { command, problem: 'does not answer as a Python does' }
}

/**
 * @param {Python} python
 * @returns {Python | Refused}
 */
export function judgePython(python) {
  const { command, version, executable } = python
  if (!isNewEnough(version)) return { command, problem: `${version} at ${executable} is too old` }
  if (!python.venv) return { command, problem: `${version} at ${executable} has no module venv` }
  return python
}

/**
 * @param {string} version '3.11.7'
 * @returns {boolean}
 */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [needMajor = 0, needMinor = 0] = OLDEST_PYTHON
  return major === needMajor ? minor >= needMinor : major > needMajor
}

/**
 * @param {readonly Refused[]} refused
 * @param {Record<string, string | undefined>} env
 * @param {NodeJS.Platform} platform
 * @returns {SetupError}
 */
export function noPython(refused, env, platform) {
  const list = refused.map(({ command, problem }) => `\n  ${command.join(' ')}: ${problem}`).join('')
  const oldest = OLDEST_PYTHON.join('.')
  if (env.GRADLAB_PYTHON) {
    return new SetupError(`GRADLAB_PYTHON is no Python ${oldest} or later that can be used:${list}`, {
      next: 'Set it to the path of such a Python, or unset it, then run npm start again.',
    })
  }
  const onlyVenvMissing = refused.some(({ problem }) => problem.endsWith('has no module venv'))
  return new SetupError(`JupyterLab needs a Python ${oldest} or later, and none was found:${list}`, {
    next: `${onlyVenvMissing ? 'Install the module venv' : 'Install Python'} (${installHint(platform)}), or set GRADLAB_PYTHON to one, then run npm start again.`,
  })
}

/**
 * @param {NodeJS.Platform} platform
 * @returns {string}
 */
function installHint(platform) {
  if (platform === 'darwin') return 'brew install python, or from https://www.python.org/downloads'
  if (platform === 'win32') return 'winget install Python.Python.3.13, or from https://www.python.org/downloads'
  return 'Debian and Ubuntu: apt-get install python3 python3-venv; Fedora: dnf install python3; Arch: pacman -S python'
}

// Installs what the benchmarks measure beside ours, all below this folder: tslab by default, others by name.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findPython } from '../../scripts/setup/python.mjs'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const WINDOWS = process.platform === 'win32'

const HELP = `Usage: node bench/peers/install.mjs [PEER ...]

  tslab      100 MB, by npm (the default)
  deno       100 MB, by npm
  ipykernel  130 MB, by pip into bench/peers/.venv
  ops        PyTorch, TensorFlow.js and jax-js for bench/ops: 4.6 GB, by pip and npm into bench/peers/ops
  all        all of them
`

/** @type {Record<string, () => void | Promise<void>>} */
const INSTALLERS = {
  tslab: () => npm(HERE, ['ci', '--ignore-scripts']),
  // No lock file: deno is one package of the exact version given, and npm ci refuses a lock that does not name its
  // binaries for all platforms, which not every registry has.
  deno: () => npm(join(HERE, 'deno'), ['install', '--ignore-scripts', '--no-package-lock']),
  ipykernel: () => pip(HERE),
  ops: async () => {
    npm(join(HERE, 'ops'), ['ci', '--ignore-scripts'])
    await pip(join(HERE, 'ops'), ['--no-deps'])
  },
}

/**
 * Installs a folder's requirements.txt into its .venv.
 * @param {string} folder
 * @param {string[]} [options]
 */
async function pip(folder, options = []) {
  const venv = join(folder, '.venv')
  const python = WINDOWS ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python')
  if (!existsSync(python)) {
    const [command = '', ...args] = (await findPython()).command
    run(folder, command, [...args, '-m', 'venv', venv])
  }
  const requirements = join(folder, 'requirements.txt')
  run(folder, python, ['-m', 'pip', 'install', '--disable-pip-version-check', '-q', ...options, '-r', requirements])
}

/**
 * @param {string} cwd
 * @param {string[]} args
 */
function npm(cwd, args) {
  // On Windows npm is a batch file, which only a shell can start; the arguments are fixed.
  run(cwd, 'npm', [...args, '--no-audit', '--no-fund'], WINDOWS)
}

/**
 * @param {string} cwd
 * @param {string} command
 * @param {string[]} args
 * @param {boolean} [shell]
 */
function run(cwd, command, args, shell = false) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: 'inherit', shell })
  if (error !== undefined) throw new Error(`${command} could not be started: ${error.message}`, { cause: error })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with code ${status}; its reason stands above.`)
}

/**
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
async function main(args) {
  if (args.includes('--help')) {
    console.log(HELP)
    return 0
  }
  const names = args.includes('all') ? Object.keys(INSTALLERS) : args.length === 0 ? ['tslab'] : args
  const unknown = names.find(name => !(name in INSTALLERS))
  if (unknown !== undefined) {
    console.error(`'${unknown}' is not a peer.\n\n${HELP}`)
    return 2
  }
  for (const name of names) {
    console.log(`${name}: installing`)
    await INSTALLERS[name]?.()
  }
  return 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

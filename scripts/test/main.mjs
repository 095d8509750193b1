// The story of `npm test`: each step says what it does, a step that cannot run here says why, the last line counts.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dataState, downloadData } from '../setup/data.mjs'
import { describeFailure } from '../setup/failure.mjs'
import { installPackages, packagesState } from '../setup/packages.mjs'
import { findPython } from '../setup/python.mjs'
import { installVenv, venvState } from '../setup/venv.mjs'
import { findChromium } from './chromium.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '')
const LOGS = join(ROOT, '.jupyter', 'logs')
const CI = process.env.CI === 'true'

const HELP = `Usage: npm test -- [--long] [SUITE ...]

Sets up, checks lint and types, and runs the suites: ${suites()
  .map(suite => suite.name)
  .join(', ')} (all by default).

  --long   also the heavy and repeated tests`

/** @typedef {{ passes: number, failures: number, pending: string[] }} Counts */
/** @typedef {{ name: string, title: string, files: string, missing: () => string | undefined }} Suite */

/** @returns {Suite[]} what is run, lightest first */
function suites() {
  const nothing = () => undefined
  return [
    { name: 'unit', title: 'library, command and set-up', files: '', missing: nothing },
    {
      name: 'kernel',
      title: 'kernel: compiler, types, cells, protocol over sockets',
      files: 'kernel',
      missing: nothing,
    },
    {
      name: 'lab',
      title: 'JupyterLab: its server and its page in Chromium',
      files: 'browser',
      missing: findChromium.missing,
    },
  ]
}

/**
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function test(args) {
  if (args.includes('--help')) {
    console.log(HELP)
    return 0
  }
  const long = args.includes('--long')
  const chosen = suites().filter(suite => args.every(arg => arg.startsWith('--')) || args.includes(suite.name))
  try {
    await setUp(chosen)
  } catch (error) {
    console.error(describeFailure(error))
    return 1
  }
  const total = { passed: 0, failed: 0 }
  /** @param {boolean} ok */
  const count = ok => {
    total[ok ? 'passed' : 'failed'] += 1
  }
  count(await step('lint', 'node_modules/@biomejs/biome/bin/biome', ['ci', '--colors=off', '.']))
  const built = await step('types and build', 'scripts/build.mjs', [])
  count(built)
  if (built) {
    await getData()
    for (const suite of chosen) {
      const counts = await runSuite(suite, long)
      total.passed += counts.passes
      total.failed += counts.failures
    }
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed`)
  return total.failed === 0 ? 0 : 1
}

/** @param {readonly Suite[]} chosen */
async function setUp(chosen) {
  const { signal } = new AbortController()
  /** @param {string} text */
  const onDetail = text => process.stdout.isTTY && process.stdout.write(`\r  ${text}  `)
  mkdirSync(LOGS, { recursive: true })
  const packages = packagesState(ROOT)
  if (!packages.ok || !existsSync(join(ROOT, 'node_modules/mocha/package.json'))) {
    heading(`set-up: npm ci (${packages.ok ? "the developers' packages are missing" : packages.reason})`)
    await installPackages(ROOT, { signal, log: join(LOGS, 'npm.log'), onDetail, dev: true })
  }
  if (!chosen.some(suite => suite.name !== 'kernel')) return
  const venv = venvState(ROOT)
  if (venv.ok) return
  heading(`set-up: JupyterLab into .venv (${venv.reason})`)
  await installVenv(ROOT, await findPython(), { signal, log: join(LOGS, 'pip.log'), onDetail })
}

/** Data sets that the tests read. A failure is told here, and again by the tests that miss them. */
async function getData() {
  const { ok, missing } = dataState(ROOT)
  if (ok) return
  heading(`set-up: data sets (${missing.join(', ')})`)
  try {
    await downloadData(ROOT, { signal: new AbortController().signal, log: join(LOGS, 'data.log') })
  } catch (error) {
    console.error(describeFailure(error))
  }
}

/**
 * @param {string} name
 * @param {string} script relative to the project
 * @param {string[]} args
 * @returns {Promise<boolean>}
 */
async function step(name, script, args) {
  heading(name)
  const code = await run([join(ROOT, script), ...args], process.env)
  console.log(code === 0 ? `  ok: ${name}` : `  failed: ${name} (exit code ${code})`)
  return code === 0
}

/**
 * @param {Suite} suite
 * @param {boolean} long
 * @returns {Promise<Counts>}
 */
async function runSuite(suite, long) {
  heading(suite.title)
  const missing = suite.missing()
  const files = testFiles(suite)
  if (missing !== undefined) {
    console.log(`  not run: ${files.length} files of the suite '${suite.name}': ${missing}`)
    return { passes: 0, failures: CI ? 1 : 0, pending: [] }
  }
  const scratch = mkdtempSync(join(tmpdir(), 'gradlab-test-'))
  const stats = join(scratch, 'stats.json')
  try {
    await run(
      [join(ROOT, 'node_modules/mocha/bin/mocha.js'), '--reporter', join(ROOT, 'scripts/test/reporter.cjs'), ...files],
      {
        ...process.env,
        GRADLAB_TEST_STATS: stats,
        ...(long ? { GRADLAB_LONG: '1' } : {}),
      },
    )
    return tell(suite, readCounts(stats))
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/**
 * What a test left out is named; on a machine that must have everything it counts as a failure.
 * @param {Suite} suite
 * @param {Counts | undefined} counts
 * @returns {Counts}
 */
function tell(suite, counts) {
  if (counts === undefined) {
    console.log(`  failed: the suite '${suite.name}' ended before its last test`)
    return { passes: 0, failures: 1, pending: [] }
  }
  for (const title of counts.pending) console.log(`  not run: ${title}`)
  return CI ? { ...counts, failures: counts.failures + counts.pending.length } : counts
}

/**
 * @param {string} file
 * @returns {Counts | undefined}
 */
function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/**
 * The compiled tests of a suite whose source still exists.
 * @param {Suite} suite
 * @returns {string[]}
 */
function testFiles(suite) {
  const others = suites().flatMap(other =>
    other.files !== '' && other.files !== suite.files ? [`${other.files}/`] : [],
  )
  return readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .map(name => name.replaceAll('\\', '/'))
    .filter(name => name.endsWith('.test.ts') && name.startsWith(suite.files === '' ? '' : `${suite.files}/`))
    .filter(name => !others.some(prefix => name.startsWith(prefix)))
    .sort()
    .map(name => join(ROOT, 'build/test', name.replace(/\.ts$/, '.js')))
}

/** @param {string} text */
function heading(text) {
  console.log(`\n== ${text}`)
}

/**
 * @param {string[]} args of Node
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>}
 */
function run(args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit', env })
    child.on('error', reject)
    child.on('exit', code => resolve(code ?? 1))
  })
}

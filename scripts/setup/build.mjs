// The step `build`: the library and the kernel as JavaScript, by the TypeScript in node_modules.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { bundle, doors } from './bundle.mjs'
import { runCommand } from './command.mjs'
import { declareMethods } from './methods.mjs'
import { hashFiles, readJson, writeJson } from './stamp.mjs'

/** What a learner needs; tests and benches have types that only developers install. */
const PROJECTS = [
  { sources: 'src', output: 'dist' },
  { sources: 'kernel-ext/src', output: 'kernel-ext/dist' },
]
const SETTINGS = ['package.json', 'tsconfig.base.json', 'node_modules/typescript/package.json']
const STAMP = 'dist/.gradlab-stamp.json'

/**
 * Is what was built made from the present sources?
 * @param {string} root
 * @returns {{ ok: true } | { ok: false, reason: string }}
 */
export function buildState(root) {
  const stamp = readJson(join(root, STAMP))
  if (stamp === undefined) return { ok: false, reason: 'not built yet' }
  if (stamp.hash !== sourcesHash(root)) return { ok: false, reason: 'the sources have changed' }
  const absent = outputs(root).find(file => !existsSync(join(root, file)))
  return absent === undefined ? { ok: true } : { ok: false, reason: `${absent} is missing` }
}

/**
 * @param {string} root
 * @param {{ signal: AbortSignal, log: string }} options
 */
export async function build(root, { signal, log }) {
  const stamp = stampAfterBuild(root)
  await runCommand(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-b', ...PROJECTS.map(p => p.sources)],
    {
      what: 'tsc -b',
      cwd: root,
      log,
      signal,
      next: 'Mend the lines named above (git status shows what was changed), then run npm start again.',
    },
  )
  declareMethods(root)
  await bundle(root)
  stamp()
}

/**
 * For whoever builds by other means. The sources are read now, before the compiler reads them: what changes meanwhile
 * is built the next time.
 * @param {string} root
 * @returns {() => void} to be called when the build has succeeded
 */
export function stampAfterBuild(root) {
  const hash = sourcesHash(root)
  return () => writeJson(join(root, STAMP), { hash })
}

/**
 * @param {string} root
 * @returns {string}
 */
function sourcesHash(root) {
  return hashFiles(root, [...SETTINGS, ...PROJECTS.flatMap(({ sources }) => sourceFiles(root, sources))])
}

/**
 * The JavaScript files that the sources become.
 * @param {string} root
 * @returns {string[]}
 */
function outputs(root) {
  const modules = PROJECTS.flatMap(({ sources, output }) =>
    sourceFiles(root, sources)
      .filter(file => file.endsWith('.ts') && !file.endsWith('.d.ts'))
      .map(file => `${output}${file.slice(sources.length, -'.ts'.length)}.js`),
  )
  return [...modules, ...doors(root).map(({ file }) => file)]
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {string[]} relative to `root`, in a stable order, with forward slashes
 */
function sourceFiles(root, folder) {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => /\.(ts|json)$/.test(name))
    .map(name => `${folder}/${name.replaceAll('\\', '/')}`)
    .sort()
}

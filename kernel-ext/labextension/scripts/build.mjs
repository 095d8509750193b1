// Builds the extension into labextension/, the form that JupyterLab loads and that is committed. Node alone, no Python.
// The same sources and lock file give the same bytes, in any folder.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sourceHash } from './source-hash.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const BUILT = join(ROOT, 'labextension')

/** Every page of JupyterLab loads the entry; the whole is in every clone. */
const MOST_BYTES = { entry: 20 * 1024, all: 6 * 1024 * 1024 }

rmSync(join(ROOT, 'lib'), { recursive: true, force: true })
node('node_modules/typescript/bin/tsc')
node(
  'node_modules/@jupyter/builder/lib/build-labextension.js',
  '--core-package-file',
  join(ROOT, 'node_modules/@jupyterlab/core-meta/core.package.json'),
  ROOT,
)
keepNotices()
writeFileSync(join(BUILT, 'source-hash.json'), `${JSON.stringify({ sha256: sourceHash(ROOT) })}\n`)
checkSizes()

function node(script, ...args) {
  const { status, error } = spawnSync(process.execPath, [join(ROOT, script), ...args], { cwd: ROOT, stdio: 'inherit' })
  if (status === 0) return
  console.error(`${script} failed${error ? `: ${error.message}` : ''}. Run 'npm ci' in ${ROOT} if it is missing.`)
  process.exit(1)
}

/** The notices of what plotly.js bundles stand in comments, which the minifier removes; their licences ask to keep them. */
function keepNotices() {
  const source = readFileSync(join(ROOT, 'node_modules/plotly.js-dist-min/plotly.min.js'), 'utf8')
  const notices = (source.match(/\/\*[!*][\s\S]*?\*\//g) ?? []).filter(comment => /licen|copyright/i.test(comment))
  if (notices.length === 0) throw new Error('plotly.js names no licences any more: look for where it keeps them now.')
  // The form written in a string has its line ends escaped.
  writeFileSync(join(BUILT, 'plotly-notices.txt'), `${notices.join('\n\n').replaceAll('\\n', '\n')}\n`)
}

function checkSizes() {
  const manifest = JSON.parse(readFileSync(join(BUILT, 'package.json'), 'utf8'))
  checkSize('The entry', statSync(join(BUILT, manifest.jupyterlab._build.load)).size, MOST_BYTES.entry)
  const files = readdirSync(BUILT, { withFileTypes: true, recursive: true }).filter(entry => entry.isFile())
  const all = files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0)
  checkSize('The extension', all, MOST_BYTES.all)
}

function checkSize(what, bytes, most) {
  console.log(`${what} weighs ${bytes} bytes (of at most ${most}).`)
  if (bytes <= most) return
  console.error(`${what} is too heavy: see what was bundled into labextension/static.`)
  process.exit(1)
}

// The library as it is imported: one file for each door in package.json's "exports", with what they share. A hundred
// small modules take three times as long to load.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { hashFiles } from './stamp.mjs'

/**
 * The doors of the package: which file is imported, and which module it is made from.
 * @param {string} root
 * @returns {{ file: string, module: string }[]} relative to `root`, with forward slashes
 */
export function doors(root) {
  const manifest = join(root, 'package.json')
  if (!existsSync(manifest)) return []
  const { exports = {} } = JSON.parse(readFileSync(manifest, 'utf8'))
  return Object.values(exports)
    .filter(door => typeof door === 'object')
    .map(door => ({ file: plain(door.default), module: plain(door.types).replace(/\.d\.ts$/, '.js') }))
}

/**
 * Writes the doors from the modules that tsc has made. Files are put in place whole, since kernels may be loading them.
 * @param {string} root
 */
export async function bundle(root) {
  const entries = doors(root)
  const [first] = entries
  if (first === undefined) return
  const folder = join(root, dirname(first.file))
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: entries.map(({ file, module }) => ({ in: module, out: basename(file, '.js') })),
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2023',
    platform: 'neutral',
    // The few packages of data/ go into the files, so that a page without a bundler loads them, too.
    mainFields: ['module', 'main'],
    external: ['node:*', 'stream'],
    // Programs on disk are those of one build: see src/compile/disk.ts.
    define: { GRADLAB_BUILD: JSON.stringify(buildId(root, entries)) },
    sourcemap: true,
    write: false,
    logLevel: 'warning',
  })
  mkdirSync(folder, { recursive: true })
  for (const { path, contents } of outputFiles) {
    writeFileSync(`${path}.part`, contents)
    renameSync(`${path}.part`, path)
  }
  const made = new Set(outputFiles.map(({ path }) => basename(path)))
  for (const name of readdirSync(folder)) if (!made.has(name)) rmSync(join(folder, name))
}

/**
 * A name for what tsc has made: other code, another name.
 * @param {string} root
 * @param {readonly { module: string }[]} entries
 * @returns {string}
 */
function buildId(root, entries) {
  const folder = dirname(/** @type {{ module: string }} */ (entries[0]).module)
  const made = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.js') && !name.startsWith('bundle'))
    .sort()
  return hashFiles(
    root,
    made.map(name => join(folder, name)),
  ).slice(0, 16)
}

/** @param {string} path */
function plain(path) {
  return path.replace(/^\.\//, '')
}

// The committed JupyterLab extension is what its sources say: by a hash always, by a fresh build in the long suite.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const EXTENSION = fileURLToPath(new URL('../../../kernel-ext/labextension/', import.meta.url))
const BUILT = join(EXTENSION, 'labextension')
/** What git does not hold. */
const NOT_SOURCE = ['node_modules', 'lib', 'labextension']

interface Manifest {
  readonly name: string
  readonly version: string
  readonly jupyterlab: { readonly _build: Record<string, string> }
}

describe('the built labextension', () => {
  it('has a manifest that names what JupyterLab loads', () => {
    const manifest = readJson<Manifest>(join(BUILT, 'package.json'))
    const own = readJson<Manifest>(join(EXTENSION, 'package.json'))
    assert.equal(manifest.name, 'gradlab-labextension')
    assert.equal(manifest.version, own.version)
    const { load, ...parts } = manifest.jupyterlab._build
    assert.deepEqual(parts, { extension: './extension', mimeExtension: './mimeExtension', style: './style' })
    assert.match(load ?? '', /^static\/remoteEntry\.[0-9a-f]+\.js$/)
    assert.ok(filesUnder(BUILT).includes(load!), `${load} is missing`)
  })

  it('has an entry of at most 20 KB and weighs at most 6 MB', () => {
    const manifest = readJson<Manifest>(join(BUILT, 'package.json'))
    assert.ok(readFileSync(join(BUILT, manifest.jupyterlab._build.load!)).length <= 20 * 1024)
    const bytes = filesUnder(BUILT).reduce((sum, file) => sum + readFileSync(join(BUILT, file)).length, 0)
    assert.ok(bytes <= 6 * 1024 * 1024, `${bytes} bytes`)
  })

  it('was built from the sources as they are', async () => {
    const { sha256 } = readJson<{ sha256: string }>(join(BUILT, 'source-hash.json'))
    const sourceHash = await loadSourceHash()
    const next = "Run 'npm ci' and 'npm run build' in kernel-ext/labextension and commit the result."
    assert.equal(sourceHash(EXTENSION), sha256, `The built labextension is stale. ${next}`)
  })

  if (process.env.GRADLAB_LONG === '1') {
    it('is, byte for byte, what a fresh build in another folder gives', function () {
      this.timeout(600_000)
      const copy = mkdtempSync(join(tmpdir(), 'gradlab-labextension-'))
      try {
        cpSync(EXTENSION, copy, { recursive: true, filter: path => !isLeftOut(path) })
        npm(copy, 'ci')
        npm(copy, 'run', 'build')
        assertSameFiles(join(copy, 'labextension'), BUILT)
      } finally {
        rmSync(copy, { recursive: true, force: true })
      }
    })
  }
})

function isLeftOut(path: string): boolean {
  return NOT_SOURCE.includes(relative(EXTENSION, path))
}

function npm(folder: string, ...args: string[]): void {
  const command = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const run = spawnSync(command, args, { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' })
  assert.equal(run.status, 0, `npm ${args.join(' ')} failed in ${basename(folder)}:\n${run.stdout}${run.stderr}`)
}

function assertSameFiles(fresh: string, committed: string): void {
  assert.deepEqual(filesUnder(fresh), filesUnder(committed))
  for (const file of filesUnder(fresh)) {
    assert.ok(readFileSync(join(fresh, file)).equals(readFileSync(join(committed, file))), `${file} differs`)
  }
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort()
}

/** The build script's own function: it is plain JavaScript outside this project, hence by address and cast. */
async function loadSourceHash(): Promise<(root: string) => string> {
  const module = (await import(pathToFileURL(join(EXTENSION, 'scripts/source-hash.mjs')).href)) as {
    sourceHash(root: string): string
  }
  return module.sourceHash
}

/** The files read here are made by our own build; a wrong form fails the assertions on it. */
function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T
}

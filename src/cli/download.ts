// Downloads the tarball of a data set: from npm's registry, with a bar, checked by hash, in place only when it is whole.
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { fileOf, isIntact } from '../data/cache.js'
import type { CatalogueEntry } from '../data/catalogue.js'
import { CommandError, EXIT } from './exit.js'
import type { ProgressOutput } from './run-progress.js'

/** No byte for so long means that the network is gone. */
const SILENCE_MS = 30_000

/** Downloads an entry to where the library looks for it. Throws CommandError: DOWNLOAD, DOWNLOAD_HASH. */
export async function download(entry: CatalogueEntry, output: ProgressOutput = process.stderr): Promise<void> {
  const url = await addressOf(entry)
  const bytes = await fetched(entry, url, new Bar(output, entry))
  if (!isIntact(entry, bytes)) {
    throw new CommandError('DOWNLOAD_HASH', `${url} is not the file that was expected: its SHA-512 is another.`, {
      next: 'Try again; if it stays so, the registry or a proxy on the way has changed it, and it must not be used.',
    })
  }
  const file = fileOf(entry)
  const part = `${file}.${process.pid}.part`
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(part, bytes)
    renameSync(part, file)
  } catch (cause) {
    throw new CommandError('DOWNLOAD', `${entry.name} could not be written to ${file}: ${reason(cause)}.`, {
      cause,
      exitCode: EXIT.notReady,
      next: 'Choose another folder for downloads: GRADLAB_DATA=/a/folder/with/room.',
    })
  } finally {
    if (existsSync(part)) rmSync(part, { force: true })
  }
}

async function addressOf({ package: name, version }: CatalogueEntry): Promise<string> {
  const base = (await registry()).replace(/\/$/, '')
  return `${base}/${name}/-/${name.split('/').at(-1)}-${version}.tgz`
}

/** The registry that npm uses here: schools have mirrors. */
async function registry(): Promise<string> {
  const { env, platform } = process
  const set = env.npm_config_registry ?? env.NPM_CONFIG_REGISTRY
  if (set) return set
  try {
    const windows = platform === 'win32'
    const { stdout } = await promisify(execFile)('npm', ['config', 'get', 'registry'], { shell: windows })
    if (/^https?:/.test(stdout)) return stdout.trim()
  } catch {
    // npm is not there: its own registry will do
  }
  return 'https://registry.npmjs.org'
}

async function fetched(entry: CatalogueEntry, url: string, bar: Bar): Promise<Uint8Array> {
  const stop = new AbortController()
  let timer = setTimeout(() => stop.abort(), SILENCE_MS)
  try {
    const response = await fetch(url, { signal: stop.signal })
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`)
    const chunks: Uint8Array[] = []
    for await (const chunk of response.body ?? []) {
      clearTimeout(timer)
      timer = setTimeout(() => stop.abort(), SILENCE_MS)
      chunks.push(chunk as Uint8Array)
      bar.add((chunk as Uint8Array).length)
    }
    return Buffer.concat(chunks)
  } catch (cause) {
    const why = stop.signal.aborted ? `nothing came for ${SILENCE_MS / 1000} s` : reason(cause)
    throw new CommandError('DOWNLOAD', `${entry.name} could not be downloaded from ${url}: ${why}.`, {
      cause,
      exitCode: EXIT.notReady,
      next: 'Check the connection and try again; `npm config get registry` is where it comes from.',
    })
  } finally {
    clearTimeout(timer)
    bar.end()
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}

const WIDTH = 24
const CLEAR_LINE = '\r\u001b[2K'

/** How much has come: a bar in a terminal, nothing elsewhere. */
class Bar {
  readonly #output: ProgressOutput
  readonly #entry: CatalogueEntry
  #bytes = 0

  constructor(output: ProgressOutput, entry: CatalogueEntry) {
    this.#output = output
    this.#entry = entry
  }

  add(bytes: number): void {
    this.#bytes += bytes
    if (!this.#output.isTTY) return
    const share = Math.min(1, this.#bytes / this.#entry.bytes)
    const full = Math.round(share * WIDTH)
    const mb = (n: number): string => (n / 1e6).toFixed(1)
    this.#output.write(
      `${CLEAR_LINE}${this.#entry.name} [${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${mb(this.#bytes)} of ${mb(this.#entry.bytes)} MB`,
    )
  }

  end(): void {
    if (this.#output.isTTY) this.#output.write(CLEAR_LINE)
  }
}

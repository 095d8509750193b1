// The files beside the notebook that its cells import, and theirs in turn: the server keeps what it has read of them
// until it is told of a change, so their times are compared before each check. Watching whole folders would cost more.
import { readFileSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { stateOf } from './file-state.js'
import { FileChange, type FileEvent } from './lsp.js'

/** Relative specifiers of `import`, `export ... from`, `import()` and `require()`. */
const SPECIFIER = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*(['"`])(\.{1,2}\/[^'"`\n]*)\1/g

const ENDINGS = ['', '.ts', '.tsx', '.mts', '.cts', '.d.ts', '.js', '.jsx', '.mjs', '.cjs', '.json']
const SCRIPT = /\.[cm]?[jt]sx?$/

export class Neighbours {
  /** File -> its state when the server was last told. */
  readonly #known = new Map<string, string>()
  /** Specifiers, made absolute, behind which there was no file. */
  readonly #missing = new Set<string>()
  /** The same of texts that are being written, of which half-written names are forgotten with the next text. */
  #sought = new Set<string>()

  /** Follows what a text in a folder imports. */
  follow(text: string, folder: string): void {
    for (const path of imported(text, folder)) {
      if (this.#followPath(path).length === 0) this.#missing.add(path)
    }
  }

  /** Follows what texts import that are being written, in place of those of the last call. */
  followWritten(texts: Iterable<string>, folder: string): void {
    const paths = new Set([...texts].flatMap(text => imported(text, folder)))
    // Those that were missing before are left for `changes` to find.
    const missing = [...paths].filter(path => this.#sought.has(path) || this.#followPath(path).length === 0)
    this.#sought = new Set(missing)
  }

  /** What has changed since the last call. */
  changes(): FileEvent[] {
    const events: FileEvent[] = []
    for (const [path, known] of this.#known) {
      const now = stateOfFile(path)
      if (now === known) continue
      events.push({ path, type: now === undefined ? FileChange.deleted : FileChange.changed })
      this.#known.delete(path)
      if (now === undefined) this.#missing.add(path)
      else this.#followFile(path, now)
    }
    for (const path of [...this.#missing, ...this.#sought]) {
      for (const file of this.#followPath(path)) events.push({ path: file, type: FileChange.created })
    }
    return events
  }

  #followPath(path: string): string[] {
    const found = candidates(path).flatMap(file => {
      const state = stateOfFile(file)
      return state === undefined ? [] : [{ file, state }]
    })
    if (found.length > 0) {
      this.#missing.delete(path)
      this.#sought.delete(path)
    }
    for (const { file, state } of found) if (!this.#known.has(file)) this.#followFile(file, state)
    return found.map(({ file }) => file)
  }

  #followFile(file: string, state: string): void {
    this.#known.set(file, state)
    if (!SCRIPT.test(file)) return
    try {
      this.follow(readFileSync(file, 'utf8'), dirname(file))
    } catch {
      // Not readable: the checker will say so where it is imported.
    }
  }
}

/** The files, without their endings, that a text imports. */
function imported(text: string, folder: string): string[] {
  return [...text.matchAll(SPECIFIER)].map(([, , specifier]) => join(folder, specifier!))
}

/** The files that a specifier may mean: `./a.js` is also `./a.ts`. */
function candidates(path: string): string[] {
  const stems = [path, join(path, 'index')]
  if (/\.[cm]?jsx?$/.test(path)) stems.push(path.slice(0, -extname(path).length))
  return stems.flatMap(stem => ENDINGS.map(ending => stem + ending))
}

function stateOfFile(path: string): string | undefined {
  return stateOf(path, stats => stats.isFile())
}

// A notebook without a runtime: cells are checked by the real language server and committed as if they had run.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { analyseCell } from '#kernel/cell/analyse.js'
import { type Diagnostic, TypeServer, type TypeServerOptions } from '#kernel/types/server.js'

export class Notebook {
  readonly folder = mkdtempSync(join(tmpdir(), 'gradlab-types-'))
  readonly log: string[] = []
  readonly #options: Partial<TypeServerOptions>
  #types: TypeServer | undefined
  #count = 0

  constructor(options: Partial<TypeServerOptions> = {}) {
    this.#options = options
  }

  /** Started at the first use, so that a test can put files into the folder before. */
  get types(): TypeServer {
    this.#types ??= TypeServer.start({
      notebookDir: this.folder,
      roots: [],
      log: text => void this.log.push(text),
      ...this.#options,
    })
    return this.#types
  }

  write(path: string, content: string | object): void {
    const file = join(this.folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  }

  /** Checks a cell, and commits it unless something blocks it. */
  async run(code: string): Promise<readonly Diagnostic[]> {
    const analysis = analyseCell(code)
    const { document, diagnostics } = await this.types.check(analysis, `Cell [${++this.#count}]`)
    if (diagnostics.some(({ blocks }) => blocks)) this.types.discard(document)
    else
      this.types.commit(
        document,
        analysis.declarations.map(({ name }) => name),
      )
    return diagnostics
  }

  /** The findings of a cell in short: `error 2322 1:5 message`. */
  async findings(code: string): Promise<string[]> {
    return (await this.run(code)).map(
      ({ severity, code, line, column, message }) => `${severity} ${code} ${line}:${column} ${message}`,
    )
  }

  dispose(): void {
    this.#types?.dispose()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

// A headless kernel in a folder of its own, and what was published under which cell, also after the cell's end.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CellOutcome, execute, type Json } from './request.js'
import { type StdioClient, startStdioKernel } from './stdio.js'

export interface Cells {
  readonly folder: string
  readonly kernel: StdioClient
  run(code: string, options?: Json): Promise<CellOutcome>
  /** Runs a cell; the answer tells all that has been printed under it by the time of asking. */
  runWatched(code: string): Promise<{ outcome: CellOutcome; printed(name?: 'stdout' | 'stderr'): string }>
  /** Resolves when text has come on a stream of any cell. */
  seen(text: string | RegExp): Promise<void>
  close(): Promise<void>
}

export function startCells(env: NodeJS.ProcessEnv = {}): Cells {
  const folder = mkdtempSync(join(tmpdir(), 'gradlab-cells-'))
  const kernel = startStdioKernel(folder, undefined, env)
  const printed = new Map<string, { stdout: string; stderr: string }>()
  kernel.collector.watch(({ header, parent_header, content }) => {
    if (header.msg_type !== 'stream') return
    const parent = String(parent_header.msg_id)
    const texts = printed.get(parent) ?? { stdout: '', stderr: '' }
    texts[content.name as 'stdout' | 'stderr'] += content.text
    printed.set(parent, texts)
  })
  return {
    folder,
    kernel,
    run: (code, options = {}) => execute(kernel, code, options),
    async runWatched(code) {
      let id = ''
      const stop = kernel.collector.watch(({ header, parent_header, content }) => {
        if (header.msg_type === 'execute_input' && content.code === code) id = String(parent_header.msg_id)
      })
      const outcome = await execute(kernel, code)
      stop()
      return { outcome, printed: (name = 'stdout') => printed.get(id)?.[name] ?? '' }
    },
    async seen(text) {
      await kernel.collector.next(({ header, content }) => {
        if (header.msg_type !== 'stream') return false
        return typeof text === 'string' ? String(content.text).includes(text) : text.test(String(content.text))
      })
    },
    async close() {
      await kernel.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

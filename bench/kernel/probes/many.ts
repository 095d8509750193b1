// A long day in one notebook: a thousand cells that are all different.
import { sleep } from '../failure.js'
import type { Kernel } from '../kernel.js'
import { commandLine, memoryBytes } from '../proc.js'
import { median } from '../statistics.js'
import type { Probe } from './probe.js'

/** Run before memory is first looked at, so that what is loaded and compiled once is not counted. */
const WARM = 50
const CELLS = 1000
const SETTLE_MS = 3000

/** Needs a kernel that has run nothing. */
export const many: Probe = {
  figures: ['cell-500', 'memory-1000', 'memory-1000-bare'],
  async run(kernel, note) {
    const took: number[] = []
    const declare = async (until: number): Promise<void> => {
      while (took.length < until) {
        took.push((await kernel.run(kernel.contender.dialect.declare(took.length + 1))).tookMs)
      }
    }
    await declare(WARM)
    const before = await settledMemory(kernel)
    await declare(500)
    note('cell-500', median(took.slice(495, 500)))
    await declare(WARM + CELLS)
    const after = await settledMemory(kernel)
    note('memory-1000', after.all - before.all)
    note('memory-1000-bare', after.bare - before.bare)
  },
}

/** Megabytes of all processes, and of those that are not TypeScript's server. */
async function settledMemory(kernel: Kernel): Promise<{ all: number; bare: number }> {
  await sleep(SETTLE_MS)
  const { tree } = kernel
  return {
    all: memoryBytes(tree) / 1e6,
    bare: memoryBytes(tree.filter(pid => !commandLine(pid).includes('--lsp'))) / 1e6,
  }
}

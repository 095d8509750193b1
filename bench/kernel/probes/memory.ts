// What a kernel takes of the machine while nobody uses it.
import { sleep } from '../failure.js'
import type { Kernel } from '../kernel.js'
import { memoryBytes, processorMs } from '../proc.js'
import type { Probe } from './probe.js'

/** Until what a kernel still does in the background has settled. */
const SETTLE_MS = 3000
const IDLE_MS = 5000

/** Needs a kernel that has run nothing. */
export const memory: Probe = {
  figures: ['memory-ready', 'memory-cell'],
  async run(kernel, note) {
    note('memory-ready', await settledMegabytes(kernel))
    await kernel.run(kernel.contender.dialect.declare(1))
    note('memory-cell', await settledMegabytes(kernel))
  },
}

async function settledMegabytes(kernel: Kernel): Promise<number> {
  await sleep(SETTLE_MS)
  return memoryBytes(kernel.tree) / 1e6
}

export const idle: Probe = {
  figures: ['idle-cpu'],
  async run(kernel, note) {
    await kernel.run(kernel.contender.dialect.trivial)
    await sleep(SETTLE_MS)
    const { tree } = kernel
    const before = processorMs(tree)
    await sleep(IDLE_MS)
    note('idle-cpu', ((processorMs(tree) - before) / IDLE_MS) * 100)
  },
}

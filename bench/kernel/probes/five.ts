// Five notebooks that are open at once, as in a browser with five tabs.
import { sleep } from '../failure.js'
import type { Kernel } from '../kernel.js'
import { memoryBytes, processorMs } from '../proc.js'
import type { Probe } from './probe.js'

const NOTEBOOKS = 5
const SETTLE_MS = 3000
/** V8 and Go tidy up some ten seconds after a start; after that nothing has a reason to run. */
const TIDIED_MS = 20_000
const IDLE_MS = 20_000

/** Needs a kernel that has run nothing. */
export const five: Probe = {
  figures: ['five-memory', 'five-each', 'five-idle', 'five-first'],
  async run(kernel, note) {
    const kernels = [kernel]
    try {
      while (kernels.length < NOTEBOOKS) kernels.push(await kernel.sibling(kernels.length + 1))
      await sleep(SETTLE_MS)
      const tree = kernels.flatMap(({ tree }) => tree)
      const memory = memoryBytes(tree) / 1e6
      note('five-memory', memory)
      note('five-each', memory / NOTEBOOKS)
      await sleep(TIDIED_MS)
      note('five-idle', await idlePercent(tree))
      note('five-first', await slowestFirstCell(kernels))
    } finally {
      await Promise.all(kernels.slice(1).map(sibling => sibling.end()))
    }
  },
}

async function idlePercent(tree: readonly number[]): Promise<number> {
  const before = processorMs(tree)
  await sleep(IDLE_MS)
  // A thread that has ended takes its time along.
  return (Math.max(0, processorMs(tree) - before) / IDLE_MS) * 100
}

async function slowestFirstCell(kernels: readonly Kernel[]): Promise<number> {
  const answers = await Promise.all(kernels.map(kernel => kernel.run(kernel.contender.dialect.declare(1))))
  return Math.max(...answers.map(({ tookMs }) => tookMs))
}

// How fast a cell's own loop runs: the time is taken inside the kernel, by its own clock.
import { ADDITIONS } from '../dialect.js'
import { Failure } from '../failure.js'
import type { Kernel } from '../kernel.js'
import { standardOutput } from '../outputs.js'
import { median } from '../statistics.js'
import type { Probe } from './probe.js'

const REPEATS = 5
const SUM = (ADDITIONS * (ADDITIONS - 1)) / 2

export const loops: Probe = {
  figures: ['local', 'top-level', 'top-by-local'],
  async run(kernel, note) {
    const { dialect } = kernel.contender
    const local: number[] = []
    const topLevel: number[] = []
    for (let k = 1; k <= REPEATS; k++) {
      local.push(await timedSum(kernel, dialect.localAdditions(k)))
      await kernel.run(dialect.topLevelNumber(k))
      topLevel.push(await timedSum(kernel, dialect.topLevelAdditions(k)))
    }
    note('local', median(local))
    note('top-level', median(topLevel))
    note('top-by-local', median(topLevel) / median(local))
  },
}

async function timedSum(kernel: Kernel, code: string): Promise<number> {
  const text = standardOutput(await kernel.run(code))
  const [, took, sum] = /took ([\d.e-]+) of (\d+)/.exec(text) ?? []
  if (Number(sum) !== SUM) throw new Failure(`sum ${sum ?? 'not printed'}`)
  return Number(took)
}

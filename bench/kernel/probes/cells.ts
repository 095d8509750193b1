// Cells as a learner sends them, and completion as they type.
import type { Typing } from '../dialect.js'
import { Failure, sleep } from '../failure.js'
import type { Kernel } from '../kernel.js'
import { median } from '../statistics.js'
import type { Probe } from './probe.js'

const CELLS = 100
const COMPLETIONS = 10
const LATER_MS = 1000

/** Needs a kernel that has run nothing. */
export const cells: Probe = {
  figures: ['cell-1', 'cell-20', 'cell-100'],
  async run(kernel, note) {
    const took: number[] = []
    for (let k = 1; k <= CELLS; k++) took.push((await kernel.run(kernel.contender.dialect.declare(k))).tookMs)
    await assertChecked(kernel)
    note('cell-1', took[0] ?? Number.NaN)
    note('cell-20', median(took.slice(15, 20)))
    note('cell-100', median(took.slice(95, 100)))
  },
}

/** A kernel that is counted as checking types refuses a wrong one, after as many cells as were measured. */
async function assertChecked(kernel: Kernel): Promise<void> {
  if (!kernel.contender.checksTypes) return
  const wrong = kernel.submit(kernel.contender.dialect.mistyped)
  await kernel.wait(wrong.done.promise, 'end of a mistyped cell')
  if (wrong.reply.status === 'ok') throw new Failure('types are not checked')
}

/** Needs a kernel that has just been started: a person has looked at it for a second. */
export const later: Probe = {
  figures: ['cell-1-later'],
  async run(kernel, note) {
    await sleep(LATER_MS)
    note('cell-1-later', (await kernel.run(kernel.contender.dialect.declare(1))).tookMs)
  },
}

export const complete: Probe = {
  figures: ['complete'],
  async run(kernel, note) {
    note('complete', await completion(kernel, kernel.contender.dialect.math))
  },
}

export const completePackage: Probe = {
  figures: ['complete-package'],
  async run(kernel, note) {
    note('complete-package', await completion(kernel, kernel.contender.dialect.package))
  },
}

async function completion(kernel: Kernel, { before, half, member }: Typing): Promise<number> {
  await kernel.run(before)
  const took: number[] = []
  for (let k = 1; k <= COMPLETIONS; k++) took.push(await completionMs(kernel, half(k), member))
  return median(took)
}

async function completionMs(kernel: Kernel, code: string, member: string): Promise<number> {
  const answer = await kernel.request('shell', 'complete_request', { code, cursor_pos: code.length })
  const { matches } = answer.reply
  if (!Array.isArray(matches) || !matches.some(match => String(match).endsWith(member))) {
    throw new Failure(`${member} is not offered`)
  }
  return (answer.replyAt ?? Number.NaN) - answer.sentAt
}

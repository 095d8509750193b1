// Cells as a learner sends them, and completion as they type.
import { Failure } from '../failure.js'
import type { Kernel } from '../kernel.js'
import { median } from '../statistics.js'
import type { Probe } from './probe.js'

const CELLS = 100
const COMPLETIONS = 10

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

export const complete: Probe = {
  figures: ['complete'],
  async run(kernel, note) {
    const { dialect } = kernel.contender
    await kernel.run(dialect.beforeMember)
    const took: number[] = []
    for (let k = 1; k <= COMPLETIONS; k++) took.push(await completionMs(kernel, dialect.member(k)))
    note('complete', median(took))
  },
}

async function completionMs(kernel: Kernel, code: string): Promise<number> {
  const answer = await kernel.request('shell', 'complete_request', { code, cursor_pos: code.length })
  const { matches } = answer.reply
  if (!Array.isArray(matches) || !matches.some(match => String(match).endsWith('floor'))) {
    throw new Failure('floor is not offered')
  }
  return (answer.replyAt ?? Number.NaN) - answer.sentAt
}

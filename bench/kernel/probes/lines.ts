// A cell that prints very much: no line may be lost, none may come after idle.
import type { Answer } from '../client.js'
import { LINES } from '../dialect.js'
import { Failure, sleep } from '../failure.js'
import { countLines } from '../outputs.js'
import type { Probe } from './probe.js'

/** A kernel that has said nothing for so long has nothing more to say: before its idle, and after it. */
const QUIET_MS = 5000
const LATE_MS = 1500
const LIMIT_MS = 60_000

export const lines: Probe = {
  figures: ['lines'],
  async run(kernel, note) {
    await kernel.run(kernel.contender.dialect.trivial)
    const answer = kernel.submit(kernel.contender.dialect.printLines)
    await kernel.wait(allOrQuiet(answer), 'end of the lines', LIMIT_MS)
    judge(answer)
    note('lines', answer.tookMs)
  },
}

function judge(answer: Answer): void {
  const { beforeIdle, all } = countLines(answer)
  const problems: string[] = []
  if (all !== LINES) problems.push(`${all} of ${LINES} lines`)
  if (answer.idleAt === undefined) problems.push('never idle')
  else if (answer.replyAt === undefined) problems.push('no reply')
  if (beforeIdle < all)
    problems.push(`${all - beforeIdle} lines after idle, the last at ${Math.round(answer.lastAt - answer.sentAt)} ms`)
  if (problems.length > 0) throw new Failure(problems.join(', '))
}

/** Until the cell is done with all its lines; what is missing is waited for, be it late or never to come. */
async function allOrQuiet(answer: Answer): Promise<void> {
  const done = answer.done.promise.then(() => true)
  while (!(await Promise.race([done, sleep(QUIET_MS / 10)]))) {
    if (performance.now() - answer.lastAt > QUIET_MS) return
  }
  if (countLines(answer).all === LINES) return
  while (performance.now() - answer.lastAt < LATE_MS) await sleep(LATE_MS / 10)
}

// A cell that prints very much: no line may be lost, none may come after idle.
import type { Answer } from '../client.js'
import { Failure, sleep } from '../failure.js'
import type { FigureName } from '../figures.js'
import { countLines } from '../outputs.js'
import type { Probe } from './probe.js'

/** A kernel that has said nothing for so long has nothing more to say: before its idle, and after it. */
const QUIET_MS = 5000
const LATE_MS = 1500

export const lines = printing('lines', 100_000, 60_000)

export const manyLines = printing('lines-million', 1_000_000, 150_000)

function printing(figure: FigureName, count: number, limitMs: number): Probe {
  return {
    figures: [figure],
    async run(kernel, note) {
      const { dialect } = kernel.contender
      await kernel.run(dialect.trivial)
      const answer = kernel.submit(dialect.printLines(count))
      await kernel.wait(allOrQuiet(answer, count), 'end of the lines', limitMs)
      judge(answer, count)
      note(figure, answer.tookMs)
    },
  }
}

function judge(answer: Answer, count: number): void {
  const { beforeIdle, all } = countLines(answer)
  const problems: string[] = []
  if (all !== count) problems.push(`loses ${(count - all).toLocaleString('en')} lines`)
  if (answer.idleAt === undefined) problems.push('never idle')
  else if (answer.replyAt === undefined) problems.push('no reply')
  if (beforeIdle < all)
    problems.push(`${all - beforeIdle} lines after idle, the last at ${Math.round(answer.lastAt - answer.sentAt)} ms`)
  if (problems.length > 0) throw new Failure(problems.join(', '))
}

/** Until the cell is done with all its lines; what is missing is waited for, be it late or never to come. */
async function allOrQuiet(answer: Answer, count: number): Promise<void> {
  const done = answer.done.promise.then(() => true)
  while (!(await Promise.race([done, sleep(QUIET_MS / 10)]))) {
    if (performance.now() - answer.lastAt > QUIET_MS) return
  }
  if (countLines(answer).all === count) return
  while (performance.now() - answer.lastAt < LATE_MS) await sleep(LATE_MS / 10)
}

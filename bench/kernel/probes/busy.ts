// What a kernel answers while a cell keeps it busy without ever awaiting.
import type { Answer } from '../client.js'
import { Failure, sleep } from '../failure.js'
import type { Kernel } from '../kernel.js'
import { standardOutput } from '../outputs.js'
import { median } from '../statistics.js'
import type { Probe } from './probe.js'

const LOOP_MS = 1000
/** Asked for so long, from the loop's start on; then the loop still has some time to run. */
const ASKING_MS = 600
const PAUSE_MS = 50
/** Some kernels skip the cells that come soon after an error; here it is only asked whether names are kept. */
const RECOVERY_MS = 500

export const heartbeat: Probe = {
  figures: ['heartbeat'],
  async run(kernel, note) {
    await kernel.client.ping() // opens the connection
    note('heartbeat', await whileBusy(kernel, () => kernel.wait(kernel.client.ping(), 'heartbeat')))
  },
}

export const control: Probe = {
  figures: ['control'],
  async run(kernel, note) {
    note('control', await whileBusy(kernel, () => controlMs(kernel)))
  },
}

async function controlMs(kernel: Kernel): Promise<number> {
  const answer = await kernel.request('control', 'kernel_info_request')
  return (answer.replyAt ?? Number.NaN) - answer.sentAt
}

/** The median of what `ask` takes while a cell loops; a kernel that is blocked answers once, when the loop has ended. */
async function whileBusy(kernel: Kernel, ask: () => Promise<number>): Promise<number> {
  await kernel.run(kernel.contender.dialect.trivial)
  const loop = kernel.submit(kernel.contender.dialect.busy(LOOP_MS))
  await begun(loop)
  const until = performance.now() + ASKING_MS
  const took: number[] = []
  while (performance.now() < until) {
    took.push(await ask())
    await sleep(PAUSE_MS)
  }
  await kernel.wait(loop.done.promise, 'end of the loop')
  return median(took)
}

/** The loop runs: the kernel has said that it is busy, if it can, and has had time to compile the cell. */
async function begun(answer: Answer): Promise<void> {
  await Promise.race([answer.busy.promise, sleep(200)])
  await sleep(100)
}

/** Last of its session: some kernels do not live through it. */
export const interrupt: Probe = {
  figures: ['interrupt'],
  async run(kernel, note) {
    const { dialect } = kernel.contender
    await kernel.run(dialect.remember)
    const loop = kernel.submit(dialect.endless)
    await begun(loop)
    await sleep(200)
    const askedAt = performance.now()
    kernel.interrupt()
    await kernel.wait(loop.done.promise, 'end after an interrupt', 5000)
    const took = loop.sentAt + loop.tookMs - askedAt
    await sleep(RECOVERY_MS)
    if (!standardOutput(await kernel.run(dialect.recall)).includes('7')) throw new Failure('names are lost')
    note('interrupt', took)
  },
}

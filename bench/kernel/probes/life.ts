// Starting and restarting.
import type { Probe } from './probe.js'

/** Needs a kernel that has just been started. */
export const start: Probe = {
  figures: ['start', 'first-cell'],
  async run(kernel, note) {
    note('start', kernel.readyAt - kernel.startedAt)
    const first = await kernel.run(kernel.contender.dialect.trivial)
    note('first-cell', first.sentAt + first.tookMs - kernel.startedAt)
  },
}

export const restart: Probe = {
  figures: ['restart'],
  async run(kernel, note) {
    await kernel.run(kernel.contender.dialect.trivial)
    note('restart', await kernel.restart())
    await kernel.run(kernel.contender.dialect.trivial)
  },
}

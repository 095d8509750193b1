// The order of a run: round by round, session by session, one kernel after the other and only one alive at a time.
import type { Contender } from './contenders.js'
import { Failure } from './failure.js'
import { FIGURES, type FigureName } from './figures.js'
import { Kernel } from './kernel.js'
import type { Probe } from './probes/probe.js'
import type { Readings } from './readings.js'
import type { Session } from './sessions.js'

export interface Plan {
  readonly contenders: readonly Contender[]
  readonly sessions: readonly Session[]
  readonly rounds: number
  readonly scratch: string
  readonly readings: Readings
  progress(text: string): void
}

/** Every other round runs the kernels in the opposite order, so that none always follows the same one. */
export async function runRounds(plan: Plan): Promise<void> {
  for (let round = 1; round <= plan.rounds; round++) {
    const order = round % 2 === 1 ? plan.contenders : plan.contenders.toReversed()
    for (const session of plan.sessions) {
      if (session.long && round > 1) continue
      for (const contender of order) {
        const said = await runSession(plan, session, contender)
        plan.progress(`round ${round}/${plan.rounds}  ${session.name.padEnd(6)} ${contender.name.padEnd(10)} ${said}`)
      }
    }
  }
}

/** Starts a kernel and ends it, uncounted: files come into the system's cache, folders are made. */
export async function warmUp(contender: Contender, scratch: string): Promise<void> {
  const kernel = await Kernel.start(contender, scratch)
  try {
    await kernel.run(contender.dialect.trivial)
  } finally {
    await kernel.end()
  }
}

async function runSession(plan: Plan, session: Session, contender: Contender): Promise<string> {
  const said: string[] = []
  let kernel: Kernel | undefined
  try {
    for (const probe of session.probes) {
      const { notes, failure, usable } = await runProbe(probe, async () => {
        kernel ??= await Kernel.start(contender, plan.scratch, { packages: session.packages ?? [] })
        return kernel
      })
      for (const figure of probe.figures) {
        const reading = notes.get(figure) ?? failure ?? 'not measured'
        plan.readings.add(contender.name, figure, reading)
        said.push(`${figure} ${typeof reading === 'number' ? reading.toFixed(1) + FIGURES[figure].unit : reading}`)
      }
      if (usable) continue
      // The next probe is not to suffer for what this one met.
      await kernel?.end()
      kernel = undefined
    }
  } finally {
    await kernel?.end()
  }
  return said.join('  ')
}

interface ProbeResult {
  readonly notes: ReadonlyMap<FigureName, number>
  readonly failure: string | undefined
  readonly usable: boolean
}

async function runProbe(probe: Probe, started: () => Promise<Kernel>): Promise<ProbeResult> {
  const notes = new Map<FigureName, number>()
  try {
    await probe.run(await started(), (figure, value) => notes.set(figure, value))
    return { notes, failure: undefined, usable: true }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { notes, failure: error.message, usable: false }
  }
}

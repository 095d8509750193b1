// Which probes share a kernel, in order. A session starts a kernel of its own.
import type { FigureName } from './figures.js'
import { control, heartbeat, interrupt } from './probes/busy.js'
import { cells, complete } from './probes/cells.js'
import { restart, start } from './probes/life.js'
import { lines } from './probes/lines.js'
import { loops } from './probes/loops.js'
import { idle, memory } from './probes/memory.js'
import type { Probe } from './probes/probe.js'

export interface Session {
  readonly name: string
  readonly probes: readonly Probe[]
}

const SESSIONS: readonly Session[] = [
  { name: 'life', probes: [start, restart] },
  { name: 'cells', probes: [cells] },
  { name: 'work', probes: [complete, loops, heartbeat, control, interrupt] },
  { name: 'lines', probes: [lines] },
  { name: 'rest', probes: [memory, idle] },
]

/** The sessions, with those probes alone that measure a wanted figure. */
export function sessionsFor(wanted: ReadonlySet<FigureName>): Session[] {
  return SESSIONS.map(({ name, probes }) => ({
    name,
    probes: probes.filter(probe => probe.figures.some(figure => wanted.has(figure))),
  })).filter(({ probes }) => probes.length > 0)
}

// Which probes share a kernel, in order. A session starts a kernel of its own.

import { LARGE_PACKAGE } from './dialect.js'
import type { FigureName } from './figures.js'
import { control, heartbeat, interrupt } from './probes/busy.js'
import { cells, complete, completePackage, later } from './probes/cells.js'
import { five } from './probes/five.js'
import { restart, start } from './probes/life.js'
import { lines, manyLines } from './probes/lines.js'
import { loops } from './probes/loops.js'
import { many } from './probes/many.js'
import { idle, memory } from './probes/memory.js'
import type { Probe } from './probes/probe.js'

export interface Session {
  readonly name: string
  readonly probes: readonly Probe[]
  /** Packages that lie in the notebook's folder, which is empty otherwise. */
  readonly packages?: readonly string[]
  /** Takes long, so it is measured in the first round alone, and only if that is asked for. */
  readonly long?: true
}

const SESSIONS: readonly Session[] = [
  { name: 'life', probes: [start, restart] },
  { name: 'cells', probes: [cells] },
  { name: 'later', probes: [later] },
  { name: 'work', probes: [complete, loops, heartbeat, control, interrupt] },
  { name: 'types', probes: [completePackage], packages: [LARGE_PACKAGE] },
  { name: 'lines', probes: [lines] },
  { name: 'rest', probes: [memory, idle] },
  { name: 'many', probes: [many], long: true },
  { name: 'five', probes: [five], long: true },
  { name: 'mega', probes: [manyLines], long: true },
]

/** The sessions, with those probes alone that measure a wanted figure. */
export function sessionsFor(wanted: ReadonlySet<FigureName>): Session[] {
  return SESSIONS.map(({ probes, ...session }) => ({
    ...session,
    probes: probes.filter(probe => probe.figures.some(figure => wanted.has(figure))),
  })).filter(({ probes }) => probes.length > 0)
}

/** The figures that are measured only if that is asked for. */
export const LONG_FIGURES: ReadonlySet<FigureName> = new Set(
  SESSIONS.filter(({ long }) => long).flatMap(({ probes }) => probes.flatMap(({ figures }) => figures)),
)

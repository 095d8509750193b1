// What a run says: a table for people, or one JSON line for each figure and peer.
import { arch, cpus, loadavg, platform, totalmem } from 'node:os'
import { type Absent, type Contender, OURS } from './contenders.js'
import { FIGURES, type Figure, type FigureName } from './figures.js'
import type { Readings, Summary } from './readings.js'
import { LONG_FIGURES } from './sessions.js'

export interface Report {
  readonly figures: readonly FigureName[]
  readonly rounds: number
  readonly contenders: readonly Contender[]
  readonly absent: readonly Absent[]
  readonly readings: Readings
}

/** One figure beside one peer, as a line of JSON. `ratio` is theirs by ours: over 1 we win. Values are the best ones. */
interface Line {
  readonly name: FigureName
  readonly unit: string
  readonly ours: number | null
  readonly peer: string
  readonly theirs: number | null
  readonly ratio: number | null
  readonly oursMedian: number | null
  readonly theirsMedian: number | null
  readonly rounds: number
  /** What ours is to reach, in the unit, and whether it does; left out where there is no goal to compare with. */
  readonly goal?: number
  readonly reached?: boolean
  /** Why a value is missing. */
  readonly note?: string
}

export function jsonLines(report: Report): string {
  const lines = report.figures.flatMap(figure => [
    ...peersOf(report).map(peer => measuredLine(report, figure, peer.name)),
    ...report.absent.map(({ name, reason }) => absentLine(report, figure, name, reason)),
  ])
  return lines.map(line => `${JSON.stringify(line)}\n`).join('')
}

function measuredLine({ readings, rounds }: Report, name: FigureName, peer: string): Line {
  const ours = readings.summary(OURS, name)
  const theirs = readings.summary(peer, name)
  const notes = [failureNote(OURS, ours), failureNote(peer, theirs)].filter(note => note !== undefined)
  return {
    name,
    unit: FIGURES[name].unit,
    ours: rounded(ours.best),
    peer,
    theirs: rounded(theirs.best),
    ratio: rounded(ratioOf(name, ours, theirs)),
    oursMedian: rounded(ours.median),
    theirsMedian: rounded(theirs.median),
    rounds: roundsOf(name, rounds),
    ...goalPart(readings, name),
    ...(notes.length === 0 ? {} : { note: notes.join('; ') }),
  }
}

function absentLine({ readings, rounds }: Report, name: FigureName, peer: string, reason: string): Line {
  const ours = readings.summary(OURS, name)
  return {
    name,
    unit: FIGURES[name].unit,
    ours: rounded(ours.best),
    peer,
    theirs: null,
    ratio: null,
    oursMedian: rounded(ours.median),
    theirsMedian: null,
    rounds: roundsOf(name, rounds),
    ...goalPart(readings, name),
    note: [failureNote(OURS, ours), `${peer} not run: ${reason}`].filter(note => note !== undefined).join('; '),
  }
}

function roundsOf(name: FigureName, rounds: number): number {
  return LONG_FIGURES.has(name) ? 1 : rounds
}

function goalPart(readings: Readings, name: FigureName): { goal?: number; reached?: boolean } {
  const goal = goalOf(readings, name)
  if (goal === undefined) return {}
  const { best } = readings.summary(OURS, name)
  return { goal: Number(plain(goal)), reached: best !== undefined && best <= goal }
}

/** The value that ours may have at most. A goal that is set by a peer needs that peer in the run. */
function goalOf(readings: Readings, name: FigureName): number | undefined {
  const { goal }: Figure = FIGURES[name]
  if (typeof goal !== 'object') return goal
  const { best } = readings.summary(goal.peer, name)
  return best === undefined ? undefined : best / goal.times
}

function goalText(readings: Readings, name: FigureName): string {
  const { goal, reached } = goalPart(readings, name)
  return goal === undefined ? '-' : `${goal} ${reached ? 'yes' : 'NO'}`
}

function failureNote(name: string, { failed }: Summary): string | undefined {
  return failed === undefined ? undefined : `${name}: ${failed}`
}

function ratioOf(name: FigureName, ours: Summary, theirs: Summary): number | undefined {
  if (ours.best === undefined || theirs.best === undefined || ours.best <= 0) return undefined
  if (theirs.best < 0) return undefined
  const { negligible = 0 }: Figure = FIGURES[name]
  return Math.max(ours.best, theirs.best) < negligible ? undefined : theirs.best / ours.best
}

/** Three digits are more than such a figure is good for. */
function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Number(value.toPrecision(3))
}

/** A Markdown table, aligned, so that it reads in a terminal and in a page. */
export function table(report: Report): string {
  const peers = peersOf(report)
  const head = ['best / median', 'unit', OURS, 'goal', ...peers.flatMap(peer => [peer.name, 'ratio'])]
  const rows = report.figures.map(figure => {
    const ours = report.readings.summary(OURS, figure)
    const beside = peers.flatMap(peer => {
      const theirs = report.readings.summary(peer.name, figure)
      return [shown(theirs), times(ratioOf(figure, ours, theirs))]
    })
    return [FIGURES[figure].title, FIGURES[figure].unit, shown(ours), goalText(report.readings, figure), ...beside]
  })
  const notRun = report.absent.map(({ name, reason }) => `Not run: ${name} (${reason}).`)
  return [...markdown(head, rows), '', conditions(report), ...notRun, ''].join('\n')
}

/** What a reader has to know of the machine and the kernels. */
function conditions({ contenders, rounds }: Report): string {
  const kernels = contenders.map(({ name, version, checksTypes }) =>
    checksTypes ? `${name} ${version}` : `${name} ${version} (checks no types)`,
  )
  const [cpu] = cpus()
  const machine = [
    `Node ${process.versions.node}`,
    `${platform()} ${arch()}`,
    `${cpus().length} cores${cpu === undefined ? '' : ` of ${cpu.model.trim()}`}`,
    `${Math.round(totalmem() / 1e9)} GB`,
    `load ${loadavg()
      .map(load => load.toFixed(1))
      .join(' ')}`,
  ]
  return [
    `${kernels.join(', ')}; ${rounds} ${rounds === 1 ? 'round' : 'rounds'}, long figures one.`,
    `${machine.join(', ')}.`,
    'Ratio: the best of theirs by the best of ours; over 1 ours is faster or smaller. Goal: what ours may take at most, and whether it does.',
  ].join('\n')
}

function peersOf({ contenders }: Report): Contender[] {
  return contenders.filter(({ name }) => name !== OURS)
}

function shown(summary: Summary): string {
  return summary.failed ?? `${plain(summary.best)} / ${plain(summary.median)}`
}

function times(ratio: number | undefined): string {
  return ratio === undefined ? '-' : `${plain(ratio)}x`
}

/** Three digits, without an exponent. */
function plain(value: number): string {
  return String(Number(value.toPrecision(3)))
}

function markdown(head: readonly string[], rows: readonly string[][]): string[] {
  const cells = [head, ...rows].map(row => row.map(cell => cell.replaceAll('|', '\\|')))
  const widths = head.map((_, column) => Math.max(...cells.map(row => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  const [first = [], ...rest] = cells
  return [line(first), line(rule), ...rest.map(line)]
}

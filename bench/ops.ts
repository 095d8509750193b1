// Measures single operations beside PyTorch, TensorFlow.js (wasm) and jax-js (wasm): one thread, interleaved, best with best.
import { parseArgs } from 'node:util'
import { type Answer, Contender, startAll } from './contender.js'
import { COMMANDS, type ContenderName } from './ops/commands.js'
import { FIGURES, type Figure, type FigureName, type Goal, inUnit, type PeerName } from './ops/figures.js'
import { digits, markdown } from './report.js'

const HELP = `Usage: npm run build && node build/bench/ops.js [options]

  --only NAMES  which figures, by commas: ${Object.keys(FIGURES).join(', ')}
  --rounds N    how often each is measured (default: 7); the best counts
  --json        one JSON line for each figure and peer
  --help        this text

Peers are installed by: node bench/peers/install.mjs ops
GRADLAB_BENCH_PYTHON may name another Python that has torch.
`

type Best = Map<FigureName, Map<ContenderName, number>>

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      rounds: { type: 'string', default: '7' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const all = Object.keys(FIGURES) as FigureName[]
  const wanted = values.only?.split(',') ?? all
  const unknown = wanted.find(name => !all.includes(name as FigureName))
  const rounds = Number(values.rounds)
  if (unknown !== undefined || !(rounds >= 1)) {
    process.stderr.write(
      `${unknown === undefined ? '--rounds takes a number from 1' : `'${unknown}' is no figure`}.\n\n${HELP}`,
    )
    return 2
  }
  const figures = all.filter(name => wanted.includes(name))
  const contenders = await startAll(COMMANDS)
  const best = await measureAll(figures, contenders, rounds)
  for (const contender of contenders) contender.stop()
  process.stdout.write(values.json ? jsonLines(figures, best) : table(figures, best))
  return 0
}

async function measureAll(
  figures: readonly FigureName[],
  contenders: readonly Contender[],
  rounds: number,
): Promise<Best> {
  const best: Best = new Map(figures.map(name => [name, new Map()]))
  for (let round = 0; round < rounds; round++) {
    for (const figure of figures) {
      process.stderr.write(`\rround ${round + 1} of ${rounds}: ${figure.padEnd(12)}`)
      for (const contender of contenders) await measureOne(figure, contender, best, round === 0)
    }
  }
  process.stderr.write(`\r${' '.repeat(40)}\r`)
  return best
}

async function measureOne(figure: FigureName, contender: Contender, best: Best, first: boolean): Promise<void> {
  const { repeats }: Figure = FIGURES[figure]
  // The first round warms up.
  const count = first ? Math.ceil(repeats / 4) : repeats
  const answer = figure === 'import' ? await importAnew(contender) : await contender.measure(figure, count)
  if (answer.failed !== undefined) process.stderr.write(`\n${contender.name}, ${figure}: ${answer.failed}\n`)
  if (answer.ms === undefined) return
  const values = best.get(figure)
  const name = contender.name as ContenderName
  const before = values?.get(name)
  if (before === undefined || answer.ms < before) values?.set(name, answer.ms)
}

/** A library is imported once in a process. */
async function importAnew({ name }: Contender): Promise<Answer> {
  const contender = await Contender.start(name, COMMANDS[name as ContenderName])
  if (contender === undefined) return { missing: true }
  try {
    return await contender.measure('import', 1)
  } finally {
    contender.stop()
  }
}

const PEERS: readonly PeerName[] = ['torch', 'tfjs', 'jax-js']

/** A line of the report: what we measured, for an engine with or without relaxed SIMD. */
interface Row {
  readonly name: string
  readonly title: string
  readonly figure: FigureName
  readonly contender: 'ours' | 'ours, plain SIMD'
  readonly goal: Goal
}

function rowsOf(figure: FigureName): Row[] {
  const { title, goal, plainGoal }: Figure = FIGURES[figure]
  const row: Row = { name: figure, title, figure, contender: 'ours', goal }
  if (plainGoal === undefined) return [row]
  const plain = { name: `${figure}-plain`, title: `${title}, plain SIMD`, contender: 'ours, plain SIMD' } as const
  return [row, { ...row, ...plain, goal: plainGoal }]
}

function jsonLines(figures: readonly FigureName[], best: Best): string {
  const lines: string[] = []
  for (const { name, figure, contender, goal } of figures.flatMap(rowsOf)) {
    const values = best.get(figure)
    for (const peer of PEERS) {
      const [ours, theirs] = [values?.get(contender), values?.get(peer)]
      if (ours === undefined || theirs === undefined) continue
      const line = {
        name,
        unit: FIGURES[figure].unit,
        ours: digits(inUnit(figure, ours)),
        peer,
        theirs: digits(inUnit(figure, theirs)),
        ratio: digits(theirs / ours),
        ...(goal.peer === peer ? { goal: digits(goal.ratio), reached: theirs / ours >= goal.ratio } : {}),
      }
      lines.push(`${JSON.stringify(line)}\n`)
    }
  }
  return lines.join('')
}

function table(figures: readonly FigureName[], best: Best): string {
  const head = ['figure', 'unit', 'ours', ...PEERS, 'goal', 'ratio', '']
  const rows = figures.flatMap(rowsOf).map(({ title, figure, contender, goal }) => {
    const values = best.get(figure)
    const ratio = ratioTo(values?.get(contender), values?.get(goal.peer))
    return [
      title,
      FIGURES[figure].unit,
      ...[contender, ...PEERS].map(name => show(figure, values?.get(name))),
      `${digits(goal.ratio)} of ${goal.peer}`,
      ratio === undefined ? '-' : String(digits(ratio)),
      ratio === undefined ? '' : ratio >= goal.ratio ? 'reached' : 'missed',
    ]
  })
  return markdown(head, rows)
}

const ratioTo = (ours: number | undefined, theirs: number | undefined): number | undefined =>
  ours === undefined || theirs === undefined ? undefined : theirs / ours

const show = (name: FigureName, ms: number | undefined): string =>
  ms === undefined ? '-' : String(digits(inUnit(name, ms)))

process.exitCode = await main()

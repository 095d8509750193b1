// Measures our kernel beside its peers, all started by their kernelspecs and driven by one client in one run.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Absent, type Contender, OURS, ours, PEER_NAMES, type PeerName, peer } from './kernel/contenders.js'
import { Failure } from './kernel/failure.js'
import { FIGURES, type FigureName, isFigureName } from './kernel/figures.js'
import { killAll } from './kernel/kernel.js'
import { Readings } from './kernel/readings.js'
import { jsonLines, table } from './kernel/report.js'
import { runRounds, warmUp } from './kernel/rounds.js'
import { LONG_FIGURES, sessionsFor } from './kernel/sessions.js'

const FIGURE_NAMES = Object.keys(FIGURES).filter(isFigureName)

const HELP = `Usage: npm run bench -- [options]

Measures the kernel beside its peers and prints a table; progress goes to stderr.

  --peers NAMES  which peers, by commas: ${PEER_NAMES.join(', ')} (default: all)
  --only NAMES   which figures, by commas (default: all but the long ones)
  --long         the long ones too, each in the first round alone; some minutes more
  --rounds N     how often each is measured (default: 3)
  --json         one JSON line for each figure and peer, for programs
  --help         this text

Figures:
${FIGURE_NAMES.map(name => `  ${name.padEnd(16)}  ${FIGURES[name].title} (${FIGURES[name].unit}${LONG_FIGURES.has(name) ? ', long' : ''})`).join('\n')}

Peers are installed by: node bench/peers/install.mjs [NAME ...]
`

interface Options {
  readonly peers: readonly PeerName[]
  readonly figures: readonly FigureName[]
  readonly rounds: number
  readonly json: boolean
}

class UsageError extends Error {}

function parseOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseStrictly(args)
  if (values.help) return 'help'
  const usual = FIGURE_NAMES.filter(name => values.long || !LONG_FIGURES.has(name))
  const wanted = values.only === undefined ? usual : listOf(values.only, FIGURE_NAMES, '--only')
  return {
    peers: values.peers === undefined ? PEER_NAMES : listOf(values.peers, PEER_NAMES, '--peers'),
    figures: FIGURE_NAMES.filter(name => wanted.includes(name)),
    rounds: toRounds(values.rounds),
    json: values.json,
  }
}

function parseStrictly(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        peers: { type: 'string' },
        only: { type: 'string' },
        rounds: { type: 'string', default: '3' },
        long: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

function listOf<T extends string>(text: string, known: readonly T[], option: string): T[] {
  return text.split(',').map(part => {
    const name = known.find(name => name === part.trim())
    if (name === undefined) throw new UsageError(`${option}: expected one of ${known.join(', ')}, got '${part}'.`)
    return name
  })
}

function toRounds(text: string): number {
  const rounds = Number(text)
  if (Number.isInteger(rounds) && rounds >= 1) return rounds
  throw new UsageError(`--rounds: expected a whole number from 1 on, got '${text}'.`)
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** The peers that are there and start, and why others are not. */
async function gather(names: readonly PeerName[], scratch: string): Promise<{ peers: Contender[]; absent: Absent[] }> {
  const peers: Contender[] = []
  const absent: Absent[] = []
  for (const name of names) {
    const found = peer(join(scratch, 'kernels'), name)
    const judged = 'reason' in found ? found : await whetherItStarts(found, scratch)
    if ('reason' in judged) absent.push(judged)
    else peers.push(judged)
  }
  for (const { name, reason } of absent) progress(`not run: ${name} (${reason})`)
  return { peers, absent }
}

async function whetherItStarts(contender: Contender, scratch: string): Promise<Contender | Absent> {
  progress(`warm-up  ${contender.name} ${contender.version}`)
  try {
    await warmUp(contender, scratch)
    return contender
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { name: contender.name, reason: `does not start: ${error.message}` }
  }
}

/** Returns the exit code: 1 if our own kernel fails a figure. */
async function measure(options: Options, scratch: string): Promise<number> {
  const own = await whetherItStarts(ours(join(scratch, 'kernels')), scratch)
  if ('reason' in own) throw new Failure(`our kernel ${own.reason}. Is it built (npm run build)?`)
  const { peers, absent } = await gather(options.peers, scratch)
  const readings = new Readings()
  const contenders = [own, ...peers]
  const sessions = sessionsFor(new Set(options.figures))
  await runRounds({ contenders, sessions, rounds: options.rounds, scratch, readings, progress })
  const report = { figures: options.figures, rounds: options.rounds, contenders, absent, readings }
  process.stdout.write(options.json ? jsonLines(report) : table(report))
  return options.figures.some(figure => readings.summary(OURS, figure).failed !== undefined) ? 1 : 0
}

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args)
  if (options === 'help') {
    process.stdout.write(HELP)
    return 0
  }
  const scratch = mkdtempSync(join(tmpdir(), 'gradlab-bench-'))
  process.on('exit', () => {
    killAll()
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 })
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))
  return measure(options, scratch)
}

try {
  process.exit(await main(process.argv.slice(2)))
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n\n${HELP}`)
    process.exit(2)
  }
  process.stderr.write(`${error instanceof Failure ? error.message : error instanceof Error ? error.stack : error}\n`)
  process.exit(1)
}

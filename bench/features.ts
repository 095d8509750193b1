// Asks each kernel the same questions about what it does with a learner's cells, and prints the answers side by side.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { PROBES } from './features/probes.js'
import { featureTable } from './features/table.js'
import { type Contender, ours, PEER_NAMES, peer } from './kernel/contenders.js'
import { Failure } from './kernel/failure.js'
import { Kernel, killAll } from './kernel/kernel.js'

const HELP = `Usage: npm run --silent build && node build/bench/features.js [--json] [--only TEXT]

Tries what the kernels do, each probe in a fresh kernel, and prints a Markdown table; progress goes to stderr.
`

/** 'yes', 'no', or a few words; '-' where the question has no meaning for the language. */
async function ask(probe: (typeof PROBES)[number], contender: Contender, scratch: string): Promise<string> {
  const cells = contender.dialect.trivial === '1+1' && contender.name === 'ipykernel' ? probe.python : probe.run
  if (cells === undefined) return '-'
  let kernel: Kernel | undefined
  try {
    kernel = await Kernel.start(contender, scratch)
    return await cells(kernel)
  } catch (error) {
    if (error instanceof Failure) return `no: ${error.message}`
    throw error
  } finally {
    await kernel?.end()
  }
}

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string' }, help: { type: 'boolean' } },
})
if (values.help) {
  process.stdout.write(HELP)
  process.exit(0)
}
const scratch = mkdtempSync(join(tmpdir(), 'gradlab-features-'))
process.on('exit', () => {
  killAll()
  rmSync(scratch, { recursive: true, force: true, maxRetries: 3 })
})
const found = [ours(join(scratch, 'kernels')), ...PEER_NAMES.map(name => peer(join(scratch, 'kernels'), name))]
const contenders = found.filter((one): one is Contender => !('reason' in one))
for (const one of found) if ('reason' in one) process.stderr.write(`not run: ${one.name} (${one.reason})\n`)

const only = values.only
const probes = PROBES.filter(({ title }) => only === undefined || title.includes(only))
const rows: { title: string; answers: string[] }[] = []
for (const probe of probes) {
  const answers: string[] = []
  for (const contender of contenders) answers.push(await ask(probe, contender, scratch))
  rows.push({ title: probe.title, answers })
  process.stderr.write(`${probe.title}: ${answers.join(' | ')}\n`)
}
const names = contenders.map(({ name, version }) => `${name} ${version}`)
process.stdout.write(values.json ? `${JSON.stringify({ names, rows })}\n` : featureTable(names, rows))
process.exit(0)

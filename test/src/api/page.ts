// The API page: every public name with its first sentence, PyTorch's counterpart and the differences, by module.
import { readFileSync, writeFileSync } from 'node:fs'
import { type Docstring, docstringOf, summary } from './docstrings.js'
import { type PublicName, publicNames } from './names.js'

const page = new URL('../../../../docs/api.md', import.meta.url)
const sources = new URL('../../../../src/', import.meta.url)

export const RENEW = 'npm run build && node build/test/src/api/write.js'

const HEAD = `# The tensor library by name

Generated from the docstrings (\`${RENEW}\`); never edited by hand. The full text of each (formula, shapes,
dtypes, defaults, errors, an example) shows in the editor when the pointer rests on the name.

\`f(x)\` is a function to import from "gradlab", \`x.f()\` a method of a tensor, \`x.f\` a property. A name with both forms stands
with a dot (·) and may be called either way; names that end in \`_\` write in place.
`

interface Row {
  readonly entry: PublicName
  readonly doc: Docstring
}

function form({ name, free, onTensor }: PublicName): string {
  if (onTensor === 'property') return `x.${name}`
  return free ? `${name}()` : `x.${name}()`
}

/** Pipes would end the cell. */
function cell(text: string): string {
  return text
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .replace(/\s+/g, ' ')
    .replaceAll('|', '\\|')
    .trim()
}

function line({ entry, doc }: Row): string {
  const torch = doc.tags.torch?.map(cell).join(', ') ?? ''
  const counterpart = torch === '' || torch === 'none' ? '-' : `\`${torch}\``
  const both = entry.free && entry.onTensor !== undefined ? ' ·' : ''
  return `| \`${form(entry)}\`${both} | ${cell(summary(doc))} | ${counterpart} | ${cell((doc.tags.differs ?? []).join('; '))} |`
}

/** The first comment of a module says what it is. */
function title(file: string): string {
  const lines = readFileSync(new URL(file, sources), 'utf8').split('\n')
  const end = lines.findIndex(text => !text.startsWith('//'))
  const opening = lines
    .slice(0, end)
    .map(text => text.replace(/^\/\/ ?/, ''))
    .join(' ')
  return /^.*?\.(?=\s|$)/.exec(opening)?.[0].replace(/\.$/, '') ?? file
}

/** How a heading is linked to: its words in lower case, joined by hyphens. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}

export function apiPage(): string {
  const groups = new Map<string, Row[]>()
  for (const entry of publicNames()) {
    const doc = docstringOf(entry.name)
    if (doc === undefined) continue
    groups.set(doc.file, [...(groups.get(doc.file) ?? []), { entry, doc }])
  }
  const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1))
  const contents = sorted.map(([file]) => `- [${title(file)}](#${anchor(title(file))})`)
  const sections = sorted.map(([file, rows]) => {
    const table = ['| | | PyTorch | Differences |', '|---|---|---|---|', ...rows.map(line)]
    return `## ${title(file)}\n\n\`src/${file}\`\n\n${table.join('\n')}\n`
  })
  return [HEAD, `${contents.join('\n')}\n`, ...sections].join('\n')
}

export function writtenPage(): string {
  return readFileSync(page, 'utf8')
}

export function writePage(): void {
  writeFileSync(page, apiPage())
}

// The API pages: every public name with its first sentence, PyTorch's counterpart and the differences, by module.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type Docstring, docstringOf, summary } from './docstrings.js'
import { type PublicName, publicNames, type ToolboxName, toolboxNames } from './names.js'

const docs = new URL('../../../../docs/', import.meta.url)
const sources = new URL('../../../../src/', import.meta.url)

export const RENEW = 'npm run build && node build/test/src/api/write.js'

const HEAD = `# The tensor library by name

Generated from the docstrings (\`${RENEW}\`); never edited by hand. The full text of each (formula, shapes,
dtypes, defaults, errors, an example) shows in the editor when the pointer rests on the name.

\`f(x)\` is a function to import from "gradlab", \`x.f()\` a method of a tensor, \`x.f\` a property. A name with both forms stands
with a dot (·) and may be called either way; names that end in \`_\` write in place.
`

const TOOLBOX_HEAD = `# The toolbox by name: layers, optimizers, data

Generated from the docstrings (\`${RENEW}\`); never edited by hand. The full text of each (formula, shapes,
defaults, errors, paper, an example) shows in the editor when the pointer rests on the name.

\`import { nn, F, optim, data } from "gradlab"\`. Names are PyTorch's in camelCase; what a class needs stands first, all else in one
object of options. The functions \`F\` that layers call are listed in [api.md](api.md).
`

interface Row {
  readonly doc: Docstring
  /** How the name is written in the first column. */
  readonly shown: string
}

function form({ name, free, onTensor }: PublicName): string {
  if (onTensor === 'property') return `\`x.${name}\``
  const both = free && onTensor !== undefined ? ' ·' : ''
  return `\`${free ? `${name}()` : `x.${name}()`}\`${both}`
}

const toolboxForm = ({ name, isClass }: ToolboxName): string => (isClass ? `\`${name}\`` : `\`${name}()\``)

/** Pipes would end the cell. */
function cell(text: string): string {
  return text
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .replace(/\s+/g, ' ')
    .replaceAll('|', '\\|')
    .trim()
}

function line({ shown, doc }: Row): string {
  const torch = doc.tags.torch?.map(cell).join(', ') ?? ''
  const counterpart = torch === '' || torch === 'none' ? '-' : `\`${torch}\``
  return `| ${shown} | ${cell(summary(doc))} | ${counterpart} | ${cell((doc.tags.differs ?? []).join('; '))} |`
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

/** One page: the names by the module that they are written in. */
function pageOf(head: string, names: readonly { readonly name: string; readonly shown: string }[]): string {
  const groups = new Map<string, Row[]>()
  for (const { name, shown } of names) {
    const doc = docstringOf(name)
    if (doc === undefined) continue
    groups.set(doc.file, [...(groups.get(doc.file) ?? []), { doc, shown }])
  }
  const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1))
  const contents = sorted.map(([file]) => `- [${title(file)}](#${anchor(title(file))})`)
  const sections = sorted.map(([file, rows]) => {
    const table = ['| | | PyTorch | Differences |', '|---|---|---|---|', ...rows.map(line)]
    return `## ${title(file)}\n\n\`src/${file}\`\n\n${table.join('\n')}\n`
  })
  return [head, `${contents.join('\n')}\n`, ...sections].join('\n')
}

/** The pages by name, as they should be. */
export const PAGES: Readonly<Record<string, () => string>> = {
  'api.md': () =>
    pageOf(
      HEAD,
      publicNames().map(entry => ({ name: entry.name, shown: form(entry) })),
    ),
  'toolbox.md': () =>
    pageOf(
      TOOLBOX_HEAD,
      toolboxNames().map(entry => ({ name: entry.name, shown: toolboxForm(entry) })),
    ),
}

/** A page as it is written. */
export function written(name: string): string {
  const file = new URL(name, docs)
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

export function writePages(): void {
  for (const [name, page] of Object.entries(PAGES)) writeFileSync(new URL(name, docs), page())
}

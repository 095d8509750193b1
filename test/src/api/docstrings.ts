// Reads the docstrings of the library's public names from its sources: a small scanner, no TypeScript parser.
import { readdirSync, readFileSync } from 'node:fs'

const root = new URL('../../../../src/', import.meta.url)
/** The rooms whose functions are exported by their own names, and those whose names stand in a namespace. */
const CORE = ['tensor', 'autograd', 'random', 'compile', 'checkpoint']
const NAMESPACES = ['nn', 'optim', 'data', 'plot']
const ROOMS = [...CORE, ...NAMESPACES]
/** Where the names of a namespace are written, if that is not a folder or file of its own name. */
const FOLDERS: Readonly<Record<string, string>> = { F: 'nn/functional' }

export interface Docstring {
  readonly name: string
  /** File below src/, as `tensor/ops/maths.ts`. */
  readonly file: string
  /** What is said before the first tag. */
  readonly text: string
  /** The text after a tag, one entry each time it stands there. */
  readonly tags: Readonly<Record<string, readonly string[]>>
}

const COMMENT = String.raw`/\*\*((?:[^*]|\*(?!/))*)\*/\s*`
const EXPORTED = new RegExp(
  String.raw`(?:${COMMENT})?(?:// biome-ignore[^\n]*\n)?^(export\s+)?(?:async\s+|abstract\s+)?(?:function\*?|const|class)\s+(\w+)`,
  'gm',
)
const RENAMED = /(\w+) as (\w+)/g
const MEMBER = new RegExp(String.raw`${COMMENT}(?:readonly\s+|get\s+)?(\w+)\??\s*[(:<]`, 'g')

/** Files whose classes and interfaces have members that are public: properties and protocols of a tensor. */
const WITH_MEMBERS = ['tensor/tensor.ts', 'tensor/protocols.ts', 'autograd/methods.ts']

function sources(): string[] {
  return ROOMS.flatMap(room =>
    readdirSync(new URL(`${room}/`, root), { recursive: true, encoding: 'utf8' })
      .filter(file => file.endsWith('.ts'))
      .map(file => `${room}/${file}`),
  ).sort()
}

function parse(name: string, file: string, comment: string): Docstring {
  const lines = comment.split('\n').map(line => line.replace(/^\s*\* ?/, ''))
  const [text = '', ...parts] = lines.join('\n').trim().split(/^@/m)
  const tags: Record<string, string[]> = {}
  for (const part of parts) {
    const [, tag = '', rest = ''] = /^(\w+)\s*([\s\S]*)$/.exec(part) ?? []
    tags[tag] = [...(tags[tag] ?? []), rest.trim()]
  }
  return { name, file, text: text.trim(), tags }
}

function scan(file: string): Docstring[] {
  const source = readFileSync(new URL(file, root), 'utf8')
  const renamed = new Map(Array.from(source.matchAll(RENAMED), ([, from, to]) => [from ?? '', to ?? '']))
  const functions = Array.from(source.matchAll(EXPORTED)).flatMap(([, comment, exported, own = '']) => {
    const name = exported === undefined ? renamed.get(own) : own
    return comment === undefined || name === undefined ? [] : [parse(name, file, comment)]
  })
  if (!WITH_MEMBERS.includes(file)) return functions
  return [
    ...functions,
    ...Array.from(source.matchAll(MEMBER), ([, comment = '', name = '']) => parse(name, file, comment)),
  ]
}

let known: Map<string, Docstring[]> | undefined

function all(): Map<string, Docstring[]> {
  if (known !== undefined) return known
  known = new Map()
  for (const found of sources().flatMap(scan)) known.set(found.name, [...(known.get(found.name) ?? []), found])
  return known
}

/** The docstring of a public name; of several, the one with the tag @torch. */
export function docstringOf(name: string): Docstring | undefined {
  const own = name.split('.').at(-1) ?? name
  const found = all().get(own) ?? []
  const namespace = name.includes('.') ? (name.split('.')[0] ?? '') : undefined
  const folder = FOLDERS[namespace ?? ''] ?? namespace
  const near = found.filter(({ file }) =>
    folder === undefined ? CORE.some(room => file.startsWith(`${room}/`)) : file.includes(folder),
  )
  const candidates = near.length > 0 ? near : found
  return candidates.find(({ tags }) => 'torch' in tags) ?? candidates[0]
}

/** The first sentence. */
export function summary({ text }: Docstring): string {
  const [paragraph = ''] = text.split(/\n\s*\n/)
  const flat = paragraph.replace(/\s+/g, ' ')
  return /^.*?[.:](?=\s[A-Z]|$)/.exec(flat)?.[0] ?? flat
}

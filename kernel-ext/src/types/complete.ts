// Completion: what may stand at the cursor, as Jupyter wants it: one range of the text, and what can replace it.
import type { DeclarationKind } from '../cell/cell.js'
import type { Draft } from './draft.js'
import type { LspCompletionItem } from './lsp.js'

/** Offsets are UTF-16 units into the cell's text. */
export interface Completion {
  readonly matches: readonly CompletionMatch[]
  readonly start: number
  readonly end: number
}

export interface CompletionMatch {
  readonly text: string
  /** 'function', 'class', 'instance', 'keyword', 'module', 'property', 'method', 'interface', 'enum', 'path', ... */
  readonly kind: string
  readonly detail?: string
}

interface Candidate {
  readonly item: LspCompletionItem
  readonly text: string
  readonly start: number
  readonly end: number
}

/** By LSP's CompletionItemKind. */
const KINDS: Readonly<Record<number, string>> = {
  2: 'method',
  3: 'function',
  4: 'function',
  5: 'property',
  6: 'instance',
  7: 'class',
  8: 'interface',
  9: 'module',
  10: 'property',
  13: 'enum',
  14: 'keyword',
  17: 'path',
  19: 'path',
  20: 'property',
  21: 'instance',
  25: 'type',
}

const DECLARED_KINDS: Readonly<Record<Exclude<DeclarationKind, 'import'>, string>> = {
  const: 'instance',
  let: 'instance',
  var: 'instance',
  using: 'instance',
  function: 'function',
  class: 'class',
  enum: 'enum',
  namespace: 'module',
  interface: 'interface',
  type: 'type',
}

/** What every function and class has, offered after what is its own. */
const FUNCTION_MEMBERS = new Set(['apply', 'arguments', 'bind', 'call', 'caller', 'length', 'name', 'prototype'])

/** `declaredAs` tells how an earlier cell declared a name. */
export function completionOf(
  items: readonly LspCompletionItem[],
  code: string,
  offset: number,
  draft: Draft,
  declaredAs: (name: string) => DeclarationKind | undefined,
): Completion {
  const word = offset - (/[\p{ID_Continue}$]*$/u.exec(code.slice(0, offset))?.[0].length ?? 0)
  const candidates = items.flatMap(item => candidate(item, draft, word, offset))
  const { start, end } = commonRange(candidates, word, offset)
  const prefix = code.slice(start, offset)
  const isFunction = ['apply', 'bind', 'call'].every(name => items.some(({ label }) => label === name))
  const isCommon = ({ text }: Candidate): boolean => isFunction && FUNCTION_MEMBERS.has(text)
  const matches = candidates
    .filter(each => each.start === start && each.end === end)
    .filter(({ item }) => startsWith(filterText(item), prefix))
    .map(each => ({ each, rank: rank(each, prefix, isCommon(each)) }))
    .sort((a, b) => compare(a.rank, b.rank))
    .map(({ each: { item, text } }) => {
      const declared = item.kind === undefined || item.sortText !== '11' ? undefined : declaredAs(text)
      const isName = start === word && code[word - 1] !== '.' && declared !== undefined && declared !== 'import'
      return { text, kind: isName ? DECLARED_KINDS[declared] : (KINDS[item.kind ?? 0] ?? 'instance') }
    })
  return { matches: distinct(matches), start, end }
}

function candidate(item: LspCompletionItem, draft: Draft, word: number, offset: number): Candidate[] {
  const text = item.textEdit?.newText ?? item.insertText ?? item.label
  // Our own modules, offered where the specifier of an import is typed, and a folder that nobody names by its path.
  if (text.startsWith('cell:') || text.startsWith('.gradlab-') || text === 'node_modules') return []
  if (item.textEdit === undefined) return [{ item, text, start: word, end: offset }]
  const { range } = item.textEdit
  return [{ item, text, start: draft.toOffset(range.start), end: Math.max(draft.toOffset(range.end), offset) }]
}

/** Makes one number of two offsets. */
const RANGE_KEY = 2 ** 26

/** Jupyter knows one range for all matches: that of most candidates. */
function commonRange(candidates: readonly Candidate[], word: number, offset: number): { start: number; end: number } {
  const counts = new Map<number, { start: number; end: number; count: number }>()
  for (const { start, end } of candidates) {
    const key = start * RANGE_KEY + end
    const entry = counts.get(key) ?? { start, end, count: 0 }
    entry.count++
    counts.set(key, entry)
  }
  const most = [...counts.values()].sort((a, b) => b.count - a.count)[0]
  return most ?? { start: word, end: offset }
}

function filterText({ filterText, label }: LspCompletionItem): string {
  return filterText ?? label
}

function startsWith(text: string, prefix: string): boolean {
  return text.toLowerCase().startsWith(prefix.toLowerCase())
}

/** Same letters before other case, near names before far ones (the server's order), then by alphabet. */
function rank({ item }: Candidate, prefix: string, isCommon: boolean): readonly string[] {
  const exact = filterText(item).startsWith(prefix) ? '0' : '1'
  return [exact, isCommon ? '1' : '0', item.sortText ?? '', item.label]
}

function compare(a: readonly string[], b: readonly string[]): number {
  for (const [i, part] of a.entries()) if (part !== b[i]) return part < b[i]! ? -1 : 1
  return 0
}

function distinct(matches: readonly CompletionMatch[]): CompletionMatch[] {
  return [...new Map(matches.map(match => [match.text, match])).values()]
}

// JSON of files that nobody vouches for: no key twice, no deep nesting; objects come as Maps, so that no name is special.

/** What a strict reader gives: numbers as JSON has them. */
export type StrictJson = string | number | boolean | null | StrictJson[] | Map<string, StrictJson>

type Refuse = (problem: string) => Error

const SPACE = /[ \t\n\r]*/y
const WORD = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

/** The value of a text of JSON, at most `depth` objects and lists within each other. What is wrong is thrown as `refuse` makes it. */
export function strictJson(text: string, depth: number, refuse: Refuse): StrictJson {
  let at = 0

  /** What the pattern matches here, or undefined. */
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    at += found?.length ?? 0
    return found
  }
  const skip = (mark: string): boolean => {
    take(SPACE)
    if (text[at] !== mark) return false
    at++
    return true
  }
  const need = (mark: string): void => {
    if (!skip(mark)) throw refuse(`its JSON needs '${mark}' at character ${at}`)
  }
  const string = (): string => {
    if (!skip('"')) throw refuse(`its JSON needs a text at character ${at}`)
    const start = at - 1
    at = endOfText(text, at)
    try {
      return JSON.parse(text.slice(start, at))
    } catch {
      throw refuse(`its JSON has a broken text at character ${start}`)
    }
  }
  const list = (end: string, item: () => void): void => {
    if (skip(end)) return
    do item()
    while (skip(','))
    need(end)
  }
  const value = (left: number): StrictJson => {
    take(SPACE)
    const mark = text[at]
    if (mark === '"') return string()
    if (mark !== '{' && mark !== '[') {
      const word = take(WORD)
      if (word === undefined) throw refuse(`its JSON has no value at character ${at}`)
      return JSON.parse(word)
    }
    if (left === 0) throw refuse(`its JSON is nested deeper than ${depth} levels`)
    at++
    return mark === '{' ? object(left - 1) : array(left - 1)
  }
  const array = (left: number): StrictJson[] => {
    const out: StrictJson[] = []
    list(']', () => out.push(value(left)))
    return out
  }
  const object = (left: number): Map<string, StrictJson> => {
    const out = new Map<string, StrictJson>()
    list('}', () => {
      const key = string()
      if (out.has(key)) throw refuse(`its JSON has the name '${key}' twice`)
      need(':')
      out.set(key, value(left))
    })
    return out
  }

  const root = value(depth)
  take(SPACE)
  if (at !== text.length) throw refuse(`its JSON goes on behind its end, at character ${at}`)
  return root
}

/** The place behind the quotation mark that ends a text; the end of everything where none does. */
function endOfText(text: string, from: number): number {
  for (let quote = text.indexOf('"', from); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0
    while (quote - slashes > from && text[quote - slashes - 1] === '\\') slashes++
    if (slashes % 2 === 0) return quote + 1
  }
  return text.length
}

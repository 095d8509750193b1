// Where something is in JSON text: the place of a syntax error, or of the value at a path. `JSON.parse` tells neither
// (its messages differ between versions of Node), and an error in a notebook should name a line.

/** Keys and indices from the root to a value. */
export type Path = readonly (string | number)[]

/** 1-based line and column (UTF-16 units). */
export interface Position {
  readonly line: number
  readonly column: number
}

export interface SyntaxProblem {
  readonly position: Position
  readonly expected: string
  /** The line of text where it went wrong, shortened. */
  readonly got: string
}

class Stop {
  readonly offset: number
  readonly expected: string

  constructor(offset: number, expected: string) {
    this.offset = offset
    this.expected = expected
  }
}

/** The first place where `text` stops being JSON; undefined where all of it is. */
export function findSyntaxError(text: string): SyntaxProblem | undefined {
  const stop = new Scanner(text, undefined).run()
  if (stop === undefined) return undefined
  return { position: positionAt(text, stop.offset), expected: stop.expected, got: lineAt(text, stop.offset) }
}

/** Where the value at `path` starts (or, where a part of the path is missing, the value that lacks it). */
export function locate(text: string, path: Path): Position {
  const scanner = new Scanner(text, path)
  scanner.run()
  return positionAt(text, scanner.found)
}

export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset)
  const start = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: offset - start + 1 }
}

/** `cells[3].outputs[0].data["text/plain"]`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    if (!/^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(key)) return `${text}[${JSON.stringify(key)}]`
    return text === '' ? key : `${text}.${key}`
  }, '')
}

const SHOWN = 60

function lineAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const end = text.indexOf('\n', offset)
  const line = text.slice(start, end === -1 ? text.length : end).trim()
  if (offset >= text.length && line === '') return 'the end of the file'
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}...` : line
}

const SPACE = /[ \t\n\r]*/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids raw control characters in strings
const STRING = /"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"/y
const SCALAR = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/y

/** Reads JSON text by recursive descent and keeps offsets only. */
class Scanner {
  readonly #text: string
  readonly #path: Path | undefined
  #offset = 0
  /** How much of the path the value that is being read has matched. */
  #matched = 0
  found = 0

  constructor(text: string, path: Path | undefined) {
    this.#text = text
    this.#path = path
  }

  run(): Stop | undefined {
    try {
      this.#value(0, true)
      if (this.#offset < this.#text.length) throw new Stop(this.#offset, 'the end of the file')
      return undefined
    } catch (error) {
      if (error instanceof Stop) return error
      throw error
    }
  }

  /** `on`: the value lies on the path, `depth` keys deep. */
  #value(depth: number, on: boolean): void {
    this.#skip(SPACE)
    if (on && depth >= this.#matched) {
      this.#matched = depth
      this.found = this.#offset
    }
    const first = this.#text[this.#offset]
    if (first === '{') this.#object(depth, on)
    else if (first === '[') this.#array(depth, on)
    else if (first === '"') this.#string()
    else if (!this.#skip(SCALAR)) throw new Stop(this.#offset, 'a JSON value')
    this.#skip(SPACE)
  }

  #object(depth: number, on: boolean): void {
    this.#list('}', () => {
      if (this.#text[this.#offset] !== '"') throw new Stop(this.#offset, 'a key in double quotes')
      const start = this.#offset
      this.#string()
      const key: unknown = on ? JSON.parse(this.#text.slice(start, this.#offset)) : undefined
      this.#skip(SPACE)
      this.#expect(':')
      this.#value(depth + 1, on && key === this.#path?.[depth])
    })
  }

  #array(depth: number, on: boolean): void {
    let index = 0
    this.#list(']', () => {
      this.#value(depth + 1, on && index === this.#path?.[depth])
      index += 1
    })
  }

  #list(close: string, member: () => void): void {
    this.#offset += 1
    this.#skip(SPACE)
    if (this.#text[this.#offset] === close) {
      this.#offset += 1
      return
    }
    for (;;) {
      member()
      this.#skip(SPACE)
      if (this.#text[this.#offset] === close) break
      if (this.#text[this.#offset] !== ',') throw new Stop(this.#offset, `a comma or ${close}`)
      this.#offset += 1
      this.#skip(SPACE)
    }
    this.#offset += 1
  }

  #string(): void {
    if (!this.#skip(STRING)) throw new Stop(this.#offset, 'a whole string on one line')
  }

  #expect(char: string): void {
    if (this.#text[this.#offset] !== char) throw new Stop(this.#offset, char)
    this.#offset += 1
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#offset
    const matches = pattern.test(this.#text)
    if (matches) this.#offset = pattern.lastIndex
    return matches
  }
}

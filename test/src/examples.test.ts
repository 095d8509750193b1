// Every example of a docstring, and of a page of docs/, that says what it prints prints it.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { transformSync } from 'esbuild'
import * as gradlab from '#src/index.js'
import { device, setBackend, setDefaultDtype, setDetectAnomaly, setPrintOptions } from '#src/index.js'

const SOURCES = new URL('../../../src/', import.meta.url)
const DOCS = new URL('../../../docs/', import.meta.url)
const ROOMS = ['tensor', 'random', 'autograd', 'nn', 'optim', 'data', 'plot']
/** What stands there in words is for readers. */
const WORDS = /^(for example|to |three |[a-z]+ [a-z]+ )/

interface Example {
  readonly place: string
  readonly before: readonly string[]
  readonly code: string
  readonly printed: string
}

function examplesOf(file: string): Example[] {
  const text = readFileSync(new URL(file, SOURCES), 'utf8')
  return [...text.matchAll(/ \* @example\n((?: \*(?: .*)?\n)+?) \*(?:\/| @)/g)].flatMap(([, body = '']) => {
    const lines = body.split('\n').map(line => line.replace(/^ \* ?/, ''))
    return linesOf(file, lines)
  })
}

/** A line with `// result` behind it, or with the result in comments below. */
function linesOf(file: string, lines: readonly string[]): Example[] {
  const before: string[] = []
  return lines.flatMap((line, i) => {
    if (/^\s*(\/\/|$)/.test(line)) return []
    const [code = '', beside] = line.split(' // ')
    const rest = lines.slice(i + 1)
    const below = rest.findIndex(next => !/^\s*\/\/ /.test(next))
    const comments = rest.slice(0, below < 0 ? rest.length : below).map(next => next.replace(/^\s*\/\/ /, ''))
    const printed = [beside ?? [], ...comments].flat().join('\n')
    const example = { place: `${file}: ${code.trim()}`, before: [...before], code, printed }
    // A line that throws has no part in what follows.
    if (!printed.startsWith('TensorError: ')) before.push(code)
    return printed === '' || WORDS.test(printed) || /^(const|let|for|import) /.test(code) ? [] : [example]
  })
}

/** An object without a class, as a notebook shows it. */
function isPlain(value: unknown): boolean {
  return typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value))
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`
  if (ArrayBuffer.isView(value)) return shown(Array.from(value as Float64Array))
  return isPlain(value) ? inspect(value, { breakLength: Infinity }) : String(value)
}

/** Rows may stand on one line or on several. */
const oneLine = (text: string): string => text.replace(/\s+/g, ' ')

/** The blocks marked js: each is a program that can be run line by line. */
function examplesOn(page: string): Example[] {
  const text = readFileSync(new URL(page, DOCS), 'utf8')
  return [...text.matchAll(/^```js\n([\s\S]*?)^```$/gm)].flatMap(([, body = '']) => linesOf(page, body.split('\n')))
}

const onPages = readdirSync(DOCS)
  .filter(name => name.endsWith('.md'))
  .flatMap(examplesOn)

const examples = ROOMS.flatMap(room =>
  readdirSync(new URL(room, SOURCES), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .flatMap(name => examplesOf(`${room}/${name.replaceAll('\\', '/')}`)),
)
const chosen = device()
// `var` cannot be a parameter.
const names = Object.keys(gradlab).filter(name => name !== 'var')

/** Without its types. A return outside of a function is no program, so there is one around it. */
function javascript(code: string): string {
  if (!/^\s*class |: Tensor\b/m.test(code)) return code
  try {
    return `${transformSync(`function run() {\n${code}\n}`, { loader: 'ts' }).code}\nreturn run()`
  } catch (cause) {
    throw new SyntaxError('no program', { cause })
  }
}

/** What an example prints; undefined where it needs names or lines of a reader's own program. */
function printedBy({ before, code }: Example): string | undefined {
  try {
    const run = new Function(...names, javascript(`${before.join('\n')}\nreturn (${code}\n)`))
    return shown(run(...names.map(name => (gradlab as Record<string, unknown>)[name])))
  } catch (error) {
    if (error instanceof ReferenceError || error instanceof SyntaxError) return undefined
    throw error
  } finally {
    setDefaultDtype('float32')
    setPrintOptions()
    setDetectAnomaly(false)
    setBackend(chosen)
  }
}

describe('examples in docstrings and on pages print what they say', () => {
  it('can be run, but for a few that need a program around them', () => {
    const quiet = examples.filter(({ printed }) => !printed.startsWith('TensorError: '))
    const apart = quiet.filter(example => printedBy(example) === undefined)
    assert.ok(examples.length > 200, `only ${examples.length}`)
    assert.ok(apart.length < examples.length / 20, apart.map(({ place }) => place).join('\n'))
  })

  it('can be run wherever they stand in docs/', () => {
    const quiet = onPages.filter(({ printed }) => !printed.startsWith('TensorError: '))
    assert.ok(quiet.length >= 20, `only ${quiet.length}`)
    const apart = quiet.filter(example => printedBy(example) === undefined)
    assert.deepEqual(
      apart.map(({ place }) => place),
      [],
    )
  })

  for (const example of [...examples, ...onPages]) {
    it(example.place, () => {
      if (example.printed.startsWith('TensorError: ')) {
        const [said = ''] = example.printed.slice('TensorError: '.length).split(' ...')
        assert.throws(() => printedBy(example), new RegExp(said))
        return
      }
      const text = printedBy(example)
      if (text !== undefined) assert.equal(oneLine(text), oneLine(example.printed))
    })
  }
})

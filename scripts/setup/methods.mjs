// The methods of a tensor as declarations that an editor can show. In the sources they are a mapped type over the functions,
// and of a mapped type TypeScript 7 shows neither documentation nor a method's signature; so what it wrote gets them here.
import { readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'

/** Where functions are joined to the tensor, with the class that they are joined to. */
const JOINTS = ['dist/tensor/methods.d.ts', 'dist/random/methods.d.ts', 'dist/autograd/methods.d.ts']
const TENSOR = 'dist/tensor/tensor.d.ts'
const IMPORT = /^import (\{[^}]*\}|\* as (\w+)) from '([^']+)';$/gm
const MARK = '// Written by scripts/setup/methods.mjs: these functions as methods.'

/**
 * Adds to each module's declarations those of its functions as methods, with their documentation.
 * @param {string} root
 */
export function declareMethods(root) {
  for (const joint of JOINTS) {
    const text = readFileSync(join(root, joint), 'utf8')
    for (const { file, names } of joined(join(root, joint), text)) addMethods(file, names, join(root, TENSOR))
  }
}

/**
 * The modules whose functions become methods: all of them (`Bound<typeof sample>`), or those of a list.
 * @param {string} joint
 * @param {string} text
 * @returns {{ file: string, names: Set<string> | undefined }[]}
 */
function joined(joint, text) {
  const listed = new Set([...text.matchAll(/^ {4}(\w+): typeof \1;$/gm)].map(([, name = '']) => name))
  /** @type {{ file: string, names: Set<string> | undefined }[]} */
  const found = []
  for (const [, clause = '', space, path = ''] of text.matchAll(IMPORT)) {
    const file = resolve(dirname(joint), path.replace(/\.js$/, '.d.ts'))
    const names = new Set([...clause.matchAll(/\w+/g)].map(([name]) => name).filter(name => listed.has(name)))
    if (space !== undefined && text.includes(`Bound<typeof ${space}>`)) found.push({ file, names: undefined })
    else if (space === undefined && names.size > 0) found.push({ file, names })
  }
  return found
}

/**
 * @param {string} file
 * @param {Set<string> | undefined} names all functions if undefined
 * @param {string} tensor
 */
function addMethods(file, names, tensor) {
  const text = readFileSync(file, 'utf8')
  if (text.includes(MARK)) return
  const methods = methodsOf(text).filter(({ name }) => names?.has(name) ?? true)
  const to = relative(dirname(file), dirname(tensor)).replaceAll('\\', '/')
  const module = `${to.startsWith('.') ? to : `./${to}`}/${basename(tensor, '.d.ts')}.js`
  const body = methods.map(({ docs, signature }) => `${docs}${signature}`.replace(/^(?=.)/gm, '        ')).join('\n')
  const { atime, mtime } = statSync(file)
  writeFileSync(
    `${file}.part`,
    `${text.trimEnd()}\n${MARK}\ndeclare module '${module}' {\n    interface Tensor {\n${body}\n    }\n}\n`,
  )
  // As old as before, or tsc -b would build again what depends on it.
  utimesSync(`${file}.part`, atime, mtime)
  renameSync(`${file}.part`, file)
}

/**
 * The functions that a file declares, without their first parameter.
 * @param {string} text
 * @returns {{ name: string, docs: string, signature: string }[]}
 */
function methodsOf(text) {
  return [
    ...`${text.trimEnd()}\n`.matchAll(
      /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?^export declare function (\w+)([\s\S]*?);\n(?![\s}])/gm,
    ),
  ].map(([, docs = '', name = '', rest = '']) => {
    const open = rest.startsWith('<') ? closing(rest, 0) + 1 : 0
    const comma = firstComma(rest, open)
    const close = closing(rest, open)
    const others = comma < 0 ? '' : rest.slice(comma + 1, close).trim()
    return { name, docs, signature: `${name}${rest.slice(0, open)}(${others}${rest.slice(close)};` }
  })
}

/**
 * The place of the bracket that closes the one at `start`.
 * @param {string} text
 * @param {number} start
 */
function closing(text, start) {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    if (opens(text, at)) depth++
    else if (closes(text, at) && --depth === 0) return at
  }
  throw new Error(`A declaration with a bracket that is not closed: ${text}`)
}

/**
 * The place of the comma after the first parameter, or -1.
 * @param {string} text
 * @param {number} start that of the bracket before the parameters
 */
function firstComma(text, start) {
  let depth = 0
  const end = closing(text, start)
  for (let at = start + 1; at < end; at++) {
    if (opens(text, at)) depth++
    else if (closes(text, at)) depth--
    else if (depth === 0 && text[at] === ',') return at
  }
  return -1
}

/** @param {string} text @param {number} at */
const opens = (text, at) => '([{<'.includes(text[at] ?? ' ')

/** @param {string} text @param {number} at */
const closes = (text, at) => ')]}'.includes(text[at] ?? ' ') || (text[at] === '>' && text[at - 1] !== '=')

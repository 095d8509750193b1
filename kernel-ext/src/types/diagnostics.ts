// What the checker found in a cell, in the cell's own terms: which findings stop it, which only warn, which say nothing.
import { isBuiltin } from 'node:module'
import type { CellSyntaxError } from '../errors.js'
import { evaluationAt } from './deferred.js'
import type { LspDiagnostic } from './lsp.js'
import { packageNameOf } from './module-advice.js'
import { typesPackage } from './package-types.js'
import type { TextMap } from './text-map.js'

/** A finding; lines and columns are 1-based in the cell's own text, columns in UTF-16 units. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning'
  /** TypeScript's number of it: 2322 for TS2322. */
  readonly code: number
  readonly message: string
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
  /** Whether the cell must not run. */
  readonly blocks: boolean
}

export interface CheckedText {
  /** The cell's own text. */
  readonly code: string
  /** Whether a `!command` may install a package before the cell imports it. */
  readonly mayInstall: (packageName: string) => boolean
  readonly map: TextMap
  /** Makes names of virtual files readable. */
  readonly clean: (message: string) => string
  /** The name of an earlier cell that is spelt nearly so. */
  readonly similarName: (name: string) => string | undefined
  /** Whether a cell below, which has not run, declares the name. */
  readonly definedBelow: (name: string) => boolean
  /** What an earlier cell declared the name as; undefined for names that are not an earlier cell's. */
  readonly declaredAs: (name: string) => string | undefined
  /** Where a package is installed: where the notebook looks first, or only where the kernel looks last. */
  readonly installed: (packageName: string) => 'own' | 'fallback' | undefined
  /** What may have been meant by a module that is not there. */
  readonly moduleAdvice: (specifier: string) => string
}

const LSP_ERROR = 1
const LSP_WARNING = 2

/** 'implicitly has an any type' and its kin: pasted JavaScript, which runs. */
const IMPLICIT_ANY = new Set([
  2683, 7005, 7006, 7008, 7009, 7010, 7011, 7012, 7013, 7014, 7015, 7016, 7017, 7018, 7019, 7020, 7022, 7023, 7024,
  7025, 7026, 7031, 7032, 7033, 7034, 7036, 7039, 7041, 7052, 7053, 7055, 7057,
])

/** 'Cannot find name' and its kin. */
const UNKNOWN_NAME = new Set([
  2304, 2311, 2503, 2552, 2580, 2581, 2582, 2583, 2584, 2591, 2592, 2593, 2662, 2663, 2833, 2867, 2868, 18004,
])

/** 'Cannot find module', for `import x from` and for a bare `import`. */
const UNKNOWN_MODULE = new Set([2307, 2882])

/** `import x = require('x')` and `export = x`: a cell's program knows both, as a module of Node's older kind does. */
const COMMONJS_FORMS = new Set([1202, 1203])

/** An operator whose operand is an object: TypeScript names what it wants in numbers, not how objects are computed with. */
const OPERATORS = new Set([2362, 2363, 2365])

/** Something that may be null or undefined, used as if it could not be: TypeScript does not say how one goes on. */
const POSSIBLY_NOTHING = new Set([2531, 2532, 2533, 18047, 18048, 18049])

/** A value where an object of options is expected, as in zeros(2, 3) and x.sum(1, true). */
const NOT_OPTIONS = 2559

/** `x[0]` of something without an index. */
const NO_INDEX = 7053

const UNTYPED_MODULE = 7016
const ASSIGNED_IMPORT = 2632

/** A finding on its way from the server's words to ours. */
interface Finding {
  readonly code: number
  readonly message: string
  readonly severity: Diagnostic['severity']
  /** The text that it underlines. */
  readonly subject: string
  readonly offset: number
}

type Rule = (finding: Finding, text: CheckedText) => Finding | undefined

export function judge(found: readonly LspDiagnostic[], text: CheckedText): Diagnostic[] {
  return found.flatMap(diagnostic => {
    const { range, severity = LSP_ERROR } = diagnostic
    // Hints are for editors; what stands below the cell is ours.
    if (severity > LSP_WARNING || !text.map.contains(range.start)) return []
    const [offset, end] = [text.map.toOffset(range.start), text.map.toOffset(range.end)]
    const finding = ruleOf(Number(diagnostic.code))(
      {
        code: Number(diagnostic.code),
        message: text.clean(diagnostic.message),
        severity: severity === LSP_ERROR ? 'error' : 'warning',
        subject: text.code.slice(offset, end),
        offset,
      },
      text,
    )
    if (finding === undefined) return []
    const from = text.map.toPosition(range.start)
    const to = text.map.toPosition(range.end)
    return {
      severity: finding.severity,
      code: finding.code,
      message: finding.message,
      line: from.line,
      column: from.column,
      endLine: to.line,
      endColumn: to.column,
      blocks: finding.severity === 'error',
    }
  })
}

/** What stands where no code of TypeScript's does: the text does not parse, and a run would say the same. */
export const SYNTAX_ERROR = 0

/** Text that does not parse, in the words of the error that a run would show. */
export function syntaxFinding({ message, line, column }: CellSyntaxError, code: string): Diagnostic {
  const text = code.split(/\r\n|\n|\r/)[line - 1] ?? ''
  const subject = /^(?:[\p{ID_Continue}$]+|\S)/u.exec(text.slice(column - 1))?.[0] ?? ''
  return {
    severity: 'error',
    code: SYNTAX_ERROR,
    message,
    line,
    column,
    endLine: line,
    endColumn: column + subject.length,
    blocks: true,
  }
}

function ruleOf(code: number): Rule {
  if (COMMONJS_FORMS.has(code)) return () => undefined
  if (code === UNTYPED_MODULE) return judgeUntypedModule
  if (code === NO_INDEX) return judgeIndex
  if (IMPLICIT_ANY.has(code)) return asWarning
  if (UNKNOWN_MODULE.has(code)) return judgeMissingModule
  if (UNKNOWN_NAME.has(code)) return judgeUnknownName
  if (code === ASSIGNED_IMPORT) return judgeAssignment
  if (OPERATORS.has(code)) return judgeOperator
  if (POSSIBLY_NOTHING.has(code)) return judgePossiblyNothing
  if (code === NOT_OPTIONS) return judgeOptions
  return finding => finding
}

const asWarning: Rule = finding => warn(finding, finding.message)

function warn(finding: Finding, message: string): Finding {
  return { ...finding, severity: 'warning', message }
}

const judgeOperator: Rule = finding => {
  const types = [...finding.message.matchAll(/'([^']*)'/g)].map(([, type = '']) => type)
  const isPlain = types.slice(1).every(type => /^(?:string|number|boolean|bigint|null|undefined|["\d].*)$/.test(type))
  if (finding.code === 2365 && isPlain) return finding
  const message = `${finding.message} Operators are for numbers; objects such as tensors have methods, as a.add(b), a.mul(b), a.gt(b).`
  return { ...finding, message }
}

const judgePossiblyNothing: Rule = finding => {
  const { message, subject } = finding
  const sure = /^[\p{ID_Continue}$.#]+$/u.test(subject) ? `${subject}!` : 'a ! behind it'
  return { ...finding, message: `${message} Where you know that it is there, write ${sure}; else ask with if.` }
}

const judgeOptions: Rule = finding => {
  if (!/^Type '(?:-?[\d.]+|true|false|Tensor)' .*'\w*Options'/.test(finding.message)) return finding
  const message = `${finding.message} Sizes and axes stand in one list, as in zeros([2, 3]); options have names, as in { keepdim: true }.`
  return { ...finding, message }
}

const judgeIndex: Rule = finding => {
  const advice = finding.message.includes("type 'Tensor'") ? ' A tensor is read by at: x.at(0), x.at(0, 2).' : ''
  return warn(finding, finding.message + advice)
}

const judgeUnknownName: Rule = (finding, text) => {
  // TypeScript's words for a module of Node that its types have not.
  if (/^['"`]/.test(finding.subject)) return judgeMissingModule(finding, text)
  const { code, similarName, definedBelow } = text
  const evaluation = evaluationAt(code, finding.offset)
  if (evaluation === 'guarded') return undefined
  const name = finding.subject
  const isBelow = definedBelow(name)
  if (isBelow && evaluation === 'later') return undefined
  const similar = similarName(name)
  const hint =
    /Did you mean [^?]*\?/.exec(finding.message)?.[0] ?? (similar === undefined ? '' : `Did you mean '${similar}'?`)
  if (evaluation === 'now') {
    if (isBelow) return { ...finding, message: `Cannot find name '${name}': the cell that defines it stands below.` }
    const message = BROWSER_NAMES.has(name)
      ? `Cannot find name '${name}'. ${NO_PAGE}`
      : finding.message.replace(BROWSER_ADVICE, NO_PAGE)
    return { ...finding, message: message.includes(hint) ? message : `${message} ${hint}` }
  }
  const warning = `'${name}' is not defined yet: the function will fail unless a later cell defines it.`
  return warn(finding, hint === '' ? warning : `${warning} ${hint}`)
}

const NO_PAGE = 'Cells run in Node, where there is no web page.'

/** Names of browsers of which TypeScript does not say so itself. */
const BROWSER_NAMES = new Set(['window', 'alert', 'requestAnimationFrame', 'XMLHttpRequest', 'HTMLElement'])

/** What TypeScript says of `document`: advice that would only move the error to the run. */
const BROWSER_ADVICE = /Do you need to change your target library\? .* include 'dom'\./

const judgeUntypedModule: Rule = finding => {
  const name = packageNameOf(finding.subject.replace(/^['"`]|['"`]$/g, ''))
  if (name === undefined) return warn(finding, finding.message)
  const types = typesPackage(name)
  return warn(finding, `'${name}' brings no types: its values are of type any. Perhaps !npm install ${types} helps.`)
}

const judgeMissingModule: Rule = (finding, { mayInstall, installed, moduleAdvice }) => {
  const specifier = finding.subject.replace(/^['"`]|['"`]$/g, '')
  if (isBuiltin(specifier))
    return warn(finding, `The types of '${specifier}' are not known: its values are of type any.`)
  const name = packageNameOf(specifier)
  const where = name === undefined ? undefined : installed(name)
  if (where === 'fallback') return warn(finding, `No types were found for '${name}': its values are of type any.`)
  if (name !== undefined && where === undefined && mayInstall(name)) {
    return warn(finding, `'${name}' is not installed yet: its values are of type any.`)
  }
  const message = UNKNOWN_MODULE.has(finding.code) ? finding.message : `Cannot find module '${specifier}'.`
  const advice = moduleAdvice(specifier)
  return { ...finding, message: advice === '' ? message : `${message} ${advice}` }
}

/** What a name of an earlier cell is to us an import, to its reader is still a constant, a class, ... */
const judgeAssignment: Rule = (finding, { declaredAs }) => {
  const declared = declaredAs(finding.subject)
  const code = declared === undefined ? undefined : ASSIGNMENT_ERRORS[declared]
  if (code === undefined) return finding
  const what =
    declared === 'const' || declared === 'using'
      ? 'a constant'
      : `${/^[aeiou]/.test(declared!) ? 'an' : 'a'} ${declared}`
  return { ...finding, code, message: `Cannot assign to '${finding.subject}' because it is ${what}.` }
}

/** TypeScript's errors for the same within one file. */
const ASSIGNMENT_ERRORS: Readonly<Record<string, number>> = {
  const: 2588,
  using: 2588,
  enum: 2628,
  class: 2629,
  function: 2630,
  namespace: 2631,
  import: 2632,
}

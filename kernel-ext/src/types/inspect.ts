// Tooltips: the type and the documentation of a name, or the signature of the call that is being typed.
import type { LspHover, LspSignature, MarkupContent, SignatureHelp } from './lsp.js'

export interface Hover {
  /** The signature, an empty line, the documentation. */
  readonly text: string
  readonly markdown: string
}

const SIGNATURES_SHOWN = 6

/** The offset of the name at a place, which may be at its end; undefined where there is none. */
export function nameAt(code: string, offset: number): number | undefined {
  const isPart = (at: number): boolean => /[\p{ID_Continue}$#@]/u.test(code.slice(at, at + 1))
  if (isPart(offset)) return offset
  return offset > 0 && isPart(offset - 1) ? offset - 1 : undefined
}

export function hoverOf(hover: LspHover | null, clean: (text: string) => string): Hover | undefined {
  if (hover === null) return undefined
  const [, signature, docs] = /^```\w*\n([\s\S]*?)\n```\n?([\s\S]*)$/.exec(hover.contents.value) ?? []
  // An unknown name, or one of an import that failed: there is nothing to tell.
  if (signature === undefined || signature === 'any') return undefined
  return render([clean(signature.replace(/^\(alias\) /, ''))], docs ?? '')
}

export function signatureOf(help: SignatureHelp | null, clean: (text: string) => string): Hover | undefined {
  const active = help?.signatures[help.activeSignature ?? 0]
  if (help === null || active === undefined) return undefined
  const labels = new Set([active, ...help.signatures].map(({ label }) => clean(label)))
  const shown = [...labels].slice(0, SIGNATURES_SHOWN)
  const hidden = labels.size - shown.length
  const docs = [...(hidden > 0 ? [`... ${hidden} more`] : []), documentation(active)].filter(part => part !== '')
  return render(shown, docs.join('\n\n'))
}

function documentation({ documentation, parameters = [] }: LspSignature): string {
  const ofParameters = parameters.flatMap(({ label, documentation }) => {
    const docs = plain(documentation)
    // The label is the whole parameter, `options?: { lr: number }`.
    const name = typeof label === 'string' ? /^[^?:]+/.exec(label)?.[0] : undefined
    return docs === '' || name === undefined ? [] : [`*@param* \`${name}\` — ${docs}`]
  })
  return [plain(documentation), ...ofParameters].filter(part => part !== '').join('\n\n')
}

function plain(content: MarkupContent | string | undefined): string {
  return (typeof content === 'string' ? content : (content?.value ?? '')).trim()
}

function render(signatures: readonly string[], docs: string): Hover {
  const code = signatures.join('\n')
  const [text, markdown] = [withoutMarkup(docs.trim()), docs.trim()]
  return {
    text: text === '' ? code : `${code}\n\n${text}`,
    markdown: `\`\`\`typescript\n${code}\n\`\`\`${markdown === '' ? '' : `\n\n${markdown}`}`,
  }
}

/** Markdown as it reads in a plain tooltip. */
function withoutMarkup(markdown: string): string {
  return markdown
    .replace(/^```.*\n?/gm, '')
    .replace(/\*(@\w+)\*/g, '$1')
    .replace(/`([^`\n]+)`/g, '$1')
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .trim()
}

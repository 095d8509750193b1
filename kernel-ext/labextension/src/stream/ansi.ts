// What of ANSI's text styles is in force at a place of a text: a text that is drawn in parts keeps its colours.

/** Colours as the codes that set them (`'31'`, `'38;5;208'`); empty where the text has its own colour. */
export interface Style {
  readonly foreground: string
  readonly background: string
  readonly bold: boolean
  readonly underline: boolean
  readonly inverse: boolean
}

export const PLAIN: Style = { foreground: '', background: '', bold: false, underline: false, inverse: false }

const ESCAPE = '\u001b['
// biome-ignore lint/suspicious/noControlCharactersInRegex: ANSI colours are made of them
const STYLES = /\u001b\[([\d;]*)m/g
// The sequences that JupyterLab leaves out when it draws.
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const SEQUENCES = /\u001b\[.*?[@-~]/g
/** No longer one is looked for where a text is cut. */
const LONGEST_SEQUENCE = 24

/** The style after a text that begins in a given one. */
export function styleAfter(style: Style, text: string): Style {
  if (!text.includes(ESCAPE)) return style
  let now = style
  for (const [, codes = ''] of text.matchAll(STYLES)) now = apply(now, codes.split(';'))
  return now
}

/** The sequence that brings plain text into a style. */
export function sequenceOf({ foreground, background, bold, underline, inverse }: Style): string {
  const codes = [bold ? '1' : '', underline ? '4' : '', inverse ? '7' : '', foreground, background]
  const set = codes.filter(code => code !== '')
  return set.length === 0 ? '' : `${ESCAPE}${set.join(';')}m`
}

/** The text without its sequences. */
export function withoutAnsi(text: string): string {
  return text.includes(ESCAPE) ? text.replace(SEQUENCES, '') : text
}

/** The nearest place before or at one, where a cut halves neither a character nor a sequence. */
export function placeToCut(text: string, at: number): number {
  const begin = text.lastIndexOf('\u001b', at - 1)
  if (begin >= 0 && at - begin < LONGEST_SEQUENCE) {
    const [sequence] = text.slice(begin, begin + LONGEST_SEQUENCE).match(SEQUENCES) ?? []
    if (sequence !== undefined && begin + sequence.length > at) return begin
  }
  return isLowSurrogate(text.charCodeAt(at)) ? at - 1 : at
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}

function apply(style: Style, codes: readonly string[]): Style {
  let now = style
  for (let i = 0; i < codes.length; i++) {
    const code = Number(codes[i])
    const length = code === 38 || code === 48 ? extendedLength(codes[i + 1]) : 1
    now = { ...now, ...changed(code, codes.slice(i, i + length).join(';')) }
    i += length - 1
  }
  return now
}

/** `38;5;n` or `38;2;r;g;b` */
function extendedLength(kind: string | undefined): number {
  return kind === '5' ? 3 : kind === '2' ? 5 : 1
}

function changed(code: number, sequence: string): Partial<Style> {
  if (code === 0) return PLAIN
  if (code === 1 || code === 5) return { bold: true }
  if (code === 4) return { underline: true }
  if (code === 7) return { inverse: true }
  if (code === 21 || code === 22) return { bold: false }
  if (code === 24) return { underline: false }
  if (code === 27) return { inverse: false }
  if (code === 39) return { foreground: '' }
  if (code === 49) return { background: '' }
  if ((code >= 30 && code <= 38) || (code >= 90 && code <= 97)) return { foreground: sequence }
  if ((code >= 40 && code <= 48) || (code >= 100 && code <= 107)) return { background: sequence }
  return {}
}

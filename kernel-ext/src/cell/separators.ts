// U+2028 and U+2029 may stand in strings and end a line for one tool and not for the next, so that source maps break.
import type { Node } from 'oxc-parser'
import { children } from './ast.js'

export interface Separator {
  readonly offset: number
  /** What says the same in a string. */
  readonly escaped: string
}

/** Those in the strings and templates of a cell, from where pasted text brings them. */
export function rareSeparators(text: string, program: Node): Separator[] {
  const found = [...text.matchAll(/[\u2028\u2029]/g)]
  if (found.length === 0) return []
  const strings = stringsOf(program)
  return (
    found
      // After a backslash it continues the line and is no part of the string.
      .filter(
        ({ index }) => text[index - 1] !== '\\' && strings.some(({ start, end }) => start <= index && index < end),
      )
      .map(({ index, 0: character }) => ({ offset: index, escaped: character === '\u2028' ? '\\u2028' : '\\u2029' }))
  )
}

function stringsOf(node: Node): Node[] {
  if (node.type === 'TemplateElement' || (node.type === 'Literal' && typeof node.value === 'string')) return [node]
  return children(node).flatMap(stringsOf)
}

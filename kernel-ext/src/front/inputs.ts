// What a cell asks the person at the page: one question at a time, to the client that has sent the cell.
import { isHeader, type Json, type Message } from '../protocol/messages.js'

export interface Question {
  readonly request: number
  readonly prompt: string
  readonly password: boolean
}

interface Pending {
  readonly asked: Message
  readonly cell: Message
  readonly answer: (value: string | undefined) => void
}

export class Inputs {
  readonly #ask: (content: Json, request: Message) => Message
  #pending: Pending | undefined

  /** `ask` sends an input_request and returns it. */
  constructor(ask: (content: Json, request: Message) => Message) {
    this.#ask = ask
  }

  /** `answer` is called once with what was typed, unless the cell ends before; undefined if nothing could be. */
  ask({ prompt, password }: Question, cell: Message, answer: (value: string | undefined) => void): void {
    this.#pending = { asked: this.#ask({ prompt, password }, cell), cell, answer }
  }

  /** An input_reply. One that comes late, or from another client than was asked, is passed over. */
  take(reply: Message): void {
    const pending = this.#pending
    if (pending === undefined) return
    const { asked, cell, answer } = pending
    if (!isAbout(reply, [asked, cell]) || !isSameClient(reply, cell)) return
    this.#pending = undefined
    const { value, status } = reply.content
    answer(typeof value === 'string' && status !== 'error' ? value : undefined)
  }

  /** The cell has ended: nobody waits for an answer any more. */
  forget(): void {
    this.#pending = undefined
  }
}

/** Clients name the input_request as parent, or the cell's request, or nothing. */
function isAbout({ parent }: Message, expected: readonly Message[]): boolean {
  return !isHeader(parent) || expected.some(({ header }) => header.msg_id === parent.msg_id)
}

function isSameClient(a: Message, b: Message): boolean {
  return Buffer.concat(a.identities).equals(Buffer.concat(b.identities))
}

// Three streams from the runtime made one again: what its cells send by the pipe, and the text of its own stdout and
// stderr. Marks in both (runtime/marks.ts) say what came before what.
import { StringDecoder } from 'node:string_decoder'
import type { FromRuntime } from '../runtime/link.js'
import { MarkReader, type Piece } from '../runtime/marks.js'

export type StreamName = 'stdout' | 'stderr'

/** A mark that has not come by this time was lost; nothing waits for it any more. */
const LOST_MS = 2000

export class Lanes {
  readonly #reader: MarkReader
  readonly #emit: (message: FromRuntime) => void
  readonly #native: Record<StreamName, NativeLane>
  #sent: FromRuntime[] = []
  #working = false
  #timer: NodeJS.Timeout | undefined

  /** `show` gives the part of native text on stderr that is to be passed on. */
  constructor(word: string, emit: (message: FromRuntime) => void, show = (text: string): string => text) {
    this.#reader = new MarkReader(word)
    this.#emit = emit
    const print = (name: StreamName) => (cell: string | undefined, text: string) => {
      const shown = name === 'stderr' ? show(text) : text
      if (shown !== '') emit({ op: 'stream', cell, name, text: shown })
    }
    this.#native = {
      stdout: new NativeLane(this.#reader, print('stdout')),
      stderr: new NativeLane(this.#reader, print('stderr')),
    }
  }

  take(message: FromRuntime): void {
    this.#sent.push(message)
    this.#work()
  }

  takeNative(name: StreamName, chunk: Buffer): void {
    this.#native[name].push(chunk)
    this.#work()
  }

  /** The process has gone: nothing more comes. */
  end(): void {
    for (const lane of Object.values(this.#native)) lane.end()
    this.#work()
  }

  #work(): void {
    if (this.#working) return
    this.#working = true
    try {
      while (this.#sent.length > 0 && this.#passOn(this.#sent[0]!)) this.#sent.shift()
      for (const lane of Object.values(this.#native)) lane.flush()
    } finally {
      this.#working = false
    }
    clearTimeout(this.#timer)
    if (this.#sent.length > 0) this.#timer = setTimeout(() => this.#giveUp(), LOST_MS)
  }

  /** False if the message must wait for native text; what could be said of it has been then. */
  #passOn(message: FromRuntime): boolean {
    if (message.op !== 'stream') {
      this.#emit(message)
      if (message.op === 'done') for (const lane of Object.values(this.#native)) lane.owner = undefined
      return true
    }
    const { pieces, rest } = this.#reader.read(message.text)
    if (rest !== '') pieces.push({ text: rest })
    const lane = this.#native[message.name]
    let text = ''
    const say = (): void => {
      if (text !== '') this.#emit({ ...message, text })
      text = ''
    }
    for (let i = 0; i < pieces.length; i += 1) {
      const piece = pieces[i]!
      if ('text' in piece) {
        text += piece.text
        continue
      }
      if (!lane.isNext(piece.mark)) say()
      if (!lane.pass(piece.mark, message.cell)) {
        this.#sent[0] = {
          ...message,
          text: pieces
            .slice(i)
            .map(piece => this.#textOf(piece))
            .join(''),
        }
        return false
      }
    }
    say()
    return true
  }

  #textOf(piece: Piece): string {
    return 'text' in piece ? piece.text : this.#reader.write(piece.mark)
  }

  #giveUp(): void {
    const [first] = this.#sent
    if (first?.op === 'stream') this.#native[first.name].loseNext()
    this.#work()
  }
}

/** The text of one stream of the process, up to the mark that the cells' messages have reached. */
class NativeLane {
  /** The execution that native text now belongs to. */
  owner: string | undefined
  readonly #reader: MarkReader
  readonly #print: (cell: string | undefined, text: string) => void
  readonly #decoder = new StringDecoder('utf8')
  #pieces: Piece[] = []
  /** Pieces before this one have been dealt with. */
  #at = 0
  #rest = ''
  #passed = 0
  #ended = false
  #lost = false

  constructor(reader: MarkReader, print: (cell: string | undefined, text: string) => void) {
    this.#reader = reader
    this.#print = print
  }

  push(chunk: Buffer): void {
    const { pieces, rest } = this.#reader.read(this.#rest + this.#decoder.write(chunk))
    this.#rest = rest
    for (const piece of pieces) this.#pieces.push(piece)
  }

  end(): void {
    this.#ended = true
    const text = this.#rest + this.#decoder.end()
    this.#rest = ''
    if (text !== '') this.#pieces.push({ text })
  }

  /** Whether no native text stands before a mark. */
  isNext(mark: number): boolean {
    const piece = this.#pieces[this.#at]
    return piece !== undefined && 'mark' in piece && piece.mark === mark
  }

  /** The messages have reached a mark: prints what came before it; false if that has not all come yet. */
  pass(mark: number, owner: string | undefined): boolean {
    const found = this.#printUntil(piece => piece.mark >= mark)
    if (!found && !this.#ended && !this.#lost) return false
    if (this.isNext(mark)) this.#at += 1
    this.#lost = false
    this.#passed = mark
    this.owner = owner
    return true
  }

  /** Prints what need not wait for a message. */
  flush(): void {
    this.#printUntil(piece => piece.mark > this.#passed && !this.#ended)
  }

  loseNext(): void {
    this.#lost = true
  }

  /** Prints text up to a mark; whether that was found. */
  #printUntil(isEnd: (piece: { mark: number }) => boolean): boolean {
    for (; this.#at < this.#pieces.length; this.#at += 1) {
      const piece = this.#pieces[this.#at]!
      if ('text' in piece) this.#print(this.owner, piece.text)
      else if (isEnd(piece)) return true
    }
    this.#pieces = []
    this.#at = 0
    return false
  }
}

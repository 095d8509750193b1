// The widget that draws what a cell writes to stdout or stderr. JupyterLab's own draws all of it again for each piece that
// comes, and 100,000 lines freeze the page; this one draws the first and the last lines, each once, and the rest when asked.
import { renderError, renderText } from '@jupyterlab/rendermime'
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces'
import { Widget } from '@lumino/widgets'
import { placeToCut, type Style, sequenceOf, styleAfter } from './ansi.js'
import { copyWhole, type Gap, gap } from './gap.js'
import { type Cut, type Fold, longLines, type Piece, StreamText } from './stream-text.js'

export const STDOUT = 'application/vnd.jupyter.stdout'
export const STDERR = 'application/vnd.jupyter.stderr'

/** A drawing follows the one before after so long, or later. */
const REST_MS = 30
/** After so long a drawing lets the page answer, and goes on. */
const SLICE_MS = 20

type Stretch = Omit<Piece, 'lines'>

export class StreamRenderer extends Widget implements IRenderMime.IRenderer {
  private readonly stream = new StreamText()
  private readonly options: IRenderMime.IRendererOptions
  /** One element for each complete piece that is drawn, from the first on. */
  private hosts: HTMLElement[] = []
  /** After the pieces: what is left out, if anything is, and the end. */
  private gap: Gap | undefined
  private end: HTMLElement | undefined
  private readonly shownLines = new Set<number>()
  private showAll = false
  private newest = ''
  private timer = 0
  private drawnAt = Number.NEGATIVE_INFINITY
  private rest = REST_MS

  constructor(options: IRenderMime.IRendererOptions) {
    super()
    this.options = options
    this.addClass('jp-RenderedText')
    this.addClass('gradlab-Stream')
    this.node.dataset.mimeType = options.mimeType
    this.node.addEventListener('copy', event => copyWhole(event, this.node))
  }

  /** Draws the model's text: at once, or a moment later where one piece follows the other. */
  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.toggleClass('jp-mod-trusted', model.trusted)
    this.newest = String(model.data[this.options.mimeType] ?? '')
    const wait = this.drawnAt + this.rest - performance.now()
    if (wait <= 0) this.draw()
    else this.drawIn(wait)
    return Promise.resolve()
  }

  override dispose(): void {
    if (this.isDisposed) return
    window.clearTimeout(this.timer)
    super.dispose()
  }

  private drawIn(milliseconds: number): void {
    if (this.timer === 0) this.timer = window.setTimeout(() => this.draw(), milliseconds)
  }

  private draw(): void {
    window.clearTimeout(this.timer)
    this.timer = 0
    if (this.isDisposed) return
    const began = performance.now()
    if (!this.stream.update(this.newest)) this.clear()
    const fold = this.showAll ? undefined : this.stream.fold()
    const wanted = fold?.pieces ?? this.stream.pieces.length
    for (const host of this.hosts.splice(wanted)) host.remove()
    this.drawPieces(wanted, began + SLICE_MS)
    if (this.hosts.length < wanted) this.interrupt()
    else this.complete(fold)
    this.drawnAt = performance.now()
    // The page has at least three quarters of the time for itself.
    this.rest = Math.max(REST_MS, 3 * (this.drawnAt - began))
  }

  private clear(): void {
    for (const host of this.hosts) host.remove()
    this.hosts = []
    this.shownLines.clear()
  }

  /** Complete pieces, until it is time to let the page answer. */
  private drawPieces(wanted: number, until: number): void {
    const { pieces } = this.stream
    for (let i = this.hosts.length; i < wanted; i++) {
      const host = document.createElement('div')
      host.className = 'gradlab-Stream-piece'
      host.style.setProperty('--gradlab-lines', String(pieces[i]!.lines))
      this.node.insertBefore(host, this.gap?.node ?? this.end ?? null)
      this.hosts.push(host)
      this.drawRange(host, pieces[i]!)
      if (performance.now() > until) return
    }
  }

  /** The rest of the pieces comes in a moment. */
  private interrupt(): void {
    const { text, lines, pieces } = this.stream
    this.end?.remove()
    this.end = undefined
    const drawn = pieces.slice(0, this.hosts.length).reduce((sum, piece) => sum + piece.lines, 0)
    if (this.showAll) this.leaveOut(this.hosts.length, text.length, lines - drawn)
    this.drawIn(0)
  }

  private complete(fold: Fold | undefined): void {
    if (fold !== undefined) {
      this.leaveOut(fold.pieces, fold.tail.from, fold.lines)
      this.drawEnd(fold.tail)
      return
    }
    this.gap?.node.remove()
    this.gap = undefined
    this.drawEnd(this.stream.rest)
  }

  /** The control in the place of what lies between the first pieces and an offset. */
  private leaveOut(pieces: number, to: number, lines: number): void {
    this.gap ??= gap(() => {
      this.showAll = true
      this.addClass('gradlab-mod-all')
      this.draw()
    })
    const from = this.stream.pieces[pieces - 1]?.to ?? 0
    this.gap.say({
      what: lines === 1 ? '1 line is not drawn' : `${count(lines)} lines are not drawn`,
      offer: `Show all ${count(this.stream.lines)} lines`,
      hidden: () => this.stream.text.slice(from, to),
    })
    if (this.gap.node.parentNode === null) this.node.insertBefore(this.gap.node, this.end ?? null)
  }

  private drawEnd(range: Stretch): void {
    const end = document.createElement('div')
    this.drawRange(end, range)
    if (this.end === undefined) this.node.append(end)
    else this.end.replaceWith(end)
    this.end = end
  }

  /** Draws a part of the text, its longest lines cut. */
  private drawRange(host: HTMLElement, { from, to, style }: Stretch): void {
    const { text } = this.stream
    let at = from
    let now = style
    for (const cut of longLines(text, from, to)) {
      if (this.shownLines.has(cut.from)) continue
      const begin = placeToCut(text, cut.from)
      const end = placeToCut(text, cut.to)
      this.drawText(host, text.slice(at, begin), now)
      host.append(this.cutLine(host, { from, to, style }, cut, text.slice(begin, end)))
      now = styleAfter(now, text.slice(at, end))
      at = end
    }
    if (at < to || at === from) this.drawText(host, text.slice(at, to), now)
  }

  private cutLine(host: HTMLElement, range: Stretch, cut: Cut, hidden: string): HTMLElement {
    const shown = gap(() => {
      this.shownLines.add(cut.from)
      if (host === this.end) {
        this.draw()
        return
      }
      host.replaceChildren()
      this.drawRange(host, range)
    })
    shown.say({
      what: `${count(hidden.length)} characters of this line are not drawn`,
      offer: 'Show the whole line',
      hidden: () => hidden,
    })
    return shown.node
  }

  /** As JupyterLab draws it: colours, links, and in stderr paths. */
  private drawText(host: HTMLElement, text: string, style: Style): void {
    const { sanitizer, resolver, linkHandler, translator } = this.options
    const part = document.createElement('div')
    host.append(part)
    const source = text === '' ? '' : `${sequenceOf(style)}${text}`
    const options = { host: part, sanitizer, source, ...(translator === undefined ? {} : { translator }) }
    if (this.options.mimeType === STDERR) void renderError({ ...options, resolver, linkHandler })
    else void renderText(options)
  }
}

function count(number: number): string {
  return number.toLocaleString('en')
}

// The widget that draws one plotly output of a cell, and draws it anew when its data, its theme or its size change.
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces'
import { Widget } from '@lumino/widgets'
import { labColors } from './colors.js'
import { dress, heightFor } from './dress.js'
import { type Figure, isObject, PLOTLY_MIME_TYPE, readFigure } from './figure.js'
import { onThemeChange } from './theme-watch.js'

/** What is used of plotly.js: its published types know neither `react` with a whole figure nor that `resize` is awaited. */
interface Plotly {
  react(plot: HTMLElement, figure: Figure): Promise<HTMLElement>
  purge(plot: HTMLElement): void
  readonly Plots: { resize(plot: HTMLElement): Promise<unknown> }
}

/** Quiet time after the last change of the cell's width before the plot follows it. */
const RESIZE_DELAY_MS = 100

export class PlotlyRenderer extends Widget implements IRenderMime.IRenderer {
  private readonly plot = document.createElement('div')
  private readonly note = document.createElement('div')
  private readonly stopWatchingTheme: () => void
  private readonly resizes: ResizeObserver
  private resizeTimer = 0
  private plotly: Plotly | undefined
  private figure: Figure | undefined
  /** The figure, the theme or both have changed since the last drawing. */
  private stale = false
  private drawing: Promise<void> | undefined
  private drawnWidth = 0

  constructor() {
    super()
    this.addClass('gradlab-Plotly')
    this.note.className = 'gradlab-Plotly-note'
    this.note.hidden = true
    this.node.append(this.plot, this.note)
    this.stopWatchingTheme = onThemeChange(() => void this.redraw())
    this.resizes = new ResizeObserver(() => this.follow())
    this.resizes.observe(this.node)
  }

  /** Draws the model's figure, or says in its place why that cannot be done. Also called for `update_display_data`. */
  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    try {
      this.figure = readFigure(model.data[PLOTLY_MIME_TYPE])
    } catch (error) {
      this.fail('This plotly figure cannot be drawn.', error)
      return
    }
    await this.redraw()
  }

  override dispose(): void {
    if (this.isDisposed) return
    this.stopWatchingTheme()
    this.resizes.disconnect()
    window.clearTimeout(this.resizeTimer)
    this.clear()
    super.dispose()
  }

  private redraw(): Promise<void> {
    this.stale = true
    this.drawing ??= this.drawUntilFresh()
    return this.drawing
  }

  /** One drawing at a time; of what changes meanwhile only the newest state is drawn. */
  private async drawUntilFresh(): Promise<void> {
    // `drawing` is set once this function waits, and cleared in the same turn as nothing is found stale: none is missed.
    await null
    try {
      while (this.stale && this.canDraw()) await this.drawOnce()
    } finally {
      this.drawing = undefined
    }
  }

  private async drawOnce(): Promise<void> {
    this.stale = false
    try {
      await this.draw()
    } catch (error) {
      this.fail('plotly.js could not draw this figure.', error)
    }
  }

  /** A plot needs the page's measures: one that is not shown is drawn when its size is first reported. */
  private canDraw(): boolean {
    return !this.isDisposed && this.figure !== undefined && this.node.clientWidth > 0
  }

  private async draw(): Promise<void> {
    const plotly = await this.load()
    if (this.isDisposed || this.figure === undefined) return
    // Copied, since plotly.js writes into what it draws and the figure is drawn again after a switch of the theme.
    const figure = dress(structuredClone(this.figure), labColors())
    this.plot.hidden = false
    this.adoptSize()
    const drawn = await plotly.react(this.plot, figure)
    this.say(unknownTypes(drawn))
  }

  private async load(): Promise<Plotly> {
    // A chunk of its own: notebooks without such a figure never load its 4.6 MB.
    const module = await import('plotly.js-dist-min')
    this.plotly = module.default as unknown as Plotly
    return this.plotly
  }

  private adoptSize(): void {
    const width = this.node.clientWidth
    this.drawnWidth = width
    this.plot.style.height = `${heightFor(this.figure?.layout ?? {}, width)}px`
  }

  private follow(): void {
    if (!this.canDraw()) return
    if (this.stale) {
      void this.redraw()
      return
    }
    if (this.node.clientWidth === this.drawnWidth) return
    window.clearTimeout(this.resizeTimer)
    this.resizeTimer = window.setTimeout(() => void this.resize(), RESIZE_DELAY_MS)
  }

  private async resize(): Promise<void> {
    await this.drawing
    if (this.plotly === undefined || !this.canDraw() || this.plot.hidden) return
    this.adoptSize()
    try {
      await this.plotly.Plots.resize(this.plot)
    } catch {
      // plotly.js refuses to size a plot that was hidden meanwhile; it is sized when it is shown again.
      this.drawnWidth = 0
    }
  }

  private fail(what: string, error: unknown): void {
    this.figure = undefined
    this.stale = false
    this.clear()
    this.plot.hidden = true
    this.say(`${what} ${error instanceof Error ? error.message : String(error)}`)
  }

  private clear(): void {
    this.plotly?.purge(this.plot)
    this.plot.replaceChildren()
    this.drawnWidth = 0
  }

  private say(text: string): void {
    this.note.textContent = text
    this.note.hidden = text === ''
    if (text === '') this.note.removeAttribute('role')
    else this.note.setAttribute('role', 'alert')
  }
}

/** plotly.js draws a type that it does not know as `scatter`, silently: a slip of the pen would show a wrong plot. */
function unknownTypes(plot: object): string {
  const { data, _fullData: drawn } = plot as { data?: unknown; _fullData?: unknown }
  if (!Array.isArray(data) || !Array.isArray(drawn)) return ''
  return data
    .map((trace: unknown, i) => unknownType(trace, drawn[i], i))
    .filter(line => line !== '')
    .join('\n')
}

function unknownType(trace: unknown, drawn: unknown, i: number): string {
  if (!isObject(trace) || !isObject(drawn) || typeof trace.type !== 'string' || trace.type === drawn.type) return ''
  return `data[${i}].type: plotly.js knows no "${trace.type}" and drew a "${String(drawn.type)}".`
}

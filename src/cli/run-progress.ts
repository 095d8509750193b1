// How far a notebook's run is: one line that is redrawn in a terminal, a line a cell elsewhere.
import { type CellProgress, cellTitle } from '../notebook/execute.js'
import type { Output, Paint } from './style.js'

export interface ProgressOutput extends Output {
  readonly columns?: number
}

const REDRAW_MS = 200
/** Where the terminal tells no width, or 0. */
const COLUMNS = 80
const CLEAR_LINE = '\r\u001b[2K'

/** Shows cells as they run. */
export class Progress {
  readonly #output: ProgressOutput
  readonly #paint: Paint
  readonly #now: () => number
  #started = 0
  #timer: NodeJS.Timeout | undefined

  constructor(output: ProgressOutput, paint: Paint, now: () => number = () => performance.now()) {
    this.#output = output
    this.#paint = paint
    this.#now = now
  }

  cell(progress: CellProgress): void {
    this.#started = this.#now()
    if (!this.#output.isTTY) return
    const draw = (): void => void this.#output.write(CLEAR_LINE + this.#line(progress))
    draw()
    this.#timer = setInterval(draw, REDRAW_MS)
    this.#timer.unref()
  }

  cellEnd(progress: CellProgress, failed: boolean): void {
    clearInterval(this.#timer)
    if (this.#output.isTTY) {
      this.#output.write(CLEAR_LINE)
      return
    }
    const { number, total } = progress
    const outcome = failed ? this.#paint('red', 'failed') : 'ok'
    this.#output.write(`cell ${number}/${total} ${outcome} ${this.#elapsed()}  ${cellTitle(progress.cell)}\n`)
  }

  #line({ number, total, cell }: CellProgress): string {
    const head = `cell ${number}/${total}  `
    const tail = `  ${this.#elapsed()}`
    const room = (this.#output.columns || COLUMNS) - head.length - tail.length - 1
    return this.#paint('bold', head) + shorten(cellTitle(cell), room) + this.#paint('dim', tail)
  }

  #elapsed(): string {
    return `${((this.#now() - this.#started) / 1000).toFixed(1)} s`
  }
}

function shorten(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, Math.max(0, room - 3))}...`
}

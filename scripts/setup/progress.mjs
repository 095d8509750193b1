// One line a step: what it does, a moving sign while it lasts (in a terminal), what came of it and how long it took.

const FRAMES = ['|', '/', '-', '\\']
/** A step that ends sooner than this shows no moving sign. */
const MOVES_AFTER_MS = 2000
/** Where nothing can move (a file, a pipe), a plain line says this often that the step still runs. */
const PLAIN_EVERY_MS = 10_000

/** @typedef {{ write(text: string): unknown, isTTY?: boolean, columns?: number }} Output */

export class Progress {
  /**
   * @param {Output} output
   * @param {() => number} now milliseconds
   */
  constructor(output, now = () => performance.now()) {
    this.output = output
    this.now = now
  }

  /**
   * Runs one step and prints its line; `work` returns what came of it.
   * @param {string} name
   * @param {(step: Step) => Promise<string> | string} work
   */
  async step(name, work) {
    const step = new Step(name, this.output, this.now)
    try {
      step.finish(await work(step))
    } catch (error) {
      step.abandon()
      throw error
    }
  }
}

export class Step {
  /**
   * @param {string} name
   * @param {Output} output
   * @param {() => number} now
   */
  constructor(name, output, now) {
    this.name = name
    this.output = output
    this.now = now
    this.began = now()
    this.text = ''
    this.more = ''
    this.moves = output.isTTY === true
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined
    this.frame = 0
  }

  /**
   * Announces what the step is about to do; a step that never calls it had nothing to do.
   * @param {string} text
   * @param {string} [reason] why; not repeated while it lasts
   */
  doing(text, reason) {
    this.text = text
    this.more = ''
    const announcement = `${this.label()}${text}${reason === undefined ? '' : ` (${reason})`} ...`
    if (this.moves) this.draw(announcement)
    else this.output.write(`${announcement}\n`)
    this.timer ??= setInterval(() => this.tick(), this.moves ? 120 : PLAIN_EVERY_MS)
  }

  /**
   * How far it is: shown beside what the step does.
   * @param {string} text
   */
  detail(text) {
    this.more = text
  }

  /** @param {string} result */
  finish(result) {
    this.stopMoving()
    this.output.write(`${this.label()}${result} (${seconds(this.now() - this.began)})\n`)
  }

  abandon() {
    this.stopMoving()
    if (this.moves && this.text !== '') this.output.write(`${this.label()}${this.text}: not finished\n`)
  }

  tick() {
    const elapsed = this.now() - this.began
    const more = this.more === '' ? '' : `, ${this.more}`
    if (!this.moves) {
      this.output.write(`${this.label()}still ${this.text}${more} (${seconds(elapsed)})\n`)
    } else if (elapsed >= MOVES_AFTER_MS) {
      this.frame = (this.frame + 1) % FRAMES.length
      this.draw(`${this.label()}${FRAMES[this.frame]} ${this.text}${more} (${seconds(elapsed)})`)
    }
  }

  stopMoving() {
    clearInterval(this.timer)
    if (this.moves && this.text !== '') this.draw('')
  }

  label() {
    return `${this.name.padEnd(11)} `
  }

  /** @param {string} line */
  draw(line) {
    // One column is left free: a terminal that wraps at the last one would leave a line behind at each redraw.
    // Some terminals tell a width of 0.
    this.output.write(`\r\x1b[K${line.slice(0, (this.output.columns || 80) - 1)}`)
  }
}

/**
 * @param {number} milliseconds
 * @returns {string}
 */
export function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(milliseconds < 1000 ? 2 : 1)} s`
}

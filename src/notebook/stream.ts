// The text of a stream as JupyterLab keeps it: `\r` goes to the start of the line, what follows overwrites, `\b` takes
// a character away. A progress bar so becomes one line in the saved notebook.

const CONTROL = /([\n\r\b])/

/** Takes the text of a stream piece by piece; only its last line can still change. */
export class StreamText {
  #finished = ''
  #line = ''
  /** Where in the line the next character goes. */
  #column = 0

  get text(): string {
    return this.#finished + this.#line
  }

  write(piece: string): void {
    for (const part of piece.split(CONTROL)) {
      if (part === '\n') this.#newline()
      else if (part === '\r') this.#column = 0
      else if (part === '\b') this.#backspace()
      else this.#overwrite(part)
    }
  }

  /** A line feed comes after the whole line, wherever a carriage return has gone back to. */
  #newline(): void {
    this.#finished += `${this.#line}\n`
    this.#line = ''
    this.#column = 0
  }

  /**
   * Takes away the character before the column. Where older text follows, JupyterLab takes the character at the column
   * as well; the bytes of a saved notebook follow it.
   */
  #backspace(): void {
    if (this.#column === 0) return
    this.#line = this.#line.slice(0, this.#column - 1) + this.#line.slice(this.#column + 1)
    this.#column -= 1
  }

  #overwrite(text: string): void {
    const end = this.#column + text.length
    this.#line = this.#line.slice(0, this.#column) + text + this.#line.slice(end)
    this.#column = end
  }
}

// What the messages of a kernel leave in a notebook: the outputs that JupyterLab's output areas would hold and save.
// Followed: its kernel connection (which cells a display id reaches), output area (what each message does) and output
// model (streams joined and overwritten). test/golden/outputs holds what they themselves save. One difference: of a
// message only what nbformat knows is kept, so that the file is valid.
import { isObject } from './checks.js'
import type { DisplayData, ErrorOutput, ExecuteResult, JsonObject, Output } from './format.js'
import type { Message } from './message.js'
import { StreamText } from './stream.js'

type Content = Record<string, unknown>

/** The outputs of one cell. */
export class CellOutputs {
  #items: (Item | Output)[] = []
  /** The stream that more text of its name goes on with. */
  #open: Item | undefined
  /** Set by `clear_output` with `wait`: clear before the next output comes. */
  #clearNext = false
  /** Display id -> places in `items`. */
  #shown = new Map<string, number[]>()

  /** Takes an output message; other types leave no trace. */
  take(type: string, content: Content): void {
    if (type === 'stream') this.#stream(text(content.name), text(content.text))
    else if (type === 'display_data') this.#display(content)
    else if (type === 'execute_result') this.#add(toResult(content))
    else if (type === 'error') this.#add(toError(content))
    else if (type === 'update_display_data') this.#update(content)
    else if (type === 'clear_output') this.#clear(content.wait === true)
  }

  /** The outputs so far. */
  toJSON(): Output[] {
    return this.#items.map(item => (item instanceof Item ? item.toJSON() : item))
  }

  #stream(name: string, piece: string): void {
    this.#clearIfDue()
    if (this.#open?.name !== name) {
      this.#open = new Item(name)
      this.#items.push(this.#open)
    }
    this.#open.text.write(piece)
  }

  #display(content: Content): void {
    this.#add(toDisplay(content))
    const id = displayId(content)
    if (id !== undefined) this.#shown.set(id, [...(this.#shown.get(id) ?? []), this.#items.length - 1])
  }

  #add(output: Output): void {
    this.#clearIfDue()
    this.#items.push(output)
    this.#open = undefined
  }

  /** In place: neither a pending clear nor an open stream is touched. */
  #update(content: Content): void {
    const id = displayId(content)
    for (const index of this.#shown.get(id ?? '') ?? []) this.#items[index] = toDisplay(content)
  }

  #clearIfDue(): void {
    if (this.#clearNext) this.#clear(false)
    this.#clearNext = false
  }

  #clear(wait: boolean): void {
    this.#open = undefined
    if (wait) {
      this.#clearNext = true
      return
    }
    this.#items = []
    this.#shown.clear()
  }
}

/** Brings each output message of a notebook's kernel to the cell whose request it answers. */
export class NotebookOutputs {
  readonly #cells = new Map<string, CellOutputs>()
  /** Display id -> the requests that have shown it. */
  readonly #shownBy = new Map<string, Set<string>>()

  /** A cell that is about to run by the request `id`. */
  open(id: string): CellOutputs {
    const outputs = new CellOutputs()
    this.#cells.set(id, outputs)
    return outputs
  }

  take({ channel, type, parent, content }: Message): void {
    if (channel !== 'iopub' || parent === undefined) return
    const id = DISPLAYS.has(type) ? displayId(content) : undefined
    if (id !== undefined) this.#update(id, content)
    if (id !== undefined && type === 'update_display_data') return
    if (id !== undefined) this.#shownBy.set(id, (this.#shownBy.get(id) ?? new Set()).add(parent))
    this.#cells.get(parent)?.take(type, content)
  }

  /** A display id that was shown before changes wherever it was shown, also when it is shown anew. */
  #update(id: string, content: Content): void {
    for (const cell of this.#shownBy.get(id) ?? []) this.#cells.get(cell)?.take('update_display_data', content)
  }
}

const DISPLAYS = new Set(['display_data', 'update_display_data', 'execute_result'])

/** A stream among a cell's outputs. */
class Item {
  readonly name: string
  readonly text = new StreamText()

  constructor(name: string) {
    this.name = name
  }

  toJSON(): Output {
    return { output_type: 'stream', name: this.name, text: this.text.text }
  }
}

function displayId(content: Content): string | undefined {
  const id = isObject(content.transient) ? content.transient.display_id : undefined
  return typeof id === 'string' && id !== '' ? id : undefined
}

function toDisplay(content: Content): DisplayData {
  return { output_type: 'display_data', data: object(content.data), metadata: object(content.metadata) }
}

function toResult(content: Content): ExecuteResult {
  const { execution_count: count } = content
  return {
    output_type: 'execute_result',
    data: object(content.data),
    metadata: object(content.metadata),
    execution_count: typeof count === 'number' ? count : null,
  }
}

function toError({ ename, evalue, traceback }: Content): ErrorOutput {
  const lines = Array.isArray(traceback) ? traceback.map(text) : []
  return { output_type: 'error', ename: text(ename), evalue: text(evalue), traceback: lines }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Content has come by JSON, so that what is an object is a JSON object. */
function object(value: unknown): JsonObject {
  return isObject(value) ? (value as JsonObject) : {}
}

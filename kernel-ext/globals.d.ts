/// <reference path="./webassembly.d.ts" />
// What the kernel puts into a cell's global scope, for the type checker and its tooltips. `require`, `module`, `exports`,
// `__dirname` and `__filename` are typed by @types/node.

/** An output that has been shown and can be changed in place. */
interface DisplayHandle {
  /** The name of the output: `display(value, { id })` with the same id writes to the same place. */
  readonly id: string
  /** Shows another value in its place. */
  update(value: unknown): DisplayHandle
}

/** Shows values as outputs of the cell. */
interface Display {
  /**
   * Shows a value below the cell, at once: rich where the object has a `Symbol.for("Jupyter.display")` method, else as
   * text. Returns a handle whose `update` changes what was shown.
   */
  (value: unknown, options?: { id?: string }): DisplayHandle
  /** Shows HTML. JupyterLab removes scripts from it in notebooks that are not trusted. */
  html(html: string): DisplayHandle
  /** Shows Markdown, formulas between `$` included. */
  markdown(markdown: string): DisplayHandle
  /** Shows a formula, such as `$\\hat y = \\sigma(w^T x + b)$`. */
  latex(latex: string): DisplayHandle
  /** Shows a picture from its SVG text. */
  svg(svg: string): DisplayHandle
  /** Shows a picture from the bytes of a PNG file, or from their base64 text. */
  png(png: Uint8Array | string): DisplayHandle
  /** Shows data as a tree that can be folded. */
  json(value: unknown): DisplayHandle
  /** Draws a Vega-Lite specification (version 5). */
  vegaLite(spec: object): DisplayHandle
  /** Draws a plotly.js figure `{ data, layout }`, or an array of traces with a layout and a config. */
  plotly(figure: object | readonly object[], layout?: object, config?: object): DisplayHandle
}

/**
 * Shows a value below the cell, at once: rich where the object has a `Symbol.for("Jupyter.display")` method, else as
 * text. `display.html`, `display.markdown` and the others show a value as what it is named for.
 */
declare const display: Display

/** Removes the cell's output so far; with `wait` only when the next output comes, so that nothing flickers. */
declare function clearOutput(wait?: boolean): void

/**
 * Asks the person at the notebook for a line of text, and waits for it. An empty answer gives `initial`.
 * @throws an error with the code INPUT_UNAVAILABLE where nobody can be asked, as in a run without a page
 */
declare function prompt(message?: string, initial?: string): string
declare namespace prompt {
  /** Asks for a line of text that is not shown while it is typed. */
  function password(message?: string): string
}

/** Asks a question that is answered with `y` or `n`, and waits for it. Nothing typed is `n`. */
declare function confirm(message?: string): boolean

/** What comes by a comm. */
interface JupyterCommMessage {
  // biome-ignore lint/suspicious/noExplicitAny: as JSON.parse gives it; a cell that reads a slider need not narrow it
  readonly data: any
  readonly metadata: Record<string, unknown>
  readonly buffers: readonly Uint8Array[]
}

interface JupyterCommOptions {
  /** Binary data, which travels as it is. */
  readonly buffers?: readonly (ArrayBufferView | ArrayBuffer)[]
  readonly metadata?: Record<string, unknown>
}

/** A two-way channel between a cell and the page; `for await (const { data } of comm)` reads it. */
interface JupyterComm extends AsyncIterable<JupyterCommMessage> {
  readonly id: string
  readonly target: string
  readonly closed: boolean
  /** Called for each message of the page. */
  onMessage: ((message: JupyterCommMessage) => unknown) | undefined
  /** Called once when the page closes the comm. */
  onClose: ((message: JupyterCommMessage) => unknown) | undefined
  /** Sends data that JSON can hold. */
  send(data: unknown, options?: JupyterCommOptions): void
  close(data?: unknown, options?: JupyterCommOptions): void
}

/** The kernel that runs the cells. Libraries find the same object at `globalThis[Symbol.for("gradlab.host")]`. */
interface Jupyter {
  /** Shows a MIME bundle; with `id` and `update` it replaces what was shown under that id. */
  display(
    bundle: Record<string, unknown>,
    options?: { id?: string; update?: boolean; metadata?: Record<string, unknown> },
  ): void
  /** Removes the cell's output, with `wait` only when the next comes. */
  clear(options?: { wait?: boolean }): void
  /** Opens a comm to the page's target of that name. */
  comm(target: string, opening?: JupyterCommOptions & { readonly data?: unknown }): JupyterComm
  /** Answers comms that the page opens for `target`. Returns how to take that back. */
  onComm(target: string, handler: (comm: JupyterComm, opened: JupyterCommMessage) => unknown): () => void
  /** Aborts when the running cell is interrupted. */
  readonly signal: AbortSignal
  /** The running cell: its id in the notebook, where the client tells it, and its execution count. */
  readonly cell: { readonly id: string | undefined; readonly number: number } | undefined
  /** Runs `work` to its end before an interrupt stops the cell (at most 500 ms). */
  atomic<T>(work: () => T): T
  /**
   * Calls back when the running cell has ended, by success, throw or interrupt; with `every`, also when each later one has.
   * Returns how to take that back.
   */
  onCellEnd(callback: () => void, options?: { readonly every?: boolean }): () => void
  /** Handles messages of comms that have come, in a loop that never awaits; throws if the cell was interrupted. */
  poll(): void
}

declare const jupyter: Jupyter

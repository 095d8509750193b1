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

// Underlines in the editors of cells, with what is wrong as their tooltip. An editor is made when its cell is first seen
// and may come later than the findings, so these are kept for each model.
import { type Diagnostic, setDiagnostics } from '@codemirror/lint'
import type { Extension } from '@codemirror/state'
import { type EditorView, ViewPlugin } from '@codemirror/view'
import type { CodeEditor } from '@jupyterlab/codeeditor'
import type { Finding } from './protocol.js'

interface Found {
  readonly text: string
  readonly findings: readonly Finding[]
}

export class Underlines {
  private readonly views = new WeakMap<CodeEditor.IModel, Set<EditorView>>()
  private readonly found = new WeakMap<CodeEditor.IModel, Found>()

  /** What each editor of a model is given when it is made. */
  extension(model: CodeEditor.IModel): Extension {
    return [
      ViewPlugin.define(view => {
        this.attach(model, view)
        return { destroy: () => this.viewsOf(model).delete(view) }
      }),
    ]
  }

  /** Shows what was found in a text of the model. Editors move it along with what is typed after that. */
  show(model: CodeEditor.IModel, text: string, findings: readonly Finding[]): void {
    this.found.set(model, { text, findings })
    for (const view of this.viewsOf(model)) draw(view, { text, findings })
  }

  clear(model: CodeEditor.IModel): void {
    if (!this.found.delete(model)) return
    for (const view of this.viewsOf(model)) view.dispatch(setDiagnostics(view.state, []))
  }

  private attach(model: CodeEditor.IModel, view: EditorView): void {
    this.viewsOf(model).add(view)
    // A view that is being made cannot be changed yet.
    queueMicrotask(() => {
      const found = this.found.get(model)
      if (found !== undefined && this.viewsOf(model).has(view)) draw(view, found)
    })
  }

  private viewsOf(model: CodeEditor.IModel): Set<EditorView> {
    const views = this.views.get(model) ?? new Set<EditorView>()
    this.views.set(model, views)
    return views
  }
}

/** Findings belong to the text in which they were found: in another one they would be at other places. */
function draw(view: EditorView, { text, findings }: Found): void {
  if (view.state.doc.toString() !== text) return
  const diagnostics = findings.map(finding => toDiagnostic(finding, text.length))
  view.dispatch(setDiagnostics(view.state, diagnostics))
}

function toDiagnostic({ from, to, severity, code, message }: Finding, length: number): Diagnostic {
  const start = clamp(from, length)
  return {
    from: start,
    to: Math.max(start, clamp(to, length)),
    severity,
    message: code === 0 ? message : `TS${code}: ${message}`,
  }
}

function clamp(offset: number, length: number): number {
  return Math.min(Math.max(0, offset), length)
}

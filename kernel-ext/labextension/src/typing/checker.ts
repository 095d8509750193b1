// Keeps the underlines of one notebook up to date.
import type { Cell, ICellModel } from '@jupyterlab/cells'
import type { NotebookPanel } from '@jupyterlab/notebook'
import { Connection } from './connection.js'
import type { Cell as CellText, Finding } from './protocol.js'
import { Questions } from './questions.js'
import type { Underlines } from './underlines.js'

type SharedCell = ICellModel['sharedModel']
type CellChange = Parameters<Parameters<SharedCell['changed']['connect']>[0]>[1]

export class Checker {
  private readonly panel: NotebookPanel
  private readonly underlines: Underlines
  private readonly questions: Questions
  private readonly connection: Connection
  private readonly watched = new Set<SharedCell>()

  constructor(panel: NotebookPanel, underlines: Underlines) {
    this.panel = panel
    this.underlines = underlines
    this.questions = new Questions({
      cells: () => this.cells(),
      send: check => this.connection.send(check),
      found: (id, code, findings) => this.show(id, code, findings),
      setTimer: (callback, milliseconds) => window.setTimeout(callback, milliseconds),
      clearTimer: timer => window.clearTimeout(timer),
    })
    this.connection = new Connection(panel.sessionContext, {
      opened: () => this.questions.ask(),
      answer: answer => this.questions.take(answer),
      closed: () => this.clear(),
    })
    panel.content.modelChanged.connect(this.follow, this)
    this.follow()
  }

  dispose(): void {
    this.panel.content.modelChanged.disconnect(this.follow, this)
    this.panel.content.model?.cells.changed.disconnect(this.cellsChanged, this)
    for (const cell of this.watched) cell.changed.disconnect(this.cellChanged, this)
    this.watched.clear()
    this.connection.dispose()
    this.clear()
  }

  private follow(): void {
    this.panel.content.model?.cells.changed.connect(this.cellsChanged, this)
    this.cellsChanged()
  }

  private cellsChanged(): void {
    const now = new Set(this.models().map(({ sharedModel }) => sharedModel))
    for (const cell of this.watched) {
      if (now.has(cell)) continue
      cell.changed.disconnect(this.cellChanged, this)
      this.watched.delete(cell)
    }
    for (const cell of now) {
      if (this.watched.has(cell)) continue
      cell.changed.connect(this.cellChanged, this)
      this.watched.add(cell)
    }
    this.questions.typed()
  }

  // Outputs change a cell, too, and often: they say nothing of its types.
  private cellChanged(_: SharedCell, change: CellChange): void {
    if (change.sourceChange !== undefined || change.metadataChange !== undefined) this.questions.typed()
  }

  private cells(): { cells: CellText[]; wanted: string[] } {
    const cells = this.models().map(model => {
      const { typecheck } = (model.getMetadata('gradlab') ?? {}) as { typecheck?: unknown }
      const code = model.sharedModel.getSource()
      return { id: model.id, code, ...(typeof typecheck === 'string' ? { typecheck } : {}) }
    })
    const { activeCell, widgets } = this.panel.content
    const seen = widgets.filter(cell => cell.inViewport).map(cellId)
    const wanted = new Set([...(activeCell === null ? [] : [cellId(activeCell)]), ...seen])
    const ids = cells.map(({ id }) => id)
    const first = [...wanted].filter(id => ids.includes(id))
    return { cells, wanted: [...first, ...ids.filter(id => !wanted.has(id))] }
  }

  private show(id: string, code: string, findings: readonly Finding[]): void {
    const model = this.models().find(model => model.id === id)
    // What was typed since is asked for anyway.
    if (model === undefined || model.sharedModel.getSource() !== code) return
    this.underlines.show(model, code, findings)
  }

  private clear(): void {
    this.questions.stop()
    for (const model of this.models()) this.underlines.clear(model)
  }

  private models(): ICellModel[] {
    const { model } = this.panel.content
    return model === null || model === undefined ? [] : [...model.cells].filter(({ type }) => type === 'code')
  }
}

function cellId({ model }: Cell): string {
  return model.id
}

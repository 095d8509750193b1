// Takes away the input box of a cell that has ended without an answer, by the stop button or a restart: JupyterLab leaves
// it, and what is typed there reaches nobody.
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application'
import type { CodeCell } from '@jupyterlab/cells'
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook'

const BOX = 'jp-OutputArea-stdin-item'
/** One that has been answered, which JupyterLab keeps a little longer for the sake of the focus. */
const ANSWERED = 'jp-OutputArea-stdin-hiding'
/** The cell is told that it has ended after the kernel has said so. */
const AFTER_MS = 100

export const endedInput: JupyterFrontEndPlugin<void> = {
  id: 'gradlab-labextension:ended-input',
  description: 'Takes away the input box of a cell that has ended.',
  autoStart: true,
  requires: [INotebookTracker],
  activate: (_app: JupyterFrontEnd, notebooks: INotebookTracker): void => {
    const watch = (panel: NotebookPanel): void => {
      panel.sessionContext.statusChanged.connect((_, status) => {
        if (status === 'idle') window.setTimeout(() => clean(panel), AFTER_MS)
      })
    }
    notebooks.forEach(watch)
    notebooks.widgetAdded.connect((_, panel) => watch(panel))
  },
}

function clean(panel: NotebookPanel): void {
  if (panel.isDisposed) return
  for (const cell of panel.content.widgets) {
    // The kernel is idle for a moment after each answer that it gives beside a running cell.
    if (cell.model.type !== 'code' || (cell as CodeCell).model.executionState === 'running') continue
    const boxes = (cell as CodeCell).outputArea.widgets.filter(box => box.hasClass(BOX) && !box.hasClass(ANSWERED))
    for (const box of boxes) box.dispose()
  }
}

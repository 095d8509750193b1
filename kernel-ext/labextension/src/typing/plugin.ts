// Type errors while one types: each notebook of our kernel is checked by the kernel, and its cells are underlined.
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application'
import { EditorExtensionRegistry, IEditorExtensionRegistry } from '@jupyterlab/codemirror'
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook'
import { ISettingRegistry } from '@jupyterlab/settingregistry'
import { Checker } from './checker.js'
import { Underlines } from './underlines.js'

const ID = 'gradlab-labextension:types'

export const types: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Underlines type errors in cells while one types.',
  autoStart: true,
  requires: [INotebookTracker, IEditorExtensionRegistry],
  optional: [ISettingRegistry],
  activate: (
    _app: JupyterFrontEnd,
    notebooks: INotebookTracker,
    editors: IEditorExtensionRegistry,
    settings: ISettingRegistry | null,
  ): void => {
    const underlines = new Underlines()
    editors.addExtension({
      name: ID,
      factory: ({ model }) => EditorExtensionRegistry.createImmutableExtension(underlines.extension(model)),
    })
    const checkers = new Checkers(underlines)
    notebooks.forEach(panel => {
      checkers.add(panel)
    })
    notebooks.widgetAdded.connect((_, panel) => checkers.add(panel))
    if (settings === null) checkers.enable(true)
    else void follow(settings, enabled => checkers.enable(enabled))
  },
}

/** Calls back with the user's choice, now and after each change. */
async function follow(registry: ISettingRegistry, callback: (enabled: boolean) => void): Promise<void> {
  try {
    const settings = await registry.load(ID)
    const tell = (): void => callback(settings.get('underlineErrors').composite !== false)
    settings.changed.connect(tell)
    tell()
  } catch (error) {
    console.warn('The settings of the type errors cannot be read; they are shown.', error)
    callback(true)
  }
}

class Checkers {
  private readonly underlines: Underlines
  private readonly panels = new Map<NotebookPanel, Checker | undefined>()
  private enabled = false

  constructor(underlines: Underlines) {
    this.underlines = underlines
  }

  add(panel: NotebookPanel): void {
    if (this.panels.has(panel)) return
    this.panels.set(panel, this.enabled ? new Checker(panel, this.underlines) : undefined)
    panel.disposed.connect(() => {
      this.panels.get(panel)?.dispose()
      this.panels.delete(panel)
    })
  }

  enable(enabled: boolean): void {
    if (enabled === this.enabled) return
    this.enabled = enabled
    for (const [panel, checker] of this.panels) {
      checker?.dispose()
      this.panels.set(panel, enabled ? new Checker(panel, this.underlines) : undefined)
    }
  }
}

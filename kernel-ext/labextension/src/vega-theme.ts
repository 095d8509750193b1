// Redraws JupyterLab's own Vega outputs after a switch of the theme, which its renderer does only on a new run.
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application'
import type { OutputArea } from '@jupyterlab/outputarea'
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces'
import type { Widget } from '@lumino/widgets'
import { onThemeChange } from './theme-watch.js'

/** The class of JupyterLab's renderer for Vega and Vega-Lite. */
const VEGA_CLASS = 'jp-RenderedVegaCommon5'

type Renderer = Widget & IRenderMime.IRenderer

interface VegaOutput {
  readonly renderer: Renderer
  readonly model: IRenderMime.IMimeModel
}

export const vegaTheme: JupyterFrontEndPlugin<void> = {
  id: 'gradlab-labextension:vega-theme',
  description: 'Draws Vega charts again when the theme changes.',
  autoStart: true,
  activate: (app: JupyterFrontEnd): void => {
    const stale = new WeakSet<Widget>()
    const refresh = (): void => {
      for (const output of vegaOutputs(app)) {
        // A chart in a hidden tab has no size to fill: it is drawn when its tab is shown.
        if (!output.renderer.isVisible || !stale.delete(output.renderer)) continue
        void redraw(output)
      }
    }
    onThemeChange(() => {
      for (const { renderer } of vegaOutputs(app)) stale.add(renderer)
      refresh()
    })
    app.shell.currentChanged?.connect(refresh)
  },
}

async function redraw({ renderer, model }: VegaOutput): Promise<void> {
  // The renderer empties its node and fills it later: keep the place, or the page below would jump.
  renderer.node.style.minHeight = `${renderer.node.offsetHeight}px`
  try {
    await renderer.renderModel(standIn(model))
  } finally {
    renderer.node.style.minHeight = ''
  }
}

/** The renderer writes its theme into the metadata it is given, and a picture into the data: keep both off the notebook. */
function standIn(model: IRenderMime.IMimeModel): IRenderMime.IMimeModel {
  return {
    data: model.data,
    metadata: structuredClone(model.metadata),
    trusted: model.trusted,
    setData: () => undefined,
  }
}

function* vegaOutputs(app: JupyterFrontEnd): Generator<VegaOutput> {
  for (const area of outputAreas(app.shell.widgets('main'))) {
    for (const [i, output] of area.widgets.entries()) {
      const renderer = vegaRenderer(output)
      if (renderer !== undefined && i < area.model.length) yield { renderer, model: area.model.get(i) }
    }
  }
}

function* outputAreas(widgets: Iterable<Widget>): Generator<OutputArea> {
  for (const widget of widgets) {
    if (isOutputArea(widget)) yield widget
    else yield* outputAreas(widget.children())
  }
}

// By form and not by class: with no import of `@jupyterlab/outputarea` the extension runs in every JupyterLab 4.
function isOutputArea(widget: Widget): widget is OutputArea {
  return widget.hasClass('jp-OutputArea') && 'rendermime' in widget && 'model' in widget
}

function vegaRenderer(widget: Widget): Renderer | undefined {
  if (widget.hasClass(VEGA_CLASS) && 'renderModel' in widget) return widget as Renderer
  for (const child of widget.children()) {
    const found = vegaRenderer(child)
    if (found !== undefined) return found
  }
  return undefined
}

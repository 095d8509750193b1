// The MIME extensions: tell JupyterLab what is drawn here.
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces'
import { PLOTLY_MIME_TYPE } from './figure.js'
import { PlotlyRenderer } from './renderer.js'
import { STDERR, STDOUT, StreamRenderer } from './stream/renderer.js'

const plotly: IRenderMime.IExtension = {
  id: 'gradlab-labextension:plotly',
  description: 'Draws plotly figures in the colours of the theme, without a network.',
  rendererFactory: {
    // A figure is data, and plotly.js cleans the little HTML that its texts may hold: an untrusted notebook draws too.
    safe: true,
    mimeTypes: [PLOTLY_MIME_TYPE],
    createRenderer: () => new PlotlyRenderer(),
  },
  // Before HTML (50) and pictures (90) of the same bundle.
  rank: 0,
  dataType: 'json',
}

/** One extension for both streams would give both one rank; JupyterLab's own have these. */
const RANKS = { [STDERR]: 110, [STDOUT]: 120 } as const

const streams = Object.entries(RANKS).map(
  ([mimeType, rank]): IRenderMime.IExtension => ({
    id: `gradlab-labextension:${mimeType.split('.').at(-1)}`,
    description: 'Draws the first and the last lines of a long output, and all of them when asked.',
    rendererFactory: {
      // Text alone; its links and colours are made by JupyterLab.
      safe: true,
      mimeTypes: [mimeType],
      createRenderer: options => new StreamRenderer(options),
    },
    rank,
    dataType: 'string',
  }),
)

export default [plotly, ...streams]

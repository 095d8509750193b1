// The MIME extension: tells JupyterLab that plotly figures are drawn here.
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces'
import { PLOTLY_MIME_TYPE } from './figure.js'
import { PlotlyRenderer } from './renderer.js'

const extension: IRenderMime.IExtension = {
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

export default extension

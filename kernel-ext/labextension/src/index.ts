// The plugins of the extension; the plotly renderer is a MIME extension of its own (mime.ts).
import { vegaTheme } from './vega-theme.js'

export default [vegaTheme]

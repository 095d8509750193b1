// The plugins of the extension; what draws outputs are MIME extensions of their own (mime.ts).
import { types } from './typing/plugin.js'
import { vegaTheme } from './vega-theme.js'

export default [types, vegaTheme]

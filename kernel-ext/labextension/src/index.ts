// The plugins of the extension; what draws outputs are MIME extensions of their own (mime.ts).
import { endedInput } from './ended-input.js'
import { types } from './typing/plugin.js'
import { vegaTheme } from './vega-theme.js'

export default [endedInput, types, vegaTheme]

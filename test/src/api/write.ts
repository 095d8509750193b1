// Writes docs/api.md and docs/toolbox.md anew.
import { writePages } from './page.js'

writePages()

// Writes docs/api.md anew.
import { writePage } from './page.js'

writePage()

// The public face of `gradlab`.
import * as data from './data/index.js'

export { GradlabError } from './errors.js'
export { data }

// The random operations that begin with a tensor, as methods.
import { type Bound, bindMethods } from '../tensor/methods.js'
import * as sample from './sample.js'

declare module '../tensor/tensor.js' {
  interface Tensor extends Bound<typeof sample> {}
}

bindMethods(sample)

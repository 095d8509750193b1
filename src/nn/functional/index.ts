// The public face of `F`: what layers compute, as functions of tensors.

export { relu } from '../../tensor/ops/activation.js'
export { conv2d } from '../../tensor/ops/conv.js'
export { linear } from '../../tensor/ops/products.js'

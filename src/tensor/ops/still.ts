// Running operations so that no gradient sees their result: for scales and masks on which the result does not depend.
import { state } from '../state.js'
import type { Tensor } from '../tensor.js'

/** What `make` computes, as a constant for both directions of autograd; it must return a fresh tensor, not an old one. */
export function still(make: () => Tensor): Tensor {
  const { grad } = state
  state.grad = false
  try {
    const out = make()
    out.tangents = undefined
    return out
  } finally {
    state.grad = grad
  }
}

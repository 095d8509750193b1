// Joins autograd to the engine and to the tensor: the watcher, and the methods and properties of a tensor that need a graph.
import { hooks } from '../tensor/graph.js'
import type { Bound } from '../tensor/methods.js'
import { bindMethods } from '../tensor/methods.js'
import { Tensor } from '../tensor/tensor.js'
import { checkResult } from './anomaly.js'
import { backward } from './backward.js'
import { pushForward } from './forward.js'
import { afterWrite, beforeWrite } from './in-place.js'
import { detach, gradFn, isLeaf, registerHook, requiresGrad, requiresGrad_, retainGrad } from './leaf.js'
import type { Node } from './node.js'
import { makeLeaf, record } from './tape.js'

hooks.watcher = { record, check: checkResult, beforeWrite, afterWrite, push: pushForward }
hooks.makeLeaf = makeLeaf

const operations = { backward, detach, registerHook, requiresGrad_, retainGrad }
const properties = { requiresGrad, isLeaf, gradFn }

declare module '../tensor/tensor.js' {
  interface Tensor extends Bound<typeof operations> {
    /** Whether gradients flow to this tensor: it is a leaf that asks for them, or was made of one. */
    readonly requiresGrad: boolean
    /** Whether it is the start of a graph: made by the user, not by a recorded operation. */
    readonly isLeaf: boolean
    /** The node of the operation that made it; null for a leaf. */
    readonly gradFn: Node | null
  }
}

bindMethods(operations)
for (const [name, get] of Object.entries(properties)) {
  Object.defineProperty(Tensor.prototype, name, {
    get(this: Tensor) {
      return get(this)
    },
    configurable: true,
  })
}

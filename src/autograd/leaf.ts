// What a tensor says of its place in the graph: requiresGrad, isLeaf, gradFn, detach, hooks.
import { isFloat } from '../tensor/dtype.js'
import { TensorError } from '../tensor/errors.js'
import { needTensor } from '../tensor/ops/operand.js'
import { Tensor } from '../tensor/tensor.js'
import { type GradientHook, isLeafNode, type Node } from './node.js'
import { makeLeaf, nodeOf } from './tape.js'

/** Whether gradients flow to this tensor: it is a leaf that asks for them, or was made of one. */
export function requiresGrad(x: Tensor): boolean {
  return nodeOf(x) !== undefined
}

/** Whether a tensor is the start of a graph: made by the user, not by a recorded operation. */
export function isLeaf(x: Tensor): boolean {
  const node = nodeOf(x)
  return node === undefined || isLeafNode(node)
}

/** The node that made a tensor; null for a leaf. */
export function gradFn(x: Tensor): Node | null {
  const node = nodeOf(x)
  return node === undefined || isLeafNode(node) ? null : node
}

/**
 * Makes the tensor a leaf whose gradient backward computes, in place; `requiresGrad_(false)` makes it a constant again.
 *
 * Only float tensors can (BAD_DTYPE), and only leaves can be changed (IN_PLACE): use detach() for a result.
 *
 * @example
 * const w = zeros([3]).requiresGrad_()
 * @torch torch.Tensor.requires_grad_
 */
export function requiresGrad_(x: Tensor, on = true): Tensor {
  needTensor('requiresGrad_', x)
  if (!isLeaf(x)) {
    if (on) return x
    throw new TensorError('IN_PLACE', 'requiresGrad_(false): this tensor is the result of a recorded operation.', {
      next: 'Use x.detach() to get its numbers without the graph.',
    })
  }
  if (on && !isFloat(x.dtype)) {
    throw new TensorError(
      'BAD_DTYPE',
      `requiresGrad_: only float tensors can have a gradient; this one is ${x.dtype}.`,
      {
        next: 'Convert it first: x.float().',
      },
    )
  }
  if (!on) x.node = undefined
  else if (x.node === undefined) makeLeaf(x)
  return x
}

/**
 * The same numbers, seen without the graph: shares memory with `x`, carries no gradient.
 *
 * A write in place through either is seen by both, and backward notices it (VERSION).
 *
 * @example
 * const target = model.forward(x).detach()
 * @torch torch.Tensor.detach
 */
export function detach(x: Tensor): Tensor {
  needTensor('detach', x)
  return new Tensor(x.storage, x.offset, x.shape, x.layout, x.dtype, undefined)
}

/**
 * Keeps the gradient of a result on the way: after backward it lies in `.grad`. Returns the tensor.
 *
 * Throws NO_GRAD where the tensor carries no gradient. Leaves keep theirs always.
 *
 * @example
 * const h = x.matmul(w).retainGrad()
 * h.tanh().sum().backward()
 * h.grad // 1 - tanh(h)^2
 * @torch torch.Tensor.retain_grad
 */
export function retainGrad(x: Tensor): Tensor {
  const node = needNode('retainGrad', x)
  if (!isLeafNode(node)) node.retained = x
  return x
}

/**
 * Calls `hook` with the gradient of this tensor, when backward has summed it up; what the hook returns (if anything) goes on
 * in its place. Returns a function that removes the hook.
 *
 * The hook must not write into the gradient. Throws NO_GRAD where the tensor carries no gradient.
 *
 * @example
 * const remove = h.registerHook(g => g.clamp(-1, 1)) // clips what flows back through h
 * @torch torch.Tensor.register_hook
 * @differs Returns the removing function itself instead of a handle.
 */
export function registerHook(x: Tensor, hook: GradientHook): () => void {
  const node = needNode('registerHook', x)
  node.listeners ??= new Set()
  const { listeners } = node
  listeners.add(hook)
  return () => {
    listeners.delete(hook)
  }
}

function needNode(operation: string, x: Tensor): Node {
  needTensor(operation, x)
  const node = nodeOf(x)
  if (node !== undefined) return node
  throw new TensorError('NO_GRAD', `${operation}: this tensor carries no gradient.`, {
    next: 'Set requiresGrad on what it is made of, outside of noGrad().',
  })
}

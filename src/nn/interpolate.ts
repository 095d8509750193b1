// Models between models: points on the line through two sets of weights.
import { isFloat } from '../tensor/dtype.js'
import { sameShape } from '../tensor/shape.js'
import { isTensor, type Tensor } from '../tensor/tensor.js'
import { ModuleError } from './errors.js'
import { listed, type StateDict, shapesOf, spelledLike } from './state-dict.js'

/**
 * The state dict at (1 - alpha) a + alpha b: a at 0, b at 1, beyond them outside of 0 to 1. For the loss along the line between two models (Goodfellow,
 * Vinyals & Saxe 2015) and for means of fine-tuned ones (Wortsman et al. 2022).
 *
 * Fresh tensors in the dtypes and with the names of a; PyTorch's spelling is taken in b. Float buffers are interpolated like parameters, but statistics of
 * BatchNorm half way are not those of the model half way: run optim.updateBatchNorm on it. Whole numbers and bools (counts, masks) are those of a up
 * to alpha = .5, then those of b. Throws STATE_DICT, which lists all that is missing in b, not in a, or of another shape or kind; BAD_OPTION for an alpha
 * that is no finite number.
 *
 * @example
 * nn.interpolateStateDicts({ w: tensor([0, 4]) }, { w: tensor([8, 0]) }, 0.25).w // tensor([2., 3.])
 * @torch none
 */
export function interpolateStateDicts(a: StateDict, b: StateDict, alpha: number): StateDict {
  if (!Number.isFinite(alpha))
    throw new ModuleError('BAD_OPTION', `interpolateStateDicts: alpha must be a number; it is ${String(alpha)}.`)
  const other = new Map(Object.entries(b).map(([name, value]) => [spelledLike(a, name), value]))
  needAlike(a, other)
  return Object.fromEntries(
    Object.entries(a).map(([name, from]) => [
      name,
      between(from.detach(), (other.get(name) as Tensor).detach(), alpha),
    ]),
  )
}

function between(a: Tensor, b: Tensor, alpha: number): Tensor {
  const to = b.to({ dtype: a.dtype, device: a.device })
  return isFloat(a.dtype) ? a.lerp(to, alpha) : (alpha <= 0.5 ? a : to).clone()
}

function needAlike(a: StateDict, b: ReadonlyMap<string, Tensor>): void {
  const pairs = Object.entries(a).flatMap(([name, target]) => {
    const source = b.get(name)
    return source === undefined ? [] : [{ name, target, source }]
  })
  const tensors = pairs.filter(
    ({ target, source }) => isTensor(target) && isTensor(source) && sameShape(target.shape, source.shape),
  )
  const problems = [
    ...listed(
      'missing in the second',
      Object.keys(a).filter(name => !b.has(name)),
    ),
    ...listed(
      'missing in the first',
      [...b.keys()].filter(name => !(name in a)),
    ),
    ...listed('of another shape', pairs.filter(pair => !tensors.includes(pair)).map(shapesOf)),
    ...listed(
      'of another kind',
      tensors
        .filter(({ target, source }) => isFloat(target.dtype) !== isFloat(source.dtype))
        .map(({ name, target, source }) => `${name} (${target.dtype} and ${source.dtype})`),
    ),
  ]
  if (problems.length === 0) return
  throw new ModuleError('STATE_DICT', `interpolateStateDicts: the two do not fit: ${problems.join('; ')}.`, {
    next: 'Give the state dicts of two models that were built alike.',
  })
}

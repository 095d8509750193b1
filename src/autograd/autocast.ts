// Mixed precision: products in 16 bits, what needs more in float32.
import type { LowDType } from '../tensor/autocast.js'
import { TensorError } from '../tensor/errors.js'
import { state } from '../tensor/state.js'
import { needFunction, scoped } from './modes.js'

export interface AutocastOptions {
  /** What products compute in: 'bfloat16' (the range of float32, 8 bits), or 'float16' (11 bits, at most 65504: use a GradScaler). 'bfloat16'. */
  readonly dtype?: LowDType | undefined
  /** False: `f` runs as if no autocast were around it. True. */
  readonly enabled?: boolean | undefined
}

/**
 * Runs `f` in mixed precision (Micikevicius et al. 2018): matmul, linear, convolutions, attention and all layers made of them compute in a
 * 16-bit dtype, with sums in float32; losses, norms, softmax, powers, logarithms, sums and means in float32; anything else in the widest dtype
 * of its operands. float64 is left alone. Returns what f returns.
 *
 * Parameters stay float32 and get float32 gradients. Put the forward pass and the loss into it; backward runs outside (inside it does the
 * same: each gradient rule computes in the dtype of what it follows). In float16 small gradients become 0: see optim.GradScaler. What is saved
 * for backward takes half the memory; on this machine's backends nothing becomes faster by it, as they convert to float32 to compute.
 *
 * `f` is synchronous: a promise throws BAD_VALUE, as does another dtype.
 *
 * @example
 * const layer = new nn.Linear(4, 2)
 * const y = autocast({ dtype: 'bfloat16' }, () => layer.forward(zeros([3, 4])))
 * y.dtype // 'bfloat16'
 * @torch torch.autocast
 * @differs A function in place of a `with` block; one set of lists, CUDA's, on all backends; a weight is converted at each use, not
 *   remembered; means and variances are float32; bfloat16 unless said
 */
export function autocast<T>(f: () => T): T
export function autocast<T>(options: AutocastOptions, f: () => T): T
export function autocast<T>(first: AutocastOptions | (() => T), second?: () => T): T {
  const [options, f] = typeof first === 'function' ? [{}, first] : [first, second]
  needFunction('autocast', f)
  const { dtype = 'bfloat16', enabled = true } = options
  if (dtype !== 'float16' && dtype !== 'bfloat16') {
    throw new TensorError('BAD_VALUE', `autocast: products cannot compute in ${String(dtype)}.`, {
      next: "Choose 'bfloat16' or 'float16'.",
    })
  }
  return scoped('autocast', 'autocast', enabled ? dtype : undefined, f as () => T)
}

/**
 * The dtype of the autocast that is on, or null.
 *
 * @example
 * autocast({ dtype: 'float16' }, autocastDtype) // 'float16'
 * autocastDtype() // null
 * @torch torch.get_autocast_dtype
 */
export function autocastDtype(): LowDType | null {
  return state.autocast ?? null
}

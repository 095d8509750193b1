// Anomaly mode: names the operation and the line of the first NaN, in forward and in backward.
import { callSite } from '../tensor/call-site.js'
import { isFloat } from '../tensor/dtype.js'
import { compute } from '../tensor/engine.js'
import { shapeText, TensorError } from '../tensor/errors.js'
import { hooks } from '../tensor/graph.js'
import { NONE } from '../tensor/primitives.js'
import type { Tensor } from '../tensor/tensor.js'
import { choose, scoped } from './modes.js'
import type { Node } from './node.js'

/**
 * Runs `f` with every operation watched: the first one that makes a NaN out of numbers that had none throws NOT_FINITE with
 * its name and the line that called it; in backward, the operation whose gradient rule made the NaN, and the line where
 * forward called it. Costs time: every result is read.
 *
 * @example
 * detectAnomaly(() => tensor([-1, 4]).sqrt()) // TensorError: sqrt made NaN ...
 * @torch torch.autograd.detect_anomaly
 */
export function detectAnomaly<T>(f: () => T): T {
  return scoped('detectAnomaly', 'anomaly', true, f)
}

/**
 * Switches anomaly mode on or off until it is switched again; see {@link detectAnomaly}.
 *
 * @example
 * setDetectAnomaly(true)
 * tensor([-1, 4]).sqrt() // TensorError: sqrt made NaN ...
 * @torch torch.autograd.set_detect_anomaly
 */
export function setDetectAnomaly(on: boolean): void {
  choose('anomaly', on)
}

/** Called after each primitive while the mode is on. */
export function checkResult(name: string, inputs: readonly Tensor[], out: Tensor): void {
  // What the rules of a pass compute is checked node by node, under the node's own name.
  if (hooks.passes > 0) return
  if (!hasNaN(out) || inputs.some(hasNaN)) return
  const site = callSite()
  throw new TensorError(
    'NOT_FINITE',
    `${name} made NaN${at(site)}: ${describe(inputs)} -> shape ${shapeText(out.shape)}.`,
    { next: advice(name) },
  )
}

/** Called after each node of a backward pass while the mode is on. */
export function checkGradients(node: Node, gradient: Tensor, gradients: readonly (Tensor | undefined)[]): void {
  if (hasNaN(gradient)) return
  const place = gradients.findIndex(g => g !== undefined && hasNaN(g))
  if (place < 0) return
  throw new TensorError(
    'NOT_FINITE',
    `The gradient of ${node.name} is NaN for its input ${place}${at(node.site, ' (called')}${node.site === undefined ? '' : ')'}.`,
    { next: advice(node.name) },
  )
}

function hasNaN(x: Tensor): boolean {
  if (!isFloat(x.dtype) || x.size === 0) return false
  const flags = compute('any', [compute('isNaN', [x], NONE)], { dims: x.shape.map((_, i) => i), keepdim: false })
  return flags.storage.backend.read(flags.storage, flags.offset, 1)[0] === 1
}

function at(site: string | undefined, words = ''): string {
  return site === undefined ? '' : `${words} at ${site}`
}

function describe(inputs: readonly Tensor[]): string {
  return inputs.map((x, i) => `input ${i} of shape ${shapeText(x.shape)}${rangeOf(x)}`).join(', ')
}

function rangeOf(x: Tensor): string {
  if (!isFloat(x.dtype) || x.size === 0) return ''
  const dims = x.shape.map((_, i) => i)
  const end = (name: 'amin' | 'amax'): number => {
    const out = compute('cast', [compute(name, [x], { dims, keepdim: false })], { dtype: 'float64' })
    return out.storage.backend.read(out.storage, out.offset, 1)[0] as number
  }
  return ` from ${format(end('amin'))} to ${format(end('amax'))}`
}

const format = (n: number): string => String(Number(n.toPrecision(4)))

const ADVICE: Record<string, string> = {
  sqrt: 'Keep its argument from 0 up: clamp it, or add a small eps (its gradient is infinite at 0).',
  rsqrt: 'Keep its argument above 0: add a small eps.',
  log: 'Keep its argument above 0: clamp it, or use logSoftmax where probabilities are meant.',
  log2: 'Keep its argument above 0.',
  log10: 'Keep its argument above 0.',
  log1p: 'Keep its argument above -1.',
  div: '0 / 0 and Inf / Inf are NaN: add a small eps to the divisor, or look where the infinity came from.',
  mul: '0 * Inf is NaN: look where the infinity came from (an exp that overflows? a rate that is too high?).',
  sub: 'Inf - Inf is NaN: look where the infinities came from.',
  add: 'Inf + -Inf is NaN: look where the infinities came from.',
  pow: 'A negative base needs a whole exponent.',
}

function advice(name: string): string {
  return ADVICE[name] ?? 'Print the inputs of this operation: an infinity among them, or a value outside of its domain?'
}

// Transforms one after the other, with one stream of random numbers for all.
import type { Generator } from '../../random/index.js'

/** What every transform that draws takes last. */
export interface TransformOptions {
  /** Where random choices are drawn from. The default generator. */
  readonly generator?: Generator | undefined
}

/** A function from an example to another one, with the generator it shall draw from. Transforms that need no more than defaults are such functions. */
export type Transform<T> = (x: T, options: TransformOptions) => T

/**
 * One transform of several, which are done in turn. Each gets the options of the whole, so that one generator makes all choices; write
 * `(x, options) => randomCrop(x, 28, { padding: 4, ...options })` for one with arguments.
 *
 * T is whatever the transforms take: tensors, or texts. Nothing is drawn before the result is called.
 *
 * @example
 * const augment = data.transforms.compose([
 *   data.transforms.randomHorizontalFlip,
 *   (x, options) => data.transforms.randomCrop(x, 4, { padding: 1, ...options }),
 *   x => data.transforms.normalize(x, [0.5], [0.5]),
 * ])
 * augment(rand([8, 1, 4, 4]), { generator: new Generator(0) }).shape // [8, 1, 4, 4]
 * @torch torchvision.transforms.v2.Compose
 * @differs a function that takes the generator, not an object
 */
export function compose<T>(transforms: readonly Transform<T>[]): (x: T, options?: TransformOptions) => T {
  return (x, options = {}) => transforms.reduce((y, transform) => transform(y, options), x)
}

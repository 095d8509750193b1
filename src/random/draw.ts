// Draws: fresh tensors of random numbers, taken from a generator.
import { backendOf, type CreateOptions, checkShape, leaf, make } from '../tensor/create.js'
import { type DType, isDType, isFloat } from '../tensor/dtype.js'
import { apply } from '../tensor/engine.js'
import { TensorError } from '../tensor/errors.js'
import { cast, constant } from '../tensor/ops/operand.js'
import { NONE } from '../tensor/primitives.js'
import { type Shape, sizeOf } from '../tensor/shape.js'
import { type GeneratorState, state } from '../tensor/state.js'
import type { Tensor } from '../tensor/tensor.js'
import { takeBlocks } from './generator.js'

export interface RandomOptions extends CreateOptions {
  /** Where the numbers come from. Default: the generator that everybody shares. */
  readonly generator?: GeneratorState | undefined
}

/** Significant bits of the 16-bit floats: so many random bits keep a uniform below 1. */
const BITS = { float16: 11, bfloat16: 8 } as const

/** Uniform on [0, 1). 16-bit floats are cut, not rounded, so that 1 never appears. */
export function drawUniform(operation: string, shape: Shape | number, options: RandomOptions): Tensor {
  const { dtype, ...place } = prepared(operation, shape, options)
  if (dtype === 'float32' || dtype === 'float64') return drawn('uniform', dtype, place)
  const u = drawn('uniform', 'float32', place)
  const scale = constant(2 ** BITS[dtype], 'float32', u.storage.backend)
  const cut = apply('floor', [apply('mul', [u, scale], NONE)], NONE)
  return cast(apply('div', [cut, scale], NONE), dtype)
}

/** Standard normal; 16-bit floats are rounded from float32. */
export function drawNormal(operation: string, shape: Shape | number, options: RandomOptions): Tensor {
  const { dtype, ...place } = prepared(operation, shape, options)
  return cast(drawn('normal', dtype === 'float64' ? 'float64' : 'float32', place), dtype)
}

interface Place {
  readonly shape: Shape
  readonly generator: GeneratorState
  readonly device: string | undefined
}

function drawn(name: 'uniform' | 'normal', dtype: 'float32' | 'float64', { shape, generator, device }: Place): Tensor {
  const blocks = Math.ceil(sizeOf(shape) / (dtype === 'float64' ? 2 : 4))
  const counter = takeBlocks(generator, blocks)
  return make(name, { shape, dtype, key: generator.key, counter }, backendOf(device))
}

type Float = Exclude<DType, 'int32' | 'bool'>

function prepared(operation: string, shape: Shape | number, options: RandomOptions): Place & { dtype: Float } {
  const { dtype = state.defaultDtype, generator = state.generator, device } = options
  if (!isDType(dtype) || !isFloat(dtype)) {
    throw new TensorError('BAD_DTYPE', `${operation}: random fractions need a float dtype, got '${String(dtype)}'.`, {
      next: isDType(dtype) ? 'For whole numbers use randint.' : "For example 'float32'.",
    })
  }
  return { shape: [...checkShape(operation, shape)], dtype: dtype as Float, generator, device }
}

export { leaf }

// A tensor that training changes.

import { known, optionNames } from '../tensor/options.js'
import { isTensor, Tensor } from '../tensor/tensor.js'
import { ModuleError } from './errors.js'

export interface ParameterOptions {
  /** Whether backward computes its gradient. True; false freezes it. */
  readonly requiresGrad?: boolean | undefined
}

const PARAMETER_OPTIONS = optionNames<ParameterOptions>()('requiresGrad')

/**
 * A tensor that training changes: a module finds it in its fields, backward computes its gradient, an optimizer updates it.
 *
 * It shares memory with the tensor that it is made from, and is a leaf. Only float tensors can require a gradient (BAD_DTYPE).
 *
 * @example
 * class Scale extends nn.Module {
 *   weight = new nn.Parameter(ones([3]))
 *   forward(x: Tensor): Tensor {
 *     return x.mul(this.weight)
 *   }
 * }
 * new Scale().parameters().length // 1
 * @torch torch.nn.Parameter
 */
export class Parameter extends Tensor {
  constructor(data: Tensor, options: ParameterOptions = {}) {
    if (!isTensor(data)) {
      throw new ModuleError('NOT_A_PARAMETER', `Parameter: expected a tensor, got ${describe(data)}.`, {
        next: 'Make one first: new nn.Parameter(zeros([3])).',
      })
    }
    super(data.storage, data.offset, data.shape, data.layout, data.dtype, undefined)
    const { requiresGrad = true } = known('Parameter', options, PARAMETER_OPTIONS)
    if (requiresGrad) this.requiresGrad_()
  }
}

const BRAND = Symbol.for('gradlab.parameter')
Object.defineProperty(Parameter.prototype, BRAND, { value: true })

/** Whether a value is a Parameter, also one of another copy of this package. */
export function isParameter(value: unknown): value is Parameter {
  return typeof value === 'object' && value !== null && BRAND in value
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  return value === null ? 'null' : typeof value
}

// A module as a function of its parameters.
import type { Tensor } from '../tensor/tensor.js'
import { ModuleError } from './errors.js'
import type { Module } from './module.js'
import { held, join, modulesOf, place } from './walk.js'

/**
 * Calls a module with other tensors in the places of its parameters and buffers: `parameters` has them by name, those that are left
 * out stay. The module itself is as before afterwards. So the derivatives of functions (jvp, hvp, jacobian, perExampleGrads) reach
 * the weights of a model.
 *
 * Throws NOT_FOUND for a name that the module does not have.
 *
 * @example
 * const layer = new nn.Linear(2, 1, { bias: false })
 * nn.functionalCall(layer, { weight: tensor([[1, 2]]) }, tensor([[3, 4]])) // tensor([[11.]])
 * @torch torch.func.functional_call
 * @differs the inputs follow one by one
 */
export function functionalCall<I extends unknown[], O>(
  module: Module & { forward(...inputs: I): O },
  parameters: Readonly<Record<string, Tensor>>,
  ...inputs: I
): O {
  const places = [...modulesOf(module)].flatMap(([path, owner]) =>
    [...held(owner)].flatMap(item => {
      const name = join(path, item.name)
      return item.kind !== 'module' && name in parameters ? [{ owner, name, field: item.name, own: item.value }] : []
    }),
  )
  const found = new Set(places.map(({ name }) => name))
  const unknown = Object.keys(parameters).filter(name => !found.has(name))
  if (unknown.length > 0) {
    throw new ModuleError('NOT_FOUND', `functionalCall: ${module.constructor.name} has no ${unknown.join(', ')}.`, {
      next: 'Names are those of namedParameters() and namedBuffers().',
    })
  }
  try {
    for (const { owner, field, name } of places) place(owner, field, parameters[name] as Tensor)
    return module.forward(...inputs)
  } finally {
    for (const { owner, field, own } of places) place(owner, field, own)
  }
}

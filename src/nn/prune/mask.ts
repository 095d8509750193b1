// A parameter behind a mask: `weight` becomes what is computed of `weightOrig`, which is trained, and `weightMask`, which says what is left.
import { noGrad } from '../../autograd/index.js'
import { ones } from '../../tensor/create.js'
import { shapeText, TensorError } from '../../tensor/errors.js'
import { where } from '../../tensor/ops/choose.js'
import { sameShape } from '../../tensor/shape.js'
import { isTensor, type Tensor } from '../../tensor/tensor.js'
import { ModuleError } from '../errors.js'
import { type Module, needModule } from '../module.js'
import { isParameter, type Parameter } from '../parameter.js'
import { buffersOf, held, modulesOf } from '../walk.js'

/** A parameter by the module that holds it and the name of its field: `[model.hidden, 'weight']`. */
export type Place = readonly [module: Module, name: string]

/** The names of the fields that a module keeps behind masks. */
const maskedIn = new WeakMap<Module, Set<string>>()

const original = (name: string): string => `${name}Orig`
const maskName = (name: string): string => `${name}Mask`
const fieldsOf = (module: Module): Record<string, unknown> => module as unknown as Record<string, unknown>

export const isMasked = ([module, name]: Place): boolean => maskedIn.get(module)?.has(name) ?? false

/** The fields of one module that are behind masks. */
export const maskedNames = (module: Module): string[] => [...(maskedIn.get(module) ?? [])]

/** What is trained, with or without a mask before it. Throws NOT_FOUND where there is no parameter of this name. */
export function parameterAt(place: Place): Parameter {
  const [module, name] = place
  const value = fieldsOf(module)[isMasked(place) ? original(name) : name]
  if (isParameter(value)) return value
  const names = [...held(module)].flatMap(item => (item.kind === 'parameter' ? [item.name] : []))
  throw new ModuleError('NOT_FOUND', `prune: ${module.constructor.name} has no parameter '${name}'.`, {
    next: `It has: ${names.join(', ')}.`,
  })
}

/** What the module computes with. */
export const valueAt = (place: Place): Tensor =>
  isMasked(place) ? (fieldsOf(place[0])[place[1]] as Tensor) : parameterAt(place)

/** What is left: bools, all true without a mask. */
export function maskAt(place: Place): Tensor {
  if (isMasked(place)) return fieldsOf(place[0])[maskName(place[1])] as Tensor
  const { shape, device } = parameterAt(place)
  return ones(shape, { dtype: 'bool', device })
}

/** Takes away where `mask` is false; what was taken away before stays so. */
export function maskOut(place: Place, mask: Tensor): void {
  const [module, name] = place
  const { shape } = parameterAt(place)
  if (!isTensor(mask) || !sameShape(mask.shape, shape)) {
    const got = isTensor(mask) ? shapeText(mask.shape) : typeof mask
    throw new TensorError('SHAPE_MISMATCH', `prune: the mask of '${name}' must be ${shapeText(shape)}; it is ${got}.`)
  }
  const left = maskAt(place).logicalAnd(mask)
  if (isMasked(place)) noGrad(() => maskAt(place).copy_(left))
  else putBehind(place, left)
  maskedIn.set(module, (maskedIn.get(module) ?? new Set()).add(name))
}

function putBehind([module, name]: Place, mask: Tensor): void {
  rename(module, name, original(name))
  module.registerBuffer(maskName(name), mask)
  const fields = fieldsOf(module)
  Object.defineProperty(module, name, {
    // Computed at each use, so that it is exactly 0 whatever an optimizer's momentum does to the parameter behind it.
    get: (): Tensor => where(fields[maskName(name)] as Tensor, fields[original(name)] as Tensor, 0),
    set: () => {
      throw new ModuleError(
        'NOT_A_PARAMETER',
        `${module.constructor.name}: '${name}' is pruned and cannot be replaced.`,
        {
          next: `Write to ${original(name)}, or end pruning first: nn.prune.remove(module, '${name}').`,
        },
      )
    },
    enumerable: false,
    configurable: true,
  })
}

/** Makes of the two one parameter again, with zeros where it was pruned. */
export function removeMask(place: Place): void {
  const [module, name] = place
  const value = valueAt(place)
  noGrad(() => parameterAt(place).copy_(value))
  maskedIn.get(module)?.delete(name)
  buffersOf.get(module)?.delete(maskName(name))
  Reflect.deleteProperty(module, maskName(name))
  Reflect.deleteProperty(module, name)
  rename(module, original(name), name)
}

/** Gives a field another name in its place: optimizers count parameters in the order of the fields. */
function rename(module: Module, from: string, to: string): void {
  const fields = Object.entries(Object.getOwnPropertyDescriptors(module))
  const moved = fields.slice(fields.findIndex(([name]) => name === from))
  for (const [name] of moved) Reflect.deleteProperty(module, name)
  for (const [name, field] of moved) Object.defineProperty(module, name === from ? to : name, field)
}

/**
 * Where the weights of a model are, which is what is pruned: parameters with 'weight' in their name and two axes or more, so neither biases nor the
 * gains of normalisation. A shared one stands there once for each of its places.
 *
 * @example
 * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.LayerNorm(3), new nn.Linear(3, 1))
 * nn.prune.weightsOf(model).map(([module, name]) => `${module.constructor.name}.${name}`) // ['Linear.weight', 'Linear.weight']
 * @torch none
 */
export function weightsOf(model: Module): Place[] {
  return namedWeights(model).map(({ place }) => place)
}

/** The same with paths: 'hidden.weight'. */
export function namedWeights(model: Module): { path: string; place: Place }[] {
  needModule('prune', model)
  return [...modulesOf(model)].flatMap(([path, module]) =>
    [...held(module)].flatMap(item => {
      if (item.kind !== 'parameter' || item.value.ndim < 2 || !/weight/i.test(item.name)) return []
      const masked = maskedNames(module).find(name => original(name) === item.name)
      const name = masked ?? item.name
      // An element of an array has no field of its own that could be replaced.
      return name.includes('.')
        ? []
        : [{ path: path === '' ? name : `${path}.${name}`, place: [module, name] as const }]
    }),
  )
}

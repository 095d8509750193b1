// What gradlab exports that works on tensors: free functions, methods and properties of a tensor, namespaces.
import * as gradlab from '#src/index.js'
import { Tensor } from '#src/index.js'

/** Exported, and no operations on tensors; errors.test.ts, toolbox.test.ts and the rooms' own tests look at them; variance is another name for var. */
const OTHER_EXPORTS = new Set([
  'Tensor',
  'TensorError',
  'GradlabError',
  'CheckpointError',
  'OptionError',
  'CompileError',
  'Explanation',
  'data',
  'nn',
  'optim',
  'plot',
  'variance',
])

export interface PublicName {
  readonly name: string
  readonly free: boolean
  /** 'property' for a getter. */
  readonly onTensor: 'method' | 'property' | undefined
  /** What it is, to find names for the same thing; undefined for properties. */
  readonly value: unknown
}

function isNamespace(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.values(value).every(part => typeof part === 'function')
}

export function publicNames(): PublicName[] {
  const names = new Map<string, PublicName>()
  for (const [name, value] of Object.entries(gradlab)) {
    if (OTHER_EXPORTS.has(name)) continue
    if (typeof value === 'function') names.set(name, { name, free: true, onTensor: undefined, value })
    else if (isNamespace(value)) {
      for (const [inner, operation] of Object.entries(value)) {
        names.set(`${name}.${inner}`, { name: `${name}.${inner}`, free: true, onTensor: undefined, value: operation })
      }
    }
  }
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(Tensor.prototype))) {
    if (name === 'constructor') continue
    const onTensor = property.get === undefined ? 'method' : 'property'
    const known = names.get(name)
    names.set(name, { name, free: known !== undefined, onTensor, value: known?.value ?? property.value })
  }
  return [...names.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The namespaces of the toolbox, whose names are classes and functions alike. */
const TOOLBOX = ['nn', 'nn.init', 'nn.prune', 'optim', 'data', 'data.transforms', 'data.metrics', 'plot'] as const

export interface ToolboxName {
  /** With its namespace: `nn.Linear`. */
  readonly name: string
  readonly value: unknown
  readonly isClass: boolean
}

/** Every class and function of nn, optim, data and plot. */
export function toolboxNames(): ToolboxName[] {
  return TOOLBOX.flatMap(path => {
    const namespace = path
      .split('.')
      .reduce((at: unknown, key) => (at as Record<string, unknown> | undefined)?.[key], gradlab)
    return Object.entries((namespace ?? {}) as object)
      .filter(([, value]) => typeof value === 'function')
      .map(([name, value]) => ({ name: `${path}.${name}`, value, isClass: /^class\b/.test(String(value)) }))
  }).sort((a, b) => (a.name < b.name ? -1 : 1))
}

// The golden files of test/golden/nn, made by PyTorch: reading them, and running one case with our modules.
import { readdirSync, readFileSync } from 'node:fs'
import { grad, gradcheck, nn, setDefaultDtype, type Tensor } from '#src/index.js'
import type { DType } from '#src/tensor/dtype.js'
import type { Shape } from '#src/tensor/shape.js'
import { isTensor } from '#src/tensor/tensor.js'
import { argumentsOf, type GoldenCase, numberOf, rowMajorTensor, substituted } from '../golden/cases.js'
import { numbersOf } from '../golden/ulps.js'

const folder = new URL('../../../../test/golden/nn/', import.meta.url)

type Numbers = readonly (number | 'NaN' | 'Infinity' | '-Infinity' | '-0')[]

interface JsonTensor {
  readonly t: Numbers
  readonly s: Shape
  readonly d: 'f' | 'i' | 'b'
  /** 1: takes part in the graph. */
  readonly r?: 1
}

export interface ModuleCase {
  readonly module: string
  readonly name: string
  readonly args: GoldenCase['args']
  readonly train: boolean
  readonly steps: number
  readonly length: number
  readonly why?: string
  /** For central differences. */
  readonly smooth?: 1
  readonly state: Readonly<Record<string, JsonTensor>>
  readonly inputs: GoldenCase['args']
  readonly out: readonly JsonTensor[]
  readonly seeds: readonly Numbers[]
  readonly inputGrads: readonly (Numbers | null)[]
  readonly parameterGrads: Readonly<Record<string, Numbers | null>>
  readonly buffers: Readonly<Record<string, JsonTensor>>
}

export const moduleCases: readonly ModuleCase[] = readdirSync(folder)
  .filter(file => file.endsWith('.json'))
  .sort()
  .flatMap(file => {
    const { cases } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { cases: Omit<ModuleCase, 'module'>[] }
    return cases.map(one => ({ ...one, module: file.replace('.json', '') }))
  })

type AnyModule = nn.Module & { forward(...inputs: unknown[]): unknown }

export const decoded = (args: GoldenCase['args'], dtype: DType, requiresGrad: boolean) =>
  argumentsOf({ args } as GoldenCase, { dtype, strided: false, requiresGrad })

/** Our module with PyTorch's numbers. */
export function moduleOf({ name, args, state, train }: ModuleCase, dtype: DType): AnyModule {
  const Class = (nn as unknown as Record<string, (new (...args: unknown[]) => AnyModule) | undefined>)[name]
  if (Class === undefined) throw new Error(`nn.${name} is not exported`)
  const module = new Class(...decoded(args, dtype, false).args).to({ dtype })
  const dict = Object.entries(state).map(([key, { t, s, d }]) => [key, rowMajorTensor(t.map(numberOf), s, d, dtype)])
  module.loadStateDict(Object.fromEntries(dict) as nn.StateDict)
  return module.train(train)
}

/** Runs a case; returns what is wrong, as lines to read. */
export function problems(golden: ModuleCase, dtype: DType): string[] {
  setDefaultDtype(dtype)
  try {
    return compared(golden, dtype)
  } finally {
    setDefaultDtype('float32')
  }
}

function compared(golden: ModuleCase, dtype: DType): string[] {
  const module = moduleOf(golden, dtype)
  const { args, leaves } = decoded(golden.inputs, dtype, true)
  let outs: Tensor[] = []
  for (let step = 0; step < golden.steps; step++) outs = tensorsIn(module.forward(...args))
  const wrong = listsDiffer(golden, dtype, outs)
  if (wrong.length > 0) return wrong
  const flowing = golden.out.flatMap(({ r }, i) => (r === 1 ? [outs[i] as Tensor] : []))
  const parameters = module.namedParameters().filter(([, parameter]) => parameter.requiresGrad)
  const torchNames = parameters.map(([name]) => keyLike(Object.keys(golden.parameterGrads), name))
  const missing = Object.keys(golden.parameterGrads).filter(name => !torchNames.includes(name))
  if (missing.length > 0) return [`parameters are missing: ${missing.join(', ')}`]
  const inputs = [...leaves, ...parameters.map(([, parameter]) => parameter)]
  const expected = [...golden.inputGrads, ...torchNames.map(name => golden.parameterGrads[name] ?? null)]
  return [
    ...(flowing.length === 0 ? [] : gradientsDiffer(golden, dtype, { flowing, inputs, expected, names: torchNames })),
    ...buffersDiffer(golden, dtype, module),
  ]
}

function listsDiffer(golden: ModuleCase, dtype: DType, outs: readonly Tensor[]): string[] {
  if (outs.length !== golden.out.length) return [`${outs.length} outputs, expected ${golden.out.length}`]
  return golden.out.flatMap(({ t, s, d }, i) => {
    const out = outs[i] as Tensor
    if (String(out.shape) !== String(s)) return [`output ${i}: shape [${out.shape}], expected [${s}]`]
    if (d === 'f' && out.dtype !== dtype) return [`output ${i}: dtype ${out.dtype}, expected ${dtype}`]
    return difference(`output ${i}`, t, out, dtype, golden.length)
  })
}

interface Gradients {
  readonly flowing: Tensor[]
  readonly inputs: Tensor[]
  readonly expected: readonly (Numbers | null)[]
  readonly names: readonly string[]
}

function gradientsDiffer(golden: ModuleCase, dtype: DType, { flowing, inputs, expected, names }: Gradients): string[] {
  const gradOutputs = golden.seeds.map((seed, i) =>
    rowMajorTensor(seed.map(numberOf), (flowing[i] as Tensor).shape, 'f', dtype),
  )
  const gradients = inputs.length === 0 ? [] : grad(flowing, inputs, { gradOutputs, allowUnused: true })
  const inputCount = inputs.length - names.length
  return expected.flatMap((numbers, i) => {
    const where = i < inputCount ? `gradient by input ${i}` : `gradient by ${names[i - inputCount]}`
    const gradient = gradients[i] ?? null
    // None and zeros are the same.
    if (numbers === null)
      return gradient === null || gradient.abs().max().item() === 0 ? [] : [`${where}: expected none`]
    if (gradient === null) return numbers.some(value => Number(value) !== 0) ? [`${where}: none`] : []
    return difference(where, numbers, gradient, dtype, golden.length)
  })
}

function buffersDiffer(golden: ModuleCase, dtype: DType, module: nn.Module): string[] {
  const own = module.stateDict()
  return Object.entries(golden.buffers).flatMap(([name, { t }]) => {
    const buffer = own[keyLike(Object.keys(own), name)]
    return buffer === undefined
      ? [`buffer ${name} is missing`]
      : difference(`buffer ${name}`, t, buffer, dtype, golden.length)
  })
}

const plain = (name: string): string => name.replaceAll('_', '').toLowerCase()
const keyLike = (keys: readonly string[], name: string): string => keys.find(key => plain(key) === plain(name)) ?? name

const EPSILON: Partial<Record<DType, number>> = { float64: 2 ** -52, float32: 2 ** -23 }

/** 4 ulp of the greatest number for each term of the longest sum. */
function difference(where: string, expected: Numbers, found: Tensor, dtype: DType, length: number): string[] {
  const numbers = expected.map(numberOf)
  const greatest = Math.max(...numbers.filter(Number.isFinite).map(Math.abs), 2 ** -20)
  const tolerance = 4 * length * (EPSILON[dtype] as number) * greatest
  const values = numbersOf(found)
  const at = numbers.findIndex((value, i) => !close(value, values[i] as number, tolerance))
  if (at < 0 && values.length === numbers.length) return []
  return [
    `${where}, number ${at}: expected ${numbers[at]}, got ${values[at]}; allowed are ${tolerance.toExponential(2)}`,
  ]
}

const close = (a: number, b: number, tolerance: number): boolean =>
  Object.is(a, b) || a === b || Math.abs(a - b) <= tolerance

export function tensorsIn(value: unknown): Tensor[] {
  if (isTensor(value)) return [value]
  // What returns several tensors names them; PyTorch's tuples have the same order.
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(tensorsIn) : []
}

/** Central differences by every input and every parameter, in float64. */
export function differentiates(golden: ModuleCase): true {
  setDefaultDtype('float64')
  try {
    const module = moduleOf(golden, 'float64')
    const { args, leaves } = decoded(golden.inputs, 'float64', true)
    const named = module.namedParameters().filter(([, parameter]) => parameter.requiresGrad)
    const run = (...xs: Tensor[]): Tensor[] => {
      const inputs = substituted(args, leaves, xs)
      const parameters = Object.fromEntries(named.map(([name], i) => [name, xs[leaves.length + i] as Tensor]))
      return tensorsIn(nn.functionalCall(module, parameters, ...inputs)).filter(
        out => out.requiresGrad || named.length === 0,
      )
    }
    const points = [...leaves, ...named.map(([, parameter]) => parameter.detach().clone().requiresGrad_())]
    return points.length === 0 ? true : gradcheck(run, points)
  } finally {
    setDefaultDtype('float32')
  }
}

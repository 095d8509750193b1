// The only global state: backend, default dtype, random generator and modes. Behind one Symbol.for key, so that two copies
// of the package in one program agree.
import type { LowDType } from './autocast.js'
import type { Backend } from './backend.js'
import type { DType } from './dtype.js'
import { TensorError } from './errors.js'

/** Position in the stream of random numbers of one key; see random/generator.ts. */
export interface GeneratorState {
  key: readonly [number, number]
  /** Next unused block. */
  counter: number
}

export interface State {
  /** The chosen backend; made at its first use. */
  backend: Backend | undefined
  readonly backends: Map<string, () => Backend>
  defaultDtype: DType
  generator: GeneratorState
  /** How many operations were recorded: the next node's number. */
  recorded: number
  /** Whether operations are recorded for backward. */
  grad: boolean
  /** Whether the tape checks every result for NaN and Inf. */
  anomaly: boolean
  /** The dtype in which products compute inside of autocast. */
  autocast: LowDType | undefined
  /** The modes as the user set them, outside of all scopes. */
  readonly chosen: { grad: boolean; anomaly: boolean; autocast: undefined }
}

const KEY = Symbol.for('gradlab.state')

function initial(): State {
  return {
    backend: undefined,
    backends: new Map(),
    defaultDtype: 'float32',
    generator: { key: [0, 0], counter: 0 },
    recorded: 0,
    grad: true,
    anomaly: false,
    autocast: undefined,
    chosen: { grad: true, anomaly: false, autocast: undefined },
  }
}

const registry = globalThis as { [KEY]?: State }
registry[KEY] ??= initial()

export const state: State = registry[KEY]

/** Makes a backend known by name; the core itself knows none. */
export function registerBackend(name: string, make: () => Backend): void {
  if (state.backends.has(name)) return
  let made: Backend | undefined
  state.backends.set(name, () => {
    made ??= make()
    return made
  })
}

/** The backend on which new tensors are made. */
export function currentBackend(): Backend {
  state.backend ??= chosen(environment('GRADLAB_BACKEND') ?? defaultName())
  return state.backend
}

/** wasm where it is there. */
function defaultName(): string {
  return ['auto', 'wasm'].find(name => state.backends.has(name)) ?? 'reference'
}

function chosen(name: string): Backend {
  const backend = backendNamed(name)
  backend.choose?.(name)
  return backend
}

export function backendNamed(name: string): Backend {
  const make = state.backends.get(name)
  if (make === undefined) {
    throw new TensorError('BAD_BACKEND', `There is no backend '${name}'.`, {
      next: `Choose one of: ${[...state.backends.keys()].join(', ')}.`,
    })
  }
  return make()
}

function environment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } }
  return process?.env?.[name] || undefined
}

/**
 * Chooses the backend on which new tensors are made: 'auto' (the default: WebAssembly, and OpenBLAS for large products of matrices where it is
 * found), 'wasm' (WebAssembly alone), 'blas' (as 'auto', but OpenBLAS must be there) or 'reference' (float64 by plain loops, the truth that the
 * others are tested against). The environment variable GRADLAB_BACKEND chooses it from outside. Tensors that exist stay where they are;
 * `x.to({ device })` copies one. Throws BAD_BACKEND for a name that is not known, and for 'blas' without OpenBLAS.
 *
 * OpenBLAS is looked for in the Python environment `.venv` of the project (`npm start` puts it there: the wheel `scipy-openblas32`), or at the
 * path in GRADLAB_BLAS; GRADLAB_BLAS=off leaves it out. It uses as many threads as there are physical cores, or OPENBLAS_NUM_THREADS.
 *
 * @example
 * setBackend('reference')
 * device() // 'reference'
 * @torch torch.set_default_device
 */
export function setBackend(name: string): void {
  state.backend = chosen(name)
}

/**
 * What computes new tensors: 'wasm', 'blas' (WebAssembly, with OpenBLAS for large products) or 'reference'. Tensors of the first two lie in the
 * same memory: their `device` is 'wasm'.
 *
 * @example
 * console.log(`computing on ${device()}`)
 * @torch torch.get_default_device
 */
export function device(): string {
  const { engine, name } = currentBackend()
  return engine ?? name
}

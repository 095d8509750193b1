// The goldens notice small mistakes: each kernel of the reference backend is made wrong by 1e-4 (indices and bools: by one
// place), and some golden must fail.
import assert from 'node:assert/strict'
import { device, setBackend } from '#src/index.js'
import type { Kernel, Operand } from '#src/tensor/backend.js'
import { isFloat } from '#src/tensor/dtype.js'
import { INFER, type KernelName } from '#src/tensor/primitives.js'
import { rowMajor, sizeOf } from '#src/tensor/shape.js'
import { backendNamed } from '#src/tensor/state.js'
import { dtypesOf, type GoldenCase, goldenCases } from './golden/cases.js'
import { type During, isThere, problems } from './golden/run.js'

/** Kernels that no golden of PyTorch's can reach, with what tests them instead. */
const ELSEWHERE: Partial<Record<KernelName, string>> = {
  randomBits: "Philox's published vectors: test/src/backends/reference",
  uniform: 'the same bits: test/src/backends/reference and test/src/random',
  normal: 'the same bits: test/src/backends/reference and test/src/random',
}
const WRONG_BY = 1 + 1e-4

const backend = backendNamed('reference')
const kernels = backend.kernels as unknown as Record<KernelName, Kernel<KernelName>>
const names = (Object.keys(INFER) as KernelName[]).filter(name => !(name in ELSEWHERE))
const usable = goldenCases.filter(golden => golden.throws === undefined && isThere(golden.name))

/** Runs f with other kernels. */
function withKernels<T>(changed: Partial<Record<KernelName, Kernel<KernelName>>>, f: () => T): T {
  const own = { ...kernels }
  Object.assign(kernels, changed)
  try {
    return f()
  } finally {
    Object.assign(kernels, own)
  }
}

/** The places of a window on its storage. */
function* places({ shape, offset, layout }: Operand): Iterable<number> {
  const strides = layout ?? rowMajor(shape)
  for (let i = 0; i < sizeOf(shape); i++) {
    let rest = i
    let place = offset
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis] as number
      place += (rest % size) * (strides[axis] as number)
      rest = Math.floor(rest / size)
    }
    yield place
  }
}

function spoil(out: Operand): void {
  const { storage } = out
  const numbers = storage.backend.read(storage, 0, storage.length)
  for (const place of places(out)) {
    const value = numbers[place] as number
    if (isFloat(out.dtype)) numbers[place] = value * WRONG_BY
    else {
      numbers[place] = out.dtype === 'bool' ? 1 - value : value + 1
      break
    }
  }
  storage.backend.write(storage, numbers, 0)
}

function spoiled(name: KernelName): Kernel<KernelName> {
  const kernel = kernels[name]
  return (inputs, out, params) => {
    kernel(inputs, out, params)
    spoil(out)
  }
}

function run(golden: GoldenCase, changed: Partial<Record<KernelName, Kernel<KernelName>>>): string[] {
  const during: During = f => withKernels(changed, f)
  const [dtype = 'float64'] = dtypesOf(golden)
  return problems(golden, dtype, 'free', during)
}

/** Which cases use a kernel, forward or backward. */
function uses(): Map<KernelName, GoldenCase[]> {
  const found = new Map<KernelName, GoldenCase[]>(names.map(name => [name, []]))
  for (const golden of usable) {
    const seen = new Set<KernelName>()
    const watching = names.map((name): [KernelName, Kernel<KernelName>] => {
      const kernel = kernels[name]
      return [
        name,
        (inputs, out, params) => {
          seen.add(name)
          kernel(inputs, out, params)
        },
      ]
    })
    // A case that fails by itself proves nothing.
    if (run(golden, Object.fromEntries(watching)).length > 0) continue
    for (const name of seen) found.get(name)?.push(golden)
  }
  return found
}

describe('a kernel that is wrong by 1e-4 fails a golden', () => {
  let chosen: string
  let users: Map<KernelName, GoldenCase[]>
  before(function () {
    this.timeout(60_000)
    chosen = device()
    setBackend('reference')
    users = uses()
  })
  after(() => setBackend(chosen))

  for (const name of names) {
    it(name, () => {
      const using = users.get(name) ?? []
      assert.ok(using.length > 0, 'no golden uses this kernel')
      const changed = { [name]: spoiled(name) }
      assert.ok(
        using.some(golden => run(golden, changed).length > 0),
        `${using.length} goldens use it, and none noticed`,
      )
    })
  }
})

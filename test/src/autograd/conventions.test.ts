// Gradients where calculus says nothing, as PyTorch says them: kinks, bounds, ties, zeros, infinities, NaN.
// The values come from test/golden/make_gradient_conventions.py.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { grad } from '#src/index.js'
import { apply } from '#src/tensor/engine.js'
import type { KernelName } from '#src/tensor/primitives.js'
import { float64, numbers, on } from './points.js'

interface Convention {
  readonly operation: KernelName
  readonly params: Readonly<Record<string, unknown>>
  readonly inputs: readonly (readonly (number | string)[])[]
  readonly shapes: readonly (readonly number[])[]
  readonly seed: readonly number[]
  readonly gradients: readonly (readonly (number | string)[])[]
}

const SPECIAL: Readonly<Record<string, number>> = { inf: Infinity, '-inf': -Infinity, nan: NaN }
const value = (x: unknown): number => (typeof x === 'string' ? (SPECIAL[x] ?? Number(x)) : (x as number))

const file = new URL('../../../../test/golden/gradient_conventions.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Convention[] }

/** Gradients are products of a few factors, each right to an ulp or two; erfinv and the activations have more of them. */
const TOLERANCE = 1e-13

const same = (x: number, y: number): boolean =>
  Object.is(x, y) || x === y || Math.abs(x - y) <= TOLERANCE * Math.max(1e-3, Math.abs(y))

function run({ operation, params, inputs, shapes, seed }: Convention): number[][] {
  const xs = inputs.map((x, i) => float64(x.map(value), shapes[i] as number[]))
  const plain = Object.fromEntries(
    Object.entries(params).map(([key, x]) => [key, typeof x === 'string' ? value(x) : x]),
  )
  const y = apply(operation, xs, plain as never)
  return grad(y, xs, { gradOutputs: float64(seed, y.shape, false) }).map(numbers)
}

for (const backend of ['reference', 'wasm']) {
  describe(`gradients at corners are PyTorch's on ${backend}`, () => {
    on(backend)
    cases.forEach(convention => {
      const { operation, params } = convention
      const dim = JSON.stringify(params)
      it(`${operation} ${dim === '{}' ? '' : dim}`, () => {
        const got = run(convention)
        convention.gradients.forEach((expected, i) => {
          const wrong = expected.flatMap((y, j) => {
            const x = (got[i] as number[])[j] as number
            const at = convention.inputs.map(input => input[j]).join(', ')
            return same(x, value(y)) ? [] : [`d/d${i} at ${j} (${at}): ${x}, PyTorch ${y}`]
          })
          assert.deepEqual(wrong, [])
        })
      })
    })
  })
}

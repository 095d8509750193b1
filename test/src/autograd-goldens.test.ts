// Whole programs against PyTorch: a network and random chains of 20 operations; gradients, forward mode, second derivatives.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import {
  device,
  grad,
  hessian,
  hvp,
  jvp,
  logSoftmax,
  mul,
  perExampleGrads,
  setBackend,
  sin,
  sum,
  type Tensor,
  tanh,
  vjp,
} from '#src/index.js'
import type { DType } from '#src/tensor/dtype.js'
import { apply } from '#src/tensor/engine.js'
import { rowMajorTensor } from './golden/cases.js'
import { callable } from './golden/run.js'
import { numbersOf, roundedTo, ulp } from './golden/ulps.js'

interface JsonTensor {
  readonly t: readonly number[]
  readonly s: readonly number[]
}

interface Derivatives {
  readonly inputs: readonly JsonTensor[]
  readonly directions: readonly JsonTensor[]
  readonly value: readonly JsonTensor[]
  readonly jvp: readonly JsonTensor[]
  readonly gradients: readonly JsonTensor[]
  /** The gradient of the squared length of the gradient: backward through backward. */
  readonly penalty: readonly JsonTensor[]
  readonly hvp: readonly JsonTensor[]
}

type Step = readonly [name: string, places: readonly number[], args: readonly unknown[], keepdim: 0 | 1]

interface Golden {
  readonly network: Derivatives & {
    readonly x: JsonTensor
    readonly y: JsonTensor
    readonly perExample: readonly JsonTensor[]
    readonly hessian: readonly JsonTensor[]
  }
  readonly chains: readonly (Derivatives & { readonly steps: readonly Step[] })[]
}

const file = new URL('../../../test/golden/autograd.json', import.meta.url)
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden

/**
 * 4 ulp an operation, of the greatest number of a result. The chains were chosen to be well conditioned (a change of the
 * inputs by d moves every derivative by 30 d at most); a gradient runs each operation forward and backward, a second derivative
 * both of them again, so they count two and four times as many operations.
 */
const STEPS = 20
const ORDER = { value: 1, jvp: 2, gradients: 2, perExample: 2, penalty: 4, hvp: 4, hessian: 4 } as const

function close(what: keyof typeof ORDER, got: readonly Tensor[], expected: readonly JsonTensor[], dtype: DType): void {
  assert.equal(got.length, expected.length, `${what}: ${got.length} tensors`)
  expected.forEach(({ t, s }, k) => {
    const x = got[k] as Tensor
    assert.deepEqual([...x.shape], [...s], `${what} ${k}: shape`)
    assert.equal(x.dtype, dtype)
    const wanted = roundedTo(t.map(Number), dtype)
    const size = Math.max(...wanted.map(Math.abs), 1e-3)
    const allowed = 4 * STEPS * ORDER[what] * ulp(size, dtype)
    numbersOf(x).forEach((value, i) => {
      const off = Math.abs(value - (wanted[i] as number))
      assert.ok(
        off <= allowed,
        `${what} ${k}[${i}]: got ${value}, expected ${wanted[i]} (off ${off}, ${allowed} allowed)`,
      )
    })
  })
}

const made = (dtype: DType, requiresGrad: boolean) => (json: JsonTensor) => {
  const x = rowMajorTensor(json.t.map(Number), json.s, 'f', dtype)
  return requiresGrad ? x.requiresGrad_() : x
}

type Program = (...xs: Tensor[]) => Tensor

function allDerivatives(f: Program, json: Derivatives, dtype: DType): void {
  const xs = json.inputs.map(made(dtype, true))
  const vs = json.directions.map(made(dtype, false))
  const value = f(...xs)
  close('value', [value], json.value, dtype)
  const gradients = grad(value, xs, { createGraph: true }) as Tensor[]
  close('gradients', gradients, json.gradients, dtype)
  const square = gradients.map(g => sum(mul(g, g))).reduce((a, b) => a.add(b))
  const penalty = grad(square, xs, { allowUnused: true })
  close(
    'penalty',
    penalty.map((g, i) => g ?? mul(xs[i] as Tensor, 0)),
    json.penalty,
    dtype,
  )
  const plain = json.inputs.map(made(dtype, false))
  const [, tangent] = jvp((...ys) => f(...ys), plain, vs)
  close('jvp', [tangent], json.jvp, dtype)
  const [, product] = hvp((...ys) => f(...ys), plain, vs)
  close('hvp', product, json.hvp, dtype)
  const [, pullback] = vjp((...ys) => f(...ys), plain)
  close('gradients', pullback(), json.gradients, dtype)
}

function executed(steps: readonly Step[]): Program {
  return (...inputs) => {
    const values = [...inputs]
    for (const [name, places, args, keepdim] of steps) {
      const operation = callable(name, 'free')
      assert.ok(operation, `${name} is not exported`)
      const options = keepdim === 1 ? [{ keepdim: true }] : []
      values.push(operation(...places.map(i => values[i]), ...args, ...options) as Tensor)
    }
    return values
      .slice(inputs.length)
      .map(v => sum(sin(v)))
      .reduce((a, b) => a.add(b))
  }
}

/** The primitive by itself. */
const matmul = (a: Tensor, b: Tensor): Tensor => apply('matmul', [a, b], {})

function loss(x: Tensor, y: Tensor): Program {
  return (w1, b1, w2, b2) => {
    const hidden = tanh(matmul(x, w1 as Tensor).add(b1 as Tensor))
    return logSoftmax(matmul(hidden, w2 as Tensor).add(b2 as Tensor), 1)
      .mul(y)
      .sum(1)
      .mean()
      .neg()
  }
}

describe('whole programs agree with PyTorch', () => {
  for (const backend of ['reference', 'wasm']) {
    for (const dtype of ['float64', 'float32'] as const) {
      describe(`on ${backend}, ${dtype}`, () => {
        let chosen: string
        before(() => {
          chosen = device()
          setBackend(backend)
        })
        after(() => setBackend(chosen))

        golden.chains.forEach((chain, i) => {
          it(`chain ${i + 1}: ${chain.steps.map(([name]) => name).join(' ')}`, () => {
            allDerivatives(executed(chain.steps), chain, dtype)
          })
        })

        it('a network: gradients, double backward, jvp, hvp', () => {
          const { network } = golden
          allDerivatives(loss(made(dtype, false)(network.x), made(dtype, false)(network.y)), network, dtype)
        })

        it('a network: the gradient of every example', () => {
          const { network } = golden
          const params = network.inputs.map(made(dtype, true))
          const gradients = perExampleGrads((x, y) => loss(x as Tensor, y as Tensor)(...params), params)
          const each = gradients(made(dtype, false)(network.x), made(dtype, false)(network.y))
          close('perExample', each, network.perExample, dtype)
        })

        it('a network: the Hessian by its biases', () => {
          const { network } = golden
          const [w1, b1, w2, b2] = network.inputs.map(made(dtype, false)) as [Tensor, Tensor, Tensor, Tensor]
          const f = loss(made(dtype, false)(network.x), made(dtype, false)(network.y))
          const blocks = hessian((u, v) => f(w1, u as Tensor, w2, v as Tensor), [b1, b2])
          close('hessian', (blocks as Tensor[][]).flat(), network.hessian, dtype)
        })
      })
    }
  }
})

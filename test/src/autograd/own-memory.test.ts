// Gradient rules write into memory that they have made themselves, and into no other.
import assert from 'node:assert/strict'
import {
  device,
  exp,
  F,
  gather,
  gelu,
  grad,
  randint,
  randn,
  setBackend,
  sqrt,
  square,
  type Tensor,
} from '#src/index.js'

const rows = randint(0, 3, { shape: [4, 2] })
const places = randint(0, 4, { shape: [3] })
const RULES: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  square,
  sqrt: x => sqrt(exp(x)),
  expm1: x => x.expm1(),
  log1p: x => exp(x).log1p(),
  tanh: F.tanh,
  erf: x => x.erf(),
  sigmoid: F.sigmoid,
  softplus: F.softplus,
  silu: F.silu,
  gelu: x => gelu(x),
  'gelu by tanh': x => gelu(x, { approximate: 'tanh' }),
  softmax: x => F.softmax(x, -1),
  logSoftmax: x => F.logSoftmax(x, -1),
  gather: x => gather(x, 1, rows.to({ device: x.device })),
  indexSelect: x => x.indexSelect(0, places.to({ device: x.device })),
}

describe('gradient rules that reuse memory', () => {
  const chosen = device()
  afterEach(() => setBackend(chosen))

  for (const backend of ['wasm', 'reference']) {
    for (const [name, f] of Object.entries(RULES)) {
      it(`${name} on ${backend} leaves its input, its result and the gradient that came as they are`, () => {
        setBackend(backend)
        const x = randn([4, 3], { requiresGrad: true })
        const y = f(x)
        const given = randn(y.shape)
        const before = [x, y, given].map(t => t.data())
        const pass = () => grad(y, [x], { gradOutputs: given, retainGraph: true })[0] as Tensor
        const first = pass()
        const numbers = first.data()
        assert.deepEqual(pass().data(), numbers)
        assert.deepEqual(first.data(), numbers)
        assert.deepEqual(
          [x, y, given].map(t => t.data()),
          before,
        )
      })

      it(`${name} on ${backend} has the same gradient where a second one may be asked for`, () => {
        setBackend(backend)
        const x = randn([4, 3], { requiresGrad: true })
        const given = randn(f(x).shape)
        const plain = grad(f(x), [x], { gradOutputs: given })[0] as Tensor
        const recorded = grad(f(x), [x], { gradOutputs: given, createGraph: true })[0] as Tensor
        assert.deepEqual(plain.data(), recorded.detach().data())
      })
    }
  }
})

// 50 steps of training a small transformer in float64, from PyTorch's weights and on its batches: the same losses and the same weights
// at the end. test/golden/make_transformer_run.py makes the file.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { F, nn, optim, setBackend, type Tensor, tensor, zeros } from '#src/index.js'

interface Numbers {
  readonly shape: number[]
  readonly data: number[]
}

interface Run {
  readonly lr: number
  readonly first: Record<string, Numbers>
  readonly batches: number[][][]
  readonly losses: number[]
  readonly last: Record<string, Numbers>
}

const file = new URL('../../../../test/golden/transformer_run.json', import.meta.url)
const run = JSON.parse(readFileSync(file, 'utf8')) as Run
const FLOAT64 = { dtype: 'float64' } as const

class Model extends nn.Module {
  readonly tokens = new nn.Parameter(zeros([16, 16], FLOAT64))
  readonly positions = new nn.Parameter(zeros([12, 16], FLOAT64))
  readonly layers = [0, 1].map(() => {
    const options = { dimFeedforward: 32, dropout: 0, activation: 'gelu', batchFirst: true, normFirst: true } as const
    return new nn.TransformerEncoderLayer(16, 2, { ...options, ...FLOAT64 })
  })
  readonly norm = new nn.LayerNorm(16, FLOAT64)
  readonly head = new nn.Linear(16, 16, { bias: false, ...FLOAT64 })

  override forward(ids: Tensor): Tensor {
    let x = this.tokens.at(ids).add(this.positions)
    for (const layer of this.layers) x = layer.forward(x, { isCausal: true })
    return this.head.forward(this.norm.forward(x))
  }
}

function trained(): { losses: number[]; model: Model } {
  const model = new Model()
  model.loadStateDict(
    Object.fromEntries(
      Object.entries(run.first).map(([name, { shape, data }]) => [name, tensor(data, FLOAT64).reshape(shape)]),
    ),
  )
  const optimizer = new optim.Adam(model.parameters(), { lr: run.lr })
  const losses = run.batches.map(batch => {
    const ids = tensor(batch, { dtype: 'int32' })
    const logits = model.forward(ids.at(null, [null, -1]))
    const loss = F.crossEntropy(logits.flatten(0, 1), ids.at(null, [1, null]).flatten())
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
    return loss.item() as number
  })
  return { losses, model }
}

describe('50 steps of training a transformer', () => {
  afterEach(() => setBackend('wasm'))

  for (const backend of ['wasm', 'reference']) {
    it(`are PyTorch's to 1e-9 on ${backend}`, () => {
      setBackend(backend)
      const { losses, model } = trained()
      for (const [i, loss] of losses.entries()) {
        assert.ok(Math.abs(loss - (run.losses[i] as number)) < 1e-9, `step ${i}: ${loss}, expected ${run.losses[i]}`)
      }
      const state = nn.toTorchNames(model.stateDict())
      assert.deepEqual(Object.keys(state).sort(), Object.keys(run.last).sort())
      for (const [name, { data }] of Object.entries(run.last)) {
        const own = (state[name] as Tensor).flatten().toArray() as number[]
        const off = Math.max(...data.map((n, i) => Math.abs(n - (own[i] as number))))
        assert.ok(off < 1e-9, `${name} is off by ${off}`)
      }
      // The run has learned something: what was compared is no standstill.
      assert.ok((losses.at(-1) as number) < 0.7 * (losses[0] as number), `${losses[0]} -> ${losses.at(-1)}`)
    })
  }
})

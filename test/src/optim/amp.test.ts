// Mixed precision as a training loop uses it: GradScaler step by step against PyTorch's, a network under autocast, and the order of calls.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { autocast, F, manualSeed, nn, optim, randn, setBackend, type Tensor, tensor } from '#src/index.js'
import { raises } from '../raises.js'

type Number_ = number | string

interface Scaled {
  readonly options: optim.GradScalerOptions
  readonly clip: number | null
  readonly slopes: readonly (readonly (readonly Number_[])[])[]
  readonly trace: readonly { scale: number; good: number; params: readonly (readonly number[])[] }[]
}

interface Mixed {
  readonly dtype: 'bfloat16' | 'float16'
  readonly state: Readonly<Record<string, { shape: number[]; values: number[] }>>
  readonly x: readonly number[]
  readonly target: readonly number[]
  readonly out: readonly number[]
  readonly loss: number
  readonly grads: Readonly<Record<string, readonly number[]>>
}

const file = new URL('../../../../test/golden/optim/amp.json', import.meta.url)
const golden = JSON.parse(readFileSync(file, 'utf8')) as { scalers: Scaled[]; mixed: Mixed[] }

const WORDS: Readonly<Record<string, number>> = { inf: Infinity, '-inf': -Infinity, nan: Number.NaN }
const numbers = (row: readonly Number_[]): number[] => row.map(x => (typeof x === 'string' ? (WORDS[x] as number) : x))

/** Scales all gradients so that their norm is at most `most`, as clipGradNorm does. */
function clip(gradient: Tensor, most: number): Tensor {
  const factor = most / ((gradient.norm().item() as number) + 1e-6)
  return factor < 1 || Number.isNaN(factor) ? gradient.mul(factor) : gradient
}

/** |a - b| as a share of |b|, over all numbers. */
function gap(a: Tensor, b: readonly number[]): number {
  const expected = tensor(b)
  return (a.float().flatten().sub(expected).norm().item() as number) / (expected.norm().item() as number)
}

for (const backend of ['wasm', 'reference']) {
  describe(`mixed precision against PyTorch, on ${backend}`, () => {
    before(() => setBackend(backend))
    after(() => setBackend('wasm'))

    for (const { options, clip: most, slopes, trace } of golden.scalers) {
      it(`scales losses with ${JSON.stringify(options)}${most === null ? '' : `, clipped to ${most}`}`, () => {
        const scaler = new optim.GradScaler(options)
        const params = slopes.map(() => tensor([0, 0, 0], { requiresGrad: true }))
        const optimizers = params.map(p => new optim.SGD([p], { lr: 0.1, momentum: 0.9 }))
        for (const [t, expected] of trace.entries()) {
          for (const optimizer of optimizers) optimizer.zeroGrad()
          const losses = params.map((p, i) => p.mul(tensor(numbers(slopes[i]?.[t] as Number_[]))).sum())
          for (const loss of scaler.scale(losses)) loss.backward()
          if (most !== null) {
            for (const [i, optimizer] of optimizers.entries()) {
              scaler.unscale_(optimizer)
              const p = params[i] as Tensor
              p.grad = clip(p.grad as Tensor, most)
            }
          }
          const made = optimizers.map(optimizer => scaler.step(optimizer))
          const finite = slopes.map(rows => numbers(rows[t] as Number_[]).every(Number.isFinite))
          if (Math.max(...trace.map(({ scale }) => scale)) < 2 ** 100) assert.deepEqual(made, finite, `step ${t}`)
          scaler.update()
          assert.equal(scaler.getScale(), expected.scale, `scale after step ${t}`)
          if (scaler.enabled) assert.equal(scaler.stateDict().growthTracker, expected.good)
          for (const [i, p] of params.entries()) {
            // Sums of some 40 float32 steps in the same order: up to a rounding each, relative to the largest.
            const most = Math.max(...(expected.params[i] as number[]).map(Math.abs), 1e-3)
            for (const [k, value] of (p.toArray() as number[]).entries()) {
              const off = Math.abs(value - (expected.params[i]?.[k] as number))
              assert.ok(off <= 40 * 2 ** -24 * most, `step ${t}: ${value}, expected ${expected.params[i]?.[k]}`)
            }
          }
        }
      })
    }

    for (const { dtype, state, x, target, out, loss, grads } of golden.mixed) {
      it(`computes a convolutional network in ${dtype}: scores, loss and float32 gradients`, () => {
        const model = new nn.Sequential(
          new nn.Conv2d(1, 4, 3),
          new nn.ReLU(),
          new nn.Flatten(),
          new nn.Linear(64, 16),
          new Gelu(),
          new nn.LayerNorm(16),
          new nn.Linear(16, 3),
        )
        model.loadStateDict(
          Object.fromEntries(Object.entries(state).map(([k, p]) => [k, tensor(p.values).reshape(p.shape)])),
        )
        const input = tensor(x).reshape([8, 1, 6, 6])
        const [scores, error] = autocast({ dtype }, () => {
          const scores = model.forward(input)
          return [scores, F.crossEntropy(scores, tensor([...target], { dtype: 'int32' }))] as const
        })
        error.backward()
        assert.equal(scores.dtype, dtype)
        assert.equal(error.dtype, 'float32')
        // Each of some 6 layers rounds once, forward and backward; PyTorch's CPU lists round the normalisation, too.
        const most = 4 * (dtype === 'bfloat16' ? 2 ** -8 : 2 ** -11)
        assert.ok(gap(scores, out) < most, `scores: ${gap(scores, out)}`)
        assert.ok(Math.abs((error.item() as number) - loss) < most * loss)
        for (const [name, p] of model.namedParameters()) {
          const g = p.grad as Tensor
          assert.equal(g.dtype, 'float32', name)
          assert.ok(gap(g, grads[name] as number[]) < most, `${name}: ${gap(g, grads[name] as number[])}`)
        }
      })
    }
  })
}

class Gelu extends nn.Module {
  override forward(x: Tensor): Tensor {
    return x.gelu()
  }
}

describe('GradScaler', () => {
  const setting = (): { w: Tensor; optimizer: optim.SGD; scaler: optim.GradScaler } => {
    const w = tensor([1, 2], { requiresGrad: true })
    return { w, optimizer: new optim.SGD([w], { lr: 0.5 }), scaler: new optim.GradScaler({ initScale: 1024 }) }
  }

  it('saves small gradients of float16, which are 0 without it', () => {
    const gradient = (scale: boolean): number[] => {
      manualSeed(2)
      const w = randn([2, 2]).requiresGrad_()
      const scaler = new optim.GradScaler({ enabled: scale })
      const loss = autocast({ dtype: 'float16' }, () =>
        w
          .matmul(tensor([[1], [1]]))
          .float()
          .mul(1e-8)
          .sum(),
      )
      scaler.scale(loss).backward()
      scaler.unscale_(new optim.SGD([w]))
      return w.grad?.flatten().toArray() as number[]
    }
    assert.deepEqual(gradient(false), [0, 0, 0, 0])
    for (const g of gradient(true)) assert.ok(Math.abs(g - 1e-8) < 1e-11, String(g))
  })

  it('goes on where a saved one was', () => {
    const { w, optimizer, scaler } = setting()
    for (let t = 0; t < 3; t++) {
      scaler.scale(w.sum()).backward()
      scaler.step(optimizer)
      scaler.update()
    }
    const state = JSON.parse(JSON.stringify(scaler.stateDict())) as optim.GradScalerState
    assert.deepEqual(state, {
      scale: 1024,
      growthFactor: 2,
      backoffFactor: 0.5,
      growthInterval: 2000,
      growthTracker: 3,
    })
    const other = new optim.GradScaler()
    other.loadStateDict(state)
    assert.deepEqual(other.stateDict(), state)
    raises(() => other.loadStateDict({} as optim.GradScalerState), 'STATE_DICT', 'state')
  })

  it('takes a scale by hand', () => {
    const { scaler } = setting()
    scaler.update(8)
    assert.equal(scaler.getScale(), 8)
    raises(() => scaler.update(0), 'BAD_OPTION', 'newScale')
  })

  it('refuses calls out of order', () => {
    const { w, optimizer, scaler } = setting()
    raises(() => scaler.update(), 'SCALER', 'no step')
    raises(() => scaler.step(optimizer), 'SCALER', 'no parameter', 'backward()')
    scaler.scale(w.sum()).backward()
    scaler.unscale_(optimizer)
    raises(() => scaler.unscale_(optimizer), 'SCALER', 'already')
    assert.equal(scaler.step(optimizer), true)
    raises(() => scaler.step(optimizer), 'SCALER', 'has made its step')
    raises(() => scaler.unscale_(optimizer), 'SCALER', 'the step was made')
    scaler.update()
    assert.deepEqual(w.toArray(), [0.5, 1.5])
  })

  it('refuses gradients in float16 and options out of range', () => {
    const w = tensor([1], { dtype: 'float16', requiresGrad: true })
    const scaler = new optim.GradScaler({ initScale: 2 })
    scaler.scale(w.sum()).backward()
    raises(() => scaler.step(new optim.SGD([w])), 'BAD_PARAMETER', 'float16')
    for (const options of [
      { initScale: 0 },
      { initScale: Infinity },
      { growthFactor: 1 },
      { backoffFactor: 1 },
      { backoffFactor: 0 },
      { growthInterval: 0.5 },
    ]) {
      raises(() => new optim.GradScaler(options), 'BAD_OPTION', Object.keys(options)[0] as string)
    }
  })

  it('counts bfloat16 gradients as it does float32 ones', () => {
    const w = tensor([1], { dtype: 'bfloat16', requiresGrad: true })
    const scaler = new optim.GradScaler({ initScale: 4 })
    const optimizer = new optim.SGD([w], { lr: 0.5 })
    scaler.scale(w.sum()).backward()
    assert.equal(scaler.step(optimizer), true)
    assert.deepEqual(w.toArray(), [0.5])
  })
})

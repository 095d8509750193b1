import assert from 'node:assert/strict'
import { Generator, isGradEnabled, manualSeed, nn, oneHot, type Tensor, tensor } from '#src/index.js'

const tokens = (...ids: number[]): Tensor => tensor(ids, { dtype: 'int32' })

/** Gives the same logits whatever it reads. */
class Constant extends nn.Module {
  readonly dropout = new nn.Dropout(0.5)
  readonly seen: number[][] = []
  readonly #logits: number[]

  constructor(...logits: number[]) {
    super()
    this.#logits = logits
  }

  override forward(x: Tensor): Tensor {
    assert.equal(this.training, false)
    assert.equal(this.dropout.training, false)
    assert.equal(isGradEnabled(), false)
    this.seen.push([...x.shape])
    const [batch = 0, length = 0] = x.shape
    return tensor(this.#logits).expand([batch, length, this.#logits.length])
  }
}

/** After t comes t + 1, of five tokens. */
class Next extends nn.Module {
  override forward(x: Tensor): Tensor {
    return oneHot(x.add(1).remainder(5), 5).float()
  }
}

/** How often each token is written, of 2000. */
function counts(options: Omit<nn.GenerateOptions, 'maxNewTokens'>, ...logits: number[]): number[] {
  const prompt = tensor(new Array(2000).fill([0]), { dtype: 'int32' })
  const written = nn.generate(new Constant(...logits), prompt, {
    maxNewTokens: 1,
    generator: new Generator(1),
    ...options,
  })
  const ids = written.select(1, -1).toArray() as number[]
  return logits.map((_, token) => ids.filter(id => id === token).length)
}

/** Within 5 standard deviations of a binomial. */
function assertShares(found: readonly number[], shares: readonly number[]): void {
  found.forEach((count, i) => {
    const p = shares[i] as number
    const allowed = 5 * Math.sqrt(2000 * p * (1 - p))
    assert.ok(Math.abs(count - 2000 * p) <= allowed, `token ${i}: ${count} of 2000, expected ${2000 * p}`)
  })
}

describe('nn.generate', () => {
  beforeEach(() => manualSeed(0))

  it('takes the likeliest token at temperature 0', () => {
    const written = nn.generate(new Next(), tensor([[2], [0]], { dtype: 'int32' }), { maxNewTokens: 4, temperature: 0 })
    assert.deepEqual(written.toArray(), [
      [2, 3, 4, 0, 1],
      [0, 1, 2, 3, 4],
    ])
    assert.equal(written.dtype, 'int32')
  })

  it('draws by the softmax of the logits over the temperature', () => {
    const logits = [0.7, 0.2, 0.1].map(Math.log) as [number, number, number]
    assertShares(counts({}, ...logits), [0.7, 0.2, 0.1])
    const squares = [0.49, 0.04, 0.01].map(p => p / 0.54)
    assertShares(counts({ temperature: 0.5 }, ...logits), squares)
  })

  it('draws from the likeliest topK alone', () => {
    const logits = [0.1, 0.2, 0.3, 0.4].map(Math.log) as [number, number, number, number]
    assertShares(counts({ topK: 2 }, ...logits), [0, 0, 3 / 7, 4 / 7])
    assertShares(counts({ topK: 100 }, ...logits), [0.1, 0.2, 0.3, 0.4])
  })

  it('draws from the nucleus that reaches topP', () => {
    const logits = [0.1, 0.4, 0.2, 0.3].map(Math.log) as [number, number, number, number]
    assertShares(counts({ topP: 0.65 }, ...logits), [0, 4 / 7, 0, 3 / 7])
    assertShares(counts({ topP: 0.75 }, ...logits), [0, 4 / 9, 2 / 9, 3 / 9])
    assertShares(counts({ topP: 1e-9 }, ...logits), [0, 1, 0, 0])
    assertShares(counts({ topP: 0.8, topK: 2 }, ...logits), [0, 4 / 7, 0, 3 / 7])
  })

  it('writes the same with the same seed', () => {
    const write = (seed: number) =>
      nn.generate(new Constant(0, 0, 0, 0), tokens(0), { maxNewTokens: 20, generator: new Generator(seed) }).toArray()
    assert.deepEqual(write(1), write(1))
    assert.notDeepEqual(write(1), write(2))
    const byDefault = () => {
      manualSeed(7)
      return nn.generate(new Constant(0, 0, 0, 0), tokens(0), { maxNewTokens: 20 }).toArray()
    }
    assert.deepEqual(byDefault(), byDefault())
  })

  it('shows the model no more than the context', () => {
    const model = new Constant(0, 0)
    nn.generate(model, tokens(0, 1), { maxNewTokens: 3, contextLength: 3 })
    assert.deepEqual(model.seen, [
      [1, 2],
      [1, 3],
      [1, 3],
    ])
  })

  it('hands on each token, and ends where it is told to', () => {
    const seen: number[] = []
    const written = nn.generate(new Next(), tokens(0), {
      maxNewTokens: 10,
      temperature: 0,
      onToken: (token, index) => {
        seen.push(token.item() as number)
        return index < 2
      },
    })
    assert.deepEqual(seen, [1, 2, 3])
    assert.deepEqual(written.toArray(), [0, 1, 2, 3])
  })

  it('writes nothing where nothing is asked for', () => {
    assert.deepEqual(nn.generate(new Next(), tokens(3), { maxNewTokens: 0 }).toArray(), [3])
  })

  it('puts each module back into its mode, also after a throw', () => {
    const model = new Constant(0, 0)
    model.dropout.eval()
    nn.generate(model, tokens(0), { maxNewTokens: 1 })
    assert.deepEqual([model.training, model.dropout.training], [true, false])
    assert.throws(() =>
      nn.generate(model, tokens(0), {
        maxNewTokens: 1,
        onToken: () => {
          throw new Error('stop')
        },
      }),
    )
    assert.deepEqual([model.training, model.dropout.training, isGradEnabled()], [true, false, true])
  })

  it('says what does not fit', () => {
    const model = new Next()
    const write =
      (options: Partial<nn.GenerateOptions>, prompt = tokens(0)) =>
      () =>
        nn.generate(model, prompt, { maxNewTokens: 1, ...options })
    assert.throws(write({ maxNewTokens: -1 }), { code: 'BAD_OPTION' })
    assert.throws(write({ temperature: -0.1 }), { code: 'BAD_OPTION' })
    assert.throws(write({ temperature: Number.NaN }), { code: 'BAD_OPTION' })
    assert.throws(write({ topK: 0 }), { code: 'BAD_OPTION' })
    assert.throws(write({ topP: 0 }), { code: 'BAD_OPTION', message: /above 0/ })
    assert.throws(write({ topP: 1.1 }), { code: 'BAD_OPTION' })
    assert.throws(write({ contextLength: 0 }), { code: 'BAD_OPTION' })
    assert.throws(write({}, tensor([0])), { code: 'BAD_DTYPE' })
    assert.throws(write({}, tokens()), { code: 'BAD_SHAPE' })
    assert.throws(write({}, tensor(0, { dtype: 'int32' })), { code: 'BAD_SHAPE' })
    class Flat extends nn.Module {
      override forward(x: Tensor): Tensor {
        return x.float()
      }
    }
    assert.throws(() => nn.generate(new Flat(), tokens(0), { maxNewTokens: 1 }), {
      code: 'BAD_SHAPE',
      message: /vocabulary/,
    })
  })
})

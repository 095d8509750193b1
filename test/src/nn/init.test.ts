// First values of parameters: fans, gains and spreads against PyTorch's (init.json), statistics, and shapes that cannot be.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import {
  device,
  eye,
  Generator,
  manualSeed,
  nn,
  ones,
  rand,
  randn,
  setBackend,
  type Tensor,
  tensor,
  zeros,
} from '#src/index.js'
import { raises } from '../raises.js'

interface Golden {
  readonly fans: readonly { readonly shape: number[]; readonly fans: readonly [number, number] }[]
  readonly gains: readonly {
    readonly name: nn.init.Nonlinearity
    readonly slope: number | null
    readonly gain: number
  }[]
  readonly spreads: readonly {
    readonly name: 'xavierUniform_' | 'xavierNormal_' | 'kaimingUniform_' | 'kaimingNormal_'
    readonly options: object
    readonly shape: number[]
    readonly spread: readonly [number, number]
  }[]
  readonly dirac: readonly { readonly shape: number[]; readonly groups: number; readonly weight: number[] }[]
}

const golden = JSON.parse(
  readFileSync(new URL('../../../../test/golden/parameters/init.json', import.meta.url), 'utf8'),
) as Golden
const { init } = nn
const double = (shape: number[]): Tensor => zeros(shape, { dtype: 'float64' })

describe('nn.init', () => {
  beforeEach(() => manualSeed(0))

  it('counts what each number reads and feeds as PyTorch does', () => {
    for (const { shape, fans } of golden.fans) {
      assert.deepEqual(init.calculateFan(zeros(shape)), { fanIn: fans[0], fanOut: fans[1] })
    }
  })

  it("has PyTorch's gains", () => {
    for (const { name, slope, gain } of golden.gains) {
      assert.ok(Math.abs(init.calculateGain(name, slope ?? undefined) - gain) < 1e-15, name)
    }
  })

  it("draws from PyTorch's distributions, for every mode, activation and shape", () => {
    for (const { name, options, shape, spread } of golden.spreads) {
      const drawn = init[name](double(shape), { ...options, generator: new Generator(7) })
      const source = { dtype: 'float64', generator: new Generator(7) } as const
      const [first, second] = spread
      const expected = name.includes('Uniform')
        ? rand(shape, source)
            .mul(second - first)
            .add(first)
        : randn(shape, source).mul(second).add(first)
      assert.ok(drawn.allclose(expected, { rtol: 1e-13, atol: 1e-15 }), `${name} ${JSON.stringify(options)} [${shape}]`)
    }
  })

  it('places the ones of dirac_ where PyTorch does', () => {
    for (const { shape, groups, weight } of golden.dirac) {
      assert.deepEqual(init.dirac_(ones(shape), { groups }).flatten().toArray(), weight)
    }
  })

  it('passes an input on with dirac_ and eye_', () => {
    const x = randn([1, 4, 6])
    const conv = new nn.Conv1d(4, 4, 3, { padding: 1, bias: false })
    init.dirac_(conv.weight)
    assert.deepEqual(conv.forward(x).toArray(), x.toArray())
    const grouped = new nn.Conv1d(4, 4, 3, { padding: 1, bias: false, groups: 2 })
    init.dirac_(grouped.weight, { groups: 2 })
    assert.deepEqual(grouped.forward(x).toArray(), x.toArray())
    assert.deepEqual(init.eye_(ones([2, 3])).toArray(), [
      [1, 0, 0],
      [0, 1, 0],
    ])
  })

  it('writes into the parameter without recording and returns it', () => {
    const weight = new nn.Parameter(zeros([4, 4]))
    const fills: readonly ((w: nn.Parameter) => nn.Parameter)[] = [
      init.uniform_,
      init.normal_,
      init.ones_,
      init.zeros_,
      init.eye_,
      init.xavierUniform_,
      init.xavierNormal_,
      init.kaimingUniform_,
      init.kaimingNormal_,
      init.orthogonal_,
      init.truncNormal_,
      w => init.constant_(w, 3),
      w => init.sparse_(w, 0.5),
    ]
    for (const fill of fills) {
      const before = weight.clone()
      assert.equal(fill(weight), weight)
      assert.ok(!weight.equal(before), fill.name)
      assert.ok(weight.isLeaf && weight.requiresGrad && weight.gradFn === null)
    }
  })

  it('draws the same from the same seed, and goes on with the default generator', () => {
    const draws: readonly ((w: Tensor, options?: nn.init.InitOptions) => Tensor)[] = [
      (w, options) => init.uniform_(w, 0, 1, options),
      (w, options) => init.normal_(w, 0, 1, options),
      init.xavierNormal_,
      init.kaimingUniform_,
      init.orthogonal_,
      init.truncNormal_,
      (w, options) => init.sparse_(w, 0.3, options),
    ]
    for (const draw of draws) {
      const seeded = (): unknown => draw(zeros([5, 4]), { generator: new Generator(3) }).toArray()
      assert.deepEqual(seeded(), seeded())
      assert.notDeepEqual(draw(zeros([5, 4])).toArray(), draw(zeros([5, 4])).toArray())
    }
  })

  for (const backend of ['wasm', 'reference']) {
    describe(`on ${backend}`, () => {
      const chosen = device()
      before(() => setBackend(backend))
      after(() => setBackend(chosen))

      it('makes matrices orthogonal, tall, wide and square, with a gain', () => {
        for (const shape of [
          [6, 3],
          [3, 6],
          [5, 5],
          [4, 2, 3],
          [8, 2, 1, 2],
        ]) {
          const rows = shape[0] as number
          const w = init.orthogonal_(double(shape), { gain: 2 }).reshape([rows, -1])
          const gram = rows <= (w.shape[1] as number) ? w.matmul(w.T) : w.T.matmul(w)
          const identity = eye(gram.shape[0] as number, { dtype: 'float64' }).mul(4)
          assert.ok(gram.allclose(identity, { rtol: 0, atol: 1e-13 }), `[${shape}]`)
        }
      })

      it('draws each rotation as likely as its mirror image: the mean of many is 0', () => {
        const count = 1000
        let sum = double([3, 3])
        for (let i = 0; i < count; i++) sum = sum.add(init.orthogonal_(double([3, 3])))
        // Each number has variance 1/3; five standard errors.
        assert.ok(sum.div(count).abs().max().item() < 5 * Math.sqrt(1 / 3 / count))
      })

      it('cuts normal numbers at bounds, by the right density', () => {
        const n = 40_000
        const x = init.truncNormal_(double([n]), { mean: 1, std: 2, a: 0, b: 2 })
        assert.ok(x.min().item() >= 0 && x.max().item() <= 2)
        // Symmetric around 1; on [-1/2, 1/2] a standard normal has the variance 1 - 2 (1/2) phi(1/2) / (Phi(1/2) - Phi(-1/2)).
        const variance = 4 * (1 - 0.35206532676429947 / 0.38292492254802624)
        assert.ok(Math.abs(x.mean().item() - 1) < 5 * Math.sqrt(variance / n))
        // The fourth moment of what is nearly uniform is about 1.8 variance^2.
        assert.ok(Math.abs(x.sub(1).square().mean().item() - variance) < 5 * variance * Math.sqrt(0.9 / n))
      })

      it('takes a and b as numbers, not as counts of standard deviations, and never gives infinities', () => {
        const x = init.truncNormal_(zeros([20_000]), { std: 0.02 })
        assert.ok(Math.abs(x.std().item() / 0.02 - 1) < 5 / Math.sqrt(2 * 20_000))
        assert.ok(
          init
            .truncNormal_(zeros([1000]), { mean: 5, std: 1, a: -100, b: 100 })
            .isfinite()
            .all()
            .item(),
        )
      })

      it('leaves few connections with sparse_: as many in each column', () => {
        const w = init.sparse_(zeros([50, 40]), 0.85, { std: 0.1 })
        assert.deepEqual([...new Set(w.ne(0).sum(0).toArray() as number[])], [50 - Math.ceil(0.85 * 50)])
        const left = w.maskedSelect(w.ne(0))
        assert.ok(Math.abs(left.std().item() / 0.1 - 1) < 5 / Math.sqrt(2 * left.size))
      })
    })
  }

  it('keeps the size of signals through 20 layers of ReLU with Kaiming, and loses them with Xavier', () => {
    const through = (fill: (w: Tensor) => Tensor): number => {
      let x = randn([64, 256])
      for (let layer = 0; layer < 20; layer++) x = x.matmul(fill(zeros([256, 256])).T).relu()
      return x.square().mean().item()
    }
    const kaiming = through(w => init.kaimingNormal_(w, { nonlinearity: 'relu' }))
    // ln of the mean square walks by a variance of 5/256 a layer: 20 layers make a standard deviation of .63; within four of them.
    assert.ok(Math.abs(Math.log(kaiming)) < 4 * 0.63, String(kaiming))
    assert.ok(through(init.xavierNormal_) < kaiming * 2 ** -20 * Math.exp(4 * 0.63 * Math.SQRT2))
  })

  it('serves other dtypes, and tensors with nothing in them', () => {
    assert.equal(init.orthogonal_(zeros([4, 2], { dtype: 'float16' })).dtype, 'float16')
    assert.ok(
      init
        .truncNormal_(zeros([4, 2], { dtype: 'bfloat16' }))
        .isfinite()
        .all()
        .item(),
    )
    for (const fill of [init.xavierUniform_, init.kaimingNormal_, init.orthogonal_, init.truncNormal_]) {
      assert.deepEqual(fill(zeros([3, 0])).shape, [3, 0])
      assert.deepEqual(fill(zeros([0, 3])).shape, [0, 3])
    }
  })

  it('says which shapes and options it cannot use', () => {
    for (const fill of [init.xavierUniform_, init.xavierNormal_, init.kaimingUniform_, init.kaimingNormal_]) {
      raises(() => fill(zeros([3])), 'BAD_SHAPE', 'two axes', '[3]', 'zeros_')
    }
    raises(() => init.calculateFan(zeros([])), 'BAD_SHAPE', 'two axes')
    raises(() => init.orthogonal_(zeros([3])), 'BAD_SHAPE', '2 axes or more')
    raises(() => init.eye_(zeros([2, 2, 2])), 'BAD_SHAPE', '2 axes')
    raises(() => init.sparse_(zeros([3]), 0.5), 'BAD_SHAPE', '2 axes')
    raises(() => init.dirac_(zeros([2, 2])), 'BAD_SHAPE', '3 to 5 axes')
    raises(() => init.dirac_(zeros([4, 2, 3]), { groups: 3 }), 'BAD_OPTION', '4 channels', '3 groups')
    raises(() => init.sparse_(zeros([2, 2]), 1.5), 'BAD_OPTION', 'sparsity')
    raises(() => init.truncNormal_(zeros([2]), { std: 0 }), 'BAD_OPTION', 'std')
    raises(() => init.truncNormal_(zeros([2]), { a: 2, b: 2 }), 'BAD_OPTION', 'below')
    raises(() => init.calculateGain('gelu' as 'relu'), 'BAD_OPTION', "'gelu'", 'leakyRelu')
    raises(() => init.calculateGain('toString' as 'relu'), 'BAD_OPTION', "'toString'")
    raises(() => init.calculateGain('leakyRelu', Number.NaN), 'BAD_OPTION', 'slope')
    raises(() => init.kaimingNormal_(zeros([2, 2]), { mode: 'fan_in' as 'fanIn' }), 'BAD_OPTION', "'fan_in'", "'fanIn'")
    raises(() => init.uniform_(zeros([2]), 1, 0), 'BAD_VALUE')
    raises(() => init.normal_(zeros([2]), 0, -1), 'BAD_VALUE')
    raises(() => init.normal_(tensor([1], { dtype: 'int32' })), 'BAD_DTYPE')
  })
})

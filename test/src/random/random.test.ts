// Random numbers: the same for the same seed, from the right distribution, and never a counter twice.
import assert from 'node:assert/strict'
import {
  bernoulli,
  bincount,
  defaultGenerator,
  equal,
  full,
  Generator,
  manualSeed,
  multinomial,
  noGrad,
  normal,
  ones,
  rand,
  randint,
  randintLike,
  randLike,
  randn,
  randnLike,
  randperm,
  tensor,
  uniform,
  zeros,
} from '#src/index.js'
import { assertTensor, assertThrows, numbers } from '../tensor/numbers.js'

/** So many numbers that a mean of n is off by 5 of its standard deviations once in millions of seeds; and the seed is fixed. */
const MANY = 40_000
const SIGMAS = 5

function assertNear(got: number, expected: number, deviation: number): void {
  assert.ok(Math.abs(got - expected) <= SIGMAS * deviation, `${got}, expected ${expected} +- ${SIGMAS * deviation}`)
}

const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length
const moment = (x: readonly number[], k: number): number => mean(x.map(value => value ** k))

describe('generators', () => {
  it('give the same numbers for the same seed, others for another', () => {
    const draw = (seed: number | bigint) => numbers(rand([5], { generator: new Generator(seed) }))
    assert.deepEqual(draw(7), draw(7n))
    assert.notDeepEqual(draw(7), draw(8))
    // The upper word of the seed counts too.
    assert.notDeepEqual(draw(7), draw(7 + 2 ** 32))
    manualSeed(7)
    assert.deepEqual(numbers(rand([5])), draw(7))
  })

  it('draw the words of Philox4x32-10 that its authors publish', () => {
    // Counter 0, key 0: 6627e8d5 e169c58d bc57ac4c 9b00dbd8.
    const words = [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]
    const expected = words.map(word => (word >>> 8) * 2 ** -24)
    assert.deepEqual(numbers(rand([4], { generator: new Generator(0) })), expected)
    const wide = numbers(rand([1], { generator: new Generator(0), dtype: 'float64' }))
    assert.deepEqual(wide, [((words[0] as number) * 2 ** 21 + ((words[1] as number) >>> 11)) * 2 ** -53])
  })

  it('give the same on every backend', () => {
    const draw = (device: string) => numbers(rand([9], { generator: new Generator(3), device }))
    assert.deepEqual(draw('reference'), draw('wasm'))
    const order = (device: string) => numbers(randperm(20, { generator: new Generator(3), device }))
    assert.deepEqual(order('reference'), order('wasm'))
  })

  it('take ceil(n / 4) blocks for 32 bits, ceil(n / 2) for 64, none for nothing', () => {
    const generator = new Generator(1)
    const blocks = (draw: () => unknown): number => {
      const { counter } = generator.getState()
      draw()
      return generator.getState().counter - counter
    }
    assert.equal(
      blocks(() => rand([9], { generator })),
      3,
    )
    assert.equal(
      blocks(() => randn([9], { generator })),
      3,
    )
    assert.equal(
      blocks(() => rand([9], { generator, dtype: 'float64' })),
      5,
    )
    assert.equal(
      blocks(() => rand([0], { generator })),
      0,
    )
    assert.equal(
      blocks(() => bernoulli(full([8], 0.5), { generator })),
      2,
    )
  })

  it('never use a block twice: two draws are one long one', () => {
    const [one, two] = [new Generator(5), new Generator(5)]
    const long = numbers(rand([8], { generator: one }))
    const parts = [...numbers(rand([4], { generator: two })), ...numbers(rand([4], { generator: two }))]
    assert.deepEqual(parts, long)
  })

  it('go back to a state that was saved, also as JSON', () => {
    const generator = new Generator(2 ** 40 + 3)
    rand([5], { generator })
    const saved = JSON.parse(JSON.stringify(generator.getState()))
    const first = rand([5], { generator })
    assert.equal(equal(first, rand([5], { generator: new Generator().setState(saved) })), true)
    assert.equal(generator.initialSeed(), 2n ** 40n + 3n)
    assert.equal(generator.manualSeed(4).getState().counter, 0)
  })

  it('share one stream where none is named', () => {
    manualSeed(9)
    const { counter } = defaultGenerator().getState()
    rand([4])
    assert.equal(defaultGenerator().getState().counter, counter + 1)
    rand([4], { generator: new Generator(1) })
    assert.equal(defaultGenerator().getState().counter, counter + 1)
  })

  it('refuse seeds and states that are none', () => {
    assertThrows(() => manualSeed(-1), 'BAD_VALUE', /seed must be a whole number/)
    assertThrows(() => new Generator(0.5), 'BAD_VALUE', /0\.5/)
    assertThrows(() => new Generator(2n ** 64n), 'BAD_VALUE', /18446744073709551616/)
    const state = (value: unknown) => () => new Generator().setState(value as never)
    assertThrows(state({ key: [1], counter: 0 }), 'BAD_VALUE', /not the state/)
    assertThrows(state({ key: [1, -1], counter: 0 }), 'BAD_VALUE', /not the state/)
    assertThrows(state({ key: [1, 2], counter: 0.5 }), 'BAD_VALUE', /not the state/)
  })
})

describe('distributions', () => {
  beforeEach(() => {
    manualSeed(20)
  })

  it('rand is uniform on [0, 1)', () => {
    for (const dtype of ['float32', 'float64'] as const) {
      const x = numbers(rand([MANY], { dtype }))
      assert.ok(x.every(value => value >= 0 && value < 1))
      assertNear(mean(x), 0.5, Math.sqrt(1 / 12 / MANY))
      assertNear(moment(x, 2), 1 / 3, Math.sqrt(4 / 45 / MANY))
      const bins = new Array<number>(10).fill(0)
      for (const value of x) bins[Math.floor(value * 10)] = (bins[Math.floor(value * 10)] as number) + 1
      for (const count of bins) assertNear(count, MANY / 10, Math.sqrt(MANY * 0.09))
    }
  })

  it('16-bit uniforms never round up to 1', () => {
    for (const [dtype, bits] of [
      ['float16', 11],
      ['bfloat16', 8],
    ] as const) {
      // biome-ignore format: pairs
      const x = numbers(rand([MANY], { dtype }))
      assert.equal(Math.max(...x), 1 - 2 ** -bits)
      assert.equal(Math.min(...x), 0)
      assertNear(mean(x), 0.5 - 2 ** -bits / 2, Math.sqrt(1 / 12 / MANY))
    }
  })

  it('randn has the moments of the standard normal, and independent neighbours', () => {
    for (const dtype of ['float32', 'float64'] as const) {
      const x = numbers(randn([MANY], { dtype }))
      assertNear(mean(x), 0, Math.sqrt(1 / MANY))
      assertNear(moment(x, 2), 1, Math.sqrt(2 / MANY))
      assertNear(moment(x, 3), 0, Math.sqrt(15 / MANY))
      assertNear(moment(x, 4), 3, Math.sqrt(96 / MANY))
      assertNear(mean(x.slice(1).map((value, i) => value * (x[i] as number))), 0, Math.sqrt(1 / MANY))
      const within = x.filter(value => Math.abs(value) < 1).length / MANY
      assertNear(within, 0.6826894921370859, Math.sqrt(0.217 / MANY))
    }
  })

  it('randint takes every number with the same chance, and no other', () => {
    const x = randint(1, 7, { shape: [MANY] })
    assert.equal(x.dtype, 'int32')
    const counts = numbers(bincount(x))
    assert.equal(counts[0], 0)
    assert.equal(counts.length, 7)
    for (const count of counts.slice(1)) assertNear(count, MANY / 6, Math.sqrt((MANY * 5) / 36))
    const wide = numbers(randint(-(2 ** 31), 2 ** 31, { shape: [1000] }))
    assert.ok(wide.some(value => value < -(2 ** 30)) && wide.some(value => value > 2 ** 30))
    assertTensor(randint(1), 'int32', [], [0])
    assertTensor(randint(1, [2]), 'int32', [2], [0, 0])
    assertTensor(randint(7, 8, [1, 2]), 'int32', [1, 2], [7, 7])
    assert.equal(randint(5, { shape: [2], dtype: 'float32' }).dtype, 'float32')
  })

  it('randperm has each number once, and each order with the same chance', () => {
    assert.deepEqual(
      numbers(randperm(50)).sort((a, b) => a - b),
      Array.from({ length: 50 }, (_, i) => i),
    )
    const orders = new Map<string, number>()
    for (let i = 0; i < 3000; i++) {
      const key = numbers(randperm(3)).join()
      orders.set(key, (orders.get(key) ?? 0) + 1)
    }
    assert.equal(orders.size, 6)
    for (const count of orders.values()) assertNear(count, 500, Math.sqrt((3000 * 5) / 36))
    assertTensor(randperm(0), 'int32', [0], [])
  })

  it('bernoulli draws 1 with its probability, never at 0 and always at 1', () => {
    assertNear(mean(numbers(bernoulli(full([MANY], 0.3)))), 0.3, Math.sqrt(0.21 / MANY))
    assertTensor(bernoulli(tensor([0, 1, 0, 1])), 'float32', [4], [0, 1, 0, 1])
    assert.equal(bernoulli(tensor([0.5]).double()).dtype, 'float64')
    const mask = zeros([MANY], { dtype: 'bool' }).bernoulli_(0.9)
    assertNear(mean(numbers(mask)), 0.9, Math.sqrt(0.09 / MANY))
    assertTensor(zeros([2, 2]).bernoulli_(tensor([0, 1])), 'float32', [2, 2], [0, 1, 0, 1])
  })

  it('multinomial draws in proportion, with and without replacement', () => {
    const weights = tensor([1, 0, 3, 4])
    const counts = numbers(bincount(multinomial(weights, MANY, { replacement: true }), { minlength: 4 }))
    assert.equal(counts[1], 0)
    ;[1 / 8, 0, 3 / 8, 1 / 2].forEach((p, i) => {
      assertNear(counts[i] as number, MANY * p, Math.sqrt(MANY * p * (1 - p)))
    })
    const rounds = 3000
    const rows = ones([rounds, 4]).mul(weights)
    const drawn = numbers(multinomial(rows, 2))
    const first = drawn.filter((_, i) => i % 2 === 0)
    const second = drawn.filter((_, i) => i % 2 === 1)
    assert.ok(first.every((value, i) => value !== second[i]) && !drawn.includes(1))
    const share = (list: readonly number[], value: number) => list.filter(x => x === value).length / rounds
    assertNear(share(first, 3), 1 / 2, Math.sqrt(0.25 / rounds))
    // Second is 3: first was 0, then 4 of 7; or first was 2, then 4 of 5.
    const p = (1 / 8) * (4 / 7) + (3 / 8) * (4 / 5)
    assertNear(share(second, 3), p, Math.sqrt((p * (1 - p)) / rounds))
  })

  it('multinomial works row by row', () => {
    const x = tensor([[1, 0, 0], [0, 0, 2]]) // biome-ignore format: a matrix
    assertTensor(multinomial(x, 3, { replacement: true }), 'int32', [2, 3], [0, 0, 0, 2, 2, 2])
    assertTensor(multinomial(x, 1), 'int32', [2, 1], [0, 2])
  })

  it('normal and uniform have their place and width, and pass gradients', () => {
    const x = numbers(normal(10, 2, { shape: [MANY] }))
    assertNear(mean(x), 10, 2 / Math.sqrt(MANY))
    const u = numbers(uniform(-1, 3, { shape: [MANY] }))
    assert.ok(u.every(value => value >= -1 && value < 3))
    assertNear(mean(u), 1, 4 / Math.sqrt(12 * MANY))
    const [centre, width] = [tensor([5, 6], { requiresGrad: true }), tensor([[1], [2]], { requiresGrad: true })]
    const y = normal(centre, width)
    assert.deepEqual([...y.shape], [2, 2])
    y.sum().backward()
    assert.deepEqual(centre.grad && numbers(centre.grad), [2, 2])
    assert.deepEqual(width.grad && [...width.grad.shape], [2, 1])
    assert.equal(uniform(tensor([0]), 1).dtype, 'float32')
    assert.equal(normal(tensor(0).double(), 1, { shape: [2] }).dtype, 'float64')
    assert.equal(normal(tensor([0]).double(), 1, { dtype: 'float32' }).dtype, 'float32')
    assert.equal(uniform(0, tensor([1]).double()).dtype, 'float64')
  })

  it('fill tensors in place, leaves under noGrad only', () => {
    const x = numbers(zeros([MANY]).uniform_(2, 4))
    assert.ok(x.every(value => value >= 2 && value <= 4))
    assertNear(mean(x), 3, 2 / Math.sqrt(12 * MANY))
    assertNear(mean(numbers(zeros([MANY], { dtype: 'float64' }).normal_(1, 3))), 1, 3 / Math.sqrt(MANY))
    const w = ones([3], { requiresGrad: true })
    assertThrows(() => w.normal_(), 'IN_PLACE', /noGrad/)
    noGrad(() => w.normal_())
    assert.equal(w.requiresGrad, true)
    assert.equal(zeros([4]).half().normal_().dtype, 'float16')
  })

  it('take shape, dtype and device of another tensor', () => {
    const x = zeros([2, 3], { dtype: 'float64', device: 'reference' })
    for (const y of [randLike(x), randnLike(x), x.randLike(), randintLike(x, 5)]) {
      assert.deepEqual([...y.shape], [2, 3])
      assert.equal(y.dtype, 'float64')
      assert.equal(y.device, 'reference')
    }
    assert.ok(numbers(randintLike(x, 3, 5)).every(value => value === 3 || value === 4))
    assert.equal(rand([2], { requiresGrad: true }).requiresGrad, true)
    assert.equal(randn(3).size, 3)
  })

  it('refuse arguments without meaning', () => {
    assertThrows(() => rand([2], { dtype: 'int32' }), 'BAD_DTYPE', /rand: .*int32.*randint/)
    assertThrows(() => randn([-2]), 'BAD_SHAPE', /randn/)
    assertThrows(() => randint(3, 3), 'BAD_VALUE', /no whole number from 3/)
    assertThrows(() => randint(0, 2 ** 40), 'BAD_VALUE', /int32/)
    assertThrows(() => randintLike(zeros([1]), 2, 1), 'BAD_VALUE', /randintLike/)
    assertThrows(() => randperm(-1), 'BAD_VALUE', /randperm/)
    assertThrows(() => normal(0, -1), 'BAD_VALUE', /std must not be negative/)
    assertThrows(() => uniform(2, 1), 'BAD_VALUE', /no range/)
    assertThrows(() => zeros([1]).uniform_(2, 1), 'BAD_VALUE', /no range/)
    assertThrows(() => zeros([1]).normal_(0, -1), 'BAD_VALUE', /negative/)
    assertThrows(() => zeros([1], { dtype: 'int32' }).normal_(), 'BAD_DTYPE', /normal_/)
    assertThrows(() => bernoulli(tensor([0.5, 1.5])), 'BAD_VALUE', /1\.5 is not a probability/)
    assertThrows(() => bernoulli(tensor([NaN])), 'BAD_VALUE', /NaN/)
    assertThrows(() => bernoulli(tensor([true])), 'BAD_DTYPE', /bernoulli/)
    assertThrows(() => zeros([1]).bernoulli_(2), 'BAD_VALUE', /bernoulli_: 2/)
  })

  it('refuse weights that multinomial cannot draw from', () => {
    assertThrows(() => multinomial(tensor([0, 0]), 1), 'BAD_VALUE', /from 0 categories/)
    assertThrows(() => multinomial(tensor([1, 0]), 2), 'BAD_VALUE', /2 draw\(s\) from 1 categories.*replacement/)
    assertThrows(() => multinomial(tensor([1, -1]), 1), 'BAD_VALUE', /-1 is not a weight/)
    assertThrows(() => multinomial(tensor([1, Infinity]), 1), 'BAD_VALUE', /Infinity/)
    assertThrows(() => multinomial(tensor([1]), 0), 'BAD_VALUE', /above 0/)
    assertThrows(() => multinomial(zeros([2, 0]), 1), 'BAD_VALUE', /no categories/)
    assertThrows(() => multinomial(tensor(1), 1), 'BAD_SHAPE', /one or two axes/)
    assertThrows(() => multinomial(tensor([1], { dtype: 'int32' }), 1), 'BAD_DTYPE', /multinomial/)
  })
})

// Sets made by a formula. Moons, circles and blobs as sklearn 1.9.1 makes them with shuffle=False.
import assert from 'node:assert/strict'
import { data, Generator, setBackend, type Tensor, zeros } from '#src/index.js'
import { raises } from '../raises.js'

const list = (x: Tensor): number[] => Array.from(x.data() as Float64Array)
const close = (got: Tensor, expected: readonly number[], tolerance = 1e-12): void => {
  const numbers = list(got)
  assert.equal(numbers.length, expected.length)
  numbers.forEach((value, i) => {
    assert.ok(Math.abs(value - (expected[i] as number)) <= tolerance, `${i}: ${value}, expected ${expected[i]}`)
  })
}
const exact = { dtype: 'float64' } as const

/** Each maker with noise: by itself it makes the same twice. */
const MAKERS = {
  moons: (noise: number, generator: Generator) => data.moons(4000, { noise, generator, dtype: 'float64' }),
  circles: (noise: number, generator: Generator) => data.circles(4000, { noise, generator, dtype: 'float64' }),
  spirals: (noise: number, generator: Generator) => data.spirals(4000, { noise, generator, dtype: 'float64' }),
  twoSine: (noise: number, generator: Generator) => data.twoSine(4000, { noise, generator, dtype: 'float64' }),
  blobs: (noise: number, generator: Generator) =>
    data.blobs(4000, { centers: [[0, 0, 3]], std: noise, generator, dtype: 'float64' }),
}

for (const backend of ['wasm', 'reference']) {
  describe(`synthetic sets on ${backend}`, () => {
    before(() => setBackend(backend))
    after(() => setBackend('wasm'))

    it('moons lie where scikit-learn has them', () => {
      const [x, y] = data.moons(7, exact).tensors
      const s = Math.sqrt(3) / 2 - 0.5
      close(x, [1, 0, 0, 1, -1, 0, 0, 0.5, 0.5, -s, 1.5, -s, 2, 0.5])
      assert.deepEqual([y.dtype, list(y)], ['int32', [0, 0, 0, 1, 1, 1, 1]])
      assert.deepEqual(data.moons(2, exact).tensors[0].toArray(), [
        [1, 0],
        [0, 0.5],
      ])
    })

    it('circles lie where scikit-learn has them', () => {
      const [x, y] = data.circles(7, { factor: 0.3, ...exact }).tensors
      const h = Math.sqrt(3) / 2
      close(x, [1, 0, -0.5, h, -0.5, -h, 0.3, 0, 0, 0.3, -0.3, 0, 0, -0.3])
      assert.deepEqual(list(y), [0, 0, 0, 1, 1, 1, 1])
    })

    it('blobs share points out as scikit-learn does', () => {
      const centers = [
        [0, 1],
        [5, 5],
        [9, 9],
      ]
      const [x, y] = data.blobs(7, { centers, std: 0, ...exact }).tensors
      close(x, [0, 1, 0, 1, 0, 1, 5, 5, 5, 5, 9, 9, 9, 9])
      assert.deepEqual(list(y), [0, 0, 0, 1, 1, 2, 2])
    })

    it('spirals wind out from the middle', () => {
      const [x, y] = data.spirals(5, { turns: 0.5, ...exact }).tensors
      const third = 1 / 3
      const at = (t: number, turn: number): [number, number] => [
        t * Math.cos(2 * Math.PI * turn),
        t * Math.sin(2 * Math.PI * turn),
      ]
      close(x, [at(third, 1 / 6), at(2 * third, 1 / 3), at(1, 0.5), at(0.5, 0.75), at(1, 1)].flat())
      assert.deepEqual(list(y), [0, 0, 0, 1, 1])
    })

    it('two sines are added', () => {
      const [x, y] = data.twoSine(3, {
        range: [-1, 1],
        frequencies: [0.25, 0.5],
        amplitudes: [2, 3],
        ...exact,
      }).tensors
      assert.deepEqual(x.toArray(), [[-1], [0], [1]])
      close(y, [-2, 0, 2])
      const [x9, y9] = data.twoSine(9, exact).tensors
      close(
        y9,
        list(x9).map(at => Math.sin(2 * Math.PI * at) + 0.5 * Math.sin(8 * Math.PI * at)),
      )
    })

    for (const [name, make] of Object.entries(MAKERS)) {
      it(`${name}: a seed decides the noise, which has the spread that was asked for`, () => {
        const noisy = (seed: number): Tensor =>
          make(0.25, new Generator(seed)).tensors.at(name === 'twoSine' ? 1 : 0) as Tensor
        const clean = make(0, new Generator(1)).tensors.at(name === 'twoSine' ? 1 : 0) as Tensor
        assert.deepEqual(list(noisy(1)), list(noisy(1)))
        assert.notDeepEqual(list(noisy(1)), list(noisy(2)))
        const errors = list(noisy(1).sub(clean))
        const mean = errors.reduce((sum, e) => sum + e, 0) / errors.length
        const std = Math.sqrt(errors.reduce((sum, e) => sum + (e - mean) ** 2, 0) / errors.length)
        // Four standard errors of 4,000 numbers or more.
        assert.ok(Math.abs(mean) < (4 * 0.25) / Math.sqrt(4000), `mean ${mean}`)
        assert.ok(Math.abs(std - 0.25) < (4 * 0.25) / Math.sqrt(8000), `std ${std}`)
      })
    }
  })
}

describe('blobs', () => {
  it('have a spread each', () => {
    const [x] = data.blobs(4000, {
      centers: [[0], [10]],
      std: [0.1, 2],
      generator: new Generator(3),
      ...exact,
    }).tensors
    const spread = (part: readonly number[], middle: number): number =>
      Math.sqrt(part.reduce((sum, value) => sum + (value - middle) ** 2, 0) / part.length)
    assert.ok(Math.abs(spread(list(x).slice(0, 2000), 0) - 0.1) < 0.01)
    assert.ok(Math.abs(spread(list(x).slice(2000), 10) - 2) < 0.2)
  })

  it('draw their middles inside the box', () => {
    const options = { centers: 50, features: 4, std: 0, centerBox: [2, 3] } as const
    const [x] = data.blobs(50, { ...options, generator: new Generator(3), ...exact }).tensors
    assert.deepEqual(x.shape, [50, 4])
    const values = list(x)
    assert.ok(Math.min(...values) >= 2 && Math.max(...values) < 3 && new Set(values).size === 200)
  })
})

describe('the default dtype', () => {
  it('is that of points, and another is rounded once', () => {
    assert.equal(data.moons(4).tensors[0].dtype, 'float32')
    const [x] = data.spirals(9).tensors
    assert.deepEqual(list(x), list(data.spirals(9, exact).tensors[0]).map(Math.fround))
  })
})

describe('synthetic sets that cannot be', () => {
  const CASES: readonly (readonly [() => unknown, string, string])[] = [
    [() => data.moons(1), 'DATA_OPTION', 'moons: n must be a whole number from 2; it is 1'],
    [() => data.moons(9, { noise: -1 }), 'DATA_OPTION', 'noise'],
    [() => data.moons(9, { noise: Number.NaN }), 'DATA_OPTION', 'noise'],
    [() => data.moons(9, { nois: 1 } as never), 'BAD_OPTION', "Did you mean 'noise'?"],
    [() => data.circles(2.5), 'DATA_OPTION', 'circles: n'],
    [() => data.circles(9, { factor: 1 }), 'DATA_OPTION', 'factor'],
    [() => data.spirals(2, { classes: 3 }), 'DATA_OPTION', 'spirals: n must be a whole number from 3'],
    [() => data.spirals(2, { classes: 0 }), 'DATA_OPTION', 'classes'],
    [() => data.spirals(2, { turns: Number.POSITIVE_INFINITY }), 'DATA_OPTION', 'turns'],
    [() => data.blobs(2), 'DATA_OPTION', 'n must be a whole number from 3'],
    [() => data.blobs(9, { centers: [] }), 'DATA_OPTION', 'centers'],
    [() => data.blobs(9, { centers: [[1], [1, 2]] }), 'DATA_OPTION', 'centers'],
    [() => data.blobs(9, { centers: 1.5 }), 'DATA_OPTION', 'centers'],
    [() => data.blobs(9, { features: 0 }), 'DATA_OPTION', 'features'],
    [() => data.blobs(9, { std: [1, 2] }), 'DATA_OPTION', '3 of them; it is [1,2]'],
    [() => data.blobs(9, { std: -1 }), 'DATA_OPTION', 'std'],
    [() => data.blobs(9, { centerBox: [2, 1] }), 'DATA_OPTION', 'centerBox'],
    [() => data.twoSine(1), 'DATA_OPTION', 'twoSine: n'],
    [() => data.twoSine(9, { range: [0] as never }), 'DATA_OPTION', 'range must be two numbers'],
    [() => data.twoSine(9, { noise: -1 }), 'DATA_OPTION', 'noise'],
  ]
  for (const [call, code, words] of CASES) it(words, () => raises(call, code, words))
})

describe('tone', () => {
  it('is a sine of the frequency that was asked for', () => {
    const x = data.tone(440, { sampleRate: 8000, seconds: 0.25, amplitude: 0.5, phase: 0.25, ...exact })
    assert.deepEqual(x.shape, [2000])
    close(
      x,
      Array.from({ length: 2000 }, (_, i) => 0.5 * Math.cos((2 * Math.PI * 440 * i) / 8000)),
      1e-11,
    )
    assert.deepEqual(data.tone(440).shape, [16_000])
  })

  it('is square or a saw', () => {
    const options = { sampleRate: 8, seconds: 1, amplitude: 2, ...exact }
    assert.deepEqual(list(data.tone(2, { wave: 'square', ...options })), [2, 2, -2, -2, 2, 2, -2, -2])
    assert.deepEqual(list(data.tone(1, { wave: 'saw', ...options })), [-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5])
    assert.deepEqual(list(data.tone(1, { wave: 'saw', ...options, phase: -0.25 }))[0], 1)
  })

  it('is noise, by a seed', () => {
    const noise = (seed: number): number[] =>
      list(data.tone(0, { wave: 'noise', amplitude: 0.5, generator: new Generator(seed), ...exact }))
    const values = noise(1)
    assert.deepEqual(values, noise(1))
    assert.notDeepEqual(values, noise(2))
    assert.ok(Math.min(...values) >= -0.5 && Math.max(...values) < 0.5)
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length
    assert.ok(Math.abs(variance - 1 / 12) < 0.004, `${variance}`)
  })

  const BAD: readonly (readonly [string, () => unknown])[] = [
    ["there is no wave 'triangle'", () => data.tone(1, { wave: 'triangle' as never })],
    ['frequency must be from 0 to half the sample rate, 8000 Hz; it is 8001', () => data.tone(8001)],
    ['frequency', () => data.tone(-1)],
    ['sampleRate', () => data.tone(1, { sampleRate: 0 })],
    ['seconds', () => data.tone(1, { seconds: -1 })],
    ['amplitude', () => data.tone(1, { amplitude: Number.NaN })],
    ['phase', () => data.tone(1, { phase: Number.POSITIVE_INFINITY })],
  ]
  for (const [words, call] of BAD) it(`is refused: ${words}`, () => raises(call, 'DATA_OPTION', words))

  it('names the option that was meant', () => {
    raises(() => data.tone(1, { sample_rate: 1 } as never), 'BAD_OPTION', 'sampleRate')
  })

  it('fits where audio goes: [batch, channels, samples]', () => {
    assert.deepEqual(
      data
        .tone(440)
        .reshape([1, 1, -1])
        .add(zeros([1, 1, 16_000])).shape,
      [1, 1, 16_000],
    )
  })
})

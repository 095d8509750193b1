// Transforms of images: against torchvision, and the random ones by seeds, ranges and what they leave as it was.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { beta } from '#src/data/transforms/draw.js'
import {
  arange,
  data,
  device,
  equal,
  Generator,
  manualSeed,
  nn,
  ones,
  rand,
  setBackend,
  stack,
  type Tensor,
  tensor,
  zeros,
} from '#src/index.js'
import { raises } from '../raises.js'

const t = data.transforms

interface Case {
  readonly name: keyof typeof t
  readonly x: never
  readonly args: readonly never[]
  readonly expected: never
}

const cases: Case[] = JSON.parse(
  readFileSync(new URL('../../../../test/golden/data/transforms.json', import.meta.url), 'utf8'),
)

function furthest(got: Tensor, expected: Tensor): number {
  assert.deepEqual([...got.shape], [...expected.shape])
  return got.sub(expected).abs().max().item()
}

/** Numbers that a seed gives. */
const seeded = (seed = 0) => ({ generator: new Generator(seed) })

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length
}

describe('transforms of images', () => {
  const chosen = device()
  afterEach(() => setBackend(chosen))

  // float64: a handful of roundings of numbers up to 2; float32: eps is 1.2e-7, and coordinates are computed in float64.
  for (const [backend, dtype, tolerance] of [
    ['reference', 'float64', 1e-12],
    ['wasm', 'float64', 1e-12],
    ['wasm', 'float32', 3e-6],
  ] as const) {
    it(`are torchvision's, ${dtype} on ${backend}`, () => {
      setBackend(backend)
      assert.ok(cases.length > 100)
      for (const { name, x, args, expected } of cases) {
        const run = t[name] as unknown as (x: Tensor, ...args: readonly unknown[]) => Tensor
        const got = run(tensor(x, { dtype }), ...args)
        assert.equal(got.dtype, dtype)
        assert.equal(got.device, backend)
        const off = furthest(got, tensor(expected, { dtype }))
        // torchvision turns hues in float32.
        assert.ok(off < (name === 'adjustHue' ? 3e-6 : tolerance), `${name} ${JSON.stringify(args)}: off by ${off}`)
      }
    })
  }

  it('treat every image of any leading axes as they treat it alone', () => {
    const x = rand([2, 3, 3, 5, 4])
    for (const run of [
      (x: Tensor) => t.rotate(x, 20),
      (x: Tensor) => t.resize(x, 3),
      (x: Tensor) => t.adjustContrast(x, 0.5),
    ]) {
      assert.ok(furthest(run(x).at(1, 2), run(x.at(1, 2))) < 1e-6)
    }
  })

  it('let gradients through colours', () => {
    const x = rand([3, 2, 2], { requiresGrad: true })
    t.grayscale(x).sum().backward()
    assert.ok(
      furthest(
        (x.grad as Tensor).at(1),
        tensor([
          [0.587, 0.587],
          [0.587, 0.587],
        ]),
      ) < 1e-7,
    )
  })

  it('refuse what are no images, no floats, and other numbers of channels', () => {
    raises(() => t.horizontalFlip(zeros([2, 2])), 'DATA_SHAPE', '[2, 2]', 'unsqueeze')
    raises(() => t.verticalFlip(zeros([1, 0, 2])), 'DATA_SHAPE')
    raises(() => t.rotate('x' as unknown as Tensor, 3), 'DATA_SHAPE', 'string')
    raises(() => t.rotate(zeros([1, 2, 2], { dtype: 'int32' }), 3), 'DATA_OPTION', 'int32', 'div(255)')
    raises(() => t.grayscale(zeros([4, 2, 2])), 'DATA_SHAPE', 'these have 4', 'alpha')
    raises(() => t.colorJitter(zeros([2, 2, 2])), 'DATA_SHAPE')
  })

  it('refuse numbers outside of their ranges', () => {
    const x = rand([3, 4, 4])
    raises(() => t.centerCrop(x, 0), 'DATA_OPTION', 'size')
    raises(() => t.centerCrop(x, [2] as unknown as [number, number]), 'DATA_OPTION', 'size')
    raises(() => t.resize(x, 2.5), 'DATA_OPTION', '2.5')
    raises(() => t.resize(x, 2, { mode: 'cubic' as 'nearest' }), 'DATA_OPTION', "'cubic'")
    raises(() => t.rotate(x, Number.NaN), 'DATA_OPTION', 'NaN')
    raises(() => t.rotate(x, 3, { mode: 'cubic' as 'nearest' }), 'DATA_OPTION', "'cubic'")
    raises(() => t.affine(x, { scale: 0 }), 'DATA_OPTION', 'scale')
    raises(() => t.adjustBrightness(x, -1), 'DATA_OPTION', '-1')
    raises(() => t.adjustContrast(x, Number.NaN), 'DATA_OPTION', 'NaN')
    raises(() => t.adjustSaturation(x, -1), 'DATA_OPTION')
    raises(() => t.adjustHue(x, 0.6), 'DATA_OPTION', '0.6')
    raises(() => t.grayscale(x, { channels: 2 as 1 }), 'DATA_OPTION', '2')
    raises(() => t.normalize(x, [1, 2], [1]), 'DATA_OPTION', 'mean')
    raises(() => t.normalize(x, [0], [0]), 'DATA_OPTION', 'std')
    raises(() => t.randomHorizontalFlip(x, { p: 1.5 }), 'DATA_OPTION', '1.5')
    raises(() => t.randomVerticalFlip(x, { p: Number.NaN }), 'DATA_OPTION', 'NaN')
    raises(() => t.randomCrop(x, 5), 'DATA_OPTION', '5 x 5', '4 x 4')
    raises(() => t.randomCrop(x, 2, { padding: -1 }), 'DATA_OPTION', 'padding')
    raises(() => t.randomResizedCrop(x, 2, { scale: [1, 0.5] }), 'DATA_OPTION', 'scale')
    raises(() => t.randomResizedCrop(x, 2, { ratio: [0, 1] }), 'DATA_OPTION', 'ratio')
    raises(() => t.randomRotation(x, -5), 'DATA_OPTION', 'degrees')
    raises(() => t.randomAffine(x, { scale: [0, 1] }), 'DATA_OPTION', 'scale')
    raises(() => t.colorJitter(x, { brightness: -0.1 }), 'DATA_OPTION', 'brightness')
    raises(() => t.colorJitter(x, { contrast: [2, 1] }), 'DATA_OPTION', 'contrast')
    raises(() => t.colorJitter(x, { hue: 0.6 }), 'DATA_OPTION', 'hue')
    raises(() => t.colorJitter(x, { hue: [0, 0.6] }), 'DATA_OPTION', 'hue')
    raises(() => t.randomErasing(x, { p: 2 }), 'DATA_OPTION', 'p must')
    raises(() => t.randomErasing(x, { scale: [-1, 1] }), 'DATA_OPTION', 'scale')
    raises(() => t.randomErasing(x, { ratio: [0, 1] }), 'DATA_OPTION', 'ratio')
    raises(() => t.randomErasing(x, { value: Number.NaN }), 'DATA_OPTION', 'value')
  })
})

describe('random transforms', () => {
  const x = rand([6, 3, 8, 8], { generator: new Generator(1) })
  const RANDOM = {
    randomHorizontalFlip: (x, o) => t.randomHorizontalFlip(x, o),
    randomVerticalFlip: (x, o) => t.randomVerticalFlip(x, o),
    randomCrop: (x, o) => t.randomCrop(x, 5, { padding: 2, ...o }),
    randomResizedCrop: (x, o) => t.randomResizedCrop(x, 5, o),
    randomRotation: (x, o) => t.randomRotation(x, 40, o),
    randomAffine: (x, o) => t.randomAffine(x, { degrees: 9, translate: [0.2, 0.1], scale: [0.8, 1.3], shear: 5, ...o }),
    colorJitter: (x, o) => t.colorJitter(x, { brightness: 0.5, contrast: 0.5, saturation: 0.5, hue: 0.2, ...o }),
    randomErasing: (x, o) => t.randomErasing(x, o),
    'randomErasing with noise': (x, o) => t.randomErasing(x, { value: 'random', p: 1, ...o }),
    mixup: (x, o) => t.mixup(x, zeros([6, 2]), o).x,
    cutmix: (x, o) => t.cutmix(x, zeros([6, 2]), o).x,
  } satisfies Record<string, (x: Tensor, options: { generator?: Generator }) => Tensor>

  for (const [name, run] of Object.entries(RANDOM)) {
    it(`${name} does the same for equal seeds, and something else for others`, () => {
      assert.ok(equal(run(x, seeded(3)), run(x, seeded(3))))
      assert.ok(!equal(run(x, seeded(3)), run(x, seeded(4))))
      manualSeed(3)
      assert.ok(equal(run(x, {}), run(x, seeded(3))), 'the default generator')
    })
  }

  it('choose for each image of a batch', () => {
    const same = stack(Array.from({ length: 40 }, () => arange(4).reshape([1, 2, 2]).to('float32')))
    const mirrored = t.randomHorizontalFlip(same, seeded())
    const firsts = mirrored.at(null, 0, 0, 0).toArray() as number[]
    assert.deepEqual(new Set(firsts), new Set([0, 1]))
    assert.equal(t.randomHorizontalFlip(same, { p: 0 }).sub(same).abs().max().item(), 0)
    assert.equal(t.randomVerticalFlip(same, { p: 1 }).sub(same.flip(-2)).abs().max().item(), 0)
  })

  it('flip about a share p of the images', () => {
    const many = arange(2).to('float32').reshape([1, 1, 2]).expand([4000, 1, 1, 2])
    const share = t
      .randomHorizontalFlip(many, { p: 0.3, ...seeded() })
      .at(null, 0, 0, 0)
      .mean()
      .item()
    // Four deviations of a mean of 4,000 draws: 4 sqrt(.21 / 4000) = .029.
    assert.ok(Math.abs(share - 0.3) < 0.029, `${share}`)
  })

  it('crop at every place alike, and only there', () => {
    const many = arange(9).reshape([1, 3, 3]).to('float32').expand([1800, 1, 3, 3])
    const corners = t.randomCrop(many, 2, seeded()).at(null, 0, 0, 0).toArray() as number[]
    const counts = [0, 1, 3, 4].map(place => corners.filter(corner => corner === place).length)
    assert.equal(
      counts.reduce((a, b) => a + b),
      1800,
    )
    // Four deviations of a binomial count: 4 sqrt(1800 .25 .75) = 73.
    for (const count of counts) assert.ok(Math.abs(count - 450) < 74, `${counts}`)
  })

  it('crop from padding of three kinds', () => {
    const one = tensor([[[5]]])
    const wide = (options: object): number[] =>
      t
        .randomCrop(one, 3, { padding: 1, ...options })
        .flatten()
        .toArray()
    assert.deepEqual(wide({}), [0, 0, 0, 0, 5, 0, 0, 0, 0])
    assert.deepEqual(wide({ fill: 2 }), [2, 2, 2, 2, 5, 2, 2, 2, 2])
    assert.deepEqual(wide({ paddingMode: 'replicate' }), new Array(9).fill(5))
    const mirrored = t.randomCrop(
      tensor([
        [
          [1, 2],
          [3, 4],
        ],
      ]),
      4,
      { padding: 1, paddingMode: 'reflect' },
    )
    assert.deepEqual(mirrored.at(0, 0).toArray(), [4, 3, 4, 3])
  })

  it('resize a part of the area and the proportions that they are told', () => {
    const half = t.randomResizedCrop(arange(64).reshape([1, 8, 8]).to('float32'), 4, { scale: [1, 1], ratio: [1, 1] })
    assert.ok(equal(half, t.resize(arange(64).reshape([1, 8, 8]).to('float32'), 4)))
    // No part of these proportions fits: the middle is taken.
    const flat = t.randomResizedCrop(arange(64).reshape([1, 8, 8]).to('float32'), [1, 8], {
      scale: [1, 1],
      ratio: [4, 4],
    })
    assert.ok(
      furthest(flat, arange(64).reshape([1, 8, 8]).narrow(-2, 3, 2).to('float32').mean(-2, { keepdim: true })) < 1e-5,
    )
  })

  it('turn, move and scale within their bounds', () => {
    // A single bright pixel right of the middle shows the angle.
    const dot = zeros([500, 1, 41, 41])
    dot.set(null, 0, 20, 35, 1)
    const turned = t.randomRotation(dot, [10, 50], seeded())
    const places = arange(41).to('float32').sub(20)
    const right = turned.mul(places).sum([1, 2, 3]).toArray() as number[]
    const up = turned
      .mul(places.neg().reshape([41, 1]))
      .sum([1, 2, 3])
      .toArray() as number[]
    const degrees = right.map((r, i) => (Math.atan2(up[i] as number, r) * 180) / Math.PI)
    assert.ok(Math.min(...degrees) > 8 && Math.min(...degrees) < 12, `${Math.min(...degrees)}`)
    assert.ok(Math.max(...degrees) < 52 && Math.max(...degrees) > 48, `${Math.max(...degrees)}`)
    assert.ok(Math.abs(mean(degrees) - 30) < 2.5, `${mean(degrees)}`)

    const moved = t.randomAffine(dot, { translate: [0.1, 0], ...seeded() })
    const shifts = (moved.mul(places).sum([1, 2, 3]).toArray() as number[]).map(place => place - 15)
    assert.ok(shifts.every(shift => Math.abs(shift) <= 4.1) && Math.max(...shifts) > 3.9 && Math.min(...shifts) < -3.9)
    const near = zeros([1, 1, 41, 41])
    near.set(0, 0, 20, 25, 1)
    const scaled = t.randomAffine(near, { scale: [2, 2] })
    assert.ok(Math.abs(scaled.mul(places).sum().item() / scaled.sum().item() - 10) < 1e-5)
  })

  it('jitter by factors within their bounds', () => {
    const grey = zeros([1000, 1, 1, 2]).add(tensor([0.25, 0.5]))
    const levels = t
      .colorJitter(grey, { brightness: 0.4, ...seeded() })
      .at(null, 0, 0, 0)
      .toArray() as number[]
    const factors = levels.map(level => level / 0.25)
    assert.ok(Math.min(...factors) >= 0.6 - 1e-6 && Math.min(...factors) < 0.61)
    assert.ok(Math.max(...factors) <= 1.4 + 1e-6 && Math.max(...factors) > 1.39)
    assert.ok(equal(t.colorJitter(grey), grey))
    const fixed = t.colorJitter(x, { saturation: [0, 0] })
    assert.ok(furthest(fixed, t.adjustSaturation(x, 0)) < 1e-6)
    assert.ok(furthest(t.colorJitter(x, { hue: [0.25, 0.25] }), t.adjustHue(x, 0.25)) < 1e-6)
    assert.ok(furthest(t.colorJitter(x, { contrast: [3, 3] }), t.adjustContrast(x, 3)) < 1e-6)
  })

  it('jitter in every order', () => {
    const image = rand([3, 2, 2], seeded())
    const results = Array.from({ length: 20 }, (_, seed) =>
      String(t.colorJitter(image, { brightness: [1.9, 1.9], contrast: [0.5, 0.5], ...seeded(seed) }).data()),
    )
    assert.equal(new Set(results).size, 2)
  })

  it('erase rectangles of the area and proportions that they are told, and nothing else', () => {
    const holes = t.randomErasing(ones([300, 2, 20, 20]), { value: 7, ...seeded() })
    let whole = 0
    for (const image of holes.toArray() as number[][][][]) {
      assert.deepEqual(image[0], image[1], 'all channels alike')
      const rows = (image[0] as number[][]).map(row => row.filter(value => value === 7).length)
      const area = rows.reduce((a, b) => a + b)
      if (area === 0) {
        whole++
        continue
      }
      const width = Math.max(...rows)
      const height = rows.filter(count => count > 0).length
      assert.ok(rows.every(count => count === 0 || count === width))
      assert.equal(area, width * height)
      // Rounded sides: half a pixel each.
      assert.ok(area >= 0.02 * 400 * 0.6 && area <= 0.33 * 400 * 1.2, `${height} x ${width}`)
      assert.ok((width - 0.5) / (height + 0.5) <= 3.3 && (width + 0.5) / (height - 0.5) >= 0.3, `${height} x ${width}`)
    }
    // Four deviations: 4 sqrt(300) / 2 = 35.
    assert.ok(Math.abs(whole - 150) < 35, `${whole}`)
    const noise = t.randomErasing(zeros([1, 100, 100]), {
      p: 1,
      scale: [0.5, 0.5],
      ratio: [1, 1],
      value: 'random',
      ...seeded(),
    })
    const drawn = (noise.flatten().toArray() as number[]).filter(value => value !== 0)
    assert.ok(Math.abs(drawn.length - 5000) < 150 && Math.abs(mean(drawn)) < 0.06)
    assert.ok(Math.abs(mean(drawn.map(value => value * value)) - 1) < 0.1)
  })
})

describe('mixup', () => {
  const y = tensor([0, 1, 2], { dtype: 'int32' })

  it('mixes examples and labels by one share, each with a partner', () => {
    const x = tensor([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ])
    const mixed = t.mixup(x, y, { numClasses: 3, ...seeded(5) })
    assert.ok(mixed.lambda > 0 && mixed.lambda < 1)
    // The examples are the labels' own code: whatever is mixed, they stay equal.
    assert.ok(equal(mixed.x, mixed.y))
    const rows = mixed.y.toArray() as number[][]
    for (const [i, row] of rows.entries()) {
      assert.ok(Math.abs(row.reduce((a, b) => a + b) - 1) < 1e-6)
      assert.ok((row[i] as number) >= mixed.lambda - 1e-6)
    }
    assert.ok(mixed.x.sum(0).sub(1).abs().max().item() < 1e-6, 'everybody is partner once')
  })

  it('takes probabilities, any shape of examples, and goes into crossEntropy', () => {
    const soft = tensor([
      [0.5, 0.5],
      [1, 0],
    ])
    const mixed = t.mixup(rand([2, 4]), soft, seeded())
    assert.deepEqual([...mixed.x.shape], [2, 4])
    assert.ok(Number.isFinite(new nn.CrossEntropyLoss().forward(rand([2, 2]), mixed.y).item()))
  })

  it('draws its share from Beta(alpha, alpha)', () => {
    // Mean 1/2, variance 1 / (4 (2 alpha + 1)); the mean of 2,000 draws is off by four deviations at most.
    for (const alpha of [0.05, 0.2, 1, 4]) {
      const generator = new Generator(7)
      const draws = Array.from({ length: 2000 }, () => beta(alpha, { generator }))
      const variance = 1 / (4 * (2 * alpha + 1))
      assert.ok(draws.every(draw => draw >= 0 && draw <= 1))
      assert.ok(Math.abs(mean(draws) - 0.5) < 4 * Math.sqrt(variance / 2000), `${alpha}`)
      const spread = mean(draws.map(draw => (draw - 0.5) ** 2))
      // The square's own deviation is below its mean here.
      assert.ok(Math.abs(spread - variance) < (4 * variance) / Math.sqrt(2000), `${alpha}: ${spread}, not ${variance}`)
    }
  })

  it('refuses what does not fit', () => {
    const x = rand([3, 1, 4, 4])
    for (const run of [t.mixup, t.cutmix]) {
      raises(() => run(x, y), 'DATA_OPTION', 'numClasses')
      raises(() => run(x, y.to('float32'), { numClasses: 3 }), 'DATA_OPTION', 'int32')
      raises(() => run(x, tensor([0, 1], { dtype: 'int32' }), { numClasses: 3 }), 'DATA_SHAPE', '[2]')
      raises(() => run(x, zeros([3, 2, 2])), 'DATA_SHAPE', '[3, 2, 2]')
      raises(() => run(x, y, { numClasses: 3, alpha: 0 }), 'DATA_OPTION', 'alpha')
      raises(() => run(x, [0, 1, 2] as unknown as Tensor), 'DATA_SHAPE')
    }
    raises(() => t.cutmix(rand([3, 4, 4]), y, { numClasses: 3 }), 'DATA_SHAPE', '[N, C, H, W]')
  })
})

describe('cutmix', () => {
  it('puts a rectangle of another image into each, and mixes labels by area', () => {
    const x = arange(4).to('float32').reshape([4, 1, 1, 1]).expand([4, 2, 10, 12])
    const y = tensor([0, 1, 2, 3], { dtype: 'int32' })
    for (let seed = 0; seed < 30; seed++) {
      const mixed = t.cutmix(x, y, { numClasses: 4, ...seeded(seed) })
      const images = mixed.x.toArray() as number[][][][]
      for (const [i, image] of images.entries()) {
        assert.deepEqual(image[0], image[1])
        const flat = (image[0] as number[][]).flat()
        const other = flat.find(value => value !== i)
        if (other === undefined) continue
        const foreign = flat.filter(value => value === other).length
        assert.equal(flat.filter(value => value === i).length + foreign, 120)
        assert.ok(Math.abs(foreign / 120 - (1 - mixed.lambda)) < 1e-9)
        assert.ok(Math.abs(mixed.y.at(i, other).item() - (1 - mixed.lambda)) < 1e-6)
        const rows = (image[0] as number[][]).map(row => row.filter(value => value === other).length)
        assert.equal(rows.filter(count => count > 0).length * Math.max(...rows), foreign, 'a rectangle')
      }
    }
  })
})

describe('compose', () => {
  it('does transforms in turn, with one generator for all', () => {
    const augment = t.compose<Tensor>([
      t.randomHorizontalFlip,
      (x, options) => t.randomCrop(x, 3, { padding: 1, ...options }),
      x => t.normalize(x, [0.5], [0.5]),
    ])
    const x = rand([2, 1, 4, 4])
    const { generator } = seeded(9)
    const expected = t.normalize(
      t.randomCrop(t.randomHorizontalFlip(x, { generator }), 3, { padding: 1, generator }),
      [0.5],
      [0.5],
    )
    assert.ok(equal(augment(x, seeded(9)), expected))
    manualSeed(9)
    assert.ok(equal(augment(x), expected))
    assert.ok(equal(t.compose<Tensor>([])(x), x))
  })
})

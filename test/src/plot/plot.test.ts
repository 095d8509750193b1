// Figures: valid specifications of any data, or an error that says what is wrong; what they show, and how they are put together.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { decodePng } from '#src/data/png.js'
import { manualSeed, nn, optim, plot, randn, type Tensor, tensor, zeros } from '#src/index.js'
import { CATEGORIES } from '#src/plot/palette.js'
import { raises } from '../raises.js'
import { checked, svgOf } from './drawn.js'

type Values = { readonly [name: string]: unknown }[]
interface Drawn {
  readonly title?: { readonly text: string; readonly subtitle?: string }
  readonly data: { readonly values: Values }
  readonly encoding: Record<string, { readonly title?: unknown; readonly scale?: Record<string, unknown> }>
  readonly layer: readonly Drawn[]
  readonly mark: Record<string, unknown>
  readonly width: number
  readonly hconcat: readonly Drawn[]
  readonly vconcat: readonly Drawn[]
}

/** A PNG's pixels. */
function decoded(bytes: Uint8Array): { data: ArrayLike<number>; width: number; channels: number } {
  const { samples, width, channels } = decodePng(
    bytes,
    () => {},
    problem => new Error(problem),
  )
  return { data: samples, width, channels }
}

const specOf = (figure: plot.Figure): Drawn => checked(figure) as unknown as Drawn

/** Numbers as they come: some of them none. */
const number = fc.oneof(
  { weight: 6, arbitrary: fc.double({ noNaN: true, min: -1e6, max: 1e6 }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, -0, 1e-300, 1e300) },
)
const numbers = fc.oneof(
  fc.array(number, { maxLength: 12 }),
  fc.tuple(number, fc.nat(8)).map(([value, count]) => new Array<number>(count).fill(value)),
)
const names = fc.uniqueArray(
  fc.oneof(
    fc.string(),
    fc.constantFrom(
      '<script>alert(1)</script>',
      'a.b[0]',
      '](javascript:x)',
      "it's",
      '"',
      '\\',
      'datum.x',
      '$schema',
      '__proto__x',
    ),
  ),
  { minLength: 1, maxLength: 4 },
)
const scale = fc.constantFrom(undefined, 'linear', 'log', 'symlog', 'sqrt') as fc.Arbitrary<plot.Scale | undefined>
const options = fc.record({
  title: fc.string(),
  xScale: scale,
  yScale: scale,
  xLabel: fc.string(),
  yLabel: fc.string(),
})

const FIGURES: { readonly [name: string]: fc.Arbitrary<() => plot.Figure> } = {
  line: fc.tuple(numbers, options).map(
    ([y, o]) =>
      () =>
        plot.line(y, o),
  ),
  'lines by names': fc.tuple(names, fc.array(numbers, { minLength: 4, maxLength: 4 }), options).map(
    ([keys, lists, o]) =>
      () =>
        plot.line(Object.fromEntries(keys.map((key, i) => [key, lists[i] as number[]])), o),
  ),
  scatter: fc
    .tuple(fc.array(fc.tuple(number, number), { maxLength: 9 }), options)
    .map(([points, o]) => [points.map(([x]) => x), points.map(([, y]) => y), o] as const)
    .map(
      ([x, y, o]) =>
        () =>
          plot.scatter(x, y, o),
    ),
  'rows of a table': fc
    .tuple(fc.array(fc.record({ x: number, y: number, c: fc.string() }), { maxLength: 9 }), options)
    .map(
      ([rows, o]) =>
        () =>
          plot.scatter(rows, { x: 'x', y: 'y', color: 'c', ...o }),
    ),
  bar: fc.tuple(names, fc.array(number, { minLength: 4, maxLength: 4 }), options).map(
    ([keys, list, o]) =>
      () =>
        plot.bar(Object.fromEntries(keys.map((key, i) => [key, list[i] as number])), o),
  ),
  histogram: fc.tuple(numbers, fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }), options).map(
    ([list, bins, o]) =>
      () =>
        plot.histogram(list, { ...o, bins }),
  ),
  heatmap: fc.tuple(fc.nat(4), fc.nat(4), fc.array(number, { minLength: 16, maxLength: 16 }), options).map(
    ([rows, columns, list, o]) =>
      () =>
        plot.heatmap(
          Array.from({ length: rows }, (_, i) => list.slice(i * columns, (i + 1) * columns)),
          o,
        ),
  ),
  bands: fc.tuple(fc.array(fc.array(number, { minLength: 3, maxLength: 3 }), { maxLength: 4 }), options).map(
    ([runs, o]) =>
      () =>
        plot.bands(runs, o),
  ),
}

describe('plot', () => {
  for (const [name, arbitrary] of Object.entries(FIGURES)) {
    it(`${name}: any data gives a figure that Vega draws without a warning, or a PlotError`, async function () {
      this.timeout(60_000)
      let drawn = 0
      await fc.assert(
        fc.asyncProperty(arbitrary, async make => {
          let figure: plot.Figure
          try {
            figure = make()
          } catch (error) {
            assert.ok(error instanceof plot.PlotError, String(error))
            return
          }
          drawn++
          const svg = await svgOf(figure)
          assert.ok(!svg.includes('<script') && !svg.includes('NaN,') && !svg.includes('Infinity'))
          assert.ok(figure.alt.endsWith('.') && !figure.alt.includes('NaN'), figure.alt)
        }),
        { numRuns: 60, seed: 20261123 },
      )
      assert.ok(drawn >= 15, `${drawn} were drawn`)
    })
  }

  it('takes numbers as tensors, typed arrays and lists', () => {
    const values = [
      [0, 1],
      [1, 4],
      [2, 9],
    ].map(([x, y]) => ({ x, y }))
    for (const y of [
      tensor([1, 4, 9]),
      tensor([[1], [4], [9]]),
      Float64Array.of(1, 4, 9),
      Int8Array.of(1, 4, 9),
      [1, 4, 9],
    ]) {
      assert.deepEqual(specOf(plot.line(y)).data.values, values)
    }
    assert.deepEqual(specOf(plot.line(tensor([0, 1, 2]), [1, 4, 9])).data.values, values)
    assert.deepEqual(
      specOf(
        plot.line(
          [
            { t: 0, v: 1 },
            { t: 1, v: 4 },
            { t: 2, v: 9 },
          ],
          { x: 't', y: 'v' },
        ),
      ).data.values,
      values,
    )
  })

  it('names lines, and keeps the order of their colours', () => {
    const { data, encoding } = specOf(plot.line({ b: [1], a: [[5], [2]] }, { yLabel: 'loss, nats' }))
    assert.deepEqual(data.values, [
      { x: 0, y: 1, c: 'b' },
      { x: 5, y: 2, c: 'a' },
    ])
    assert.deepEqual(encoding.color?.scale, { domain: ['b', 'a'], range: CATEGORIES.slice(0, 2) })
    assert.equal(encoding.y?.title, 'loss, nats')
    assert.equal(encoding.x?.title, 'step')
  })

  it('leaves gaps where a line is no number, and says what a logarithm leaves out', () => {
    assert.deepEqual(specOf(plot.line([1, Number.NaN, 3])).data.values, [
      { x: 0, y: 1 },
      { x: 1, y: null },
      { x: 2, y: 3 },
    ])
    const { data, title } = specOf(plot.line([10, 0, -1, 100], { yScale: 'log' }))
    assert.deepEqual(
      data.values.map(({ y }) => y),
      [10, null, null, 100],
    )
    assert.match(String(title?.subtitle), /^2 not above 0/)
  })

  it('draws a million numbers by their extremes, small enough for a notebook', async () => {
    const y = Float64Array.from({ length: 1e6 }, (_, i) => Math.sin(i / 1e4))
    y[123_457] = 50
    const figure = plot.line(y)
    const { data, title } = specOf(figure)
    assert.ok(data.values.length <= 2000 && data.values.some(point => point.y === 50 && point.x === 123_457))
    assert.match(String(title?.subtitle), /^2,000 of 1,000,000 points/)
    assert.ok(JSON.stringify(figure.toSpec()).length < 300_000)
    const cloud = plot.scatter(y, y)
    assert.ok(JSON.stringify(cloud.toSpec()).length < 300_000)
    assert.ok(JSON.stringify(plot.heatmap(zeros([700, 900]).add(1)).toSpec()).length < 300_000)
    await svgOf(figure)
  })

  it('gives numbers that are all the same some room', () => {
    assert.deepEqual(specOf(plot.line([4, 4, 4])).encoding.y?.scale?.domain, [2, 6])
    assert.deepEqual(specOf(plot.line([0, 0])).encoding.y?.scale?.domain, [-1, 1])
    assert.deepEqual(specOf(plot.line([8, 8], { yScale: 'log' })).encoding.y?.scale?.domain, [4, 16])
  })

  it('counts in a histogram', () => {
    const { data } = specOf(plot.histogram([0, 0.1, 0.9, 1, Infinity], { bins: 2 }))
    assert.deepEqual(data.values, [
      { x: 0, x2: 0.5, y: 2 },
      { x: 0.5, x2: 1, y: 2 },
    ])
    assert.match(
      plot.histogram(
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ).alt,
      /4 numbers from 1 to 4, mean 2.5/,
    )
    const areas = specOf(plot.histogram([1, 2, 2, 3], { bins: 4, show: 'density' })).data.values.map(
      ({ x, x2, y }) => ((x2 as number) - (x as number)) * (y as number),
    )
    assert.ok(Math.abs(areas.reduce((a, b) => a + b) - 1) < 1e-5)
  })

  it('draws a matrix with row 0 on top, and 0 in the middle of two colours', () => {
    const { layer } = specOf(
      plot.heatmap(
        [
          [-1, 2],
          [3, 0],
        ],
        { rows: ['a', 'b'] },
      ),
    )
    assert.deepEqual(layer[0]?.data.values, [
      { y: 'a', x: '0', v: -1 },
      { y: 'a', x: '1', v: 2 },
      { y: 'b', x: '0', v: 3 },
      { y: 'b', x: '1', v: 0 },
    ])
    assert.deepEqual(layer[0]?.encoding.color?.scale, { scheme: 'blueorange', domain: [-3, 3] })
    const means = specOf(plot.heatmap(tensor([1, 2, 3, 4]).repeat([128, 32])))
    assert.deepEqual(
      means.data.values.slice(0, 3).map(({ v }) => v),
      [1.5, 3.5, 1.5],
    )
  })

  it('says mean and spread of runs, as far as they are finite', () => {
    const { layer } = specOf(
      plot.bands([
        [1, 2],
        [3, Number.NaN],
      ]),
    )
    assert.deepEqual(layer[0]?.data.values, [
      { x: 0, y: 2, y1: Number((2 - Math.SQRT2).toPrecision(6)), y2: Number((2 + Math.SQRT2).toPrecision(6)) },
      { x: 1, y: 2, y1: 2, y2: 2 },
    ])
    assert.deepEqual(specOf(plot.bands([[1], [3]], { spread: 'range' })).layer[0]?.data.values, [
      { x: 0, y: 2, y1: 1, y2: 3 },
    ])
  })

  it('counts classes that are taken for others', () => {
    const figure = plot.confusionMatrix(
      tensor([
        [2, 1],
        [0, 1],
        [0, 1],
      ]),
      [0, 1, 0],
      { classes: ['cat', 'dog'] },
    )
    assert.deepEqual(
      specOf(figure).layer[0]?.data.values.map(({ v }) => v),
      [1, 1, 0, 1],
    )
    assert.equal(figure.alt, 'Confusion matrix of 2 classes: 2 of 3 right. Most often mistaken: cat for dog, 1 time.')
    const shares = plot.confusionMatrix([0, 1, 1], [0, 1, 0], { normalize: true })
    assert.deepEqual(
      specOf(shares).layer[0]?.data.values.map(({ v }) => v),
      [0.5, 0.5, 0, 1],
    )
  })

  it('asks a model at every place, in use and without gradients, and leaves it as it was', () => {
    manualSeed(1)
    const model = new nn.Sequential(new nn.Linear(2, 8), new nn.Dropout(0.5), new nn.ReLU(), new nn.Linear(8, 3))
    const data = { x: randn([20, 2]), y: Array.from({ length: 20 }, (_, i) => i % 3) }
    const [first, second] = [0, 1].map(() => plot.decisionBoundary(model, data, { resolution: 20 }).toSpec())
    assert.deepEqual(first, second)
    assert.ok(model.training && model.children().every(child => child.training))
    const figure = plot.decisionBoundary(
      (x: Tensor) => x.at(null, 0),
      {
        x: [
          [-1, 0],
          [2, 0],
          [1, 1],
        ],
        y: [0, 1, 0],
      },
      { resolution: 10 },
    )
    assert.match(figure.alt, /2 classes with 3 points: 2 on the right side/)
    assert.deepEqual(specOf(figure).layer[1]?.data.values, [
      { x: -1, y: 0, c: '0' },
      { x: 2, y: 0, c: '1' },
      { x: 1, y: 1, c: '0' },
    ])
    assert.equal(specOf(figure).layer[0]?.data.values.length, 20)
  })

  it('draws schedules and gradients of models', () => {
    const weight = zeros([2], { requiresGrad: true })
    const optimizer = new optim.SGD([weight], { lr: 0.1 })
    const schedule = new optim.StepLR(optimizer, 2)
    const { data } = specOf(plot.lrCurve(schedule, { steps: 4 }))
    assert.deepEqual(
      data.values.map(({ y }) => y),
      [0.1, 0.1, 0.01, 0.01],
    )
    assert.equal(schedule.lastEpoch, 0)
    weight
      .mul(tensor([3, 4]))
      .sum()
      .backward()
    const figure = plot.gradientFlow({ weight, other: zeros([1], { requiresGrad: true }) })
    assert.deepEqual(specOf(figure).data.values, [{ name: 'weight', y: 5 }])
    assert.equal(specOf(figure).title?.subtitle, 'no gradient: other')
  })

  it('draws pictures with what they are, and marks those that were taken for others', async () => {
    const xs = tensor([
      [
        [0, 1],
        [0.5, Number.NaN],
      ],
      [
        [2, 0],
        [0, 0],
      ],
      [
        [0, 0],
        [0, 2],
      ],
    ])
    const figure = plot.imageGrid(xs, { labels: [0, 1, 1], predicted: [0, 1, 0], classes: ['cat', 'dog'], columns: 2 })
    const { layer } = specOf(figure)
    const [pictures, frames, texts] = layer.map(({ data }) => data.values)
    assert.equal(frames?.length, 1)
    const bytes = Buffer.from(String(pictures?.[0]?.url).replace('data:image/png;base64,', ''), 'base64')
    const { data, width, channels } = decoded(bytes)
    assert.deepEqual([width, channels], [84, 1])
    // 0, 1 and .5 of 2 are black, a half and a quarter of white; NaN is black.
    assert.deepEqual([data[0], data[83], data[83 * 84], data[84 * 84 - 1]], [0, 128, 64, 0])
    assert.deepEqual(
      texts?.map(({ label }) => label),
      ['cat', 'dog', '✗ dog, not cat'],
    )
    assert.equal(figure.alt, '3 pictures of 2 by 2 pixels: cat, dog, dog taken for cat.')
    assert.match(await svgOf(figure), /<image/)
    await svgOf(plot.image(randn([3, 5, 4]), { title: 'Colours' }))
    raises(() => plot.imageGrid(zeros([2, 5, 8, 8])), 'BAD_DATA', '[2, 5, 8, 8]', 'permute')
    raises(() => plot.image(zeros([8])), 'BAD_DATA', '[8]')
    raises(() => plot.imageGrid(zeros([101, 2, 2])), 'BAD_DATA', '101 pictures')
    raises(() => plot.imageGrid(zeros([2, 2, 2]), { labels: [1] }), 'BAD_DATA', '1 labels for 2 pictures')
    raises(() => plot.imageGrid(zeros([2, 2, 2]), { columns: 0 }), 'BAD_OPTION', 'columns is 0')
  })

  it('draws how often a model is right where it is sure', async () => {
    const figure = plot.calibration(
      tensor([
        [0.9, 0.1],
        [0.8, 0.2],
        [0.55, 0.45],
      ]),
      [0, 1, 0],
      { bins: 2 },
    )
    const { layer } = specOf(figure)
    assert.deepEqual(layer[0]?.data.values, [{ x: 0.5, x2: 1, y: 0.666667, y2: 0, n: 3, m: 0.75 }])
    assert.equal(figure.alt, 'Reliability of 3 predictions: expected calibration error 0.0833.')
    await svgOf(figure)
  })

  it('lays figures over each other, beside and below each other, and one for each kind', async () => {
    const over = plot.layer([plot.line([1, 2], { xLabel: 'epoch' }), plot.line([2, 1])], { title: 'Both' })
    const { layer, title, width } = specOf(over)
    assert.equal(title?.text, 'Both')
    assert.equal(width, 480)
    assert.deepEqual(
      layer.map(({ mark }) => mark.color),
      CATEGORIES.slice(0, 2),
    )
    assert.deepEqual(
      layer.map(({ encoding }) => encoding.x?.title),
      ['epoch', 'epoch'],
    )
    const page = plot.stacked([plot.beside([over, plot.bar({ a: 1 })]), plot.histogram([1, 2])], { title: 'All' })
    assert.equal(specOf(page).vconcat[0]?.hconcat.length, 2)
    await svgOf(page)
    const rows = [
      { kind: 'x', v: 1 },
      { kind: 'y', v: 2 },
      { kind: 'x', v: 3 },
    ]
    const facets = plot.facet(rows, part => plot.line(part, { y: 'v' }), { by: 'kind' })
    const [both] = specOf(facets).vconcat
    assert.deepEqual(
      both?.hconcat.map(one => one.title?.text),
      ['kind: x', 'kind: y'],
    )
    assert.deepEqual(
      both?.hconcat[0]?.data.values.map(({ y }) => y),
      [1, 3],
    )
    raises(() => plot.layer([page]), 'BAD_DATA', 'group')
    raises(() => plot.beside([]), 'BAD_DATA', 'list of figures')
  })

  it('shows itself by the display door, with a line of text', () => {
    const figure = plot.line([1, 2], { alt: 'Two numbers that rise.' })
    const bundle = (figure as unknown as { [key: symbol]: () => Record<string, unknown> })[
      Symbol.for('Jupyter.display')
    ]?.()
    assert.deepEqual(bundle, {
      'application/vnd.vegalite.v5+json': figure.toSpec(),
      'text/plain': 'Two numbers that rise.',
    })
    assert.equal(figure.toSpec().description, 'Two numbers that rise.')
  })

  it('keeps texts of data as texts: no markup, no expression', async () => {
    const evil = ['<script>alert(1)</script>', '"onload="x', "'+datum.x+'", '](javascript:alert(1))', '{{x}}']
    const svg = await svgOf(
      plot.line(Object.fromEntries(evil.map((name, i) => [name, [i, i + 1]])), { title: evil[0], xLabel: evil[2] }),
    )
    assert.ok(!svg.includes('<script'))
    assert.ok(svg.includes('&lt;script&gt;alert(1)&lt;/script&gt;'))
  })

  it('says what is wrong', () => {
    raises(() => plot.line([]), 'BAD_DATA', 'no finite number')
    raises(() => plot.line([Number.NaN]), 'BAD_DATA', 'no finite number')
    raises(() => plot.line(randn([2, 3])), 'BAD_DATA', '[2, 3]', 'at(i)')
    raises(() => plot.line([1, 2], [1]), 'BAD_DATA', 'x has 2 numbers, y has 1')
    raises(() => plot.line([-1, -2], { yScale: 'log' }), 'BAD_DATA', 'logarithmic', 'symlog')
    raises(() => plot.line([{ a: 1 }]), 'BAD_DATA', 'which column', 'There are'.toLowerCase())
    raises(() => plot.line([{ a: 1 }], { y: 'b' }), 'BAD_DATA', "no 'b'", 'They have: a')
    raises(() => plot.line([{ a: 'x' }], { y: 'a' }), 'BAD_DATA', "'a' of row 0 is 'x'")
    raises(() => plot.line([1, '2'] as never), 'BAD_DATA', "y[1] is '2'")
    raises(() => plot.line(3 as never), 'BAD_DATA', 'it is 3')
    raises(() => plot.line([1], { tittle: 'x' } as never), 'BAD_OPTION', "'title'")
    raises(() => plot.line([1], { yScale: 'logarithmic' as never }), 'BAD_OPTION', 'There are: linear')
    raises(() => plot.line([1], { width: 0 }), 'BAD_OPTION', 'width is 0')
    raises(() => plot.line([1], { yDomain: [1, 1] }), 'BAD_OPTION', 'yDomain')
    raises(() => plot.line([1], { yScale: 'log', yDomain: [0, 1] }), 'BAD_OPTION', 'begins at 0')
    raises(() => plot.bar([1, 2], { names: ['a'] }), 'BAD_DATA', '1 names for 2 numbers')
    raises(() => plot.bar([1, 2], { names: ['a', 'a'] }), 'BAD_DATA', 'same name')
    raises(() => plot.bar(new Float32Array(300)), 'BAD_DATA', '300 bars')
    raises(() => plot.histogram([1], { bins: 0 }), 'BAD_OPTION', 'bins is 0')
    raises(() => plot.heatmap([[1], [1, 2]]), 'BAD_DATA', 'row 1 has 2')
    raises(() => plot.heatmap(zeros([2, 2, 2])), 'BAD_DATA', '[2, 2, 2]')
    raises(() => plot.bands([[1, 2]], { x: [1] }), 'BAD_DATA', 'x has 1 numbers')
    raises(() => plot.decisionBoundary(x => x, { x: zeros([2, 3]), y: [0, 1] }), 'BAD_DATA', '[2, 3]')
    raises(() => plot.gradientFlow(new nn.Linear(2, 2)), 'BAD_DATA', 'backward')
    raises(() => plot.lrCurve({} as never, { steps: 0 }), 'BAD_OPTION', 'steps is 0')
  })

  it('has colours with a contrast of 3 to 1 on the pages of JupyterLab, light and dark', () => {
    const luminance = (hex: string): number => {
      const [r, g, b] = [1, 3, 5].map(i => {
        const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255
        return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
      }) as [number, number, number]
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    const contrast = (a: string, b: string): number => {
      const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
      return (high + 0.05) / (low + 0.05)
    }
    for (const colour of CATEGORIES) {
      for (const page of ['#ffffff', '#111111'])
        assert.ok(contrast(colour, page) >= 3, `${colour} on ${page}: ${contrast(colour, page)}`)
    }
  })
})

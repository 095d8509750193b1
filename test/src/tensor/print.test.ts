// Printing: the very text that PyTorch prints, with our words for dtypes, sizes and booleans (test/golden/make_prints.py).
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { arange, type DType, fromArray, type PrintOptions, setPrintOptions, type Tensor, tensor } from '#src/index.js'

interface Printed {
  readonly shape: number[]
  readonly dtype: DType
  readonly text: string
  readonly values?: (number | string)[]
  readonly steps?: [number, number]
  readonly options?: PrintOptions
  readonly requiresGrad?: boolean
}

const file = new URL('../../../../test/golden/prints.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Printed[] }

function made({ shape, dtype, values, steps, requiresGrad = false }: Printed): Tensor {
  const size = shape.reduce((product, n) => product * n, 1)
  const [first, step] = steps ?? [0, 0]
  const numbers = values?.map(Number) ?? Array.from({ length: size }, (_, i) => first + i * step)
  return fromArray(Float64Array.from(numbers), shape, { dtype, requiresGrad })
}

describe('printing', () => {
  afterEach(() => setPrintOptions())

  it('writes what PyTorch writes', () => {
    assert.ok(cases.length > 400)
    for (const printed of cases) {
      setPrintOptions(printed.options)
      assert.equal(made(printed).toString(), printed.text, JSON.stringify(printed))
    }
  })

  it('names the operation that made a result', () => {
    const x = tensor([1, 2], { requiresGrad: true })
    assert.equal(x.toString(), 'tensor([1., 2.], requiresGrad=true)')
    assert.equal(x.mul(2).toString(), 'tensor([2., 4.], gradFn=<mul>)')
  })

  it('prints a view as the numbers that it sees', () => {
    assert.equal(arange(6).reshape([2, 3]).t().toString(), 'tensor([[0, 3],\n        [1, 4],\n        [2, 5]])')
  })

  it('refuses options that there are not, and values that they cannot have', () => {
    setPrintOptions({ precision: 2 })
    for (const [given, words] of [
      [{ sciMode: true }, /no option 'sciMode'.*precision, threshold, edgeitems, linewidth, scientific/],
      [{ precision: -1 }, /precision is -1.*0 to 100/],
      [{ precision: 101 }, /precision is 101/],
      [{ threshold: NaN }, /threshold is NaN/],
      [{ edgeitems: 1.5 }, /edgeitems is 1.5/],
      [{ linewidth: 0 }, /linewidth is 0/],
      [{ scientific: 'yes' }, /scientific is yes/],
    ] as const) {
      assert.throws(() => setPrintOptions(given as PrintOptions), { code: 'BAD_VALUE', message: words })
    }
    assert.equal(tensor([0.125]).toString(), 'tensor([0.12])')
    setPrintOptions({ precision: 100, linewidth: 1000, threshold: Infinity })
    assert.equal(tensor([0.5]).toString().length, 'tensor([0.])'.length + 100)
  })

  it('forgets options that are not named again', () => {
    setPrintOptions({ precision: 2 })
    assert.equal(tensor([0.125]).toString(), 'tensor([0.12])')
    setPrintOptions({ linewidth: 100 })
    assert.equal(tensor([0.125]).toString(), 'tensor([0.1250])')
  })
})

// at() and set() against a model of nested arrays: for each element of the result, the place it comes from.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { arange, fromArray, type Index, randn, type Tensor, TensorError, tensor, zeros } from '#src/index.js'
import { broadcast, type Shape, sizeOf } from '#src/tensor/shape.js'

const RUNS = { seed: 20261123, numRuns: 400 }

/** What stands for one or more axes: as at() takes it, and as the model reads it. */
interface Part {
  readonly index: Index
  /** Axes of the tensor that it takes. */
  readonly takes: number
  /** The places along those axes, in a shape; a tensor's shape broadcasts with that of the others. */
  readonly places: readonly (readonly number[])[]
  readonly shape: Shape
  readonly isTensor: boolean
}

interface Picked {
  readonly shape: number[]
  /** Flat places in the tensor, one for each element of the result. */
  readonly places: number[]
}

const times = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
/** All places of a shape, in row-major order. */
const walk = (shape: Shape): number[][] =>
  shape.reduce<number[][]>((places, n) => places.flatMap(place => times(n).map(i => [...place, i])), [[]])

/** The element of a broadcast list that stands at a place of the common shape. */
function flatAt(shape: Shape, place: readonly number[]): number {
  const own = place.slice(place.length - shape.length)
  return shape.reduce((flat, n, i) => flat * n + (n === 1 ? 0 : (own[i] as number)), 0)
}

/** By the rules of NumPy as PyTorch has them: the axes of tensors stand in their place if they are neighbours, else in front. */
function model(shape: Shape, parts: readonly Part[]): Picked {
  const lead = parts.filter(p => p.isTensor).reduce<Shape>((common, p) => broadcast('model', common, p.shape), [])
  const kept = parts.flatMap((p, i) => (p.isTensor || p.shape.length > 0 ? [i] : []))
  const tensors = kept.flatMap((part, order) => ((parts[part] as Part).isTensor ? [order] : []))
  const neighbours = tensors.every((order, i) => order === (tensors[0] as number) + i)
  const front = tensors.length > 0 && neighbours ? (tensors[0] as number) : 0
  const others = kept.filter(i => !(parts[i] as Part).isTensor)
  const sizes = others.flatMap(i => (parts[i] as Part).shape)
  const out = tensors.length === 0 ? sizes : [...sizes.slice(0, front), ...lead, ...sizes.slice(front)]
  const places = walk(out).map(place => {
    const [along, rest] = [
      place.slice(front, front + lead.length),
      [...place.slice(0, front), ...place.slice(front + lead.length)],
    ]
    const at = parts.flatMap((part, i) => {
      if (part.isTensor) return part.places[flatAt(part.shape, along)] as readonly number[]
      return part.places[part.shape.length === 0 ? 0 : (rest[others.indexOf(i)] as number)] as readonly number[]
    })
    return at.reduce((flat, i, axis) => flat * (shape[axis] as number) + i, 0)
  })
  return { shape: out, places }
}

const number = (n: number): fc.Arbitrary<Part> =>
  fc.integer({ min: -n, max: n - 1 }).map(i => ({
    index: i,
    takes: 1,
    places: [[(i + n) % n]],
    shape: [],
    isTensor: false,
  }))
const whole = (n: number): Part => ({
  index: null,
  takes: 1,
  places: times(n).map(i => [i]),
  shape: [n],
  isTensor: false,
})
const NEW: Part = { index: 'newaxis', takes: 0, places: [[]], shape: [1], isTensor: false }

const range = (n: number): fc.Arbitrary<Part> => {
  const end = fc.option(fc.integer({ min: -n - 2, max: n + 2 }), { nil: null })
  return fc
    .tuple(end, end, fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }))
    .map(([start, stop, step]) => {
      const taken = times(n)
        .slice(start ?? 0, stop ?? n)
        .filter((_, i) => i % (step ?? 1) === 0)
      return {
        index: step === undefined ? [start, stop] : [start, stop, step],
        takes: 1,
        places: taken.map(i => [i]),
        shape: [taken.length],
        isTensor: false,
      }
    })
}

/** Tensors of places whose shapes broadcast to `lead`. */
const list = (n: number, lead: Shape): fc.Arbitrary<Part> =>
  fc
    .tuple(fc.integer({ min: 0, max: lead.length }), fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }))
    .map(([dropped, ones]) => lead.slice(dropped).map((size, i) => (ones[i] ? 1 : size)))
    .chain(shape => {
      const count = sizeOf(shape)
      return fc.array(fc.integer({ min: -n, max: n - 1 }), { minLength: count, maxLength: count }).map(values => ({
        index: fromArray(Int32Array.from(values), shape, { dtype: 'int32' }),
        takes: 1,
        places: values.map(i => [(i + n) % n]),
        shape,
        isTensor: true,
      }))
    })

const mask = (sizes: Shape): fc.Arbitrary<Part> =>
  fc.array(fc.boolean(), { minLength: sizeOf(sizes), maxLength: sizeOf(sizes) }).map(bits => {
    const places = walk(sizes).filter((_, i) => bits[i])
    return {
      index: fromArray(Uint8Array.from(bits, Number), sizes, { dtype: 'bool' }),
      takes: sizes.length,
      places,
      shape: [places.length],
      isTensor: true,
    }
  })

/** A part for each axis from `axis` on. A mask is the only tensor, since its length fits no other's. */
function partsFrom(shape: Shape, axis: number, lead: Shape | 'mask'): fc.Arbitrary<Part[]> {
  if (axis === shape.length) return fc.constant([])
  const n = shape[axis] as number
  const simple = [fc.constant(whole(n)), range(n), ...(n > 0 ? [number(n)] : [])]
  const own = lead === 'mask' ? [] : n > 0 ? [list(n, lead), list(n, lead)] : []
  return fc.oneof(...simple, ...own).chain(part => partsFrom(shape, axis + 1, lead).map(rest => [part, ...rest]))
}

function withMask(shape: Shape): fc.Arbitrary<Part[]> {
  return fc
    .tuple(fc.integer({ min: 0, max: shape.length - 1 }), fc.integer({ min: 1, max: 2 }))
    .chain(([from, takes]) => {
      const to = Math.min(shape.length, from + takes)
      return fc
        .tuple(
          partsFrom(shape.slice(0, from), 0, 'mask'),
          mask(shape.slice(from, to)),
          partsFrom(shape.slice(to), 0, 'mask'),
        )
        .map(([before, middle, after]) => [...before, middle, ...after])
    })
}

interface Case {
  readonly shape: Shape
  readonly parts: readonly Part[]
  readonly indices: readonly Index[]
}

/** Whole axes at the end may be left out, and a run of them may be '...'. */
function written(parts: readonly Part[], dots: boolean): Index[] {
  const indices = parts.map(part => part.index)
  const first = indices.indexOf(null)
  if (dots && first >= 0) {
    let end = first
    while (indices[end] === null) end++
    return [...indices.slice(0, first), '...', ...indices.slice(end)]
  }
  while (indices.at(-1) === null) indices.pop()
  return indices
}

const cases: fc.Arbitrary<Case> = fc
  .array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 })
  .chain(shape => {
    const lead = fc.constantFrom<Shape>([], [2], [3, 2], [1, 3], [0])
    const parts = fc.oneof(
      lead.chain(common => partsFrom(shape, 0, common)),
      withMask(shape),
    )
    return fc.tuple(parts, fc.option(fc.integer({ min: 0, max: 4 })), fc.boolean()).map(([made, place, dots]) => {
      const all = place === null ? made : [...made.slice(0, place), NEW, ...made.slice(place)]
      return { shape, parts: all, indices: written(all, dots) }
    })
  })

const counted = (shape: Shape): Tensor => arange(sizeOf(shape)).reshape(shape)
const told = ({ shape, indices }: Case): string =>
  `[${shape}] at ${indices.map(i => (i !== null && typeof i === 'object' && 'shape' in i ? `${i}` : JSON.stringify(i))).join('; ')}`

function check(property: (example: Case) => void): void {
  fc.assert(
    fc.property(cases, example => {
      try {
        property(example)
      } catch (error) {
        throw new Error(told(example), { cause: error })
      }
    }),
    RUNS,
  )
}

describe('indexing', () => {
  it('at() reads what a model of nested arrays reads', () => {
    check(({ shape, parts, indices }) => {
      const expected = model(shape, parts)
      const found = counted(shape).at(...indices)
      assert.deepEqual([...found.shape], expected.shape)
      assert.deepEqual([...found.data()], expected.places)
    })
  })

  it('at() reads the same of a view with strides and offset', () => {
    check(({ shape, parts, indices }) => {
      const wide = zeros([...shape.slice(0, -1), 2 * (shape.at(-1) as number) + 1], { dtype: 'int32' })
      const view = wide.at('...', [1, null, 2])
      view.copy_(counted(shape))
      assert.deepEqual([...view.at(...indices).data()], model(shape, parts).places)
    })
  })

  it('at() shares memory unless tensors pick', () => {
    check(({ shape, parts, indices }) => {
      const x = zeros(shape)
      const found = x.at(...indices)
      if (found.size === 0) return
      found.add_(1)
      const shares = !parts.some(part => part.isTensor)
      assert.equal(x.sum().item(), shares ? found.size : 0)
    })
  })

  it("at()'s gradient adds up at the places that were read", () => {
    check(({ shape, parts, indices }) => {
      const x = counted(shape).to('float64').requiresGrad_()
      const { places } = model(shape, parts)
      const found = x.at(...indices)
      const weights = arange(1, found.size + 1, 1, { dtype: 'float64' }).reshape(found.shape)
      found.mul(weights).sum().backward()
      const expected = new Float64Array(sizeOf(shape))
      places.forEach((place, i) => {
        expected[place] = (expected[place] as number) + i + 1
      })
      assert.deepEqual([...(x.grad as Tensor).data()], [...expected])
    })
  })

  it('set() writes a value that broadcasts, and of equal places the last one counts', () => {
    check(({ shape, parts, indices }) => {
      const { shape: out, places } = model(shape, parts)
      for (const narrow of [out, out.map((n, i) => (i % 2 === 0 ? 1 : n)), out.slice(1)]) {
        const value = counted(narrow).add(100)
        const x = counted(shape)
        const expected = times(sizeOf(shape))
        walk(out).forEach((place, i) => {
          expected[places[i] as number] = 100 + flatAt(narrow, place)
        })
        assert.equal(x.set(...indices, value), x)
        assert.deepEqual([...x.data()], expected)
      }
      const x = counted(shape).set(...indices, -1)
      assert.deepEqual(
        [...x.data()],
        times(sizeOf(shape)).map(i => (places.includes(i) ? -1 : i)),
      )
    })
  })

  it('set() lets gradients through where it did not write, and to the value where it did', () => {
    check(({ shape, parts, indices }) => {
      const { shape: out, places } = model(shape, parts)
      if (new Set(places).size < places.length) return
      const x = zeros(shape, { dtype: 'float64', requiresGrad: true })
      const value = zeros(out, { dtype: 'float64', requiresGrad: true })
      const weights = counted(shape).add(1).to('float64')
      const y = x.mul(2)
      y.set(...indices, value.mul(3))
      y.mul(weights).sum().backward()
      assert.deepEqual(
        [...(x.grad as Tensor).data()],
        times(sizeOf(shape)).map(i => (places.includes(i) ? 0 : 2 * (i + 1))),
      )
      assert.deepEqual(
        [...(value.grad as Tensor).data()],
        places.map(place => 3 * (place + 1)),
      )
    })
  })

  it('a mask without axes keeps or drops everything, behind a new axis', () => {
    const x = tensor([[1, 2]])
    assert.deepEqual(x.at(tensor(true)).toArray(), [[[1, 2]]])
    assert.deepEqual(x.at(tensor(false)).shape, [0, 1, 2])
    assert.deepEqual(x.at(0, tensor(true)).toArray(), [[1, 2]])
    assert.deepEqual(x.clone().set(tensor(false), 5).toArray(), [[1, 2]])
    assert.deepEqual(x.clone().set(tensor(true), 5).toArray(), [[5, 5]])
  })

  it('a write may read what it overwrites', () => {
    const x = tensor([1, 2, 3, 4])
    assert.deepEqual(x.set([1, null], x.at([null, -1])).toArray(), [1, 1, 2, 3])
    const order = tensor([3, 2, 1, 0], { dtype: 'int32' })
    assert.deepEqual(x.set(order, x).toArray(), [3, 2, 1, 1])
  })

  it('a value takes the dtype of what it is written to', () => {
    const x = zeros([2], { dtype: 'int32' })
    assert.deepEqual(x.set(0, 1.7).toArray(), [1, 0])
    assert.deepEqual(x.set(1, tensor(true)).toArray(), [1, 1])
  })

  it('an index may hold places in a row-less view', () => {
    const places = tensor([0, 9, 2], { dtype: 'int32' }).at([null, null, 2])
    assert.deepEqual(tensor([5, 6, 7]).at(places).toArray(), [5, 7])
  })

  it('negative places in a tensor leave that tensor as it is', () => {
    const places = tensor([-1, 0], { dtype: 'int32' })
    assert.deepEqual(tensor([5, 6, 7]).at(places).toArray(), [7, 5])
    assert.deepEqual(places.toArray(), [-1, 0])
  })

  it('a failed write changes nothing', () => {
    const x = zeros([2, 3])
    assert.throws(() => x.set(tensor([0, 5], { dtype: 'int32' }), 1), TensorError)
    assert.throws(() => x.set(0, randn([2])), TensorError)
    assert.deepEqual(x.toArray(), [
      [0, 0, 0],
      [0, 0, 0],
    ])
    assert.equal(x.storage.version, 0)
  })
})

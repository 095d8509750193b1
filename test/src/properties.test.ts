// Laws that hold for all tensors: broadcasting, linearity, views and copies, round trips, and both backends alike.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  add,
  cat,
  cumsum,
  device,
  flip,
  fromArray,
  grad,
  maximum,
  mean,
  mul,
  pad,
  permute,
  roll,
  setBackend,
  split,
  stack,
  sub,
  sum,
  type Tensor,
  tensor,
  tril,
  unbind,
} from '#src/index.js'
import type { DType } from '#src/tensor/dtype.js'
import { type Shape, sizeOf } from '#src/tensor/shape.js'
import { numbersOf, ulp } from './golden/ulps.js'

const RUNS = { seed: 20261123, numRuns: 150 }

const shapes = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 })
/** Whole numbers: sums of them are exact. */
const whole = (shape: Shape) =>
  fc
    .array(fc.integer({ min: -8, max: 8 }), { minLength: sizeOf(shape), maxLength: sizeOf(shape) })
    .map(values => fromArray(Float64Array.from(values), shape, { dtype: 'float64' }))
const withAxis = fc
  .array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 4 })
  .chain(shape => fc.record({ x: whole(shape), dim: fc.integer({ min: -shape.length, max: shape.length - 1 }) }))

function same(a: Tensor, b: Tensor): void {
  assert.deepEqual([...a.shape], [...b.shape])
  assert.equal(a.dtype, b.dtype)
  assert.deepEqual(numbersOf(a), numbersOf(b))
}

/** Two shapes that broadcast, and their common one. */
const broadcastable = shapes.chain(out => {
  const side = fc
    .tuple(fc.integer({ min: 0, max: out.length }), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
    .map(([dropped, ones]) => out.slice(dropped).map((n, i) => (ones[i] ? 1 : n)))
  return fc.tuple(side, side)
})

type Place = readonly number[]

/** The broadcast result by the plainest of models: each element found by its place. */
function modelled(f: (a: number, b: number) => number, a: Tensor, b: Tensor): { shape: number[]; values: number[] } {
  const rank = Math.max(a.ndim, b.ndim)
  const full = (x: Tensor): number[] => [...Array<number>(rank - x.ndim).fill(1), ...x.shape]
  const [sizesA, sizesB] = [full(a), full(b)]
  const shape = sizesA.map((n, i) => (n === 1 ? (sizesB[i] as number) : n))
  const [numbersA, numbersB] = [numbersOf(a), numbersOf(b)]
  const number = (numbers: number[], sizes: number[], place: Place): number =>
    numbers[place.reduce((at, p, i) => at * (sizes[i] as number) + (sizes[i] === 1 ? 0 : p), 0)] as number
  let places: Place[] = [[]]
  for (const n of shape) places = places.flatMap(place => Array.from({ length: n }, (_, i) => [...place, i]))
  return { shape, values: places.map(place => f(number(numbersA, sizesA, place), number(numbersB, sizesB, place))) }
}

describe('laws of tensors', () => {
  const MODELS = {
    add: [add, (a: number, b: number) => a + b],
    sub: [sub, (a: number, b: number) => a - b],
    mul: [mul, (a: number, b: number) => a * b],
    maximum: [maximum, Math.max],
  } as const
  for (const [name, [operation, model]] of Object.entries(MODELS)) {
    it(`${name} broadcasts like nested loops`, () => {
      const pair = broadcastable.chain(([a, b]) => fc.tuple(whole(a), whole(b)))
      fc.assert(
        fc.property(pair, ([a, b]) => {
          const { shape, values } = modelled(model, a, b)
          const got = operation(a, b)
          assert.deepEqual([...got.shape], shape)
          // 0 and -0 are the same whole number.
          assert.deepEqual(
            numbersOf(got.add(0)),
            values.map(value => value + 0),
          )
        }),
        RUNS,
      )
    })
  }

  it('shapes that do not broadcast throw with both shapes', () => {
    const misfit = fc.tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 2, max: 5 })).filter(([m, n]) => m !== n)
    fc.assert(
      fc.property(misfit, ([m, n]) => {
        const call = (): Tensor => add(fromArray(new Float32Array(m), [m]), fromArray(new Float32Array(2 * n), [2, n]))
        assert.throws(call, { code: 'SHAPE_MISMATCH', message: new RegExp(`\\[${m}\\] and \\[2, ${n}\\]`) })
      }),
      RUNS,
    )
  })

  const LINEAR: Readonly<Record<string, (x: Tensor, dim: number) => Tensor>> = {
    sum: (x, dim) => sum(x, dim),
    cumsum: (x, dim) => cumsum(x, dim),
    flip: (x, dim) => flip(x, dim),
    roll: (x, dim) => roll(x, 2, dim),
    permute: x => permute(x, [...x.shape.keys()].reverse()),
    pad: x => pad(x, [1, 2]),
    'cat with itself': (x, dim) => cat([x, x], dim),
    'tril of the last two axes': x => (x.ndim > 1 ? tril(x) : x),
  }
  for (const [name, f] of Object.entries(LINEAR)) {
    it(`${name} is linear`, () => {
      const cases = withAxis.chain(({ x, dim }) =>
        fc.record({ x: fc.constant(x), y: whole(x.shape), dim: fc.constant(dim) }),
      )
      fc.assert(
        fc.property(cases, ({ x, y, dim }) => {
          same(f(x.mul(3).sub(y.mul(2)), dim).add(0), f(x, dim).mul(3).sub(f(y, dim).mul(2)).add(0))
        }),
        RUNS,
      )
    })
  }

  it('the gradient of a linear map does not depend on where it is taken', () => {
    fc.assert(
      fc.property(withAxis, ({ x, dim }) => {
        const by = (at: Tensor): Tensor => {
          const leaf = at.clone().detach().requiresGrad_()
          return grad(cumsum(leaf, dim).sum(), [leaf])[0] as Tensor
        }
        same(by(x), by(x.add(1)))
      }),
      RUNS,
    )
  })
})

describe('views and copies', () => {
  /** Each sees a tensor of shape [2, 3, 4]. */
  const VIEWS: Readonly<Record<string, (x: Tensor) => Tensor>> = {
    'view of a row-major tensor': x => x.view([6, 4]),
    'reshape of a row-major tensor': x => x.reshape([-1]),
    flatten: x => x.flatten(),
    unflatten: x => x.unflatten(2, [2, 2]),
    unsqueeze: x => x.unsqueeze(1),
    'unsqueeze and squeeze': x => x.unsqueeze(1).squeeze(1),
    permute: x => x.permute([2, 0, 1]),
    transpose: x => x.transpose(0, 1),
    movedim: x => x.movedim(0, 2),
    expand: x => x.unsqueeze(0).expand([5, 2, 3, 4]),
    narrow: x => x.narrow(2, 1, 2),
    select: x => x.select(1, -1),
    diagonal: x => x.diagonal(),
    unfold: x => x.unfold(2, 2, 1),
    split: x => x.split(2, 2)[1] as Tensor,
    chunk: x => x.chunk(2, 0)[1] as Tensor,
    unbind: x => x.unbind(1)[2] as Tensor,
    'at with numbers and ranges': x => x.at(1, [0, null, 2], [-3, -1]),
    detach: x => x.detach(),
  }
  const numbered = (): Tensor =>
    fromArray(
      Float64Array.from({ length: 24 }, (_, i) => i),
      [2, 3, 4],
      { dtype: 'float64' },
    )

  for (const [name, see] of Object.entries(VIEWS)) {
    it(`${name} shares memory both ways`, () => {
      const x = numbered()
      const seen = see(x)
      const before = numbersOf(seen)
      x.add_(100)
      assert.deepEqual(
        numbersOf(seen),
        before.map(value => value + 100),
      )
      seen.fill_(-7)
      assert.ok(numbersOf(x).filter(value => value === -7).length > 0)
      assert.deepEqual(new Set(numbersOf(see(x))), new Set([-7]))
    })
  }

  const COPIES: Readonly<Record<string, (x: Tensor) => Tensor>> = {
    clone: x => x.clone(),
    cat: x => cat([x], 0),
    stack: x => stack([x, x]),
    flip: x => flip(x, 0),
    roll: x => x.roll(1, 0),
    repeat: x => x.repeat([1, 1, 2]),
    pad: x => x.pad([1, 1]),
    'reshape of a permuted tensor': x => x.permute([2, 1, 0]).reshape([-1]),
    'at with a mask': x => x.at(x.ge(0)),
    'at with places': x => x.at(tensor([1, 0], { dtype: 'int32' })),
    indexSelect: x => x.indexSelect(0, tensor([0], { dtype: 'int32' })),
    tril: x => x.tril(),
    'contiguous of a permuted tensor': x => x.permute([2, 1, 0]).contiguous(),
    'tensor()': x => tensor(x),
  }
  for (const [name, make] of Object.entries(COPIES)) {
    it(`${name} has memory of its own`, () => {
      const x = numbered()
      const copy = make(x)
      const before = numbersOf(copy)
      x.fill_(-7)
      assert.deepEqual(numbersOf(copy), before)
      copy.fill_(9)
      assert.deepEqual(new Set(numbersOf(x)), new Set([-7]))
    })
  }
})

describe('round trips', () => {
  const law = (
    name: string,
    back: (x: Tensor, dim: number) => Tensor,
    needs: (x: Tensor, dim: number) => boolean = () => true,
  ) =>
    it(name, () => {
      fc.assert(
        fc.property(withAxis, ({ x, dim }) => {
          fc.pre(needs(x, dim))
          same(back(x, dim), x)
        }),
        RUNS,
      )
    })
  const some = (x: Tensor, dim: number): boolean => (x.shape.at(dim) as number) > 0

  law('splitting and joining', (x, dim) => cat(split(x, 2, dim), dim), some)
  law('unbinding and stacking', (x, dim) => stack(unbind(x, dim), dim < 0 ? x.ndim + dim : dim), some)
  law('flipping twice', (x, dim) => flip(flip(x, dim), dim))
  law('rolling there and back', (x, dim) => roll(roll(x, 3, dim), -3, dim))
  law('turning the axes round twice', x => {
    const order = [...x.shape.keys()].reverse()
    return permute(permute(x, order), order)
  })
  law('flattening and reshaping', x => x.flatten().reshape(x.shape))
  law('padding and cutting', x => x.pad([2, 1]).narrow(-1, 2, x.shape.at(-1) as number))
  law('reading and making', x => fromArray(Float64Array.from(numbersOf(x)), x.shape, { dtype: 'float64' }))

  it('a range of at() is that of Array.slice with a step', () => {
    const ends = fc.option(fc.integer({ min: -7, max: 7 }))
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 6 }),
        ends,
        ends,
        fc.integer({ min: 1, max: 3 }),
        (n, start, stop, step) => {
          const values = Array.from({ length: n }, (_, i) => i)
          const x = fromArray(Float64Array.from(values), [n], { dtype: 'float64' })
          const expected = values.slice(start ?? 0, stop ?? n).filter((_, i) => i % step === 0)
          assert.deepEqual(numbersOf(x.at([start, stop, step])), expected)
        },
      ),
      RUNS,
    )
  })

  it('what set() writes at() reads, and the rest stays', () => {
    const ends = fc.integer({ min: -4, max: 4 })
    fc.assert(
      fc.property(ends, ends, fc.integer({ min: 1, max: 3 }), (start, stop, step) => {
        const x = fromArray(
          Float64Array.from({ length: 12 }, (_, i) => i),
          [3, 4],
          { dtype: 'float64' },
        )
        const size = x.at(null, [start, stop, step]).size
        x.set(null, [start, stop, step], -1)
        assert.deepEqual(numbersOf(x.at(null, [start, stop, step])), Array(size).fill(-1))
        assert.equal(numbersOf(x).filter(value => value !== -1).length, 12 - size)
      }),
      RUNS,
    )
  })
})

describe('random programs', () => {
  type Step = (x: Tensor, dim: number, other: Tensor) => Tensor
  /** Steps that fit every shape and neither grow nor have kinks, so that rounding errors stay what they are. */
  const STEPS: Readonly<Record<string, Step>> = {
    sin: x => x.sin(),
    tanh: x => x.tanh(),
    sigmoid: x => x.sigmoid(),
    erf: x => x.erf(),
    softplus: x => x.neg().softplus().mul(0.5),
    square: x => x.sin().square(),
    'add a mean': (x, _, other) => x.add(mean(other.tanh()).nanToNum()).mul(0.5),
    'mul a mean': (x, _, other) => x.mul(mean(other.sin()).nanToNum()),
    'mul itself turned': x => x.mul(x.flip([...x.shape.keys()])).tanh(),
    div: x => x.div(x.square().add(2)),
    sum: (x, dim) => (x.ndim === 0 ? x : x.sum(dim).mul(0.2)),
    'sum kept': (x, dim) => (x.ndim === 0 ? x : x.sub(x.sum(dim, { keepdim: true }).mul(0.2))),
    cumsum: (x, dim) => (x.ndim === 0 ? x : x.cumsum(dim).mul(0.25)),
    softmax: (x, dim) => (x.ndim === 0 ? x : x.softmax(dim)),
    permute: x => x.permute([...x.shape.keys()].reverse()),
    unsqueeze: (x, dim) => (x.ndim > 3 ? x : x.unsqueeze(dim)),
    flatten: x => x.flatten(),
    flip: (x, dim) => (x.ndim === 0 ? x : x.flip(dim)),
    narrow: (x, dim) => (x.ndim === 0 ? x : x.narrow(dim, 0, Math.ceil((x.shape.at(dim) as number) / 2))),
    expand: x => x.mean().nanToNum().expand([3, 2]).mul(0.5),
    cat: (x, dim) => (x.ndim === 0 || x.size > 300 ? x : cat([x, x.sin()], dim)),
    'write in place': x => x.clone().mul_(0.5).tanh_(),
  }
  const names = Object.keys(STEPS)
  const programs = fc.record({
    shape: shapes,
    seed: fc.integer({ min: 1, max: 1e6 }),
    steps: fc.array(fc.tuple(fc.constantFrom(...names), fc.nat(100)), { minLength: 3, maxLength: 12 }),
  })

  interface Result {
    readonly value: Tensor
    readonly gradient: Tensor
  }

  function run(backend: string, dtype: DType, shape: Shape, seed: number, steps: readonly [string, number][]): Result {
    setBackend(backend)
    const numbers = Float32Array.from({ length: sizeOf(shape) }, (_, i) => ((seed * (i + 1) * 0.61803398875) % 2) - 1)
    const x = fromArray(numbers, shape, { dtype, requiresGrad: true })
    let y = x
    for (const [name, choice] of steps) y = (STEPS[name] as Step)(y, y.ndim === 0 ? 0 : choice % y.ndim, x)
    const [gradient] = grad(y.sin().sum().add(x.sin().sum()), [x])
    return { value: y.detach(), gradient: gradient as Tensor }
  }

  /** 4 ulp a step of the greatest number; a gradient passes each step twice. Sums here have up to 600 terms: 2^3 more. */
  function close(got: Tensor, expected: Tensor, steps: number): void {
    assert.deepEqual([...got.shape], [...expected.shape])
    const wanted = numbersOf(expected)
    const allowed = 4 * 8 * (steps + 1) * ulp(Math.max(1, ...wanted.map(Math.abs)), expected.dtype)
    numbersOf(got).forEach((value, i) => {
      const truth = wanted[i] as number
      const fits = Object.is(value, truth) || Math.abs(value - truth) <= allowed
      assert.ok(fits, `element ${i}: ${value} on wasm, ${truth} on the reference`)
    })
  }

  let chosen: string
  before(() => {
    chosen = device()
  })
  after(() => setBackend(chosen))

  for (const dtype of ['float64', 'float32'] as const) {
    it(`give the same values and gradients on wasm and on the reference, in ${dtype}`, function () {
      this.timeout(20_000)
      fc.assert(
        fc.property(programs, ({ shape, seed, steps }) => {
          const truth = run('reference', dtype, shape, seed, steps)
          const fast = run('wasm', dtype, shape, seed, steps)
          close(fast.value, truth.value, steps.length)
          close(fast.gradient, truth.gradient, 2 * steps.length)
        }),
        { ...RUNS, numRuns: 300 },
      )
    })
  }
})

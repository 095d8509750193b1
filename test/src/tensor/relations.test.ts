// Operations that say the same in other words: each against the one that it could be replaced by.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  arange,
  cat,
  cdist,
  conv2d,
  einsum,
  fold,
  fromArray,
  hstack,
  isin,
  kron,
  manualSeed,
  ones,
  randn,
  searchsorted,
  stack,
  type Tensor,
  tensordot,
  vstack,
} from '#src/index.js'
import { sizeOf } from '#src/tensor/shape.js'

const RUNS = { seed: 20261123, numRuns: 100 }
const size = fc.integer({ min: 1, max: 4 })
const shape = fc.array(size, { minLength: 1, maxLength: 3 })

/** Whole numbers, so that every order of summation gives the same. */
const whole = (sizes: readonly number[]): fc.Arbitrary<Tensor> =>
  fc
    .array(fc.integer({ min: -5, max: 5 }), { minLength: sizeOf(sizes), maxLength: sizeOf(sizes) })
    .map(values => fromArray(Float64Array.from(values), sizes, { dtype: 'float64' }))

function same(a: Tensor, b: Tensor): void {
  assert.deepEqual([...a.shape], [...b.shape])
  assert.equal(a.dtype, b.dtype)
  assert.deepEqual(
    [...a.data()].map(x => x + 0),
    [...b.data()].map(x => x + 0),
  )
}

const close = (a: Tensor, b: Tensor, atol = 1e-12): void => assert.ok(a.allclose(b, { atol, rtol: 1e-9 }))

describe('relations', () => {
  it('tensordot is an einsum', () => {
    fc.assert(
      fc.property(
        fc.tuple(size, size, size, size).chain(([i, j, k, l]) => fc.tuple(whole([i, j, k]), whole([k, i, l]))),
        ([a, b]) => {
          same(
            tensordot(a, b, [
              [0, 2],
              [1, 0],
            ]),
            einsum('ijk,kil->jl', a, b),
          )
          same(tensordot(a, b, 1).sum(), einsum('ijk,kml->', a, b))
          same(tensordot(a, b, 0), einsum('ijk,mnl->ijkmnl', a, b))
        },
      ),
      RUNS,
    )
  })

  it('kron of matrices is an einsum', () => {
    fc.assert(
      fc.property(
        fc.tuple(size, size, size, size).chain(([m, n, p, q]) => fc.tuple(whole([m, n]), whole([p, q]))),
        ([a, b]) =>
          same(
            kron(a, b),
            einsum('ij,kl->ikjl', a, b).reshape([
              (a.shape[0] as number) * (b.shape[0] as number),
              (a.shape[1] as number) * (b.shape[1] as number),
            ]),
          ),
      ),
      RUNS,
    )
  })

  it('sort, topk and kthvalue are takeAlongDim by argsort', () => {
    fc.assert(
      fc.property(
        shape.chain(sizes => fc.tuple(whole(sizes), fc.integer({ min: -sizes.length, max: sizes.length - 1 }))),
        ([x, dim]) => {
          const order = x.argsort(dim)
          const sorted = x.takeAlongDim(order, dim)
          same(x.sort(dim).values, sorted)
          for (let k = 1; k <= (x.shape.at(dim) as number); k++) {
            const kth = x.kthvalue(k, { dim, keepdim: true })
            same(kth.values, sorted.narrow(dim, k - 1, 1))
            same(kth.indices, order.narrow(dim, k - 1, 1))
            same(x.topk(k, { dim, largest: false }).values, sorted.narrow(dim, 0, k))
          }
        },
      ),
      RUNS,
    )
  })

  it('topk of a long axis finds what sorting finds, ties and NaN in order', () => {
    const numbers = fc.array(fc.constantFrom(NaN, 0, -0, 1, -1, 2.5, Infinity, -Infinity, 7, -7), {
      minLength: 48,
      maxLength: 48,
    })
    fc.assert(
      fc.property(numbers, fc.constantFrom(1, 2, 3), fc.boolean(), (values, k, largest) => {
        const x = fromArray(Float64Array.from(values), [24, 2])
        for (const [y, dim] of [
          [x, 0],
          [x.t().contiguous(), 1],
          [x.t(), 1],
        ] as const) {
          const sorted = y.sort(dim, { descending: largest })
          const found = y.topk(k, { dim, largest })
          same(found.indices, sorted.indices.narrow(dim, 0, k))
          same(found.values, sorted.values.narrow(dim, 0, k))
        }
      }),
      RUNS,
    )
  })

  it('searchsorted counts what lies below, bucketize asks the other way round', () => {
    const numbers = fc.array(fc.integer({ min: -6, max: 6 }), { maxLength: 8 })
    fc.assert(
      fc.property(numbers, numbers, (list, values) => {
        const sorted = fromArray(Int32Array.from(list.toSorted((a, b) => a - b)), [list.length])
        const wanted = fromArray(Int32Array.from(values), [values.length])
        const below = values.map(v => list.filter(x => x < v).length)
        const notAbove = values.map(v => list.filter(x => x <= v).length)
        assert.deepEqual(searchsorted(sorted, wanted).toArray(), below)
        assert.deepEqual(searchsorted(sorted, wanted, { right: true }).toArray(), notAbove)
        assert.deepEqual(wanted.bucketize(sorted, { right: true }).toArray(), notAbove)
        assert.deepEqual(
          isin(wanted, sorted).toArray(),
          values.map(v => list.includes(v)),
        )
      }),
      RUNS,
    )
  })

  it('hstack and vstack are cat along the axis they name', () => {
    manualSeed(1)
    const [a, b] = [randn([2, 3]), randn([2, 3])]
    same(hstack([a, b]), cat([a, b], 1))
    same(vstack([a, b]), cat([a, b], 0))
    const [u, v] = [randn([3]), randn([3])]
    same(hstack([u, v]), cat([u, v]))
    same(vstack([u, v]), stack([u, v]))
  })

  it('rot90 four times is nothing, and backwards is three times', () => {
    fc.assert(
      fc.property(fc.tuple(size, size, size).chain(whole), x => {
        same(x.rot90(4, [0, 2]), x)
        same(x.rot90(-1, [1, 2]), x.rot90(3, [1, 2]))
        same(x.rot90(1, [0, 1]).rot90(1, [1, 0]), x)
      }),
      RUNS,
    )
  })

  it('diagonal takes out what diagEmbed put in', () => {
    fc.assert(
      fc.property(shape.chain(whole), fc.integer({ min: -2, max: 2 }), (x, offset) => {
        const wide = x.diagEmbed(offset)
        same(wide.diagonal(offset, { dim1: -2, dim2: -1 }), x)
        assert.equal(wide.sum().item(), x.sum().item())
      }),
      RUNS,
    )
  })

  it('diff undoes cumsum, but for the first', () => {
    fc.assert(
      fc.property(shape.chain(whole), x => {
        const rest = x.narrow(-1, 1, (x.shape.at(-1) as number) - 1)
        same(x.cumsum(-1).diff(), rest)
      }),
      RUNS,
    )
  })

  it('moving axes there and back is nothing', () => {
    fc.assert(
      fc.property(fc.tuple(size, size, size).chain(whole), x => {
        same(x.movedim([0, 1], [2, 0]).movedim([2, 0], [0, 1]), x)
        same(x.moveaxis(0, -1), x.permute([1, 2, 0]))
        same(x.swapaxes(0, -1), x.transpose(0, 2))
      }),
      RUNS,
    )
  })

  it('a convolution is a matrix product with the windows as columns', () => {
    manualSeed(2)
    for (const options of [{}, { stride: 2, padding: 1 }, { dilation: [2, 1], padding: [1, 0], stride: [1, 2] }]) {
      const x = randn([2, 3, 6, 5], { dtype: 'float64' })
      const w = randn([4, 3, 3, 2], { dtype: 'float64' })
      const expected = conv2d(x, w, null, options)
      const product = w.reshape([4, -1]).matmul(x.unfold2d([3, 2], options))
      close(product.reshape(expected.shape), expected)
    }
  })

  it('fold is the transpose of unfold2d', () => {
    manualSeed(3)
    const options = { stride: [2, 1], padding: [1, 2], dilation: [1, 2] }
    const x = randn([2, 3, 5, 4], { dtype: 'float64', requiresGrad: true })
    const columns = x.unfold2d([2, 2], options)
    const g = randn(columns.shape, { dtype: 'float64' })
    columns.backward(g)
    close(x.grad as Tensor, fold(g, [5, 4], [2, 2], options))
    const counts = fold(ones([1, 3, 5, 4]).unfold2d(2), [5, 4], 2)
    assert.deepEqual(counts.at(0, 0, 0).toArray(), [1, 2, 2, 1])
    assert.deepEqual(counts.at(0, 0, 1).toArray(), [2, 4, 4, 2])
  })

  it('cdist by a product is cdist by differences, and its gradient is finite where vectors are the same', () => {
    manualSeed(4)
    const x = randn([30, 5], { dtype: 'float64', requiresGrad: true })
    const y = randn([3, 5], { dtype: 'float64' })
    close(cdist(x, y), cat(x.split(10).map(part => cdist(part, y))), 1e-9)
    const own = cdist(x, x)
    own.sum().backward()
    assert.ok((x.grad as Tensor).isfinite().all().item())
    assert.ok(own.diagonal().abs().max().item() < 1e-6)
  })

  it('the trace of bools counts what is true', () => {
    const trace = ones([3, 3]).gt(0).trace()
    assert.deepEqual([trace.dtype, trace.item()], ['int32', 3])
  })

  it('normalize gives length 1, cosineSimilarity of equals 1', () => {
    manualSeed(5)
    const x = randn([4, 6], { dtype: 'float64' })
    close(x.normalize().norm(2, { dim: 1 }), ones([4], { dtype: 'float64' }))
    close(x.cosineSimilarity(x), ones([4], { dtype: 'float64' }))
    close(x.cosineSimilarity(x.mul(-3)), ones([4], { dtype: 'float64' }).neg())
    assert.equal(
      arange(3)
        .float()
        .mul(0)
        .cosineSimilarity(ones([3]), { dim: 0 })
        .item(),
      0,
    )
  })
})

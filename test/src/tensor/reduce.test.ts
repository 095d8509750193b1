// Reductions, extremes, running sums and statistics: forms of arguments, dtypes, conventions, mistakes.
import assert from 'node:assert/strict'
import {
  all,
  amax,
  any,
  argmax,
  bincount,
  corrcoef,
  countNonzero,
  cov,
  cummax,
  cumsum,
  histc,
  logcumsumexp,
  logsumexp,
  max,
  mean,
  median,
  min,
  nanmean,
  nanmedian,
  nanquantile,
  nansum,
  norm,
  prod,
  quantile,
  std,
  sum,
  type Tensor,
  tensor,
  type ValuesAndIndices,
  variance,
  zeros,
} from '#src/index.js'
import { assertClose, assertTensor, assertThrows, numbers } from './numbers.js'

const x = tensor([
  [1, 5, 2],
  [3, 4, 4],
])
const int = (...values: number[]) => tensor(values, { dtype: 'int32' })

function gradient(f: (x: Tensor) => Tensor, ...values: number[]): number[] {
  const leaf = tensor(values, { requiresGrad: true })
  f(leaf).sum().backward()
  return numbers(leaf.grad as Tensor)
}

describe('reductions', () => {
  it('take axes by place, by name, and several at once', () => {
    assertTensor(x.sum(), 'float32', [], [19])
    assertTensor(x.sum(0), 'float32', [3], [4, 9, 6])
    assertTensor(x.sum(-1), 'float32', [2], [8, 11])
    assertTensor(x.sum({ dim: 1, keepdim: true }), 'float32', [2, 1], [8, 11])
    assertTensor(sum(x, [1, 0], { keepdim: true }), 'float32', [1, 1], [19])
    assertTensor(sum(x, []), 'float32', [], [19])
    assertTensor(tensor(3).sum(0), 'float32', [], [3])
  })

  it('sum whole numbers and bools in int32, or in the dtype that is asked for', () => {
    assertTensor(tensor([true, true]).sum(), 'int32', [], [2])
    assertTensor(int(1, 2).sum({ dtype: 'float64' }), 'float64', [], [3])
    assertTensor(mean(int(1, 2), { dtype: 'float32' }), 'float32', [], [1.5])
    assertTensor(prod(int(2, 3)), 'int32', [], [6])
    assertTensor(nansum(int(2, 3)), 'int32', [], [5])
  })

  it('say what nothing sums up to', () => {
    const empty = zeros([2, 0])
    assertTensor(empty.sum(1), 'float32', [2], [0, 0])
    assertTensor(prod(empty, 1), 'float32', [2], [1, 1])
    assertTensor(mean(empty, 1), 'float32', [2], [NaN, NaN])
    assertTensor(any(empty, 1), 'bool', [2], [0, 0])
    assertTensor(all(empty, 1), 'bool', [2], [1, 1])
    assertTensor(logsumexp(empty, 1), 'float32', [2], [-Infinity, -Infinity])
    assertTensor(amax(empty, 0), 'float32', [0], [])
    assertTensor(median(zeros([0])), 'float32', [], [NaN])
  })

  it('average 16-bit floats without overflow on the way', () => {
    assertTensor(tensor([60000, 60000]).half().mean(), 'float16', [], [60000])
    assertTensor(norm(tensor([300, 400]).half()), 'float16', [], [500])
    assertTensor(tensor([40000, -40000]).half().std({ correction: 0 }), 'float16', [], [40000])
  })

  it('estimate the variance of a sample, or take that of the numbers themselves', () => {
    assertClose(variance(tensor([1, 2, 3, 4])), [5 / 3])
    assertClose(tensor([1, 2, 3, 4]).var({ correction: 0 }), [1.25])
    assertClose(std(x, 1, { keepdim: true }), [2.0816659994661326, 0.5773502691896257])
    assertTensor(std(tensor([2])), 'float32', [], [NaN])
    // Far from 0 the squares alone would lose everything.
    assertClose(variance(tensor([1e4, 1e4 + 1, 1e4 + 2])), [1])
  })

  it('give the gradients that PyTorch gives where calculus has none', () => {
    assert.deepEqual(gradient(std, 2, 2), [0, 0])
    assert.deepEqual(gradient(norm, 0, 0), [0, 0])
    assert.deepEqual(
      gradient(y => norm(y, 0.5), 0, 4),
      [0, 1],
    )
    assert.deepEqual(
      gradient(y => norm(y, 0), 0, 4),
      [0, 0],
    )
    assert.deepEqual(
      gradient(y => norm(y, -1), 0, 4),
      [0, 0],
    )
    assert.deepEqual(
      gradient(y => norm(y, Infinity), 2, -2),
      [0.5, -0.5],
    )
    assert.deepEqual(gradient(amax, 1, 2, 2), [0, 0.5, 0.5])
    assert.deepEqual(
      gradient(y => max(y), 1, 2, 2),
      [0, 0.5, 0.5],
    )
    assert.deepEqual(
      gradient(y => max(y, 0).values, 1, 2, 2),
      [0, 1, 0],
    )
    assert.deepEqual(
      gradient(y => median(y), 1, 2, 2, 4),
      [0, 0.5, 0.5, 0],
    )
    assert.deepEqual(
      gradient(y => median(y, 0).values, 1, 3, 2),
      [0, 0, 1],
    )
    assert.deepEqual(gradient(logsumexp, 1e4, 1e4, -1e4), [0.5, 0.5, 0])
    assert.deepEqual(gradient(nanmean, 1, NaN, 3), [0.5, 0, 0.5])
    assert.deepEqual(
      gradient(y => quantile(y, 0.5), 1, 4, 2, 3),
      [0, 0, 0.5, 0.5],
    )
  })

  it('count and tell', () => {
    assertTensor(countNonzero(tensor([0, NaN, 2])), 'int32', [], [2])
    assertTensor(
      any(
        tensor([
          [0, NaN],
          [0, 0],
        ]),
        1,
      ),
      'bool',
      [2],
      [1, 0],
    )
    assertTensor(
      all(
        tensor([
          [1, NaN],
          [0, 1],
        ]),
        1,
      ),
      'bool',
      [2],
      [1, 0],
    )
    assertTensor(amax(tensor([true, false])), 'bool', [], [1])
    assertTensor(argmax(x), 'int32', [], [1])
    assertTensor(argmax(x, { keepdim: true }), 'int32', [1, 1], [1])
    assertTensor(argmax(x, 1, { keepdim: true }), 'int32', [2, 1], [1, 1])
    assertTensor(argmax(tensor(3), 0), 'int32', [], [0])
  })

  it('measure with any norm', () => {
    assertClose(norm(tensor([3, -4])), [5])
    assertClose(norm(x, { dim: 1 }), [Math.sqrt(30), Math.sqrt(41)])
    assertClose(norm(tensor([3, -4]), 1), [7])
    assertClose(norm(tensor([3, 0]), 0), [1])
    assertClose(norm(tensor([3, -4]), -Infinity), [3])
    assertClose(norm(tensor([1, 2]), 3), [Math.cbrt(9)])
    assertClose(norm(tensor([0, 2]), -1), [0])
  })

  it('name the axis that does not exist, is named twice, or is empty', () => {
    assertThrows(() => x.sum(2), 'BAD_DIM', /sum: dim 2 does not exist.*-2 to 1/)
    assertThrows(() => x.mean([0, -2]), 'BAD_DIM', /names an axis twice/)
    assertThrows(() => tensor(1).sum(1), 'BAD_DIM', /sum/)
    assertThrows(() => amax(zeros([2, 0]), 1), 'BAD_VALUE', /amax: dim 1 has size 0/)
    assertThrows(() => max(zeros([0])), 'BAD_VALUE', /max: dim 0 has size 0/)
    assertThrows(() => max(zeros([2, 0]), 1), 'BAD_VALUE', /max: dim 1/)
    assertThrows(() => argmax(zeros([0])), 'BAD_VALUE', /argmax/)
    assertThrows(() => norm(zeros([0]), Infinity), 'BAD_VALUE', /norm/)
    assertThrows(() => median(zeros([0], { dtype: 'int32' })), 'BAD_VALUE', /median/)
    assertThrows(() => cumsum(x, undefined as never), 'BAD_DIM', /say along which axis/)
    assertThrows(() => cumsum(x, 2), 'BAD_DIM', /dim 2/)
  })

  it('refuse dtypes and options that have no meaning', () => {
    assertThrows(() => int(1).mean(), 'BAD_DTYPE', /mean: needs a float/)
    assertThrows(() => int(1).var(), 'BAD_DTYPE', /var/)
    assertThrows(() => int(1).std(), 'BAD_DTYPE', /std/)
    assertThrows(() => int(1).norm(), 'BAD_DTYPE', /norm/)
    assertThrows(() => nanmean(int(1)), 'BAD_DTYPE', /nanmean/)
    assertThrows(() => argmax(tensor([true])), 'BAD_DTYPE', /argmax/)
    assertThrows(() => median(tensor([true])), 'BAD_DTYPE', /median/)
    assertThrows(() => norm(x, 'nuc' as never), 'BAD_VALUE', /nuc.*linalg/)
    assertThrows(() => x.sum(1, true as never), 'BAD_VALUE', /expected an options object, got true.*keepdim: true/)
  })
})

describe('max, min, median', () => {
  it('are a tensor without an axis, values and indices with one; the types say so', () => {
    const whole: Tensor = x.max()
    const rows: ValuesAndIndices = x.max(1)
    const free: Tensor = min(x)
    const named: ValuesAndIndices = min(x, { dim: 0, keepdim: true })
    assertTensor(whole, 'float32', [], [5])
    assertTensor(rows.values, 'float32', [2], [5, 4])
    assertTensor(rows.indices, 'int32', [2], [1, 1])
    assertTensor(free, 'float32', [], [1])
    assertTensor(named.values, 'float32', [1, 3], [1, 4, 2])
    assertTensor(x.median(1).values, 'float32', [2], [2, 4])
    assertTensor(x.max(0, { keepdim: true }).indices, 'int32', [1, 3], [1, 0, 1])
    // @ts-expect-error without an axis there are no values
    assert.equal(x.max().values, undefined)
  })

  it('let NaN win, but for nanmedian', () => {
    const y = tensor([[1, NaN, 3, 2]])
    assertTensor(max(y), 'float32', [], [NaN])
    assertTensor(median(y), 'float32', [], [NaN])
    assertTensor(median(y, 1).values, 'float32', [1], [NaN])
    assertTensor(median(y, 1).indices, 'int32', [1], [1])
    assertTensor(nanmedian(y), 'float32', [], [2])
    assertTensor(nanmedian(y, 1).indices, 'int32', [1], [3])
    assertTensor(nanmedian(tensor([NaN, NaN])), 'float32', [], [NaN])
  })

  it('work on whole numbers and bools', () => {
    assertTensor(median(int(5, 1, 3, 9)), 'int32', [], [3])
    assertTensor(nanmedian(int(5, 1, 3), 0).values, 'int32', [], [3])
    assertTensor(max(tensor([true, false])), 'bool', [], [1])
    assertTensor(max(tensor([false, true]), 0).indices, 'int32', [], [1])
    assertTensor(max(tensor(3), 0).values, 'float32', [], [3])
  })
})

describe('running sums', () => {
  it('run along an axis', () => {
    assertTensor(cumsum(x, 1), 'float32', [2, 3], [1, 6, 8, 3, 7, 11])
    assertTensor(x.cumprod({ dim: 0 }), 'float32', [2, 3], [1, 5, 2, 3, 20, 8])
    assertTensor(tensor([true, true]).cumsum(0), 'int32', [2], [1, 2])
    assertTensor(cumsum(tensor(3), 0), 'float32', [], [3])
    assertTensor(cummax(tensor([1, 3, 3, 2]), 0).indices, 'int32', [4], [0, 1, 2, 2])
    assertTensor(x.cummin(1).values, 'float32', [2, 3], [1, 1, 1, 3, 3, 3])
    assertTensor(cummax(tensor(2), 0).values, 'float32', [], [2])
    assertTensor(cummax(tensor([false, true]), 0).values, 'bool', [2], [0, 1])
  })

  it('keep the smallest exponentials beside the greatest', () => {
    // With one scale for all, e^-1000 beside e^1000 would be 0, and its logarithm -Infinity.
    assertClose(logcumsumexp(tensor([-1000, -1000, 1000]), 0), [-1000, -1000 + Math.LN2, 1000])
    assertClose(logcumsumexp(tensor([-Infinity, 0, Infinity]), 0), [-Infinity, 0, Infinity])
    assertClose(logcumsumexp(int(0, 0), 0), [0, Math.LN2])
    assertTensor(logcumsumexp(tensor([5]), 0), 'float32', [1], [5])
  })
})

describe('statistics', () => {
  it('read quantiles between the sorted numbers', () => {
    const y = tensor([[4, 1, 3, 2]])
    assertClose(quantile(y, 0.5), [2.5])
    assertClose(quantile(y, [0, 0.1, 1], { dim: 1 }), [1, 1.3, 4])
    assert.deepEqual([...quantile(y, [0, 1], { dim: 1, keepdim: true }).shape], [2, 1, 1])
    assert.deepEqual([...quantile(y, tensor(0.5)).shape], [])
    assert.deepEqual([...quantile(y, tensor([0.5]), { keepdim: true }).shape], [1, 1, 1])
    const forms = { linear: 1.9, lower: 1, higher: 2, nearest: 2, midpoint: 1.5 } as const
    for (const [interpolation, expected] of Object.entries(forms)) {
      assertClose(quantile(y, 0.3, { interpolation: interpolation as keyof typeof forms }), [expected])
    }
    assertClose(quantile(tensor(7), 0.3), [7])
    assertClose(quantile(tensor([1, 3]).half(), 0.5), [2])
  })

  it('let NaN win, or leave it out row by row', () => {
    const y = tensor([
      [1, NaN, 3],
      [4, 5, 6],
      [NaN, NaN, NaN],
    ])
    assertTensor(quantile(y, 0.5, { dim: 1 }), 'float32', [3], [NaN, 5, NaN])
    assertTensor(nanquantile(y, 0.5, { dim: 1 }), 'float32', [3], [2, 5, NaN])
  })

  it('count in bins', () => {
    assertTensor(histc(tensor([1, 2, 1, 4, NaN]), 4, { min: 0, max: 4 }), 'float32', [4], [0, 2, 1, 1])
    assertTensor(tensor([1, 2, 2, 3]).histc({ bins: 2 }), 'float32', [2], [1, 3])
    assertTensor(histc(tensor([2, 2]), 3), 'float32', [3], [0, 2, 0])
    assertTensor(bincount(int(1, 1, 3)), 'int32', [4], [0, 2, 0, 1])
    assertTensor(bincount(int(1), { minlength: 3 }), 'int32', [3], [0, 1, 0])
    assertTensor(bincount(int(1, 1, 0), { weights: tensor([0.5, 1, 2]) }), 'float32', [2], [2, 1.5])
    assertTensor(bincount(zeros([0], { dtype: 'int32' })), 'int32', [0], [])
  })

  it('relate variables', () => {
    const rows = tensor([
      [1, 2, 4],
      [3, 1, 0],
    ])
    assertClose(cov(rows), [7 / 3, -13 / 6, -13 / 6, 7 / 3])
    assertClose(cov(rows, { correction: 0 }), [14 / 9, -13 / 9, -13 / 9, 14 / 9])
    assertClose(corrcoef(rows), [1, -13 / 14, -13 / 14, 1])
    assertClose(cov(tensor([1, 2, 4])), [7 / 3])
    assertClose(corrcoef(int(1, 2, 4)), [1])
    assert.deepEqual([...corrcoef(int(1, 2, 4)).shape], [])
  })

  it('refuse what has no answer', () => {
    assertThrows(() => quantile(x, 1.5), 'BAD_VALUE', /between 0 and 1, got 1\.5/)
    assertThrows(() => quantile(x, [0.5, NaN]), 'BAD_VALUE', /NaN/)
    assertThrows(() => quantile(x, tensor([[0.5]])), 'BAD_SHAPE', /one axis at most/)
    assertThrows(() => quantile(x, 0.5, { interpolation: 'cubic' as never }), 'BAD_VALUE', /'cubic'/)
    assertThrows(() => quantile(zeros([0]), 0.5), 'BAD_VALUE', /size 0/)
    assertThrows(() => quantile(int(1), 0.5), 'BAD_DTYPE', /quantile/)
    assertThrows(() => histc(x, 0), 'BAD_VALUE', /bins/)
    assertThrows(() => histc(x, 3, { min: 2, max: 1 }), 'BAD_VALUE', /from 2 to 1/)
    assertThrows(() => histc(tensor([NaN]), 3), 'BAD_VALUE', /not a range/)
    assertThrows(() => histc(int(1), 3), 'BAD_DTYPE', /histc/)
    assertThrows(() => bincount(tensor([1])), 'BAD_DTYPE', /int32/)
    assertThrows(() => bincount(int(-1)), 'BAD_VALUE', /negative/)
    assertThrows(() => bincount(tensor([[1]], { dtype: 'int32' })), 'BAD_SHAPE', /one axis/)
    assertThrows(() => bincount(int(1), { weights: tensor([1, 2]) }), 'BAD_SHAPE', /weights of \[2\]/)
    assertThrows(() => bincount(int(1), { minlength: -1 }), 'BAD_VALUE', /minlength/)
    assertThrows(() => cov(zeros([1, 1, 1])), 'BAD_SHAPE', /at most two axes/)
  })
})

// Arithmetic, maths, comparisons, choices: dtypes, conventions and mistakes. Values of every function are in the goldens.
import assert from 'node:assert/strict'
import {
  abs,
  add,
  addcdiv,
  allclose,
  clamp,
  clampMax,
  clampMin,
  div,
  equal,
  floor,
  floorDivide,
  frac,
  gelu,
  hypot,
  isclose,
  isfinite,
  isnan,
  lerp,
  logaddexp,
  logicalAnd,
  logsigmoid,
  maximum,
  mul,
  nanToNum,
  neg,
  pow,
  relu,
  round,
  sigmoid,
  sign,
  softmax,
  softplus,
  sqrt,
  square,
  sub,
  tensor,
  where,
  zeros,
} from '#src/index.js'
import { assertClose, assertTensor, assertThrows, numbers } from './numbers.js'

const int = (...x: number[]) => tensor(x, { dtype: 'int32' })
const bool = (...x: boolean[]) => tensor(x)

describe('arithmetic', () => {
  it('promotes as PyTorch does', () => {
    const names = [
      [add(int(1), int(2)), 'int32'],
      [add(int(1), 2), 'int32'],
      [add(int(1), 0.5), 'float32'],
      [add(int(1), true), 'int32'],
      [add(bool(true), 1), 'int32'],
      [add(bool(true), bool(true)), 'bool'],
      [add(tensor([1]), tensor([1]).double()), 'float64'],
      [add(tensor([1]), tensor(1).double()), 'float32'],
      [add(tensor([1]).half(), tensor([1]).bfloat16()), 'float32'],
      [add(tensor([1]).half(), 0.1), 'float16'],
      [div(int(1), int(2)), 'float32'],
      [div(int(1), int(2), { roundingMode: 'floor' }), 'int32'],
      [pow(bool(true), bool(true)), 'int32'],
      [sqrt(int(4)), 'float32'],
      [square(bool(true)), 'int32'],
      [maximum(bool(true), bool(false)), 'bool'],
    ] as const
    names.forEach(([x, dtype], i) => {
      assert.equal(x.dtype, dtype, `case ${i}`)
    })
  })

  it('takes bool sums for or, bool products for and', () => {
    assertTensor(bool(true, false).add(bool(true, false)), 'bool', [2], [1, 0])
    assertTensor(bool(true, true).mul(bool(true, false)), 'bool', [2], [1, 0])
    assertTensor(bool(true, false).maximum(true), 'bool', [2], [1, 1])
    assertTensor(bool(true, false).minimum(true), 'bool', [2], [1, 0])
  })

  it('takes a number first as a free function', () => {
    assertTensor(sub(10, tensor([1, 2])), 'float32', [2], [9, 8])
    assertTensor(pow(2, tensor([1, 2])), 'float32', [2], [2, 4])
  })

  it('divides whole numbers down and towards zero', () => {
    const [a, b] = [int(7, -7, 7, -7, 6, -6, 1, -1), int(2, 2, -2, -2, 3, 3, 5, 5)]
    assertTensor(div(a, b, { roundingMode: 'trunc' }), 'int32', [8], [3, -3, -3, 3, 2, -2, 0, 0])
    assertTensor(floorDivide(a, b), 'int32', [8], [3, -4, -4, 3, 2, -2, 0, -1])
    assertThrows(() => floorDivide(int(1), 0), 'BAD_VALUE', /0/)
    assertThrows(() => div(int(1), 0, { roundingMode: 'trunc' }), 'BAD_VALUE', /0/)
  })

  it('gives rounded division the gradient 0, also by 0', () => {
    const x = tensor([3, 1], { requiresGrad: true })
    div(x, tensor([0, 2]), { roundingMode: 'trunc' })
      .sum()
      .backward()
    assert.deepEqual(x.grad && numbers(x.grad), [0, 0])
  })

  it('does not overflow in hypot and logaddexp', () => {
    assertClose(hypot(tensor([3e38, 3, 0, Infinity]), tensor([3e38, 4, 0, NaN])), [Infinity, 5, 0, Infinity])
    assertClose(hypot(tensor([2e38]), tensor([1e38])), [2.2360679e38])
    assertClose(logaddexp(tensor([1e4, -1e4, 0]), tensor([1e4, -1e4, -Infinity])), [1e4 + Math.LN2, -1e4 + Math.LN2, 0])
    assertClose(logaddexp(tensor([Infinity, -Infinity]), tensor([Infinity, -Infinity])), [Infinity, -Infinity])
  })

  it('reaches both ends of lerp exactly', () => {
    const [a, b] = [tensor([0.1, 1e8]), tensor([0.7, 0.3])]
    assert.equal(equal(lerp(a, b, 0), a), true)
    assert.equal(equal(lerp(a, b, 1), b), true)
    assert.equal(equal(lerp(a, b, tensor([1, 1])), b), true)
  })

  it('refuses what is not defined', () => {
    assertThrows(() => sub(bool(true), bool(false)), 'BAD_DTYPE', /sub: not defined for bool/)
    assertThrows(() => neg(bool(true)), 'BAD_DTYPE', /neg/)
    assertThrows(() => abs(bool(true)), 'BAD_DTYPE', /abs/)
    assertThrows(() => floor(bool(true)), 'BAD_DTYPE', /floor/)
    assertThrows(() => relu(bool(true)), 'BAD_DTYPE', /relu/)
    assertThrows(() => pow(int(2), -1), 'BAD_VALUE', /power of -1/)
    assertThrows(() => div(tensor([1]), 2, { roundingMode: 'up' as never }), 'BAD_VALUE', /'up'/)
    assertThrows(() => lerp(int(1), int(2), 0.5), 'BAD_DTYPE', /lerp: needs float/)
    assertThrows(() => addcdiv(tensor([1]), int(1), int(2)), 'BAD_DTYPE', /addcdiv/)
    assertThrows(() => add(2, 3), 'NOT_A_TENSOR', /neither operand is a tensor/)
    assertThrows(() => add([1] as never, tensor([1])), 'NOT_A_TENSOR', /an array/)
    assertThrows(() => mul(zeros([2]), zeros([3])), 'SHAPE_MISMATCH', /mul.*\[2\].*\[3\]/)
    assertThrows(() => lerp(zeros([2]), zeros([2]), zeros([3])), 'SHAPE_MISMATCH', /lerp/)
  })
})

describe('rounding', () => {
  it('goes to the even neighbour, and to decimals', () => {
    assertTensor(round(tensor([0.5, 1.5, 2.5, -0.5, -2.7])), 'float32', [5], [0, 2, 2, -0, -3])
    assertTensor(round(tensor([1234.5678]).double(), { decimals: 2 }), 'float64', [1], [1234.57])
    assertTensor(round(tensor([1250, 1350]), { decimals: -2 }), 'float32', [2], [1200, 1400])
    assertTensor(round(int(5)), 'int32', [1], [5])
  })

  it('refuses odd decimals and whole numbers', () => {
    assertThrows(() => round(tensor([1]), { decimals: 0.5 }), 'BAD_VALUE', /decimals/)
    assertThrows(() => round(int(1), { decimals: 1 }), 'BAD_DTYPE', /round/)
    assertThrows(() => frac(int(1)), 'BAD_DTYPE', /frac/)
  })

  it('copies whole numbers: a write to the result does not reach the argument', () => {
    const x = int(1, 2)
    x.floor().fill_(9)
    sign(bool(true)).fill_(false)
    assert.deepEqual(numbers(x), [1, 2])
  })
})

describe('comparisons', () => {
  it('compare whole numbers with fractions in floats', () => {
    assertTensor(int(1, 2).gt(1.5), 'bool', [2], [0, 1])
    assertTensor(int(1, 2).eq(tensor([1, 2.5])), 'bool', [2], [1, 0])
  })

  it('count NaN as true, and whole numbers as finite', () => {
    assertTensor(logicalAnd(tensor([NaN, 0]), 1), 'bool', [2], [1, 0])
    assertTensor(isfinite(int(1, 2)), 'bool', [2], [1, 1])
    assertTensor(isnan(int(1, 2)), 'bool', [2], [0, 0])
    assertTensor(isnan(bool(true)), 'bool', [1], [0])
  })

  it('find close numbers, infinities, NaN where asked, and 16-bit floats', () => {
    const [a, b] = [tensor([1, Infinity, NaN, 1]), tensor([1 + 1e-6, Infinity, NaN, 2])]
    assertTensor(isclose(a, b), 'bool', [4], [1, 1, 0, 0])
    assertTensor(isclose(a, b, { equalNaN: true }), 'bool', [4], [1, 1, 1, 0])
    assertTensor(isclose(tensor([1]).half(), tensor([1.0001]).half()), 'bool', [1], [1])
    assertTensor(isclose(int(1, 5), int(2, 9), { atol: 1 }), 'bool', [2], [1, 0])
    assertTensor(isclose(bool(true, false), bool(true, true)), 'bool', [2], [1, 0])
    assert.equal(allclose(tensor([0.1 + 0.2]), tensor([0.3])), true)
    assert.equal(allclose(tensor([1]), tensor([1.1])), false)
    assert.equal(allclose(zeros([0]), zeros([0])), true)
  })

  it('equal asks for the same shape and elements', () => {
    assert.equal(equal(tensor([1, 2]), tensor([1, 2])), true)
    assert.equal(equal(tensor([1, 2]), int(1, 2)), true)
    assert.equal(equal(tensor([1, 1]), tensor([1])), false)
    assert.equal(equal(tensor([NaN]), tensor([NaN])), false)
    assert.equal(tensor(1).equal(tensor(1)), true)
  })

  it('refuse negative tolerances and different dtypes', () => {
    assertThrows(() => isclose(tensor([1]), 1, { rtol: -1 }), 'BAD_VALUE', /tolerances/)
    assertThrows(() => isclose(tensor([1]), int(1)), 'BAD_DTYPE', /float32 and int32/)
  })
})

describe('where and bounds', () => {
  it('chooses, with numbers in the dtype of the tensor beside them', () => {
    const cond = bool(true, false)
    assertTensor(where(cond, tensor([1, 2]), 0), 'float32', [2], [1, 0])
    assertTensor(where(cond, 1, 0), 'float32', [2], [1, 0])
    assertTensor(where(cond, true, false), 'bool', [2], [1, 0])
    assertTensor(cond.where(int(1, 2), 0.5), 'float32', [2], [1, 0.5])
    assertTensor(where(tensor([[true], [false]]), int(1, 2), 7), 'int32', [2, 2], [1, 2, 7, 7])
  })

  it('explains a condition that is none', () => {
    assertThrows(() => where(tensor([1]), 1, 2), 'BAD_DTYPE', /must be a bool tensor.*x\.gt\(0\)/)
    assertThrows(() => where(true as never, 1, 2), 'NOT_A_TENSOR', /where/)
    assertThrows(() => where(bool(true), 'a' as never, 2), 'NOT_A_TENSOR', /string/)
    assertThrows(() => where(bool(true, false), zeros([3]), 2), 'SHAPE_MISMATCH', /where/)
    assertThrows(() => where(bool(true), zeros([2]), zeros([3])), 'SHAPE_MISMATCH', /where/)
  })

  it('cuts off at numbers and at tensors, with the dtypes of both', () => {
    assertTensor(clamp(tensor([-2, 0.5, NaN, 3]), 0, 1), 'float32', [4], [0, 0.5, NaN, 1])
    assertTensor(clamp(tensor([1, 2]), 5, 2), 'float32', [2], [2, 2])
    assertTensor(clamp(int(1, 5), { max: 2 }), 'int32', [2], [1, 2])
    assertTensor(clamp(int(1, 5), { max: 2.5 }), 'float32', [2], [1, 2.5])
    assertTensor(clamp(bool(true, false), 0, 1), 'int32', [2], [1, 0])
    assertTensor(clamp(bool(true, false), true, true), 'bool', [2], [1, 1])
    assertTensor(clamp(int(1, 5), 2, Infinity), 'int32', [2], [2, 5])
    assertTensor(clamp(int(1, 5), int(2)), 'int32', [2], [2, 5])
    assertTensor(clamp(tensor([1, 2]), { min: NaN }), 'float32', [2], [NaN, NaN])
    assertTensor(clampMin(int(1, 5), tensor([2.5])), 'float32', [2], [2.5, 5])
    assertTensor(clampMax(tensor([1, 5]), tensor([3])), 'float32', [2], [1, 3])
    assertTensor(clamp(bool(true, false), bool(false), bool(false)), 'bool', [2], [0, 0])
    assertThrows(() => clamp(tensor([1])), 'BAD_VALUE', /neither a lower nor an upper bound/)
    assertThrows(() => clamp(int(1), 'a' as never), 'NOT_A_TENSOR', /clamp/)
  })

  it('fills in the range of each dtype for infinities', () => {
    const x = tensor([NaN, Infinity, -Infinity, 1])
    assertTensor(nanToNum(x.half()), 'float16', [4], [0, 65504, -65504, 1])
    assertTensor(nanToNum(x), 'float32', [4], [0, 3.4028234663852886e38, -3.4028234663852886e38, 1])
    assertTensor(nanToNum(x, { nan: 7, posinf: 8, neginf: 9 }), 'float32', [4], [7, 8, 9, 1])
    assertTensor(nanToNum(int(3)), 'int32', [1], [3])
  })
})

describe('activations', () => {
  it('are stable far out', () => {
    assertClose(softplus(tensor([-1e4, 0, 1e4])), [0, Math.LN2, 1e4])
    assertClose(logsigmoid(tensor([-1e4, 0, 1e4])), [-1e4, -Math.LN2, 0])
    assert.ok(Object.is(numbers(logsigmoid(tensor([1e4])))[0], 0))
    assertClose(sigmoid(tensor([-1e4, 0, 1e4])), [0, 0.5, 1])
    assertClose(softmax(tensor([1e4, 1e4, -1e4]), 0), [0.5, 0.5, 0])
  })

  it('round 16-bit results once', () => {
    // In float16 step by step: 2 x = 0.2, ln(1 + e^0.2) = 0.798..., halved: rounded three times.
    const exact = Math.log1p(Math.exp(2 * 0.0999755859375)) / 2
    const expected = numbers(tensor([exact], { dtype: 'float16' }))
    assert.deepEqual(numbers(softplus(tensor([0.1]).half(), { beta: 2 })), expected)
  })

  it('take threshold Infinity for the exact softplus', () => {
    assert.deepEqual(numbers(softplus(tensor([25]).double())), [25])
    assert.ok((numbers(softplus(tensor([25]).double(), { threshold: Infinity }))[0] as number) > 25)
  })

  it('take a list of one for a number', () => {
    assertTensor(softmax(tensor(3), 0), 'float32', [], [1])
    assertTensor(tensor(3).logSoftmax(-1), 'float32', [], [0])
  })

  it('refuse whole numbers, unknown forms and missing axes', () => {
    assertThrows(() => gelu(int(1)), 'BAD_DTYPE', /gelu: needs a float/)
    assertThrows(() => softmax(int(1), 0), 'BAD_DTYPE', /softmax/)
    assertThrows(() => int(1).softmin(0), 'BAD_DTYPE', /softmin/)
    assertThrows(() => gelu(tensor([1]), { approximate: 'fast' as never }), 'BAD_VALUE', /'fast'/)
    assertThrows(() => softmax(tensor([1]), undefined as never), 'BAD_DIM', /say along which axis/)
    assertThrows(() => softmax(tensor([1]), 1), 'BAD_DIM', /dim 1/)
    assertThrows(() => softmax(tensor(1), 1), 'BAD_DIM', /dim 1/)
  })
})

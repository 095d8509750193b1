import assert from 'node:assert/strict'
import {
  arange,
  eye,
  fromArray,
  full,
  fullLike,
  getDefaultDtype,
  linspace,
  logspace,
  noGrad,
  ones,
  onesLike,
  setDefaultDtype,
  tensor,
  zeros,
  zerosLike,
} from '#src/index.js'
import { hooks } from '#src/tensor/graph.js'
import { assertClose, assertTensor, assertThrows, numbers } from './numbers.js'

describe('tensor', () => {
  it('makes float32 of numbers, bool of booleans, and counts true as 1 among numbers', () => {
    assertTensor(tensor([1, 2, 3]), 'float32', [3], [1, 2, 3])
    assertTensor(tensor([true, false]), 'bool', [2], [1, 0])
    assertTensor(tensor([true, 2.5]), 'float32', [2], [1, 2.5])
    assertTensor(tensor(7), 'float32', [], [7])
    assertTensor(tensor(true), 'bool', [], [1])
  })

  it('takes the shape from the lists, empty ones too', () => {
    assertTensor(
      tensor([
        [[1], [2]],
        [[3], [4]],
      ]),
      'float32',
      [2, 2, 1],
      [1, 2, 3, 4],
    )
    assertTensor(tensor([]), 'float32', [0], [])
    assertTensor(tensor([[], []]), 'float32', [2, 0], [])
  })

  it('takes the dtype of a typed array, int32 for every array of whole numbers', () => {
    assert.equal(tensor(new Float32Array([1.5])).dtype, 'float32')
    assert.equal(tensor(new Float64Array([1.5])).dtype, 'float64')
    const whole = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array]
    for (const Kind of whole) assertTensor(tensor(new Kind([1, 2])), 'int32', [2], [1, 2])
    assertTensor(tensor(new BigInt64Array([-3n, 4n])), 'int32', [2], [-3, 4])
    assertTensor(tensor([new Float32Array([1, 2]), new Float32Array([3, 4])]), 'float32', [2, 2], [1, 2, 3, 4])
  })

  it('rounds to the dtype that is asked for, 16 bits to nearest even in one step', () => {
    assertTensor(tensor([1.7, -1.7], { dtype: 'int32' }), 'int32', [2], [1, -1])
    assertTensor(tensor([0, NaN, 2], { dtype: 'bool' }), 'bool', [3], [0, 1, 1])
    // Above the tie between 1 and 1 + 2^-10 by less than float32 can hold: rounding twice would give 1.
    assertTensor(tensor([1 + 2 ** -11 + 2 ** -40], { dtype: 'float16' }), 'float16', [1], [1 + 2 ** -10])
    assertTensor(tensor([1 + 2 ** -8], { dtype: 'bfloat16' }), 'bfloat16', [1], [1])
  })

  it('copies: neither the array nor the tensor that it was made of sees writes', () => {
    const array = new Float32Array([1, 2])
    const a = tensor(array)
    const b = tensor(a)
    array[0] = 9
    b.fill_(5)
    assert.deepEqual(numbers(a), [1, 2])
    assert.deepEqual(numbers(b), [5, 5])
  })

  it('leaves the graph of a tensor behind', () => {
    const w = tensor([1], { requiresGrad: true })
    assert.equal(w.requiresGrad, true)
    assert.equal(tensor(w.mul(2)).requiresGrad, false)
    assert.equal(tensor(w, { dtype: 'float64' }).requiresGrad, false)
  })

  it('lives where it is asked to', () => {
    assert.equal(tensor([1], { device: 'reference' }).device, 'reference')
    assert.equal(zeros([2], { device: 'reference' }).device, 'reference')
    const x = tensor([1, 2], { device: 'reference' })
    const there = tensor(x, { device: 'wasm' })
    assert.equal(there.device, 'wasm')
    assert.deepEqual(numbers(there), [1, 2])
    assertThrows(() => zeros([2], { device: 'abacus' }), 'BAD_BACKEND', /abacus/)
  })

  it('names the place where lists are ragged', () => {
    assertThrows(() => tensor([[1, 2], [3]]), 'BAD_SHAPE', /at \[1\] expected a list of 2, got a list of 1/)
    assertThrows(() => tensor([[1, 2], 3]), 'BAD_SHAPE', /at \[1\] expected a list of 2, got number/)
    assertThrows(() => tensor([1, [2]]), 'BAD_SHAPE', /at \[1\] expected a number, got a list of 1/)
  })

  it('names the place of what is no number', () => {
    assertThrows(() => tensor([[1, 'a' as never]]), 'BAD_VALUE', /at \[0\]\[1\], got string/)
    assertThrows(() => tensor([1, undefined as never]), 'BAD_VALUE', /at \[1\], got undefined/)
    assertThrows(() => tensor([1n as never]), 'BAD_VALUE', /bigint.*Number\(x\)/)
    assertThrows(() => tensor([tensor(1) as never]), 'BAD_VALUE', /a tensor.*stack/)
    assertThrows(() => tensor(null as never), 'BAD_VALUE', /got null/)
    assertThrows(() => tensor({} as never), 'BAD_VALUE', /got an object/)
  })

  it('refuses numbers that int32 cannot hold', () => {
    assertThrows(() => tensor([0, 3e9], { dtype: 'int32' }), 'BAD_VALUE', /3000000000, at \[1\]/)
    assertThrows(() => tensor(NaN, { dtype: 'int32' }), 'BAD_VALUE', /NaN/)
    assertThrows(() => tensor(new Uint32Array([4e9])), 'BAD_VALUE', /4000000000/)
    assertThrows(() => full([2], 2 ** 31, { dtype: 'int32' }), 'BAD_VALUE', /2147483648/)
  })

  it('refuses unknown dtypes and gradients of whole numbers', () => {
    assertThrows(() => tensor([1], { dtype: 'int64' as never }), 'BAD_DTYPE', /'int64' is not a dtype/)
    assertThrows(() => zeros([1], { dtype: 'uint8' as never }), 'BAD_DTYPE', /'uint8'/)
    assertThrows(() => tensor([true], { requiresGrad: true }), 'BAD_DTYPE', /dtype bool cannot have a gradient/)
  })

  it('say so where autograd is not loaded', () => {
    const { makeLeaf } = hooks
    hooks.makeLeaf = undefined
    try {
      assertThrows(() => ones([1], { requiresGrad: true }), 'NO_GRAD', /autograd, which is not loaded/)
    } finally {
      hooks.makeLeaf = makeLeaf
    }
  })
})

describe('fromArray', () => {
  it('puts an array into a shape, one size of which may be left open', () => {
    assertTensor(fromArray(new Float32Array([1, 2, 3, 4]), [2, -1]), 'float32', [2, 2], [1, 2, 3, 4])
    assertTensor(fromArray(new Int32Array([5]), []), 'int32', [], [5])
    assertTensor(fromArray(new Uint8Array([0, 3]), [2], { dtype: 'bool' }), 'bool', [2], [0, 1])
  })

  it('refuses shapes that do not hold the numbers, and what is no typed array', () => {
    assertThrows(() => fromArray(new Float32Array(5), [2, 3]), 'BAD_SHAPE', /5 element/)
    assertThrows(() => fromArray([1, 2] as never, [2]), 'BAD_VALUE', /expected a typed array, got an array/)
  })
})

describe('filled tensors', () => {
  it('have the shape and value', () => {
    assertTensor(zeros([2, 1]), 'float32', [2, 1], [0, 0])
    assertTensor(ones(3), 'float32', [3], [1, 1, 1])
    assertTensor(full([2], 7), 'float32', [2], [7, 7])
    assertTensor(full([], true), 'bool', [], [1])
    assertTensor(zeros([0, 2]), 'float32', [0, 2], [])
    assertTensor(ones([2], { dtype: 'bfloat16' }), 'bfloat16', [2], [1, 1])
  })

  it('keep a shape of their own, whatever happens to the list', () => {
    const shape = [2, 3]
    const x = zeros(shape)
    shape[0] = 9
    assert.deepEqual([...x.shape], [2, 3])
  })

  it('refuse what is no shape', () => {
    assertThrows(() => zeros([-1]), 'BAD_SHAPE', /\[-1\] is not a shape/)
    assertThrows(() => ones([1.5]), 'BAD_SHAPE', /1\.5/)
    assertThrows(() => full('2' as never, 1), 'BAD_SHAPE', /string is not a shape/)
    assertThrows(() => eye(-1), 'BAD_SHAPE', /eye/)
  })

  it('are leaves where asked, and then take a gradient', () => {
    const w = ones([2], { requiresGrad: true })
    w.mul(3).sum().backward()
    assert.deepEqual(w.grad && numbers(w.grad), [3, 3])
    assert.equal(noGrad(() => zeros([1], { requiresGrad: true })).requiresGrad, true)
  })

  it('take shape, dtype and device of another one', () => {
    const x = tensor([[1, 2]], { dtype: 'float64', device: 'reference' })
    assertTensor(zerosLike(x), 'float64', [1, 2], [0, 0])
    assertTensor(onesLike(x, { dtype: 'int32' }), 'int32', [1, 2], [1, 1])
    assertTensor(fullLike(x, 5), 'float64', [1, 2], [5, 5])
    assert.equal(x.zerosLike().device, 'reference')
  })
})

describe('arange', () => {
  it('counts in int32 where everything is whole, else in the default dtype', () => {
    assertTensor(arange(4), 'int32', [4], [0, 1, 2, 3])
    assertTensor(arange(1, 2, 0.25), 'float32', [4], [1, 1.25, 1.5, 1.75])
    assertTensor(arange(5, 0, { step: -2 }), 'int32', [3], [5, 3, 1])
    assertTensor(arange(3, { dtype: 'float32' }), 'float32', [3], [0, 1, 2])
    assertTensor(arange(0, 6, 3, { dtype: 'float64' }), 'float64', [2], [0, 3])
    assertTensor(arange(2, 2), 'int32', [0], [])
  })

  it('refuses steps that lead nowhere', () => {
    assertThrows(() => arange(0, 5, -1), 'BAD_VALUE', /a step of -1 does not lead from 0 to 5/)
    assertThrows(() => arange(0, 5, 0), 'BAD_VALUE', /step of 0/)
    assertThrows(() => arange(0, Infinity), 'BAD_VALUE', /not a finite range/)
  })
})

describe('linspace, logspace, eye', () => {
  it('reach their end exactly', () => {
    assertTensor(linspace(0, 1, 5), 'float32', [5], [0, 0.25, 0.5, 0.75, 1])
    const x = numbers(linspace(0.1, 0.7, 7, { dtype: 'float64' }))
    assert.equal(x.at(-1), 0.7)
    assertTensor(linspace(3, 9, 1), 'float32', [1], [3])
    assertTensor(linspace(3, 9, 0), 'float32', [0], [])
    assertClose(logspace(0, 2, 3), [1, 10, 100])
    assertClose(logspace(0, 3, 4, { base: 2 }), [1, 2, 4, 8])
  })

  it('refuse a number of steps that is none', () => {
    assertThrows(() => linspace(0, 1, -1), 'BAD_VALUE', /steps must be a whole number/)
    assertThrows(() => logspace(0, 1, 1.5), 'BAD_VALUE', /1\.5/)
  })

  it('put ones on the diagonal', () => {
    assertTensor(eye(2, 3), 'float32', [2, 3], [1, 0, 0, 0, 1, 0])
    assertTensor(eye(2, { dtype: 'int32' }), 'int32', [2, 2], [1, 0, 0, 1])
  })
})

describe('the default dtype', () => {
  afterEach(() => setDefaultDtype('float32'))

  it('is what numbers become', () => {
    assert.equal(getDefaultDtype(), 'float32')
    setDefaultDtype('float64')
    assert.equal(tensor([1]).dtype, 'float64')
    assert.equal(zeros([1]).dtype, 'float64')
    assert.equal(tensor([1], { dtype: 'int32' }).sqrt().dtype, 'float64')
  })

  it('is a float', () => {
    assertThrows(() => setDefaultDtype('int32'), 'BAD_DTYPE', /'int32' is not a float/)
    assertThrows(() => setDefaultDtype('double' as never), 'BAD_DTYPE', /'double'/)
  })
})

// Other dtypes, devices and memory.
import assert from 'node:assert/strict'
import { clone, isFloatingPoint, type Tensor, tensor, zeros } from '#src/index.js'
import { permuted } from '#src/tensor/ops/windows.js'
import { assertTensor, assertThrows, numbers } from './numbers.js'

describe('conversions', () => {
  const x = tensor([1.7, -1.7, 0, NaN])

  it('have a method for each dtype', () => {
    assertTensor(tensor([1.7, -1.7]).int(), 'int32', [2], [1, -1])
    assertTensor(x.bool(), 'bool', [4], [1, 1, 0, 1])
    assertTensor(tensor([true]).float(), 'float32', [1], [1])
    assertTensor(tensor([0.1]).double(), 'float64', [1], [Math.fround(0.1)])
    assertTensor(tensor([1e6, 1]).half(), 'float16', [2], [Infinity, 1])
    assertTensor(tensor([1.01]).bfloat16(), 'bfloat16', [1], [1.0078125])
    assertTensor(tensor([1.5]).typeAs(tensor([true])), 'bool', [1], [1])
    assertTensor(tensor([1.5]).to('int32'), 'int32', [1], [1])
    assertTensor(tensor([1.5]).to({ dtype: 'float64' }), 'float64', [1], [1.5])
  })

  it('return the tensor itself where nothing changes', () => {
    assert.equal(x.float(), x)
    assert.equal(x.to({}), x)
    assert.equal(x.to(x.device), x)
    assert.equal(x.contiguous(), x)
  })

  it('carry gradients between floats', () => {
    const w = tensor([1, 2], { requiresGrad: true })
    w.double().mul(3).sum().backward()
    assertTensor(w.grad as Tensor, 'float32', [2], [3, 3])
  })

  it('move to another backend, strided windows too, but not with a graph', () => {
    const other = x.device === 'reference' ? 'wasm' : 'reference'
    const turned = permuted(tensor([[1, 2], [3, 4]]), [1, 0]) // biome-ignore format: a matrix
    const there = turned.to({ device: other, dtype: 'float64' })
    assert.equal(there.device, other)
    assertTensor(there, 'float64', [2, 2], [1, 3, 2, 4])
    const w = tensor([1], { requiresGrad: true })
    assertThrows(() => w.to(other), 'NO_GRAD', /gradients do not flow.*detach/)
    assert.equal(w.detach().to(other).device, other)
  })

  it('name what does not exist', () => {
    assertThrows(() => x.to('cuda'), 'BAD_BACKEND', /cuda/)
    assertThrows(() => x.to({ dtype: 'int64' as never }), 'BAD_DTYPE', /int64/)
  })

  it('copy into row-major memory', () => {
    const turned = permuted(tensor([[1, 2], [3, 4]]), [1, 0]) // biome-ignore format: a matrix
    assert.equal(turned.isContiguous(), false)
    const straight = turned.contiguous()
    assert.equal(straight.isContiguous(), true)
    assert.deepEqual(numbers(straight), [1, 3, 2, 4])
    const copy = clone(turned)
    copy.fill_(0)
    assert.deepEqual(numbers(turned), [1, 3, 2, 4])
    assert.equal(isFloatingPoint(copy), true)
    assert.equal(isFloatingPoint(zeros([1], { dtype: 'bool' })), false)
  })
})

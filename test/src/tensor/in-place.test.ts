// Writing in place: what sees it, what is refused, and that gradients are those of the form without _.
import assert from 'node:assert/strict'
import { device, noGrad, ones, setBackend, type Tensor, tensor, zeros } from '#src/index.js'
import { narrowed } from '#src/tensor/ops/windows.js'
import { assertClose, assertTensor, assertThrows, numbers } from './numbers.js'

const int = (...x: number[]) => tensor(x, { dtype: 'int32' })

describe('forms in place', () => {
  it('write into their tensor, return it, and views see it', () => {
    const x = tensor([1, 2, 3])
    const middle = narrowed(x, 0, 1, 1)
    assert.equal(x.mul_(2), x)
    assert.deepEqual(numbers(middle), [4])
    middle.fill_(9)
    assert.deepEqual(numbers(x), [2, 9, 6])
    middle.exp_()
    assertClose(x, [2, Math.exp(9), 6])
  })

  it('keep the dtype: floats meet in the wider one and go back', () => {
    assertTensor(tensor([1]).add_(tensor([0.5]).double()), 'float32', [1], [1.5])
    assertTensor(
      tensor([1])
        .half()
        .mul_(tensor([3])),
      'float16',
      [1],
      [3],
    )
    assertTensor(int(7, -7).div_(2, { roundingMode: 'trunc' }), 'int32', [2], [3, -3])
    assertTensor(int(5).clamp_({ max: 3 }), 'int32', [1], [3])
    assertTensor(tensor([true]).add_(true), 'bool', [1], [1])
    assertTensor(int(1, 2).floor_().trunc_(), 'int32', [2], [1, 2])
  })

  it('fill and copy, from other dtypes and backends, and broadcast', () => {
    assertTensor(zeros([2, 2]).copy_(tensor([1, 2])), 'float32', [2, 2], [1, 2, 1, 2])
    assertTensor(zeros([2], { dtype: 'int32' }).copy_(1.7), 'int32', [2], [1, 1])
    assertTensor(zeros([2]).copy_(ones([2], { device: 'reference' })), 'float32', [2], [1, 1])
    assertTensor(zeros([2], { dtype: 'bool' }).fill_(2), 'bool', [2], [1, 1])
    const chosen = device()
    const there = zeros([2], { device: 'reference' })
    try {
      setBackend('wasm')
      assertTensor(there.fill_(3), 'float32', [2], [3, 3])
    } finally {
      setBackend(chosen)
    }
  })

  it('give the gradients of the forms without _, also where backward needs the old numbers', () => {
    const forms: ((y: Tensor) => Tensor)[] = [
      y => y.mul_(y.detach().mul(1)),
      y => y.mul_(3),
      y => y.exp_(),
      y => y.log_(),
      y => y.sin_(),
      y => y.pow_(3),
      y => y.square_(),
      y => y.clamp_(0.5, 1.5),
      y => y.div_(tensor([2, 4])),
      y => y.lerp_(tensor([5, 6]), 0.25),
    ]
    const slopes = [
      [1, 2],
      [3, 3],
      [Math.exp(1), Math.exp(2)],
      [1, 0.5],
      [Math.cos(1), Math.cos(2)],
      [3, 12],
      [2, 4],
      [1, 0],
      [0.5, 0.25],
      [0.75, 0.75],
    ]
    forms.forEach((form, i) => {
      const leaf = tensor([1, 2], { requiresGrad: true })
      const y = leaf.mul(1)
      form(y)
      y.sum().backward()
      assertClose(leaf.grad as Tensor, slopes[i] as number[])
    })
  })

  it('pass gradients to both operands', () => {
    const [a, b] = [tensor([2, 3], { requiresGrad: true }), tensor([5, 7], { requiresGrad: true })]
    const y = a.mul(1)
    y.mul_(b)
    y.sum().backward()
    assert.deepEqual(a.grad && numbers(a.grad), [5, 7])
    assert.deepEqual(b.grad && numbers(b.grad), [2, 3])
  })

  it('refuse expanded tensors, whose elements share memory, unless all get the same number', () => {
    const wide = () => zeros([1, 2]).expand([3, 2])
    const rows = tensor([[1], [2], [3]])
    assertThrows(() => wide().add_(rows), 'IN_PLACE', /add_: several elements .* \[3, 2\].*clone\(\)/)
    assertThrows(() => wide().copy_(ones([3, 2])), 'IN_PLACE', /same place/)
    assertThrows(() => wide().exp_(), 'IN_PLACE', /same place/)
    assertThrows(() => wide().add_(tensor([[1, 2]], { requiresGrad: true })), 'IN_PLACE', /same place/)
    assertThrows(() => wide().uniform_(), 'IN_PLACE', /same place/)
    assertTensor(wide().fill_(4), 'float32', [3, 2], [4, 4, 4, 4, 4, 4])
    assertTensor(wide().maskedFill_(tensor(true), 1), 'float32', [3, 2], [1, 1, 1, 1, 1, 1])
    assertTensor(zeros([2, 1]).expand([1, 2, 1]).add_(1), 'float32', [1, 2, 1], [1, 1])
    assertTensor(wide().clone().add_(rows), 'float32', [3, 2], [1, 1, 2, 2, 3, 3])
  })

  it('refuse leaves, higher kinds and greater shapes', () => {
    const w = ones([2], { requiresGrad: true })
    assertThrows(() => w.add_(1), 'IN_PLACE', /noGrad/)
    assertThrows(() => w.fill_(1), 'IN_PLACE', /leaf/)
    assert.deepEqual(numbers(noGrad(() => w.sub_(0.5))), [0.5, 0.5])
    assertThrows(() => int(1).add_(0.5), 'BAD_DTYPE', /add_: the result is float32.*int32.*add\./)
    assertThrows(() => int(1).div_(2), 'BAD_DTYPE', /div_/)
    assertThrows(() => int(1).exp_(), 'BAD_DTYPE', /exp_/)
    assertThrows(() => tensor([true]).mul_(2), 'BAD_DTYPE', /mul_/)
    assertThrows(() => tensor([true]).neg_(), 'BAD_DTYPE', /neg_/)
    assertThrows(() => tensor([true]).floor_(), 'BAD_DTYPE', /floor_/)
    assertThrows(() => tensor([true]).sub_(true), 'BAD_DTYPE', /sub_/)
    assertThrows(() => ones([1]).add_(ones([2])), 'SHAPE_MISMATCH', /add_.*\[2\].*\[1\]/)
    assertThrows(() => ones([2]).copy_(ones([3])), 'SHAPE_MISMATCH', /copy_/)
    assertThrows(() => int(1).fill_(2 ** 31), 'BAD_VALUE', /int32 cannot hold/)
    assertThrows(() => int(1).fill_(NaN), 'BAD_VALUE', /NaN/)
  })
})

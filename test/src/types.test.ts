// The public types: what follows must compile, and each line below a @ts-expect-error must not. The build is the test; at run
// time the values are looked at once, so that types and values cannot drift apart.
import assert from 'node:assert/strict'
import {
  add,
  arange,
  cat,
  type DType,
  gradcheck,
  hessian,
  jacobian,
  jvp,
  max,
  type Nested,
  randint,
  setPrintOptions,
  softmax,
  Tensor,
  TensorError,
  type TensorErrorCode,
  type TensorLike,
  tensor,
  tensordot,
  vjp,
  where,
  zeros,
} from '#src/index.js'

/** Compiles only where both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const sameType = <A, B>(same: Same<A, B>): void => assert.equal(same, true)

const x = tensor([
  [1, 2],
  [3, 4],
])

describe('public types', () => {
  it('creation takes numbers, booleans, nested and typed arrays, and nothing else', () => {
    const data: Nested[] = [1, true, [1, 2], [[true], [false]], new Float32Array(2), [new Float64Array(2)]]
    assert.equal(
      data.map(each => tensor(each)).every(made => made instanceof Tensor),
      true,
    )
    // @ts-expect-error text is no data
    assert.throws(() => tensor('1'), TensorError)
    // @ts-expect-error nor are nested texts
    assert.throws(() => tensor([['1']]), TensorError)
    // @ts-expect-error no such dtype
    assert.throws(() => zeros([2], { dtype: 'float8' }), TensorError)
    // @ts-expect-error no such option
    zeros([2], { requires_grad: true })
    const dtypes: DType[] = ['float32', 'float64', 'int32', 'bool', 'float16', 'bfloat16']
    assert.deepEqual(
      dtypes.map(dtype => zeros([1], { dtype }).dtype),
      dtypes,
    )
  })

  it('operands are tensors and plain numbers', () => {
    const operands: TensorLike[] = [x, 2, true]
    assert.equal(operands.map(each => add(x, each)).length, 3)
    // @ts-expect-error a list is no operand
    assert.throws(() => add(x, [1, 2]), TensorError)
    // @ts-expect-error nor for a method
    assert.throws(() => x.add('1'), TensorError)
    sameType<ReturnType<typeof add>, Tensor>(true)
    const chained = x.add(1).mul(x).sum(0, { keepdim: true }).softmax(1)
    sameType<typeof chained, Tensor>(true)
    assert.deepEqual([...chained.shape], [1, 2])
    const chosen = where(x.gt(2), x, 0)
    sameType<typeof chosen, Tensor>(true)
    assert.deepEqual(chosen.toArray(), [
      [0, 0],
      [3, 4],
    ])
  })

  it('dims come alone, as a list or in the options', () => {
    assert.equal(x.sum().item(), 10)
    assert.deepEqual(x.sum(1).toArray(), [3, 7])
    assert.deepEqual(x.sum([0, 1], { keepdim: true }).toArray(), [[10]])
    assert.deepEqual(x.sum({ dim: 1, keepdim: true }).toArray(), [[3], [7]])
    // @ts-expect-error an axis is a number
    assert.throws(() => x.sum('1'), TensorError)
    // @ts-expect-error softmax needs its axis
    assert.throws(() => softmax(x), TensorError)
  })

  it('max and min are a tensor without an axis, values and indices with one', () => {
    const whole = x.max()
    sameType<typeof whole, Tensor>(true)
    assert.equal(whole.item(), 4)
    const { values, indices } = x.max(1)
    sameType<typeof values, Tensor>(true)
    assert.deepEqual(
      [values.toArray(), indices.toArray()],
      [
        [2, 4],
        [1, 1],
      ],
    )
    assert.equal(max(x).item(), 4)
    assert.deepEqual(max(x, 0, { keepdim: true }).values.toArray(), [[3, 4]])
    // @ts-expect-error without an axis there are no indices
    assert.equal(x.max().indices, undefined)
  })

  it('indices are numbers, null, ranges, tensors and two words', () => {
    assert.deepEqual(x.at(0).toArray(), [1, 2])
    assert.deepEqual(x.at(null, [1, 2]).toArray(), [[2], [4]])
    assert.deepEqual(x.at('...', 'newaxis', 0).shape, [2, 1])
    assert.deepEqual(x.at(x.gt(2)).toArray(), [3, 4])
    // @ts-expect-error no such word
    assert.throws(() => x.at(':'), TensorError)
  })

  it('lists of tensors are lists', () => {
    const both = cat([x, x], 1)
    assert.deepEqual([...both.shape], [2, 4])
    // @ts-expect-error one tensor is no list
    assert.throws(() => cat(x, 1), TensorError)
    const [first] = x.unbind()
    sameType<typeof first, Tensor | undefined>(true)
    for (const row of x) sameType<typeof row, Tensor>(true)
  })

  it('shapes, dims and places come as lists', () => {
    sameType<typeof x.T, Tensor>(true)
    assert.deepEqual(x.T.shape, [2, 2])
    assert.deepEqual(randint(1, 2, [2]).toArray(), [1, 1])
    assert.deepEqual(tensordot(x, x, [[0], [1]]).shape, [2, 2])
    const { values, indices } = x.kthvalue(1, { dim: 0 })
    sameType<typeof values, Tensor>(true)
    assert.deepEqual(
      [values.toArray(), indices.toArray()],
      [
        [1, 2],
        [0, 0],
      ],
    )
    // @ts-expect-error sizes one by one
    assert.throws(() => x.reshape(4, 1), TensorError)
    // @ts-expect-error places as a plain list
    assert.throws(() => x.indexSelect(0, [1, 0]), TensorError)
    // @ts-expect-error two lists of axes, not one
    assert.throws(() => tensordot(x, x, [0, 1]), TensorError)
    // @ts-expect-error no such option
    assert.throws(() => setPrintOptions({ sciMode: true }), TensorError)
  })

  it('derivatives have the form of their inputs', () => {
    const square = (v: Tensor): Tensor => v.mul(v).sum()
    const h = hessian(square, x)
    sameType<typeof h, Tensor>(true)
    const blocks = hessian((a, b) => add(a as Tensor, b as Tensor).sum(), [x, x])
    sameType<typeof blocks, Tensor[][]>(true)
    const j = jacobian((v: Tensor) => v.mul(2), x)
    sameType<typeof j, Tensor>(true)
    const [value, tangent] = jvp(square, x, x)
    sameType<typeof tangent, Tensor>(true)
    assert.deepEqual([value.item(), tangent.item()], [30, 60])
    const [, pullback] = vjp(square, [x])
    sameType<ReturnType<typeof pullback>, Tensor[]>(true)
    assert.deepEqual([h.shape, j.shape, blocks.length], [[2, 2, 2, 2], [2, 2, 2, 2], 2])
    // @ts-expect-error inputs are tensors
    assert.throws(() => gradcheck(square, 3), TensorError)
  })

  it('what a tensor is made of can be read, not written', () => {
    sameType<typeof x.shape, readonly number[]>(true)
    sameType<typeof x.dtype, DType>(true)
    sameType<typeof x.grad, Tensor | null>(true)
    // @ts-expect-error a shape is not written to
    const write = (): void => x.shape.push(1)
    assert.equal(typeof write, 'function')
    // @ts-expect-error arithmetic on tensors is refused by the compiler too
    assert.throws(() => x * 2)
    assert.equal(arange(3).size, 3)
  })

  it('errors have one of the known codes', () => {
    const code: TensorErrorCode = 'SHAPE_MISMATCH'
    assert.throws(() => x.add(zeros([3])), { code })
    // @ts-expect-error no such code
    const wrong: TensorErrorCode = 'WRONG'
    assert.equal(wrong, 'WRONG')
  })
})

// Reading tensors and expecting mistakes, for the tests of this folder.
import assert from 'node:assert/strict'
import { type Tensor, TensorError, type TensorErrorCode } from '#src/index.js'
import { numbersOf } from '#src/tensor/ops/host.js'

/** The numbers in row-major order. */
export function numbers(x: Tensor): number[] {
  return [...numbersOf(x)]
}

/** Shape, dtype and numbers at once. */
export function assertTensor(x: Tensor, dtype: string, shape: readonly number[], expected: readonly number[]): void {
  assert.equal(x.dtype, dtype)
  assert.deepEqual([...x.shape], [...shape])
  assert.deepEqual(numbers(x), [...expected])
}

/** Numbers up to a relative error. */
export function assertClose(x: Tensor, expected: readonly number[], tolerance = 1e-6): void {
  const got = numbers(x)
  assert.equal(got.length, expected.length)
  got.forEach((value, i) => {
    const y = expected[i] as number
    const near = Object.is(value, y) || value === y || Math.abs(value - y) <= tolerance * Math.max(1, Math.abs(y))
    assert.ok(near, `at ${i}: ${value}, expected ${y}`)
  })
}

/** The call throws a TensorError with this code and words. */
export function assertThrows(call: () => unknown, code: TensorErrorCode, words: RegExp): void {
  assert.throws(call, error => {
    assert.ok(error instanceof TensorError, String(error))
    assert.equal(error.code, code)
    assert.match(error.message, words)
    return true
  })
}

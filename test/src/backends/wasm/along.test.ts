// softmax, running sums and places of extremes along any axis, against the reference.
import assert from 'node:assert/strict'
import type { Shape } from '#src/tensor/shape.js'
import { arrayOf, close, type Given, onBoth, rowMajorOf, same, windowsOf } from './beside.js'

const SHAPES: readonly Shape[] = [[1], [3], [35], [5, 1], [6, 7], [33, 10], [2, 20, 3], [3, 4, 5, 6], [1, 9, 1]]
const DTYPES = ['float32', 'float64', 'int32', 'float16'] as const

function eachLine(
  dtype: (typeof DTYPES)[number],
  check: (x: Given, dim: number, what: string) => void,
  shapes = SHAPES,
): void {
  for (const shape of shapes) {
    for (const [layout, x] of Object.entries(windowsOf(dtype, shape))) {
      for (let dim = 0; dim < shape.length; dim++) check(x, dim, `${layout} [${shape}] along ${dim}`)
    }
  }
}

const float32 = (shape: Shape, values: readonly number[]): Given => ({
  array: arrayOf('float32', values),
  dtype: 'float32',
  shape,
})

/** Numbers of the shape, stretched to a range. */
function stretched(shape: Shape, factor: number): Given {
  const x = rowMajorOf('float32', shape)
  return {
    ...x,
    array: arrayOf(
      'float32',
      Array.from(x.array, value => value * factor),
    ),
  }
}

describe('wasm: softmax', () => {
  it('is within 4 ulp along any axis and layout', () => {
    for (const dtype of ['float32', 'float64'] as const) {
      eachLine(dtype, (x, dim, what) => {
        close(onBoth('softmax', [x], { dim }), dtype, 4, what)
        close(onBoth('logSoftmax', [x], { dim }), dtype, 4, what)
      })
    }
  })

  it('is as close where numbers differ widely, down to results below 2^-126', () => {
    for (const factor of [1e-30, 1e-3, 10, 25, 200, 1e30]) {
      for (let n = 1; n < 40; n++) {
        const x = stretched([3, n], factor)
        close(onBoth('softmax', [x], { dim: 1 }), 'float32', 4, `softmax ${n} ${factor}`)
        close(onBoth('logSoftmax', [x], { dim: 1 }), 'float32', 4, `logSoftmax ${n} ${factor}`)
      }
    }
  })

  it('is as close where all numbers of a row are large', () => {
    for (const shift of [-8191, -100, 88, 8000, 8192, 20_000, -20_000, 1e6, -1e6]) {
      const x = stretched([6, 37], 3)
      const far: Given = { ...x, array: x.array.map(value => value + shift) as Float32Array }
      close(onBoth('softmax', [far], { dim: 1 }), 'float32', 4, `softmax at ${shift}`)
      close(onBoth('logSoftmax', [far], { dim: 1 }), 'float32', 4, `logSoftmax at ${shift}`)
    }
  })

  it('keeps what is left beside a dominant number', () => {
    const { actual } = onBoth('logSoftmax', [float32([2], [0, -30])], { dim: 0 })
    assert.ok(Math.abs((actual[0] as number) / -Math.exp(-30) - 1) < 1e-6)
  })

  it('gives exact zeros at -Inf, and NaN where PyTorch does', () => {
    for (const values of [
      [0, -Infinity, 1, -Infinity, 2],
      [-Infinity, -Infinity, -Infinity, -Infinity, -Infinity],
      [0, 1, Infinity, 2, 3],
      [0, NaN, 1, 2, 3],
      [1e4, -1e4, 0, -0, 100],
      [3.4e38, -3.4e38, 0, 0, 0],
    ]) {
      const x = float32([5], values)
      close(onBoth('softmax', [x], { dim: 0 }), 'float32', 4, `${values}`)
      close(onBoth('logSoftmax', [x], { dim: 0 }), 'float32', 4, `${values}`)
    }
    assert.equal(onBoth('softmax', [float32([2], [0, -Infinity])], { dim: 0 }).actual[1], 0)
  })

  it('sums to one over 100,000 numbers', () => {
    const x = rowMajorOf('float32', [100_000])
    const results = onBoth('softmax', [x], { dim: 0 })
    close(results, 'float32', 4, 'long row')
    assert.ok(Math.abs(Array.from(results.actual).reduce((sum, value) => sum + value) - 1) < 1e-6)
  })
})

describe('wasm: running sums and products', () => {
  for (const dtype of DTYPES) {
    it(`are the reference's along any axis: ${dtype}`, () => {
      eachLine(dtype, (x, dim, what) => {
        same(onBoth('cumsum', [x], { dim, reverse: false }), what)
        same(onBoth('cumsum', [x], { dim, reverse: true }), `back ${what}`)
        same(onBoth('cumprod', [x], { dim }), `product ${what}`)
      })
      same(onBoth('cumsum', [rowMajorOf(dtype, [2, 0])], { dim: 1, reverse: false }), 'empty')
    })
  }
})

describe('wasm: places of extremes', () => {
  for (const dtype of [...DTYPES, 'bool'] as const) {
    it(`are the reference's along any axis: ${dtype}`, () => {
      for (const keepdim of [false, true]) {
        eachLine(dtype as 'float32', (x, dim, what) => {
          same(onBoth('argmax', [x], { dim, keepdim }), `argmax ${what}`)
          same(onBoth('argmin', [x], { dim, keepdim }), `argmin ${what}`)
        })
      }
    })
  }

  it('are the first of equals, and the first NaN', () => {
    for (let n = 1; n < 24; n++) {
      for (let place = 0; place < n; place++) {
        for (const value of [9, NaN, Infinity]) {
          const values = new Array<number>(n).fill(1)
          values[place] = value
          values[n - 1] = value
          const x = float32([n], values)
          assert.equal(onBoth('argmax', [x], { dim: 0, keepdim: false }).actual[0], place)
          same(onBoth('argmin', [x], { dim: 0, keepdim: false }), `${n} ${place} ${value}`)
          const wide = { array: arrayOf('float64', values), dtype: 'float64' as const, shape: [n] }
          assert.equal(onBoth('argmax', [wide], { dim: 0, keepdim: false }).actual[0], place)
        }
      }
    }
    const low = float32([40], new Array(40).fill(-Infinity))
    assert.equal(onBoth('argmax', [low], { dim: 0, keepdim: false }).actual[0], 0)
  })
})

describe('wasm: order', () => {
  for (const dtype of [...DTYPES, 'bfloat16', 'bool'] as const) {
    it(`is the reference's along any axis: ${dtype}`, () => {
      for (const descending of [false, true]) {
        eachLine(dtype as 'float32', (x, dim, what) => same(onBoth('argsort', [x], { dim, descending }), what))
        // Lines for every way of sorting, with many equals.
        for (const n of [0, 1, 2, 39, 40, 41, 300, 4095, 4096, 9000]) {
          same(onBoth('argsort', [rowMajorOf(dtype, [2, n])], { dim: 1, descending }), `${n}`)
        }
      }
    })
  }

  it('has NaN as the greatest, 0 and -0 as equal, and leaves equals as they are', () => {
    const special = [0, -0, 1, -1, NaN, Infinity, -Infinity, 1e-45, -1e-45, 5e-324, -5e-324, -NaN, 3e38, -3e38, 2, 2]
    for (const dtype of ['float32', 'float64'] as const) {
      for (const times of [1, 4, 400]) {
        const values = Array.from({ length: times * special.length }, (_, i) => special[(i * 7) % 16] as number)
        const x: Given = { array: arrayOf(dtype, values), dtype, shape: [values.length] }
        for (const descending of [false, true]) {
          same(onBoth('argsort', [x], { dim: 0, descending }), `${dtype} ${times} ${descending}`)
        }
      }
    }
    for (const dtype of ['float16', 'bfloat16'] as const) {
      const all: Given = {
        array: Uint16Array.from({ length: 65536 }, (_, i) => (i * 7919) % 65536),
        dtype,
        shape: [65536],
      }
      for (const descending of [false, true]) same(onBoth('argsort', [all], { dim: 0, descending }), dtype)
    }
    const ends: Given = { array: Int32Array.of(0, 2 ** 31 - 1, -(2 ** 31), -1, 1), dtype: 'int32', shape: [5] }
    same(onBoth('argsort', [ends], { dim: 0, descending: false }), 'ends')
  })
})

// Reductions over any axes and layouts, against the reference.
import assert from 'node:assert/strict'
import type { DType } from '#src/tensor/dtype.js'
import { type Shape, sizeOf } from '#src/tensor/shape.js'
import { arrayOf, close, type Given, onBoth, rowMajorOf, same, windowsOf } from './beside.js'

/** All subsets of the axes but the empty one. */
function subsets(rank: number): number[][] {
  return Array.from({ length: 2 ** rank - 1 }, (_, mask) =>
    Array.from({ length: rank }, (_unused, axis) => axis).filter(axis => ((mask + 1) >> axis) & 1),
  )
}

const SHAPES: readonly Shape[] = [[1], [5], [35], [129], [3, 7], [40, 9], [9, 40], [4, 1, 6], [5, 3, 18], [2, 17, 4, 5]]

function eachCase(
  dtype: DType,
  shapes: readonly Shape[],
  check: (x: Given, dims: number[], what: string) => void,
): void {
  for (const shape of shapes) {
    for (const [layout, x] of Object.entries(windowsOf(dtype, shape))) {
      for (const dims of subsets(shape.length)) check(x, dims, `${layout} [${shape}] over ${dims}`)
    }
  }
}

/** Numbers of this dtype with NaN, infinities and both zeros among them. */
function special(dtype: 'float32' | 'float64', shape: Shape, values: readonly number[]): Given {
  const { array } = rowMajorOf(dtype, shape)
  values.forEach((value, i) => {
    array[(i * 7 + 3) % array.length] = value
  })
  return { array, dtype, shape }
}

describe('wasm: reductions', () => {
  for (const [dtype, epsilon] of [
    ['float32', 2 ** -24],
    ['float64', 2 ** -53],
  ] as const) {
    it(`sums ${dtype} to four roundings of the sum of sizes, whatever the axes and the layout`, () => {
      eachCase(dtype, SHAPES, (x, dims, what) => {
        // Numbers are below 4.
        const count = sizeOf(dims.map(dim => x.shape[dim] as number))
        close(onBoth('sum', [x], { dims, keepdim: false }), dtype, 1, what, 4 * epsilon * 4 * count)
      })
    })

    it(`sums a million ${dtype} numbers as closely`, () => {
      for (const shape of [[2 ** 20], [1000, 1000], [7, 1021, 101]]) {
        const x = rowMajorOf(dtype, shape)
        const sizes = Array.from(x.array, Math.abs).reduce((sum, size) => sum + size)
        for (const dims of subsets(shape.length)) {
          const results = onBoth('sum', [x], { dims, keepdim: false })
          close(
            results,
            dtype,
            1,
            `[${shape}] over ${dims}`,
            (4 * epsilon * sizes) / results.actual.length + 64 * epsilon,
          )
        }
      }
    })

    it(`multiplies ${dtype}`, () => {
      eachCase(dtype, SHAPES, (x, dims, what) => {
        const count = sizeOf(dims.map(dim => x.shape[dim] as number))
        // float64: one rounding for each factor, in another order; float32 is kept in float64.
        close(onBoth('prod', [x], { dims, keepdim: true }), dtype, dtype === 'float64' ? 2 * count : 3, what)
      })
    })

    it(`passes NaN, infinities and overflow on in ${dtype}`, () => {
      const lists = [[Number.NaN], [Infinity], [-Infinity], [Infinity, -Infinity], [NaN, Infinity], [0, -0], [-NaN]]
      for (const values of lists) {
        for (const shape of [[3], [37], [12, 20], [300]]) {
          const x = special(dtype, shape, values)
          for (const name of ['sum', 'prod', 'amax', 'amin'] as const) {
            for (const dims of subsets(shape.length)) {
              close(
                onBoth(name, [x], { dims, keepdim: false }),
                dtype,
                700,
                `${name} ${values} [${shape}] ${dims}`,
                1e-4,
              )
            }
          }
        }
      }
      const large = dtype === 'float32' ? 3e38 : 1.7e308
      const x = { array: arrayOf(dtype, new Array(40).fill(large)), dtype, shape: [40] }
      assert.equal(onBoth('sum', [x], { dims: [0], keepdim: false }).actual[0], Infinity)
    })
  }

  for (const dtype of ['float32', 'float64', 'int32', 'bool', 'float16', 'bfloat16'] as const) {
    it(`finds the greatest and the least of ${dtype}`, () => {
      eachCase(dtype, SHAPES, (x, dims, what) => {
        same(onBoth('amax', [x], { dims, keepdim: false }), `amax ${what}`)
        same(onBoth('amin', [x], { dims, keepdim: false }), `amin ${what}`)
      })
    })
  }

  it('tells any and all of bools', () => {
    for (const fill of [0, 1, undefined]) {
      eachCase('bool', SHAPES, (x, dims, what) => {
        const given = fill === undefined ? x : { ...x, array: new Uint8Array(x.array.length).fill(fill) }
        same(onBoth('any', [given], { dims, keepdim: false }), `any ${what}`)
        same(onBoth('all', [given], { dims, keepdim: false }), `all ${what}`)
      })
    }
  })

  it('tells any and all of one bool among many', () => {
    for (const place of [0, 15, 16, 130, 160]) {
      const array = new Uint8Array(161)
      array[place] = 1
      const x = { array, dtype: 'bool' as const, shape: [161] }
      assert.equal(onBoth('any', [x], { dims: [0], keepdim: false }).actual[0], 1)
      const rest = { ...x, array: array.map(bit => 1 - bit) }
      assert.equal(onBoth('all', [rest], { dims: [0], keepdim: false }).actual[0], 0)
    }
  })

  it('sums and multiplies int32, wrapping', () => {
    eachCase('int32', SHAPES, (x, dims, what) => {
      same(onBoth('sum', [x], { dims, keepdim: false }), `sum ${what}`)
      same(onBoth('prod', [x], { dims, keepdim: false }), `prod ${what}`)
    })
    const x = { array: new Int32Array(50).fill(2 ** 30), dtype: 'int32' as const, shape: [50] }
    same(onBoth('sum', [x], { dims: [0], keepdim: false }), 'wrapped')
  })

  it('gives what an empty axis gives', () => {
    for (const dtype of ['float32', 'float64', 'int32'] as const) {
      for (const dims of [[0], [1], [0, 1]]) {
        same(onBoth('sum', [rowMajorOf(dtype, [3, 0])], { dims, keepdim: false }), `sum ${dims}`)
        same(onBoth('prod', [rowMajorOf(dtype, [3, 0])], { dims, keepdim: true }), `prod ${dims}`)
      }
    }
  })

  it('copies where there is no axis to reduce', () => {
    for (const x of Object.values(windowsOf('float32', [3, 5])))
      same(onBoth('sum', [x], { dims: [], keepdim: false }), '')
  })

  it('folds rows that are wider than a stripe', () => {
    for (const width of [1024, 1025, 1027, 1030, 2051]) {
      const x = rowMajorOf('float32', [11, width])
      close(onBoth('sum', [x], { dims: [0], keepdim: false }), 'float32', 1, `${width}`, 4 * 2 ** -24 * 44)
      same(onBoth('amax', [x], { dims: [0], keepdim: false }), `${width}`)
    }
  })
})

// Reading and writing by index on the wasm backend, against the reference.
import assert from 'node:assert/strict'
import type { DType } from '#src/tensor/dtype.js'
import { TensorError } from '#src/tensor/errors.js'
import { type Shape, sizeOf } from '#src/tensor/shape.js'
import { close, type Given, onBoth, type Results, rowMajorOf, same, stream, windowsOf } from './beside.js'

const DTYPES = ['float32', 'float64', 'int32', 'bool', 'float16', 'bfloat16'] as const

/** Indices below `length`, in windows of several layouts. */
function indices(shape: Shape, length: number): Given[] {
  const next = stream(sizeOf(shape) + length)
  return Object.values(windowsOf('int32', shape)).map(x => ({
    ...x,
    array: Int32Array.from(x.array, () => Math.floor(next() * length)),
  }))
}

/** Sums of float32 are added in float32 here, in float64 there: numbers are below 4, a few meet. */
function agree(results: Results, dtype: DType, what: string): void {
  if (dtype === 'float32' || dtype === 'float64') close(results, dtype, 1, what, dtype === 'float32' ? 2e-5 : 1e-13)
  else same(results, what)
}

describe('wasm: by index', () => {
  for (const dtype of DTYPES) {
    it(`gathers ${dtype} along any axis from any layout`, () => {
      for (const [shape, at] of [
        [[7], [12]],
        [
          [6, 5],
          [6, 5],
        ],
        [
          [6, 5],
          [4, 3],
        ],
        [
          [9, 4],
          [9, 1],
        ],
        [
          [3, 4, 5],
          [2, 4, 3],
        ],
        [
          [2, 3, 4, 5],
          [2, 2, 4, 1],
        ],
      ] as const) {
        for (let dim = 0; dim < shape.length; dim++) {
          const along = at.map((size, axis) => (axis === dim ? size + 2 : size))
          for (const index of indices(along, shape[dim] as number)) {
            for (const [layout, x] of Object.entries(windowsOf(dtype, shape))) {
              same(onBoth('gather', [x, index], { dim }), `${layout} [${shape}] along ${dim}`)
            }
          }
        }
      }
    })

    it(`scatters ${dtype}, adding or not`, () => {
      for (const [shape, at] of [
        [[7], [12]],
        [
          [6, 5],
          [4, 5],
        ],
        [
          [3, 4, 5],
          [2, 4, 3],
        ],
      ] as const) {
        for (let dim = 0; dim < shape.length; dim++) {
          for (const index of indices(
            at.map((size, axis) => Math.min(size, shape[axis] as number)),
            shape[dim] as number,
          )) {
            // A source may be larger than its index.
            for (const more of [0, 2]) {
              const source = index.shape.map(size => size + more)
              for (const [layout, x] of Object.entries(windowsOf(dtype, shape))) {
                const from = windowsOf(dtype, source)[layout] as Given
                const what = `${layout} [${shape}] along ${dim}`
                same(onBoth('scatter', [x, index, from], { dim }), what)
                if (dtype !== 'bool') agree(onBoth('scatterAdd', [x, index, from], { dim }), dtype, what)
              }
            }
          }
        }
      }
    })

    it(`selects and adds rows of ${dtype}`, () => {
      for (const shape of [[5], [6, 1], [6, 4], [6, 35], [3, 4, 5], [2, 5, 200]]) {
        for (let dim = 0; dim < shape.length; dim++) {
          for (const index of indices([9], shape[dim] as number)) {
            for (const [layout, x] of Object.entries(windowsOf(dtype, shape))) {
              const what = `${layout} [${shape}] along ${dim}`
              same(onBoth('indexSelect', [x, index], { dim }), what)
              const rows = shape.map((size, axis) => (axis === dim ? 9 : size))
              const source = windowsOf(dtype, rows)[layout] as Given
              if (dtype !== 'bool') agree(onBoth('indexAdd', [x, index, source], { dim }), dtype, what)
            }
          }
        }
      }
    })
  }

  it('refuses indices outside, wherever they stand', () => {
    const x = rowMajorOf('float32', [5, 3])
    for (const bad of [5, -1, 2 ** 31 - 1, -(2 ** 31)]) {
      for (const place of [0, 3, 4, 6]) {
        const array = new Int32Array(7)
        array[place] = bad
        const row: Given = { array, dtype: 'int32', shape: [7] }
        const column: Given = { array, dtype: 'int32', shape: [7, 1] }
        const refused = (run: () => unknown): void =>
          assert.throws(run, error => error instanceof TensorError && error.code === 'BAD_INDEX')
        refused(() => onBoth('indexSelect', [x, row], { dim: 0 }))
        refused(() => onBoth('indexAdd', [x, row, rowMajorOf('float32', [7, 3])], { dim: 0 }))
        refused(() => onBoth('gather', [x, column], { dim: 0 }))
        refused(() => onBoth('scatter', [x, column, rowMajorOf('float32', [7, 1])], { dim: 0 }))
        refused(() => onBoth('scatterAdd', [x, column, rowMajorOf('float32', [7, 1])], { dim: 0 }))
      }
    }
  })

  it('reads nothing by no index', () => {
    const none: Given = { array: new Int32Array(0), dtype: 'int32', shape: [0] }
    same(onBoth('indexSelect', [rowMajorOf('float32', [5, 3]), none], { dim: 0 }), 'rows')
    same(onBoth('gather', [rowMajorOf('float32', [5]), none], { dim: 0 }), 'elements')
    same(onBoth('indexAdd', [rowMajorOf('float32', [5, 3]), none, rowMajorOf('float32', [0, 3])], { dim: 0 }), 'added')
    same(onBoth('scatterAdd', [rowMajorOf('float32', [5]), none, rowMajorOf('float32', [0])], { dim: 0 }), 'scattered')
  })
})

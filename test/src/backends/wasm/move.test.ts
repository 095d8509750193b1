// Copies between windows of any layout, and what is made of them, against the reference.

import assert from 'node:assert/strict'
import { DTYPES, type DType } from '#src/tensor/dtype.js'
import { numbers, onBoth, reference, rowMajorOf, same, wasm, windowsOf } from './beside.js'

const DTYPE_NAMES = Object.keys(DTYPES) as DType[]
const SHAPES = [
  [],
  [1],
  [7],
  [35],
  [4, 4],
  [5, 7],
  [33, 18],
  [1, 9],
  [3, 4, 5],
  [2, 9, 6, 11],
  [2, 3, 2, 3, 4],
  [2, 1, 3, 2, 3, 2],
  [3, 0, 2],
]

describe('wasm: copies', () => {
  for (const dtype of DTYPE_NAMES) {
    it(`reads ${dtype} windows of any layout`, () => {
      for (const shape of SHAPES) {
        for (const [layout, x] of Object.entries(windowsOf(dtype, shape))) {
          same(onBoth('copy', [x], {}), `${layout} [${shape}]`)
        }
      }
    })
  }

  it('copies rows of every length', () => {
    for (let n = 0; n <= 700; n += n < 70 ? 1 : 97) same(onBoth('copy', [rowMajorOf('float32', [n])], {}), `${n}`)
  })

  it('writes into strided windows and leaves what is beside them', () => {
    for (const [shape, layout] of [
      [
        [5, 6],
        [1, 5],
      ],
      [
        [4, 8],
        [24, 3],
      ],
      [
        [2, 3, 4],
        [1, 8, 2],
      ],
    ] as const) {
      const results = [wasm, reference].map(backend => {
        const source = backend.allocate('float32', 64)
        const target = backend.allocate('float32', 128)
        backend.write(source, numbers('float32', 64, 1), 0)
        backend.write(target, numbers('float32', 128, 2), 0)
        const x = { storage: source, offset: 2, shape, layout: undefined, dtype: 'float32' as const }
        backend.kernels.copy([x], { storage: target, offset: 5, shape, layout, dtype: 'float32' }, {})
        return backend.read(target, 0, 128)
      })
      assert.deepEqual(results[0], results[1])
    }
  })
})

describe('wasm: joins, padding, turning, spreading', () => {
  for (const dtype of DTYPE_NAMES) {
    it(`joins ${dtype} along each axis`, () => {
      for (const dim of [0, 1, 2]) {
        const shapes = [3, 1, 0, 5].map(n => [2, 3, 4].map((size, axis) => (axis === dim ? n : size)))
        for (const layout of ['rowMajor', 'turned', 'stepped', 'repeated']) {
          const inputs = shapes.map(shape => windowsOf(dtype, shape)[layout] as never)
          same(onBoth('cat', inputs, { dim }), `${layout} ${dim}`)
        }
      }
    })

    it(`pads ${dtype}`, () => {
      for (const value of [0, 1, -2.5]) {
        for (const x of Object.values(windowsOf(dtype, [3, 4, 5]))) {
          same(onBoth('pad', [x], { before: [1, 0, 2], after: [0, 3, 1], value }), `${value}`)
          same(onBoth('pad', [x], { before: [0, 0, 0], after: [0, 0, 0], value }), 'nothing')
        }
        same(onBoth('pad', [rowMajorOf(dtype, [0, 2])], { before: [2, 0], after: [0, 1], value }), 'empty')
      }
    })

    it(`turns ${dtype} around`, () => {
      for (const dims of [[], [0], [1], [2], [0, 2], [0, 1, 2]]) {
        for (const [layout, x] of Object.entries(windowsOf(dtype, [3, 4, 9]))) {
          same(onBoth('flip', [x], { dims }), `${layout} ${dims}`)
        }
        same(onBoth('flip', [rowMajorOf(dtype, [3, 0, 2])], { dims }), 'empty')
      }
    })

    it(`spreads ${dtype} over zeros`, () => {
      for (const x of Object.values(windowsOf(dtype, [2, 3]))) {
        same(onBoth('sliceScatter', [x], { shape: [5, 8], start: [1, 0], step: [3, 2] }), 'slice')
        same(onBoth('asStridedScatter', [x], { length: 20, strides: [1, 5], offset: 2 }), 'apart')
      }
    })

    it(`fills with ${dtype}`, () => {
      for (const value of [0, 1, -3, 2.75]) {
        for (const n of [0, 1, 3, 16, 33, 200]) same(onBoth('full', [], { shape: [n], dtype, value }), `${value} ${n}`)
      }
    })
  }

  it('adds where the places of a strided window meet', () => {
    for (const dtype of ['float32', 'float64', 'int32'] as const) {
      same(onBoth('asStridedScatter', [rowMajorOf(dtype, [4, 3])], { length: 9, strides: [2, 1], offset: 0 }), dtype)
      same(onBoth('asStridedScatter', [rowMajorOf(dtype, [4, 3])], { length: 9, strides: [0, 1], offset: 4 }), dtype)
    }
  })

  it('keeps -0 and NaN, and makes a bool of any number', () => {
    same(onBoth('full', [], { shape: [3], dtype: 'float32', value: -0 }), '-0')
    same(onBoth('full', [], { shape: [3], dtype: 'float64', value: Number.NaN }), 'NaN')
    same(onBoth('full', [], { shape: [3], dtype: 'bool', value: 5 }), 'bool')
  })
})

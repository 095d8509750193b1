// Convolutions of all sizes: they run in several ways, chosen by sizes, and each must agree with the reference.
import assert from 'node:assert/strict'
import type { Conv2dParams } from '#src/tensor/primitives.js'
import { close, type Given, onBoth, type Results, rowMajorOf, stream } from './beside.js'

type Names = 'conv2d' | 'conv2dInput' | 'conv2dWeight'

interface Case {
  readonly images: number
  readonly groups: number
  readonly channels: number
  readonly outputs: number
  readonly size: readonly [number, number]
  readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]
  readonly padding: readonly [readonly [number, number], readonly [number, number]]
  readonly dilation: readonly [number, number]
}

const outSize = (c: Case, axis: 0 | 1): number =>
  Math.floor(
    (c.size[axis] + c.padding[axis][0] + c.padding[axis][1] - (c.kernel[axis] - 1) * c.dilation[axis] - 1) /
      c.stride[axis],
  ) + 1

function shapesOf(c: Case): { x: number[]; w: number[]; out: number[] } {
  return {
    x: [c.images, c.groups * c.channels, ...c.size],
    w: [c.groups * c.outputs, c.channels, ...c.kernel],
    out: [c.images, c.groups * c.outputs, outSize(c, 0), outSize(c, 1)],
  }
}

/** The operands of each kernel, its parameters, and how many terms a sum has. */
function run(name: Names, c: Case, change: (x: Given, which: 'x' | 'w' | 'g') => Given = x => x): Results {
  const { x, w, out } = shapesOf(c)
  const { stride, padding, dilation, groups } = c
  const params: Conv2dParams = { stride, padding, dilation, groups }
  const [image, weight, gradient] = [
    change(rowMajorOf('float32', x, 1), 'x'),
    change(rowMajorOf('float32', w, 2), 'w'),
    change(rowMajorOf('float32', out, 3), 'g'),
  ]
  if (name === 'conv2d') return onBoth(name, [image, weight], params)
  if (name === 'conv2dInput') return onBoth(name, [gradient, weight], { ...params, size: c.size })
  return onBoth(name, [image, gradient], { ...params, size: c.kernel })
}

const terms = (name: Names, c: Case): number => {
  const { out } = shapesOf(c)
  const window = c.kernel[0] * c.kernel[1]
  if (name === 'conv2d') return c.channels * window
  return name === 'conv2dInput' ? c.outputs * window : c.images * (out[2] as number) * (out[3] as number)
}

const named = (c: Case): string => JSON.stringify(c)

function agree(name: Names, c: Case): void {
  const results = run(name, c)
  // Numbers are below 4: terms below 16, each sum's rounding below that times what was summed before it.
  const absolute = 16 * Math.sqrt(terms(name, c)) * 4 * 2 ** -23 * 4
  close(results, 'float32', 8, `${name} of ${named(c)}`, absolute)
}

/** The sizes at which another way is taken, or a tile is not whole. */
const SIZES: readonly Partial<Case>[] = [
  {
    size: [16, 16],
    channels: 16,
    outputs: 16,
    padding: [
      [1, 1],
      [1, 1],
    ],
  },
  { size: [8, 24], outputs: 8 },
  { size: [11, 11], channels: 5, outputs: 7 },
  { size: [6, 17], outputs: 1 },
  { size: [3, 3], outputs: 2 },
  {
    size: [1, 40],
    kernel: [1, 5],
    padding: [
      [0, 0],
      [2, 2],
    ],
  },
  {
    size: [40, 1],
    kernel: [5, 1],
    padding: [
      [2, 2],
      [0, 0],
    ],
  },
  { size: [9, 9], kernel: [1, 1] },
  { size: [5, 6], kernel: [5, 6] },
  {
    size: [7, 7],
    kernel: [2, 2],
    padding: [
      [0, 1],
      [1, 0],
    ],
  },
  {
    size: [6, 6],
    kernel: [2, 2],
    padding: [
      [3, 3],
      [3, 3],
    ],
  },
  { size: [14, 15], dilation: [2, 3] },
  { size: [12, 12], groups: 3, channels: 2, outputs: 5 },
  {
    size: [12, 12],
    groups: 6,
    channels: 1,
    outputs: 1,
    padding: [
      [1, 1],
      [1, 1],
    ],
  },
  {
    size: [13, 13],
    stride: [2, 2],
    padding: [
      [1, 1],
      [1, 1],
    ],
  },
  { size: [13, 13], stride: [2, 1] },
  { size: [9, 9], images: 3 },
]

const BASE: Case = {
  images: 2,
  groups: 1,
  channels: 3,
  outputs: 4,
  size: [10, 10],
  kernel: [3, 3],
  stride: [1, 1],
  padding: [
    [0, 0],
    [0, 0],
  ],
  dilation: [1, 1],
}

/** A case of any sizes. */
function drawn(next: () => number): Case | undefined {
  const upTo = (most: number): number => 1 + Math.floor(next() * most)
  const pad = (): [number, number] => [Math.floor(next() * 4), Math.floor(next() * 4)]
  const stride = next() < 0.8 ? 1 : 2
  const c: Case = {
    images: upTo(3),
    groups: next() < 0.7 ? 1 : upTo(3),
    channels: upTo(6),
    outputs: upTo(9),
    size: [upTo(20), upTo(20)],
    kernel: [upTo(4), upTo(4)],
    stride: [stride, next() < 0.9 ? stride : 1],
    padding: [pad(), pad()],
    dilation: [upTo(2), upTo(2)],
  }
  return outSize(c, 0) > 0 && outSize(c, 1) > 0 ? c : undefined
}

/** The same numbers with one that is not finite. */
const withSpecial = (x: Given, place: number, value: number): Given => {
  const array = x.array.slice()
  array[place % array.length] = value
  return { ...x, array }
}

describe('wasm: convolutions', () => {
  for (const name of ['conv2d', 'conv2dInput', 'conv2dWeight'] as const) {
    it(`${name}: agrees at the sizes where another way is taken`, () => {
      for (const sizes of SIZES) agree(name, { ...BASE, ...sizes })
    })

    it(`${name}: agrees at 150 sizes by chance`, () => {
      const next = stream(11)
      let cases = 0
      while (cases < 150) {
        const c = drawn(next)
        if (c === undefined) continue
        agree(name, c)
        cases++
      }
    })

    it(`${name}: what is not finite goes no further than its windows`, () => {
      for (const sizes of SIZES) {
        const c: Case = { ...BASE, ...sizes }
        // Infinity in a gradient meets the zeros of padding: NaN here, as in PyTorch; the reference leaves them out.
        const framed = c.padding.flat().some(width => width > 0)
        const sides = name === 'conv2dWeight' && !framed ? (['x', 'g'] as const) : (['x'] as const)
        for (const value of [Infinity, Number.NaN]) {
          for (const which of sides) {
            for (const place of [0, 9, 17, 59]) {
              const side = name === 'conv2dInput' ? 'g' : which
              const { actual, expected } = run(name, c, (x, of) => (of === side ? withSpecial(x, place, value) : x))
              const kinds = (array: ArrayLike<number>): boolean[] => Array.from(array, x => Number.isFinite(x))
              assert.deepEqual(
                kinds(actual),
                kinds(expected),
                `${name} of ${named(c)} with ${value} at ${place} of ${side}`,
              )
            }
          }
        }
      }
    })
  }

  it('of no image and of no channel are zeros', () => {
    const none = { ...BASE, images: 0 }
    assert.deepEqual([...run('conv2dWeight', none).actual], [...run('conv2dWeight', none).expected])
    assert.ok(run('conv2dWeight', none).actual.every(x => x === 0))
  })
})

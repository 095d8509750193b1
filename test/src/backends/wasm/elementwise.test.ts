// Elementwise kernels of the wasm backend against the reference: every exponent, special values, access patterns, lengths.
import assert from 'node:assert/strict'
import { geluSlope } from '#src/backends/reference/special.js'
import type { Operand } from '#src/tensor/backend.js'
import type { DType } from '#src/tensor/dtype.js'
import { BINARY, COMPARE, LOGICAL, TEST, UNARY, type UnaryName } from '#src/tensor/primitives.js'
import type { Shape } from '#src/tensor/shape.js'
import { arrayOf, close, type Given, onBoth, rowMajorOf, same, stream, wasm, windowsOf } from './beside.js'

const SPECIAL = [0, -0, 1, -1, 0.5, -0.5, 2, -2, 1.5, 2.5, -2.5, 3.5, 100, -100, 1e4, -1e4, Infinity, -Infinity, NaN]

/** Both signs of numbers with every exponent of float32, and the special ones. */
function grid(dtype: 'float32' | 'float64'): Given {
  const next = stream(5)
  const values = [...SPECIAL]
  for (let exponent = -149; exponent < 128; exponent++) {
    for (let i = 0; i < 8; i++) {
      const size = (i === 0 ? 1 : 1 + next()) * 2 ** exponent
      values.push(size, -size)
    }
  }
  // Denser where functions bend.
  for (let i = 0; i < 4000; i++) values.push((next() - 0.5) * 40, (next() - 0.5) * 4, (next() - 0.5) * 220)
  for (let i = 0; i < 500; i++) values.push(1 + (next() - 0.5) * 2 ** -(i % 24))
  return { array: arrayOf(dtype, values), dtype, shape: [values.length] }
}

/** What has no error but its rounding. */
const EXACT: readonly UnaryName[] = [
  'neg',
  'abs',
  'sign',
  'square',
  'floor',
  'ceil',
  'round',
  'trunc',
  'sqrt',
  'reciprocal',
  'relu',
]

/**
 * What is looser than 4 ulp in float32. Below 2^-126 a factor has lost digits, and its rounding of 2^-150 is multiplied by x.
 * gelu and erfc multiply rounded factors; geluTanh rounds its cubic, and the exponential multiplies that by the cubic's size.
 */
const LOOSER: { readonly [name: string]: { readonly ulps: (x: number) => number; readonly absolute: number } } = {
  silu: { ulps: () => 4, absolute: 128 * 2 ** -150 },
  erfc: { ulps: () => 8, absolute: 0 },
  gelu: { ulps: () => 8, absolute: 32 * 2 ** -150 },
  // Below 0 its two terms cancel, wholly at -.75.
  geluSlope: {
    ulps: x => 8 * Math.max(1, x < 0 ? ((1 + x * x) * Math.exp((-x * x) / 2)) / Math.abs(geluSlope(x)) : 1),
    absolute: 32 * 2 ** -150,
  },
  geluTanh: {
    ulps: x => 4 + 3 * Math.min(1.6 * Math.abs(x) * (1 + 0.045 * x * x), 104),
    absolute: 32 * 2 ** -150,
  },
}

describe('wasm: elementwise', () => {
  for (const name of UNARY) {
    const looser = LOOSER[name]
    it(`computes ${name} within ${EXACT.includes(name) ? 'a rounding' : 'its bound'} over the whole range`, () => {
      const bound = EXACT.includes(name) ? 0 : 4
      const x = grid('float32')
      close(onBoth(name, [x], {}), 'float32', i => looser?.ulps(x.array[i] as number) ?? bound, name, looser?.absolute)
      close(onBoth(name, [grid('float64')], {}), 'float64', bound, name)
    })
  }

  it('computes whole numbers as the reference does', () => {
    for (const name of ['neg', 'abs', 'sign', 'square', 'relu'] as const) {
      for (let n = 0; n < 36; n++) same(onBoth(name, [rowMajorOf('int32', [n])], {}), `${name} ${n}`)
    }
  })

  const PAIRS = SPECIAL.flatMap(a => SPECIAL.map(b => [a, b] as const))
  for (const name of BINARY) {
    it(`computes ${name} of all pairs of special values, and of others`, () => {
      const next = stream(9)
      const pairs = [
        ...PAIRS,
        ...Array.from({ length: 500 }, () => [(next() - 0.5) * 20, (next() - 0.5) * 20] as const),
      ]
      const bound = name === 'pow' || name === 'atan2' ? 4 : 0
      for (const dtype of ['float32', 'float64'] as const) {
        const [a, b] = ([0, 1] as const).map(
          (side): Given => ({
            array: arrayOf(
              dtype,
              pairs.map(pair => pair[side] as number),
            ),
            dtype,
            shape: [pairs.length],
          }),
        ) as [Given, Given]
        close(onBoth(name, [a, b], {}), dtype, bound, `${name} ${dtype}`)
      }
      if (name !== 'atan2' && name !== 'div') {
        const positive = (seed: number): Given => {
          const x = rowMajorOf('int32', [37], seed)
          return { ...x, array: Int32Array.from(x.array, value => (Math.abs(value) % 7) + 1) }
        }
        same(onBoth(name, [positive(1), positive(2)], {}), `${name} int32`)
      }
    })
  }

  it('divides whole numbers of every sign, and says which cannot be divided', () => {
    const ends = [0, 1, -1, 2, -2, 7, -7, 2 ** 31 - 1, -(2 ** 31), 12_345, -12_345]
    const pairs = ends.flatMap(a => ends.filter(b => b !== 0).map(b => [a, b] as const))
    const [x, y] = ([0, 1] as const).map(
      (side): Given => ({ array: Int32Array.from(pairs, pair => pair[side]), dtype: 'int32', shape: [pairs.length] }),
    ) as [Given, Given]
    for (const name of ['fmod', 'remainder', 'floorDivide'] as const) {
      same(onBoth(name, [x, y], {}), name)
      for (const [a, b] of pairsOf('int32')) {
        const divisor = { ...b, array: Int32Array.from(b.array, value => value || 3) }
        same(onBoth(name, [a, divisor], {}), `${name} [${a.shape}] [${b.shape}]`)
      }
      const none: Given = { array: Int32Array.of(3, 0), dtype: 'int32', shape: [2] }
      assert.throws(() => onBoth(name, [none, none], {}), /cannot be divided by 0/)
      same(
        onBoth(
          name,
          [
            { ...none, shape: [0] },
            { ...none, shape: [0] },
          ],
          {},
        ),
        'empty',
      )
    }
  })

  it('compares special values, and lists of every length', () => {
    for (const name of COMPARE) {
      for (const dtype of ['float32', 'float64'] as const) {
        const [a, b] = ([0, 1] as const).map(
          (side): Given => ({
            array: arrayOf(
              dtype,
              PAIRS.map(pair => pair[side] as number),
            ),
            dtype,
            shape: [PAIRS.length],
          }),
        ) as [Given, Given]
        same(onBoth(name, [a, b], {}), `${name} ${dtype}`)
      }
      for (const dtype of ['float32', 'float64', 'int32', 'bool', 'float16'] as const) {
        for (let n = 0; n < 36; n++) {
          same(onBoth(name, [rowMajorOf(dtype, [n], 1), rowMajorOf(dtype, [n], 2)], {}), `${name} ${dtype} ${n}`)
        }
      }
    }
  })

  it('joins bools, and tests numbers', () => {
    for (const name of LOGICAL) {
      for (let n = 0; n < 70; n++)
        same(onBoth(name, [rowMajorOf('bool', [n], 1), rowMajorOf('bool', [n], 2)], {}), `${name} ${n}`)
      for (const [x, y] of pairsOf('bool')) same(onBoth(name, [x, y], {}), name)
    }
    for (const name of TEST) {
      for (const dtype of ['float32', 'float64'] as const) same(onBoth(name, [grid(dtype)], {}), `${name} ${dtype}`)
      for (let n = 0; n < 36; n++) same(onBoth(name, [rowMajorOf('float32', [n])], {}), `${name} ${n}`)
    }
    for (let n = 0; n < 70; n++) same(onBoth('logicalNot', [rowMajorOf('bool', [n])], {}), `${n}`)
  })

  it('walks all pairs of shapes that broadcast, in all layouts', () => {
    for (const dtype of ['float32', 'float64', 'int32', 'bool', 'float16'] as const) {
      for (const [a, b] of pairsOf(dtype)) {
        if (dtype !== 'bool') same(onBoth('add', [a, b], {}), `add ${dtype} [${a.shape}] [${b.shape}]`)
        same(onBoth('lt', [a, b], {}), `lt ${dtype} [${a.shape}] [${b.shape}]`)
        for (const cond of [
          ...Object.values(windowsOf('bool', [3, 1, 5])),
          rowMajorOf('bool', []),
          rowMajorOf('bool', [5]),
        ]) {
          same(onBoth('where', [cond, a, b], {}), `where ${dtype} [${cond.shape}] [${a.shape}] [${b.shape}]`)
        }
      }
    }
  })

  it('reads one operand of every layout, at every length', () => {
    for (const name of ['neg', 'exp', 'gelu', 'isNaN'] as const) {
      for (let n = 0; n < 36; n++) {
        for (const [layout, x] of Object.entries(windowsOf('float32', [n]))) {
          const { actual, expected } = onBoth(name, [x], {})
          close({ actual, expected }, 'float32', LOOSER[name]?.ulps(0) ?? 4, `${name} ${layout} ${n}`)
        }
      }
      for (const [layout, x] of Object.entries(windowsOf('float32', [3, 4, 5, 6]))) {
        close(onBoth(name, [x], {}), 'float32', LOOSER[name]?.ulps(0) ?? 4, `${name} ${layout}`)
      }
    }
  })

  it('computes sines and their like densely, also beside multiples of a quarter turn, and beyond where vectors reach', () => {
    const next = stream(3)
    const values = Array.from({ length: 3000 }, (_, i) => (i * Math.PI) / 2)
    for (let i = 0; i < 20_000; i++) values.push((next() - 0.5) * 16_384, (next() - 0.5) * 13)
    const near: Given = { array: arrayOf('float32', values), dtype: 'float32', shape: [values.length] }
    const far: Given = { array: Float32Array.of(1, 8193, -1e6, 3e38, 0.5), dtype: 'float32', shape: [5] }
    for (const name of ['sin', 'cos', 'tan'] as const) {
      close(onBoth(name, [near], {}), 'float32', 4, name)
      same(onBoth(name, [far], {}), `${name} far`)
      for (const x of Object.values(windowsOf('float32', [5, 7]))) close(onBoth(name, [x], {}), 'float32', 4, name)
    }
  })

  it('raises numbers of every size to powers of every size, within an ulp', () => {
    const next = stream(8)
    const kinds: readonly (() => readonly [number, number])[] = [
      () => [next() * 3, (next() - 0.5) * 60],
      () => [10 ** (next() * 76 - 38), (next() - 0.5) * 4],
      () => [1 + (next() - 0.5) * 1e-3, (next() - 0.5) * 2e5],
      () => [-Math.floor(next() * 20), Math.floor(next() * 40 - 20)],
      () => [-1.5, 2 ** 24 + Math.floor(next() * 4)],
    ]
    const pairs = Array.from({ length: 20_000 }, (_, i) => (kinds[i % 5] as (typeof kinds)[0])())
    const [x, y] = ([0, 1] as const).map((side): Given => {
      const array = arrayOf(
        'float32',
        pairs.map(pair => pair[side]),
      )
      return { array, dtype: 'float32', shape: [pairs.length] }
    }) as [Given, Given]
    close(onBoth('pow', [x, y], {}), 'float32', 1, 'pow')
    for (const [a, b] of pairsOf('float32'))
      close(onBoth('pow', [a, b], {}), 'float32', 1, `pow [${a.shape}] [${b.shape}]`)
  })

  it('gives the same numbers whether they come in whole blocks or one by one', () => {
    const { array } = grid('float32')
    for (const name of ['gelu', 'erf', 'erfc'] as const) {
      const { actual } = onBoth(name, [grid('float32')], {})
      for (const start of [0, 1, 511, 513, 2000]) {
        for (const length of [1, 511, 512, 513, 1024, 1500]) {
          const part: Given = { array, dtype: 'float32', shape: [length], offset: start }
          const { actual: here } = onBoth(name, [part], {})
          assert.deepEqual(here, actual.slice(start, start + length), `${name}: ${length} from ${start}`)
        }
      }
    }
  })

  it('keeps a NaN whatever its bits are', () => {
    const bits = Uint32Array.of(0x7fc00001, 0xffc12345, 0x7f800001, 0xff812345, 0x7fffffff)
    for (const name of UNARY) {
      if (name === 'sign') continue
      const x: Given = { array: new Float32Array(bits.buffer), dtype: 'float32', shape: [5] }
      const { actual } = onBoth(name, [x], {})
      assert.ok(Array.from(actual).every(Number.isNaN), `${name}: ${actual}`)
    }
  })

  it('bounds numbers and keeps NaN', () => {
    for (const [min, max] of [
      [-1, 1],
      [-Infinity, 0.3],
      [2, Infinity],
      [5, -5],
      [-Infinity, Infinity],
    ] as const) {
      for (const dtype of ['float32', 'float64'] as const)
        same(onBoth('clamp', [grid(dtype)], { min, max }), `${min} ${max}`)
      for (const dtype of ['float32', 'float64', 'int32', 'float16'] as const) {
        for (const x of Object.values(windowsOf(dtype, [5, 7]))) {
          // A whole number has whole bounds.
          const [low, high] = dtype === 'int32' ? [Math.round(min * 10), Math.round(max * 10)] : [min, max]
          same(onBoth('clamp', [x], { min: low, max: high }), `${dtype} ${min} ${max}`)
        }
      }
    }
  })

  const CASTS = ['float32', 'float64', 'int32', 'bool', 'float16', 'bfloat16'] as const
  for (const from of CASTS) {
    it(`casts ${from} to every dtype`, () => {
      for (const to of CASTS) {
        for (const [layout, x] of Object.entries(windowsOf(from, [5, 7]))) {
          same(onBoth('cast', [x], { dtype: to }), `${layout} to ${to}`)
        }
        for (let n = 0; n < 36; n++) same(onBoth('cast', [rowMajorOf(from, [n])], { dtype: to }), `${n} to ${to}`)
        if (from === 'float32' || from === 'float64') same(onBoth('cast', [grid(from)], { dtype: to }), `grid to ${to}`)
        if (from === 'int32') {
          const ends = { array: Int32Array.of(2 ** 31 - 1, -(2 ** 31), 2 ** 24 + 1, 0, -1), dtype: from, shape: [5] }
          same(onBoth('cast', [ends], { dtype: to }), `ends to ${to}`)
        }
      }
    })
  }

  for (const dtype of ['float16', 'bfloat16'] as const) {
    it(`knows every ${dtype}, and rounds what lies between two of them to nearest, ties to even`, () => {
      const all = { array: Uint16Array.from({ length: 65536 }, (_, bits) => bits), dtype, shape: [65536] }
      for (const to of ['float32', 'float64', 'int32', 'bool'] as const) same(onBoth('cast', [all], { dtype: to }), to)
      const { actual } = onBoth('cast', [all], { dtype: 'float32' })
      const values: number[] = []
      for (let bits = 0; bits < 65535; bits++) {
        const middle = ((actual[bits] as number) + (actual[bits + 1] as number)) / 2
        // The middle, and the float32 numbers beside it.
        if (Number.isFinite(middle)) values.push(middle, middle * (1 + 2 ** -23), middle * (1 - 2 ** -23))
      }
      values.push(
        65504,
        65519.996,
        65520,
        65536,
        1e6,
        -1e6,
        3.4e38,
        -3.4e38,
        Infinity,
        -Infinity,
        NaN,
        2 ** -25,
        2 ** -149,
      )
      const between = { array: Float32Array.from(values), dtype: 'float32' as const, shape: [values.length] }
      same(onBoth('cast', [between], { dtype }), dtype)
    })
  }

  for (const dtype of ['float16', 'bfloat16'] as const) {
    it(`computes with ${dtype} as if each result were rounded once, functions to the last place`, () => {
      const every = (step: number): Given => {
        const array = Uint16Array.from({ length: Math.floor(65536 / step) }, (_, i) => i * step)
        return { array, dtype, shape: [array.length] }
      }
      const [x, y] = [every(7), { ...every(7), array: every(7).array.map((_, i) => (i * 7919) % 65536) }]
      for (const name of [...EXACT, 'isNaN', 'isInf', 'isFinite'] as const) same(onBoth(name, [x], {}), name)
      for (const name of ['add', 'sub', 'mul', 'div', 'maximum', 'minimum', 'fmod', 'lt', 'ge'] as const) {
        same(onBoth(name, [x, y], {}), name)
      }
      for (const name of UNARY) {
        const { actual, expected } = onBoth(name, [x], {})
        // Neighbours have neighbouring bits.
        const far = expected.findIndex((bits, i) => Math.abs(bits - (actual[i] as number)) > 1)
        assert.ok(far < 0, `${name}: of bits ${x.array[far]} ${actual[far]}, expected ${expected[far]}`)
      }
    })
  }

  it('writes over an operand where a form in place asks for it', () => {
    for (const name of ['add', 'mul', 'maximum'] as const) {
      for (const [shape, other] of [
        [[35], [35]],
        [[5, 7], [7]],
        [
          [5, 7],
          [5, 1],
        ],
        [[5, 7], []],
        [
          [2, 3, 4],
          [3, 1],
        ],
      ] as const) {
        const { expected } = onBoth(name, [rowMajorOf('float32', shape), rowMajorOf('float32', other)], {})
        const [x, y] = [operandOf(shape), operandOf(other)]
        wasm.kernels[name]([x, y], x, {})
        assert.deepEqual(wasm.read(x.storage, 0, x.storage.length), expected, `${name} [${shape}] [${other}]`)
      }
    }
    for (const name of ['exp', 'gelu', 'erf'] as const) {
      for (const n of [35, 512, 1300]) {
        const x = operandOf([n])
        const { actual } = onBoth(name, [rowMajorOf('float32', [n])], {})
        wasm.kernels[name]([x], x, {})
        assert.deepEqual(wasm.read(x.storage, 0, n), actual, `${name} ${n}`)
      }
    }
  })
})

function operandOf(shape: Shape): Operand {
  const { array, dtype } = rowMajorOf('float32', shape)
  const storage = wasm.allocate(dtype, array.length)
  wasm.write(storage, array, 0)
  return { storage, offset: 0, shape, layout: undefined, dtype }
}

/** Pairs of windows whose shapes broadcast to [3, 4, 5]. */
function pairsOf(dtype: DType): [Given, Given][] {
  const shapes: Shape[] = [[3, 4, 5], [4, 5], [5], [], [1], [3, 1, 1], [3, 1, 5], [1, 4, 1], [4, 1]]
  const whole = Object.values(windowsOf(dtype, [3, 4, 5]))
  const pairs: [Given, Given][] = whole.flatMap(a => whole.map((b): [Given, Given] => [a, b]))
  for (const shape of shapes) {
    for (const part of Object.values(windowsOf(dtype, shape))) {
      for (const all of whole) pairs.push([all, part], [part, all])
    }
  }
  return pairs
}

// Every primitive's gradient rule against central differences, first and second derivatives, and both modes against each other.
import assert from 'node:assert/strict'
import { grad, gradcheck, gradgradcheck } from '#src/autograd/index.js'
import * as c from '#src/autograd/rules/calculus.js'
import { RULES } from '#src/autograd/rules.js'
import { apply } from '#src/tensor/engine.js'
import type { BinaryName, KernelName, PrimitiveName, PrimitiveParams, UnaryName } from '#src/tensor/primitives.js'
import type { Shape } from '#src/tensor/shape.js'
import type { Tensor } from '#src/tensor/tensor.js'
import { bools, float64, int32, numbers, on, points } from './points.js'

interface Check {
  readonly f: (...xs: Tensor[]) => Tensor
  readonly inputs: () => Tensor[]
}

const one =
  (low: number, high: number) =>
  (name: UnaryName): Check[] => [{ f: x => apply(name, [x], {}), inputs: () => [points([2, 3], low, high)] }]

const two =
  (lowA: number, highA: number, lowB: number, highB: number) =>
  (name: BinaryName): Check[] =>
    (
      [
        [
          [2, 3],
          [2, 3],
        ],
        [[2, 3], [3]],
        [
          [2, 1],
          [1, 3],
        ],
        [[], [2]],
      ] as [Shape, Shape][]
    ).map(([a, b]) => ({
      f: (x, y) => apply(name, [x, y] as Tensor[], {}),
      inputs: () => [points(a, lowA, highA), points(b, lowB, highB, 5)],
    }))

/** A primitive with each of several parameters. */
function each<P extends KernelName>(name: P, inputs: () => Tensor[], list: readonly PrimitiveParams[P][]): Check[] {
  return list.map(params => ({ f: (...xs) => apply(name, xs, params), inputs }))
}

const cube = (): Tensor[] => [points([2, 3, 2], -2, 2)]
const reductions = [
  { dims: [0, 1, 2], keepdim: false },
  { dims: [1], keepdim: false },
  { dims: [0, 2], keepdim: true },
  { dims: [], keepdim: false },
]
const index = (): Tensor => int32([0, 2, 1, 1, 2, 0], [3, 2])
const some = 'none' as const

const conv = {
  stride: [2, 1],
  padding: [
    [1, 0],
    [0, 2],
  ],
  dilation: [1, 2],
  groups: 2,
} as const
const pool = { kernel: [2, 3], stride: [1, 2], padding: conv.padding, dilation: [2, 1] } as const

/** Symmetric, with eigenvalues well apart; batched. */
function symmetric(x: Tensor): Tensor {
  return c.add(x, c.transpose(x))
}

/** Positive definite. */
function positive(x: Tensor): Tensor {
  const identity = c.cast(float64([1, 0, 0, 0, 1, 0, 0, 0, 1], [3, 3], false), x.dtype)
  return c.add(c.matmul(x, c.transpose(x)), identity)
}

const matrices = (...shape: number[]): Tensor[] => [points(shape, -2, 2)]

/** Values and squared vectors: their signs are free. */
const signless = (x: Tensor): Tensor => c.square(x)

const CHECKS = {
  neg: one(-2, 2)('neg'),
  abs: one(-2, 2)('abs'),
  sign: one(-2, 2)('sign'),
  square: one(-2, 2)('square'),
  floor: one(-2.05, 2)('floor'),
  ceil: one(-2.05, 2)('ceil'),
  round: one(-2.05, 2)('round'),
  trunc: one(-2.05, 2)('trunc'),
  sqrt: one(0.2, 3)('sqrt'),
  rsqrt: one(0.2, 3)('rsqrt'),
  reciprocal: one(0.3, 3)('reciprocal'),
  exp: one(-2, 2)('exp'),
  exp2: one(-2, 2)('exp2'),
  expm1: one(-2, 2)('expm1'),
  log: one(0.2, 3)('log'),
  log2: one(0.2, 3)('log2'),
  log10: one(0.2, 3)('log10'),
  log1p: one(-0.7, 3)('log1p'),
  sin: one(-3, 3)('sin'),
  cos: one(-3, 3)('cos'),
  tan: one(-1, 1)('tan'),
  asin: one(-0.8, 0.8)('asin'),
  acos: one(-0.8, 0.8)('acos'),
  atan: one(-3, 3)('atan'),
  sinh: one(-2, 2)('sinh'),
  cosh: one(-2, 2)('cosh'),
  tanh: one(-2, 2)('tanh'),
  asinh: one(-2, 2)('asinh'),
  acosh: one(1.3, 3)('acosh'),
  atanh: one(-0.8, 0.8)('atanh'),
  erf: one(-2, 2)('erf'),
  erfc: one(-2, 2)('erfc'),
  erfinv: one(-0.8, 0.8)('erfinv'),
  lgamma: [...one(0.3, 5)('lgamma'), ...one(-1.8, -1.2)('lgamma')],
  digamma: [...one(0.3, 5)('digamma'), ...one(20, 60)('digamma'), ...one(-1.8, -1.2)('digamma')],
  sigmoid: one(-3, 3)('sigmoid'),
  softplus: one(-3, 3)('softplus'),
  relu: one(-3, 3)('relu'),
  silu: one(-3, 3)('silu'),
  gelu: one(-3, 3)('gelu'),
  geluSlope: one(-3, 3)('geluSlope'),
  geluTanh: one(-3, 3)('geluTanh'),

  add: two(-2, 2, -2, 2)('add'),
  sub: two(-2, 2, -2, 2)('sub'),
  mul: two(-2, 2, -2, 2)('mul'),
  div: two(-2, 2, 0.5, 2)('div'),
  pow: two(0.3, 2, -2, 3)('pow'),
  maximum: two(-2, 2, -2, 2)('maximum'),
  minimum: two(-2, 2, -2, 2)('minimum'),
  atan2: two(-2, 2, 0.3, 2)('atan2'),
  fmod: two(-5, 5, 0.7, 1.2)('fmod'),
  remainder: two(-5, 5, 0.7, 1.2)('remainder'),
  floorDivide: two(-5, 5, 0.7, 1.2)('floorDivide'),

  where: [
    {
      f: (a, b) => c.where(bools([1, 0, 1]), a as Tensor, b as Tensor),
      inputs: () => [points([2, 3], -2, 2), points([2, 1], -2, 2, 3)],
    },
  ],
  clamp: each('clamp', () => [points([2, 4], -2, 2)], [
    { min: -0.5, max: 0.7 },
    { min: 0.1, max: Number.POSITIVE_INFINITY },
    { min: Number.NEGATIVE_INFINITY, max: 0.1 },
    { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY },
  ]),
  cast: each('cast', cube, [{ dtype: 'float64' }]),
  copy: each('copy', cube, [{}]),

  sum: each('sum', cube, reductions),
  prod: [
    ...each('prod', cube, reductions),
    ...each('prod', () => [float64([2, 0, 3, -1, 0, 0, 1.5, 0.5, 0], [3, 3])], [
      { dims: [0], keepdim: false },
      { dims: [1], keepdim: true },
    ]),
  ],
  amax: each('amax', cube, reductions),
  amin: each('amin', cube, reductions),
  cumsum: each('cumsum', cube, [
    { dim: 1, reverse: false },
    { dim: 2, reverse: true },
  ]),
  cumprod: [
    ...each('cumprod', () => [points([7, 2], -2, 2)], [{ dim: 0 }, { dim: 1 }]),
    ...each('cumprod', () => [float64([2, 0, 3, -1, 0.5, 0, 2])], [{ dim: 0 }]),
  ],
  softmax: each('softmax', cube, [{ dim: 1 }, { dim: 2 }]),
  logSoftmax: each('logSoftmax', cube, [{ dim: 1 }, { dim: 2 }]),

  reshape: [
    { f: x => c.reshape(x as Tensor, [4, 3]), inputs: cube },
    { f: x => c.reshape(c.permute(x as Tensor, [2, 0, 1]), [4, 3]), inputs: cube },
  ],
  permute: [{ f: x => c.permute(x as Tensor, [2, 0, 1]), inputs: cube }],
  expand: [{ f: x => c.expand(x as Tensor, [4, 2, 3]), inputs: () => [points([2, 1], -2, 2)] }],
  slice: [{ f: x => c.slice(x as Tensor, [1, 0, 1], [1, 2, 1], [1, 2, 1]), inputs: cube }],
  // Windows that overlap.
  asStrided: [{ f: x => c.asStrided(x as Tensor, [3, 4], [2, 1], 1), inputs: () => [points([3, 3], -2, 2)] }],

  cat: [
    {
      f: (...xs) => apply('cat', xs, { dim: 1 }),
      inputs: () => [points([2, 1], -2, 2), points([2, 3], -2, 2, 1), points([2, 0], -2, 2, 2)],
    },
  ],
  pad: each('pad', () => [points([2, 3], -2, 2)], [{ before: [1, 0], after: [0, 2], value: 3 }]),
  sliceScatter: each('sliceScatter', () => [points([2, 2], -2, 2)], [{ shape: [3, 4], start: [1, 0], step: [1, 3] }]),
  asStridedScatter: each('asStridedScatter', () => [points([3, 4], -2, 2)], [
    { length: 9, strides: [2, 1], offset: 1 },
  ]),
  flip: each('flip', cube, [{ dims: [0, 2] }]),
  gather: [
    { f: x => c.gather(x as Tensor, index(), 0), inputs: () => [points([3, 4], -2, 2)] },
    { f: x => c.gather(x as Tensor, index(), 1), inputs: () => [points([4, 3], -2, 2)] },
  ],
  scatterAdd: [
    {
      f: (x, s) => c.scatterAdd(x as Tensor, index(), s as Tensor, 0),
      inputs: () => [points([3, 2], -2, 2), points([3, 2], -2, 2, 1)],
    },
  ],
  // Places written twice among them.
  scatter: [
    {
      f: (x, s) => c.scatter(x as Tensor, int32([0, 0, 2, 1], [2, 2]), s as Tensor, 1),
      inputs: () => [points([2, 3], -2, 2), points([2, 2], -2, 2, 1)],
    },
  ],
  indexSelect: [{ f: x => c.indexSelect(x as Tensor, int32([2, 0, 2]), 1), inputs: () => [points([2, 3], -2, 2)] }],
  indexAdd: [
    {
      f: (x, s) => c.indexAdd(x as Tensor, int32([2, 0, 2]), s as Tensor, 1),
      inputs: () => [points([2, 4], -2, 2), points([2, 3], -2, 2, 1)],
    },
  ],

  matmul: [
    { f: c.matmul, inputs: () => [points([2, 3], -2, 2), points([3, 4], -2, 2, 1)] },
    { f: c.matmul, inputs: () => [points([2, 2, 3], -2, 2), points([3, 2], -2, 2, 1)] },
    { f: c.matmul, inputs: () => [points([2, 3], -2, 2), points([2, 1, 3, 2], -2, 2, 1)] },
    { f: c.matmul, inputs: () => [points([1, 2, 3], -2, 2), points([1, 3, 2], -2, 2, 1)] },
    { f: c.matmul, inputs: () => [points([2, 1, 2, 3], -2, 2), points([3, 3, 2], -2, 2, 1)] },
    { f: c.matmul, inputs: () => [points([3, 1, 2, 3], -2, 2), points([1, 1, 3, 2], -2, 2, 1)] },
    { f: c.matmul, inputs: () => [points([2, 0, 3], -2, 2), points([3, 2], -2, 2, 1)] },
  ],
  conv2d: each('conv2d', () => [points([2, 4, 4, 5], -1, 1), points([2, 2, 3, 2], -1, 1, 1)], [conv]),
  conv2dInput: each('conv2dInput', () => [points([2, 2, 2, 5], -1, 1), points([2, 2, 3, 2], -1, 1, 1)], [
    { ...conv, size: [4, 5] },
  ]),
  conv2dWeight: each('conv2dWeight', () => [points([2, 4, 4, 5], -1, 1), points([2, 2, 2, 5], -1, 1, 1)], [
    { ...conv, size: [3, 2] },
  ]),
  maxPool2dIndex: some,
  sumPool2d: each('sumPool2d', () => [points([2, 2, 4, 5], -1, 1)], [pool]),
  sumPool2dInput: each('sumPool2dInput', () => [points([2, 2, 3, 3], -1, 1)], [{ ...pool, size: [4, 5] }]),

  cholesky: [
    { f: x => apply('cholesky', [positive(x)], {}), inputs: () => matrices(3, 3) },
    { f: x => apply('cholesky', [positive(x)], {}), inputs: () => matrices(2, 3, 3) },
  ],
  triangularSolve: [
    { f: (t, b) => c.triangularSolve(t, b, false), inputs: () => [points([3, 3], 1, 3), points([3, 2], -2, 2, 1)] },
    {
      f: (t, b) => c.triangularSolve(t, b, true),
      inputs: () => [points([2, 3, 3], 1, 3), points([2, 3, 2], -2, 2, 1)],
    },
  ],
  solve: [
    { f: (a, b) => c.solve(positive(a), b), inputs: () => [points([3, 3], -2, 2), points([3, 2], -2, 2, 1)] },
    { f: (a, b) => c.solve(positive(a), b), inputs: () => [points([2, 3, 3], -2, 2), points([2, 3, 2], -2, 2, 1)] },
  ],
  slogdet: [{ f: x => apply('slogdet', [x], {}), inputs: () => matrices(2, 3, 3) }],
  eigh: [{ f: x => signless(apply('eigh', [symmetric(x)], {})), inputs: () => matrices(2, 3, 3) }],
  svd: [
    { f: x => signless(apply('svd', [x], {})), inputs: () => matrices(3, 3) },
    { f: x => signless(apply('svd', [x], {})), inputs: () => matrices(2, 4, 2) },
    { f: x => signless(apply('svd', [x], {})), inputs: () => matrices(2, 4) },
  ],
  qr: [
    { f: x => apply('qr', [x], {}), inputs: () => matrices(3, 3) },
    { f: x => apply('qr', [x], {}), inputs: () => matrices(2, 4, 2) },
  ],

  eq: some,
  ne: some,
  lt: some,
  le: some,
  gt: some,
  ge: some,
  logicalAnd: some,
  logicalOr: some,
  logicalXor: some,
  logicalNot: some,
  isNaN: some,
  isFinite: some,
  isInf: some,
  any: some,
  all: some,
  argmax: some,
  argmin: some,
  argcummax: some,
  argcummin: some,
  argsort: some,
  nonzero: some,
  histc: some,
  full: some,
  arange: some,
  randomBits: some,
  uniform: some,
  normal: some,
} satisfies Record<PrimitiveName, Check[] | 'none'>

for (const backend of ['reference', 'wasm']) {
  describe(`gradient rules on ${backend}`, () => {
    on(backend)
    for (const [name, checks] of Object.entries(CHECKS)) {
      if (checks === 'none') continue
      it(`${name} agrees with differences, twice, and forward with reverse`, () => {
        for (const { f, inputs } of checks) {
          assert.equal(gradcheck(f, inputs()), true)
          // Second derivatives of the steeper ones are large: their differences err by more.
          assert.equal(gradgradcheck(f, inputs(), { atol: 1e-5 }), true)
        }
      })
    }
  })
}

/** Factorisations compute in float32 and float64 only. */
const WIDE_ONLY = new Set(['cholesky', 'triangularSolve', 'solve', 'slogdet', 'eigh', 'svd', 'qr'])
/** Allowed error of a gradient, relative to the greatest: some thirty roundings of 2^-24, 2^-11 and 2^-8. */
const ALLOWED = { float32: 2e-6, float16: 0.015, bfloat16: 0.12 } as const

for (const dtype of ['float32', 'float16', 'bfloat16'] as const) {
  describe(`gradient rules in ${dtype}`, () => {
    on('reference')
    for (const [name, checks] of Object.entries(CHECKS)) {
      if (checks === 'none' || (dtype !== 'float32' && WIDE_ONLY.has(name))) continue
      it(`${name} gives gradients of its dtype, near those in float64`, () => {
        for (const { f, inputs } of checks as readonly Check[]) {
          const narrow = inputs().map(x => c.cast(x, dtype).detach().requiresGrad_())
          const wide = narrow.map(x => c.cast(x, 'float64').detach().requiresGrad_())
          const [got, expected] = [narrow, wide].map(xs => {
            const out = f(...xs)
            return grad(out, xs, { gradOutputs: c.cast(points(out.shape, -1, 1, 9).detach(), out.dtype) })
          }) as [Tensor[], Tensor[]]
          got.forEach((g, i) => {
            assert.equal(g.dtype, dtype)
            const truth = numbers(expected[i] as Tensor)
            const scale = Math.max(1, ...truth.map(Math.abs))
            numbers(g).forEach((value, j) => {
              const error = Math.abs(value - (truth[j] as number)) / scale
              assert.ok(error <= ALLOWED[dtype], `input ${i}, element ${j}: ${value}, in float64 ${truth[j]}`)
            })
          })
        }
      })
    }
  })
}

describe('gradient rules', () => {
  it('are missing only where there is no gradient', () => {
    const names = Object.keys(CHECKS) as PrimitiveName[]
    for (const name of names) assert.equal(RULES[name].kind === 'none', CHECKS[name] === 'none', name)
    assert.deepEqual(names.sort(), Object.keys(RULES).sort())
  })
})

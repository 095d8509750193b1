// Random programs: compiled, they give the numbers of the eager run, to the last bit.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  avgPool2d,
  cat,
  compile,
  conv2d,
  F,
  gather,
  linalg,
  manualSeed,
  maxPool2d,
  optim,
  rand,
  randn,
  stack,
  type Tensor,
  tensor,
  where,
  zeros,
  zerosLike,
} from '#src/index.js'
import { hooks } from '#src/tensor/graph.js'
import { INFER } from '#src/tensor/primitives.js'

/** What an operation makes of the values so far: `pick` takes one of them, `roll` a whole number below n. */
type Make = (pick: () => Tensor, roll: (n: number) => number) => Tensor

// biome-ignore format: grouped by kind
const UNARY = [
  'neg', 'abs', 'sign', 'square', 'floor', 'ceil', 'round', 'trunc', 'sqrt', 'rsqrt', 'reciprocal', 'exp', 'exp2', 'expm1', 'log',
  'log2', 'log10', 'log1p', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh', 'erf',
  'erfc', 'erfinv', 'lgamma', 'digamma', 'sigmoid', 'relu',
] as const

const BINARY = ['add', 'sub', 'mul', 'div', 'pow', 'maximum', 'minimum', 'atan2', 'fmod', 'remainder'] as const
const COMPARE = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const
const LOGICAL = ['logicalAnd', 'logicalOr', 'logicalXor'] as const

/** b where it broadcasts with a, else one number of it. */
function meeting(a: Tensor, b: Tensor): Tensor {
  const rank = Math.max(a.ndim, b.ndim)
  const at = (x: Tensor, i: number): number => x.shape[x.ndim - 1 - i] ?? 1
  const fits = Array.from({ length: rank }, (_, i) => [at(a, i), at(b, i)]).every(
    ([m, n]) => m === n || m === 1 || n === 1,
  )
  return fits ? b : b.sum()
}

/** The first numbers of x, over again where it has too few, as a matrix. */
function square(x: Tensor, n: number): Tensor {
  const flat = cat([x.reshape([-1]), zeros([n * n])])
  return flat.at([0, n * n]).reshape([n, n])
}

const axisOf = (x: Tensor, roll: (n: number) => number): number => (x.ndim === 0 ? 0 : roll(x.ndim))
/** Between -1 and 1, whatever x holds. */
const calm = (x: Tensor): Tensor => where(x.isnan(), 0.3, x).tanh()
const atLeast1 = (x: Tensor): Tensor => (x.ndim === 0 ? x.reshape([1]) : x)
/** Symmetric, with eigenvalues from 1 on. */
const definite = (x: Tensor): Tensor => {
  const a = square(calm(x), 2)
  return a.matmul(a.t()).add(
    tensor([
      [1, 0],
      [0, 2],
    ]),
  )
}

const MAKERS: readonly Make[] = [
  ...UNARY.map(
    (name): Make =>
      pick =>
        pick()[name](),
  ),
  ...BINARY.map(
    (name): Make =>
      pick => {
        const a = pick()
        return a[name](meeting(a, pick()))
      },
  ),
  ...COMPARE.map(
    (name): Make =>
      pick => {
        const a = pick()
        const b = meeting(a, pick())
        return where(a[name](b), a, b)
      },
  ),
  ...LOGICAL.map(
    (name): Make =>
      pick => {
        const a = pick()
        const b = meeting(a, pick())
        return where(a.gt(0)[name](b.lt(0.5).logicalNot()), a, 0.5)
      },
  ),
  pick => F.silu(pick()),
  pick => F.gelu(pick()),
  pick => F.gelu(pick(), { approximate: 'tanh' }),
  pick => F.softplus(pick()),
  pick => pick().clamp({ min: -0.5, max: 0.75 }),
  pick => pick().isnan().logicalOr(pick().sum().isinf()).to('float32'),
  pick => pick().isfinite().to('float32'),
  pick => pick().mul(4).to('int32').floorDivide(3).to('float32'),
  pick => pick().to('float64').exp().to('float32'),
  pick => pick().to('bfloat16').add(1).to('float32'),
  pick => pick().clone().add_(1).mul_(2),
  (pick, roll) => {
    const x = atLeast1(pick()).clone()
    x.at([0, Math.max(1, roll(3))]).mul_(2)
    return x
  },
  (pick, roll) => {
    const x = pick()
    return roll(2) === 0 ? x.sum() : x.sum(axisOf(x, roll), { keepdim: roll(2) === 0 })
  },
  (pick, roll) => atLeast1(pick()).prod(0, { keepdim: roll(2) === 0 }),
  (pick, roll) => {
    const x = atLeast1(pick())
    return x.size > 0 ? x.amax(axisOf(x, roll)).add(x.max(0).values.sum()) : x
  },
  (pick, roll) => {
    const x = atLeast1(pick())
    return x.size > 0 ? x.amin(axisOf(x, roll)).sub(x.min(0).values.sum()) : x
  },
  pick => (pick().size > 0 ? atLeast1(pick()).any().logicalAnd(atLeast1(pick()).all()).to('float32') : pick()),
  (pick, roll) => {
    const x = atLeast1(pick())
    return x.size > 0
      ? x
          .argmax(axisOf(x, roll))
          .add(x.argmin(axisOf(x, roll)).sum())
          .to('float32')
      : x
  },
  (pick, roll) => {
    const x = atLeast1(pick())
    return x.cumsum(axisOf(x, roll))
  },
  (pick, roll) => {
    const x = atLeast1(pick())
    return x.cumprod(axisOf(x, roll))
  },
  (pick, roll) => {
    const x = atLeast1(pick())
    return x.size > 0 ? x.cummax(axisOf(x, roll)).values.add(x.cummin(0).values.sum()) : x
  },
  (pick, roll) => {
    const x = atLeast1(pick())
    return x.softmax(axisOf(x, roll))
  },
  (pick, roll) => {
    const x = atLeast1(pick())
    return x.logSoftmax(axisOf(x, roll))
  },
  pick => pick().reshape([-1]),
  pick => (pick().ndim < 4 ? pick().unsqueeze(0) : pick().reshape([-1])),
  (pick, roll) => {
    const x = pick()
    return x.ndim < 2 ? x : x.transpose(0, 1 + roll(x.ndim - 1))
  },
  pick => {
    const x = pick()
    return x.ndim >= 4 ? x : x.unsqueeze(0).expand([2, ...x.shape])
  },
  (pick, roll) => {
    const x = atLeast1(pick())
    const axis = axisOf(x, roll)
    return x.at(...new Array(axis).fill([]), [null, null, 2])
  },
  (pick, roll) => atLeast1(pick()).flip([roll(1)]),
  (pick, roll) => atLeast1(pick()).roll(1 + roll(2), 0),
  pick => {
    const x = atLeast1(pick())
    return x.size > 60 ? x : cat([x, x.mul(2)], 0)
  },
  pick => (pick().ndim >= 4 ? pick() : stack([pick().sum(), pick().sum()])),
  pick => (pick().size > 60 ? pick() : atLeast1(pick()).pad([1, 0])),
  pick => {
    const x = pick()
    const rows =
      x.ndim === 0 ? x.reshape([1, 1]) : x.reshape([x.shape[0] as number, x.size / Math.max(1, x.shape[0] as number)])
    return rows.tanh().matmul(rows.t())
  },
  pick => {
    const x = square(pick().tanh(), 2).unsqueeze(0).expand([3, 2, 2])
    return x.matmul(x.transpose(1, 2))
  },
  pick => {
    const x = atLeast1(pick())
    return gather(x, 0, x.argsort(0))
  },
  pick => {
    const x = atLeast1(pick())
    return zerosLike(x)
      .scatterAdd(0, x.argsort(0, { descending: true }), x)
      .add(zerosLike(x).scatter(0, x.argsort(0), x))
  },
  pick => {
    const x = atLeast1(pick())
    if ((x.shape[0] as number) === 0) return x
    const first = tensor([0, 0, 0], { dtype: 'int32' })
    return x
      .indexSelect(0, first)
      .sum(0)
      .add(x.indexAdd(0, first, x.at([0, 1]).expand([3, ...x.shape.slice(1)])).sum())
  },
  pick => square(pick(), 3).histc({ bins: 3, min: -1, max: 1 }),
  pick => square(pick(), 2).unfold(0, 2, 1).sum(),
  pick =>
    conv2d(
      square(pick().tanh(), 4).reshape([1, 1, 4, 4]),
      tensor([
        [
          [
            [1, -1],
            [0.5, 2],
          ],
        ],
      ]),
    ),
  pick => maxPool2d(square(pick(), 4).reshape([1, 1, 4, 4]), 2),
  pick => avgPool2d(square(pick(), 4).reshape([1, 1, 4, 4]), 2, { stride: 1 }),
  pick => linalg.cholesky(definite(pick())),
  pick => linalg.solve(definite(pick()), square(calm(pick()), 2)),
  pick => linalg.solveTriangular(definite(pick()), square(calm(pick()), 2), { upper: true }),
  pick => linalg.slogdet(definite(pick())).logabsdet,
  pick => linalg.eigh(definite(pick())).eigenvalues,
  pick => linalg.svd(definite(pick())).s,
  pick => linalg.qr(definite(pick())).r,
  pick => pick().add(rand([])).add(randn([])),
  pick => F.dropout(pick(), 0.4),
]

const SHAPES: readonly (readonly number[])[] = [
  [],
  [1],
  [5],
  [0],
  [2, 3],
  [4, 1],
  [3, 0],
  [2, 1, 4],
  [2, 3, 2],
  [1, 2, 2, 3],
  [33],
]

interface RandomProgram {
  readonly shapes: readonly number[]
  readonly code: readonly (readonly [op: number, seed: number])[]
  /** What a third of them each does beside: nothing, backward, or a whole step with an optimizer. */
  readonly kind: 'plain' | 'backward' | 'step'
}

const random: fc.Arbitrary<RandomProgram> = fc.record({
  shapes: fc.array(fc.nat(SHAPES.length - 1), { minLength: 1, maxLength: 3 }),
  code: fc.array(fc.tuple(fc.nat(MAKERS.length - 1), fc.nat(1_000_000)), { minLength: 4, maxLength: 14 }),
  kind: fc.constantFrom('plain', 'backward', 'step'),
})

/** The step that a program stands for, with states of its own. */
function stepOf({ code, kind, shapes }: RandomProgram): (xs: Tensor[]) => unknown {
  const weights = shapes.map(i => randn(SHAPES[i] as number[]).requiresGrad_())
  const optimizer = new optim.Adam(weights, { lr: 0.01 })
  return inputs => {
    const values = kind === 'plain' ? [...inputs] : inputs.map((x, i) => x.mul(weights[i] as Tensor))
    for (const [op, seed] of code) {
      let state = seed
      const roll = (n: number): number => {
        state = (state * 48271 + 11) % 2147483647
        return state % n
      }
      values.push((MAKERS[op] as Make)(() => values[roll(values.length)] as Tensor, roll))
    }
    if (kind === 'plain') return values.slice(inputs.length)
    const loss = values.map(x => x.sum()).reduce((a, b) => a.add(b))
    optimizer.zeroGrad()
    loss.backward()
    if (kind === 'step') optimizer.step()
    return [
      loss.detach(),
      ...weights.map(w => w.detach().clone()),
      ...weights.flatMap(({ grad }) => grad?.clone() ?? []),
    ]
  }
}

/** Six calls with the same random inputs, eager or compiled. */
function runs(program: RandomProgram, compiled: boolean): unknown {
  manualSeed(1)
  const step = stepOf(program)
  const used = compiled ? compile(step) : step
  const seen = Array.from({ length: 6 }, (_, i) => {
    manualSeed(100 + i)
    const results = used(program.shapes.map(shape => randn(SHAPES[shape] as number[]))) as Tensor[]
    return results.map(x => [x.dtype, x.shape, Array.from(x.data())])
  })
  if (compiled) assert.ok((used as ReturnType<typeof compile>).programs.length >= 1)
  return seen
}

describe('random programs', function () {
  this.timeout(600_000)

  it('give the same numbers compiled, every primitive in many of them', () => {
    const uses = new Map<string, number>()
    const tracer = hooks.tracer
    let counted = 0
    const property = fc.property(random, program => {
      const names = new Set<string>()
      hooks.tracer = name => names.add(name)
      const expected = (() => {
        try {
          return runs(program, false)
        } finally {
          hooks.tracer = tracer
        }
      })()
      for (const name of names) uses.set(name, (uses.get(name) ?? 0) + 1)
      counted++
      assert.deepEqual(runs(program, true), expected)
    })
    fc.assert(property, { seed: 7, numRuns: 500, interruptAfterTimeLimit: 500_000, markInterruptAsFailure: true })
    assert.ok(counted >= 500)
    // Those that a step cannot have, since their shape depends on numbers, and those that come with a host's data.
    const apart = new Set([
      'nonzero',
      'full',
      'arange',
      'randomBits',
      'asStridedScatter',
      'conv2dInput',
      'conv2dWeight',
      'sumPool2dInput',
      'argcummin',
    ])
    const rare = Object.keys(INFER).filter(name => !apart.has(name) && (uses.get(name) ?? 0) < 20)
    assert.deepEqual(
      rare.map(name => `${name}: ${uses.get(name) ?? 0}`),
      [],
    )
  })
})

import { deepEqual, ok, throws } from 'node:assert/strict'
import { words } from '#src/backends/reference/random.js'
import { TensorError } from '#src/tensor/errors.js'
import { float64, run } from './answer.js'

type Rows = number[][]

let counter = 0
function random(rows: number, columns: number): Rows {
  counter += 1000
  const bits = words(rows * columns, { key: [7, 7], counter })
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => bits[i * columns + j]! / 2 ** 31 - 1),
  )
}

function times(a: Rows, b: Rows): Rows {
  const columns = b[0]?.length ?? 0
  return a.map(row => Array.from({ length: columns }, (_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)))
}
const transposed = (a: Rows, columns = a[0]?.length ?? 0): Rows =>
  Array.from({ length: columns }, (_, j) => a.map(row => row[j]!))
const identity = (n: number): Rows =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => Number(i === j)))
const diagonal = (values: readonly number[]): Rows =>
  values.map((value, i) => values.map((_, j) => (i === j ? value : 0)))
const tensorOf = (a: Rows, columns = a[0]?.length ?? 0) => float64(a.flat(), [a.length, columns])
const size = (a: Rows): number => Math.max(0, ...a.flat().map(Math.abs))

function near(got: Rows, expected: Rows, scale: number, what: string): void {
  deepEqual([got.length, got[0]?.length], [expected.length, expected[0]?.length], what)
  got.forEach((row, i) => {
    row.forEach((x, j) => {
      ok(Math.abs(x - expected[i]![j]!) <= scale * 1e-14, `${what}: [${i}, ${j}] is ${x}, not ${expected[i]![j]}`)
    })
  })
}

function unpack(data: readonly number[], columns: number, ...heights: number[]): Rows[] {
  let start = 0
  return heights.map(height =>
    Array.from({ length: height }, () => {
      start += columns
      return data.slice(start - columns, start)
    }),
  )
}

function checkSvd(a: Rows, m: number, n: number, what: string): number[] {
  const k = Math.min(m, n)
  const [u, s, v] = unpack(run('svd', [tensorOf(a, n)], {}).data, k, m, 1, n) as [Rows, Rows, Rows]
  const values = s[0]!
  near(times(times(u, diagonal(values)), transposed(v, k)), a, size(a), `${what}: U S V^T`)
  near(times(transposed(u, k), u), identity(k), 1, `${what}: U^T U`)
  near(times(transposed(v, k), v), identity(k), 1, `${what}: V^T V`)
  ok(
    values.every((value, i) => value >= 0 && (i === 0 || value <= values[i - 1]!)),
    `${what}: falling`,
  )
  return values
}

describe('linear algebra', () => {
  it('eigh: A V = V diag(values) with orthonormal V and rising values', () => {
    for (const n of [1, 2, 3, 5, 8, 20]) {
      const half = random(n, n)
      const a = half.map((row, i) => row.map((x, j) => x + half[j]![i]!))
      const [values, v] = unpack(run('eigh', [tensorOf(a)], {}).data, n, 1, n) as [Rows, Rows]
      near(times(a, v), times(v, diagonal(values[0]!)), size(a) * n, `n = ${n}`)
      near(times(transposed(v), v), identity(n), n, `V^T V, n = ${n}`)
      ok(values[0]!.every((x, i) => i === 0 || x >= values[0]![i - 1]!))
    }
  })

  it('eigh: equal, zero and very unequal eigenvalues', () => {
    const expected: [Rows, number[]][] = [
      [identity(3), [1, 1, 1]],
      [diagonal([0, 0]), [0, 0]],
      [
        [
          [2, 1],
          [1, 2],
        ],
        [1, 3],
      ],
      [diagonal([1e200, -1e200, 1]), [-1e200, 1, 1e200]],
      [diagonal([1e-200, 2e-200]), [1e-200, 2e-200]],
      [Array.from({ length: 4 }, () => [1, 1, 1, 1]), [0, 0, 0, 4]],
    ]
    for (const [a, values] of expected) {
      const got = run('eigh', [tensorOf(a)], {}).data.slice(0, a.length)
      near([got], [values], size(a), `${a}`)
    }
  })

  it('eigh: reads the lower triangle only', () => {
    const { data } = run('eigh', [float64([2, 99, 1, 2], [2, 2])], {})
    near([data.slice(0, 2)], [[1, 3]], 3, 'values')
  })

  it('svd: U diag(S) V^T = A with orthonormal U and V, for tall, wide and square matrices', () => {
    for (const [m, n] of [
      [1, 1],
      [3, 3],
      [6, 2],
      [2, 6],
      [10, 9],
      [1, 4],
      [4, 1],
    ] as const) {
      checkSvd(random(m, n), m, n, `${m} x ${n}`)
    }
  })

  it('svd: completes the bases where the rank is not full', () => {
    const column = random(5, 1)
    const rankOne = times(column, random(1, 4))
    const values = checkSvd(rankOne, 5, 4, 'rank 1')
    ok(values.slice(1).every(value => value < 1e-15 * 5))
    checkSvd(transposed(rankOne), 4, 5, 'rank 1, wide')
    deepEqual(
      checkSvd(
        Array.from({ length: 3 }, () => [0, 0]),
        3,
        2,
        'zeros',
      ),
      [0, 0],
    )
    checkSvd(
      [
        [1, 0, 0],
        [0, 0, 0],
        [0, 0, 1],
      ],
      3,
      3,
      'an empty row and column',
    )
  })

  it('svd: ends where columns are equal', () => {
    for (let n = 2; n <= 12; n++) {
      const ones = Array.from({ length: n }, () => new Array<number>(n).fill(1))
      near([checkSvd(ones, n, n, `ones ${n}`)], [[n, ...new Array<number>(n - 1).fill(0)]], n, `ones ${n}`)
    }
  })

  it('svd: keeps a tiny singular value of an orthogonal column', () => {
    deepEqual(checkSvd(diagonal([1, 1e-60]), 2, 2, 'diagonal'), [1, 1e-60])
  })

  it('svd: numbers whose squares would not fit', () => {
    near(
      [
        checkSvd(
          [
            [3e200, 0],
            [4e200, 0],
          ],
          2,
          2,
          'large',
        ),
      ],
      [[5e200, 0]],
      5e200,
      'large',
    )
    near([checkSvd([[3e-200], [4e-200]], 2, 1, 'small')], [[5e-200]], 5e-200, 'small')
  })

  it('qr: Q R = A with orthonormal Q, and R upper triangular with a diagonal that is not negative', () => {
    for (const [m, n] of [
      [1, 1],
      [3, 3],
      [6, 2],
      [9, 8],
    ] as const) {
      const a = random(m, n)
      const [q, r] = unpack(run('qr', [tensorOf(a)], {}).data, n, m, n) as [Rows, Rows]
      near(times(q, r), a, n, `${m} x ${n}`)
      near(times(transposed(q), q), identity(n), n, 'Q^T Q')
      ok(
        r.every((row, i) => row.every((x, j) => (j < i ? x === 0 : j > i || x >= 0))),
        'R',
      )
    }
  })

  it('qr: keeps Q orthonormal where columns are equal, huge or tiny', () => {
    for (const [n, value] of [
      [40, 1],
      [3, 1e300],
      [3, 1e-310],
    ] as const) {
      const a = Array.from({ length: n }, () => new Array<number>(n).fill(value))
      const [q, r] = unpack(run('qr', [tensorOf(a)], {}).data, n, n, n) as [Rows, Rows]
      near(times(transposed(q), q), identity(n), n, `Q^T Q, ${value}`)
      near([r[0]!.slice(0, 1)], [[value * Math.sqrt(n)]], Math.max(value * n, 1e-309), `R, ${value}`)
    }
  })

  it('qr: a column of zeros leaves Q orthonormal', () => {
    const a = [
      [0, 1],
      [0, 2],
      [0, 2],
    ]
    const [q, r] = unpack(run('qr', [tensorOf(a)], {}).data, 2, 3, 2) as [Rows, Rows]
    near(times(q, r), a, 3, 'Q R')
    near(times(transposed(q), q), identity(2), 1, 'Q^T Q')
  })

  it('factorise batches matrix by matrix, and broadcast operands', () => {
    const [a, b] = [random(3, 3), random(3, 3)]
    const batch = float64([...a.flat(), ...b.flat()], [2, 3, 3])
    for (const name of ['eigh', 'svd', 'qr', 'slogdet'] as const) {
      const apart = [a, b].flatMap(x => run(name, [tensorOf(x)], {}).data)
      deepEqual(run(name, [batch], {}).data, apart, name)
    }
  })

  it('empty matrices and empty batches have empty results', () => {
    for (const [name, shape, result] of [
      ['cholesky', [0, 0], [0, 0]],
      ['eigh', [0, 0], [1, 0]],
      ['svd', [0, 3], [4, 0]],
      ['qr', [3, 0], [3, 0]],
      ['slogdet', [0, 2, 2], [0, 2]],
    ] as const) {
      deepEqual(run(name, [float64([], shape)], {}).shape, result, name)
    }
  })

  const refusal = (message: RegExp) => (error: unknown) =>
    error instanceof TensorError && error.code === 'NOT_CONVERGED' && message.test(error.message)

  it('cholesky names the matrix and the minor that is not positive', () => {
    throws(() => run('cholesky', [float64([1, 2, 2, 1], [2, 2])], {}), refusal(/^cholesky: .* order 2 is not positive/))
    const batch = float64([1, 0, 0, 1, -1, 0, 0, 1], [2, 2, 2])
    throws(() => run('cholesky', [batch], {}), refusal(/^cholesky \(batch element 1\): .* order 1 /))
    throws(() => run('cholesky', [float64([NaN], [1, 1])], {}), refusal(/order 1/))
  })

  it('solve names the pivot of a singular matrix', () => {
    const rhs = float64([1, 2], [2, 1])
    throws(() => run('solve', [float64([1, 2, 2, 4], [2, 2]), rhs], {}), refusal(/^solve: .* singular: pivot 2 is 0/))
    const batch = float64([1, 0, 0, 1, 0, 0, 0, 0], [2, 2, 2])
    throws(() => run('solve', [batch, float64([1, 2, 3, 4], [2, 2, 1])], {}), refusal(/batch element 1.* pivot 1/))
  })

  it('eigh and svd refuse NaN and Inf', () => {
    throws(() => run('eigh', [float64([NaN, 0, 0, 1], [2, 2])], {}), refusal(/^eigh: the matrix holds NaN or Inf/))
    throws(() => run('svd', [float64([1, Infinity], [1, 2])], {}), refusal(/^svd: the matrix holds NaN or Inf/))
  })
})

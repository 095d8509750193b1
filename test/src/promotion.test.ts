// In which dtype operands meet, against PyTorch: every pair of dtypes, with and without dimensions, and plain numbers.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { TensorError, tensor } from '#src/index.js'
import type { DType } from '#src/tensor/dtype.js'
import { callable } from './golden/run.js'

type Side = readonly [dtype: DType, rank: 0 | 1]
type Row = readonly [operation: string, a: Side, b: Side | number | boolean | null, result: DType | null]

const file = new URL('../../../test/golden/promotion.json', import.meta.url)
const { rows } = JSON.parse(readFileSync(file, 'utf8')) as { readonly rows: readonly Row[] }

/** Arguments beside the tensor. */
const DIM: Readonly<Record<string, readonly number[]>> = { cumsum: [0], softmax: [0], argmax: [0] }

/** Where we differ on purpose, each with its reason. */
const DIFFERENT: readonly { readonly reason: string; readonly applies: (row: Row) => boolean }[] = [
  {
    reason: 'PyTorch refuses to subtract bools; here only both together are refused, one counts as 0 or 1',
    applies: ([name, , , result]) => name === 'sub' && result === null,
  },
  {
    reason: 'the power of two bools is int32; PyTorch has none for tensors and a bool for a plain one',
    applies: ([name, [a], b]) =>
      name === 'pow' && a === 'bool' && (b === true || (Array.isArray(b) && b[0] === 'bool')),
  },
]

const made = ([dtype, rank]: Side) => tensor(rank === 0 ? 1 : [1, 1], { dtype })

function ours([operation, a, b]: Row): DType | null {
  const call = callable(operation, 'free')
  assert.ok(call, `${operation} is not exported`)
  const others = b === null ? (DIM[operation] ?? []) : [Array.isArray(b) ? made(b as unknown as Side) : b]
  try {
    return (call(made(a), ...others) as { dtype: DType }).dtype
  } catch (error) {
    assert.ok(error instanceof TensorError, String(error))
    return null
  }
}

describe('dtypes meet as in PyTorch', () => {
  for (const operation of new Set(rows.map(([name]) => name))) {
    it(operation, () => {
      const wrong = rows.filter(row => row[0] === operation && ours(row) !== row[3])
      const told = wrong.filter(row => !DIFFERENT.some(({ applies }) => applies(row)))
      const lines = told.map(row => `${JSON.stringify(row)}: ours ${ours(row)}`)
      assert.equal(told.length, 0, `${told.length} differ:\n${lines.slice(0, 12).join('\n')}`)
    })
  }

  it('each stated difference is one', () => {
    const needless = DIFFERENT.filter(({ applies }) => !rows.some(row => applies(row) && ours(row) !== row[3]))
    assert.deepEqual(
      needless.map(({ reason }) => reason),
      [],
    )
  })
})

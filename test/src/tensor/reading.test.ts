// Reading numbers, and how JavaScript itself meets a tensor: loops, text, the console, operators.
import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import {
  arange,
  type DType,
  einsum,
  isTensor,
  manualSeed,
  randn,
  scatterAdd,
  type Tensor,
  TensorError,
  tensor,
  zeros,
} from '#src/index.js'

const fails = (f: () => unknown, code: string, words: RegExp): void =>
  assert.throws(f, error => {
    assert.ok(error instanceof TensorError && error.code === code, String(error))
    assert.match(error.message, words)
    return true
  })

describe('reading', () => {
  it('data() copies, row by row, through any strides', () => {
    const x = arange(6).reshape([2, 3])
    assert.deepEqual(x.t().data(), new Int32Array([0, 3, 1, 4, 2, 5]))
    const copy = x.data()
    copy[0] = 9
    assert.equal(x.at(0, 0).item(), 0)
  })

  it('gives 16-bit floats as Float32Array and bools as bytes', () => {
    for (const dtype of ['float16', 'bfloat16'] as DType[]) {
      assert.deepEqual(tensor([1.5, -2], { dtype }).data(), new Float32Array([1.5, -2]))
      assert.deepEqual(tensor([1.5, -2], { dtype }).toArray(), [1.5, -2])
    }
    assert.deepEqual(tensor([true, false]).data(), new Uint8Array([1, 0]))
    assert.deepEqual(tensor([1.5], { dtype: 'float64' }).data(), new Float64Array([1.5]))
  })

  it('read() gives the same by promise', async () => {
    assert.deepEqual(await tensor([[1, 2]]).read(), new Float32Array([1, 2]))
    assert.deepEqual(await arange(4).reshape([2, 2]).t().read(), new Int32Array([0, 2, 1, 3]))
    assert.deepEqual(await tensor([0.5], { dtype: 'float16' }).read(), new Float32Array([0.5]))
  })

  it('toArray() nests as deep as there are axes, with booleans for bools', () => {
    assert.deepEqual(
      tensor([
        [true, false],
        [false, true],
      ]).toArray(),
      [
        [true, false],
        [false, true],
      ],
    )
    assert.equal(tensor(true).toArray(), true)
    assert.equal(tensor(2.5).toArray(), 2.5)
    assert.deepEqual(zeros([2, 0]).toArray(), [[], []])
    assert.deepEqual(zeros([0, 2]).toArray(), [])
  })

  it('item() wants one element', () => {
    assert.equal(tensor([[3]]).item(), 3)
    assert.equal(tensor(true).item(), 1)
    fails(() => tensor([1, 2]).item(), 'NOT_A_NUMBER', /\[2\].*toArray/)
    fails(() => zeros([0]).item(), 'NOT_A_NUMBER', /\[0\]/)
  })
})

describe('JavaScript meets a tensor', () => {
  it('a loop goes through the rows, as views', () => {
    const x = arange(6).reshape([3, 2])
    const rows = [...x]
    assert.deepEqual(
      rows.map(row => row.toArray()),
      [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
    )
    rows[1]?.add_(10)
    assert.equal(x.at(1, 0).item(), 12)
    const [first, ...others] = x
    assert.deepEqual([first?.shape, others.length], [[2], 2])
  })

  it('rows of a recorded tensor are recorded', () => {
    const w = tensor([1, 2, 3], { requiresGrad: true })
    let sum: Tensor = tensor(0)
    for (const part of w) sum = sum.add(part.mul(part))
    sum.backward()
    assert.deepEqual(w.grad?.toArray(), [2, 4, 6])
  })

  it('a single number has no rows', () => fails(() => [...tensor(1)], 'BAD_DIM', /no rows.*item/))

  it('templates and the console show the numbers', () => {
    const x = tensor([1, 2])
    assert.equal(`${x}`, 'tensor([1., 2.])')
    assert.equal(String(x), 'tensor([1., 2.])')
    assert.equal(inspect(x), 'tensor([1., 2.])')
    assert.equal(inspect({ x }), '{ x: tensor([1., 2.]) }')
  })

  it('operators throw, and name the methods', () => {
    const x = tensor([1, 2])
    const any = x as unknown as number
    // biome-ignore lint/suspicious/noDoubleEquals: it is the mistake
    const equal = () => any == 1
    for (const wrong of [() => any + 1, () => any * any, () => any < 2, () => -any, equal]) {
      fails(wrong, 'NOT_A_NUMBER', /operators.*\[2\].*a\.add\(b\)/)
    }
  })

  it('T and mT are transposes, as views', () => {
    const x = arange(6).reshape([2, 3])
    assert.deepEqual(x.T.toArray(), x.t().toArray())
    x.T.add_(1)
    assert.equal(x.at(0, 0).item(), 1)
    assert.deepEqual(tensor([1, 2]).T.toArray(), [1, 2])
    const batch = arange(12).reshape([2, 2, 3])
    assert.deepEqual(batch.mT.toArray(), batch.transpose(1, 2).toArray())
    fails(() => batch.T, 'BAD_DIM', /transpose\(-2, -1\)/)
    fails(() => tensor([1, 2]).mT, 'BAD_DIM', /dim -2/)
    const w = tensor([[1, 2]], { requiresGrad: true })
    w.T.matmul(tensor([[3]]))
      .sum()
      .backward()
    assert.deepEqual(w.grad?.toArray(), [[3, 3]])
  })

  it('numel() is size', () => assert.equal(zeros([2, 3]).numel(), 6))

  it('a tensor is known as one', () => {
    assert.equal(isTensor(zeros([1])), true)
    for (const other of [null, undefined, 1, [1], {}, 'tensor']) assert.equal(isTensor(other), false)
  })
})

describe('einsum beside matmul', () => {
  /** Written out: sums over every place of all letters. */
  function byLoops(equation: string, operands: readonly Tensor[]): number[] {
    const [left = '', out = ''] = equation.split('->')
    const terms = left.split(',')
    const sizes = new Map<string, number>()
    terms.forEach((term, i) => {
      ;[...term].forEach((letter, axis) => {
        sizes.set(letter, operands[i]?.shape[axis] as number)
      })
    })
    const letters = [...out, ...[...sizes.keys()].filter(letter => !out.includes(letter))]
    const result = new Array<number>([...out].reduce((n, letter) => n * (sizes.get(letter) as number), 1)).fill(0)
    const data = operands.map(x => x.data())
    const walk = (i: number, place: Map<string, number>): void => {
      if (i < letters.length) {
        for (let k = 0; k < (sizes.get(letters[i] as string) as number); k++) {
          walk(i + 1, new Map(place).set(letters[i] as string, k))
        }
        return
      }
      const flat = (names: string): number =>
        [...names].reduce((sum, letter) => sum * (sizes.get(letter) as number) + (place.get(letter) as number), 0)
      const product = terms.reduce((p, term, t) => p * (data[t]?.[flat(term)] as number), 1)
      result[flat(out)] = (result[flat(out)] as number) + product
    }
    walk(0, new Map())
    return result
  }

  for (const [equation, ...shapes] of [
    ['ij,jk->ik', [2, 3], [3, 4]],
    ['bij,bjk->bik', [2, 2, 3], [2, 3, 2]],
    ['ij->ji', [2, 3]],
    ['ii->i', [3, 3]],
    ['ii->', [3, 3]],
    ['ij,ij->', [2, 3], [2, 3]],
    ['i,j->ij', [2], [3]],
    ['bqhd,bkhd->bhqk', [1, 2, 2, 3], [1, 3, 2, 3]],
    ['ij,jk,kl->il', [2, 3], [3, 2], [2, 4]],
    ['iij,j->i', [2, 2, 3], [3]],
    ['a,b,c->', [2], [3], [2]],
  ] as [string, ...number[][]][]) {
    it(`'${equation}' is the sum over all places`, () => {
      manualSeed(1)
      const operands = shapes.map(shape => randn(shape, { dtype: 'float64' }).mul(4).round())
      assert.deepEqual(
        [...einsum(equation, ...operands).data()],
        byLoops(equation, operands).map(n => n + 0),
      )
    })
  }
})

describe('gradients that PyTorch has not', () => {
  it('a source larger than the index gets zeros where it was not read', () => {
    const x = zeros([2, 3], { requiresGrad: true })
    const source = tensor(
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      { requiresGrad: true },
    )
    const y = scatterAdd(x, 1, tensor([[0], [1]], { dtype: 'int32' }), source)
    assert.deepEqual(y.toArray(), [
      [1, 0, 0],
      [0, 3, 0],
    ])
    y.mul(
      tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    )
      .sum()
      .backward()
    assert.deepEqual(source.grad?.toArray(), [
      [1, 0],
      [5, 0],
      [0, 0],
    ])
  })
})

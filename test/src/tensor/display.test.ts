// The rich view of a tensor: what a notebook gets of the display door.
import assert from 'node:assert/strict'
import {
  arange,
  customFunction,
  type DType,
  eye,
  manualSeed,
  ones,
  randn,
  setPrintOptions,
  type Tensor,
  tensor,
  zeros,
} from '#src/index.js'

const DOOR = Symbol.for('Jupyter.display')

interface Bundle {
  readonly 'text/plain': string
  readonly 'text/html': string
}

function shown(x: Tensor): Bundle {
  return (x as unknown as Record<symbol, () => Bundle>)[DOOR]?.() as Bundle
}

const html = (x: Tensor): string => shown(x)['text/html'].replace(/<style>.*<\/style>/s, '')
/** The words of the view, without marks. */
const words = (x: Tensor): string =>
  html(x)
    .replace(/<title>.*?<\/title>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
/** The cells of the tables, row by row. */
const cells = (x: Tensor): string[][] =>
  [...html(x).matchAll(/<tr>(.*?)<\/tr>/g)]
    .map(([, row = '']) => [...row.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map(([, text = '']) => text))
    .filter(row => row.length > 0)

/** How often, and how many numbers, a call reads of the memory of tensors. */
function reads(x: Tensor, call: () => void): { calls: number; numbers: number } {
  const backend = x.storage.backend as { read: typeof x.storage.backend.read }
  const { read } = backend
  const count = { calls: 0, numbers: 0 }
  backend.read = (storage, offset, length) => {
    count.calls++
    count.numbers += length
    return read.call(backend, storage, offset, length)
  }
  try {
    call()
  } finally {
    backend.read = read
  }
  return count
}

describe('the rich view', () => {
  it('has the printed text beside it', () => {
    for (const x of [tensor([[1.5, 2]]), randn([40, 40]), zeros([0, 3]), tensor([NaN]), tensor(true)]) {
      assert.equal(shown(x)['text/plain'], x.toString())
    }
  })

  it('says shape, dtype, device, size, least, mean and greatest', () => {
    const x = tensor([
      [1, -2],
      [3, 4],
    ])
    assert.match(words(x), /^\[2, 2\] float32 \w+ 4 values, 16 B min -2 mean 1.5 max 4 /)
    assert.match(html(x), /role="group" aria-label="Tensor of shape \[2, 2\], float32, \w+, 4 values, 16 B, min -2, /)
  })

  it('shows all numbers of a small matrix, as they are printed, with their places', () => {
    const x = tensor([
      [0.5, -2],
      [10, 0],
    ])
    assert.deepEqual(cells(x), [
      ['0.5000', '-2.0000'],
      ['10.0000', '0.0000'],
    ])
    assert.match(html(x), /<th scope="col">1<\/th>.*<th scope="row">0<\/th>/s)
  })

  it('leaves out the middle of long axes and names the places at both ends', () => {
    const x = arange(12000).reshape([100, 120])
    const rows = cells(x)
    assert.equal(rows.length, 9)
    assert.deepEqual(rows[0]?.slice(0, 2), ['0', '1'])
    assert.deepEqual(rows[0]?.at(-1), '119')
    assert.deepEqual(rows.at(-1)?.slice(-2), ['11998', '11999'])
    assert.deepEqual(new Set(rows[4]), new Set(['⋮']))
    assert.match(html(x), /<th scope="row">96<\/th>/)
  })

  it('shows a list as one row and a number alone', () => {
    assert.deepEqual(cells(tensor([1, 2, 3])), [['1.', '2.', '3.']])
    assert.deepEqual(cells(tensor(0.25)), [['0.2500']])
    assert.match(words(tensor(0.25)), /^\[\] float32 \w+ 1 value, 4 B 0\.2500$/)
  })

  it('shows the first matrices of more axes and counts the others', () => {
    const x = arange(24).reshape([2, 3, 2, 2])
    assert.match(words(x), /at\(0, 0\).* at\(0, 1\) .* and 4 more of \[2, 2\]$/)
    assert.deepEqual(cells(x), [
      ['0', '1'],
      ['2', '3'],
      ['4', '5'],
      ['6', '7'],
    ])
  })

  it('reads a view through its strides', () => {
    const x = arange(6).reshape([2, 3]).t()
    assert.deepEqual(cells(x), [
      ['0', '3'],
      ['1', '4'],
      ['2', '5'],
    ])
    const big = arange(90000).reshape([300, 300]).t()
    assert.equal(cells(big)[1]?.[0], '1')
    assert.match(words(big), /min 0 mean 45000 max 90000/)
  })

  it('counts NaN and infinities apart from the statistics and marks them', () => {
    const x = tensor([1, NaN, -Infinity, 3, Infinity])
    assert.match(words(x), /min 1 mean 2 max 3 NaN 1 Inf 2/)
    assert.equal(html(x).match(/<td class="gl-odd">/g)?.length, 3)
    assert.doesNotMatch(words(tensor([NaN, NaN])), /min|mean|max/)
  })

  it('counts what is true and false', () => {
    assert.match(words(tensor([true, false, true])), /\[3\] bool \w+ 3 values, 3 B true 2 false 1 false true/)
  })

  it('says what is empty', () => {
    for (const shape of [[0], [0, 3], [2, 0, 4]]) assert.match(words(zeros(shape)), /0 values, 0 B empty/)
  })

  it('says what autograd knows', () => {
    const x = tensor([1, 2], { requiresGrad: true })
    assert.match(words(x), /requires grad min/)
    const y = x.mul(2)
    assert.match(words(y), /made by mul/)
    y.sum().backward()
    assert.match(words(x), /requires grad, has \.grad/)
  })

  it('writes the name of a custom function as text', () => {
    const odd = customFunction({ name: '<b>"&', forward: (_, x: Tensor) => x.mul(2), backward: (_, g) => [g] })
    const y = odd(tensor([1, 2], { requiresGrad: true }))
    assert.match(html(y), /made by &lt;b>&quot;&amp;/)
    assert.doesNotMatch(html(y), /made by <b>/)
  })

  it('records nothing and leaves no gradient behind', () => {
    const x = tensor([[1, 2]], { requiresGrad: true })
    shown(x)
    assert.equal(x.grad, null)
    assert.equal(x.storage.version, 0)
  })

  it('works for every dtype', () => {
    for (const dtype of ['float32', 'float64', 'float16', 'bfloat16', 'int32'] as DType[]) {
      const x = tensor([[1, -2, 3]], { dtype })
      assert.match(words(x), new RegExp(`^\\[1, 3\\] ${dtype} \\w+ 3 values, \\d+ B min -2 mean 0.6667 max 3`))
      const big = ones([300, 300]).to(dtype)
      assert.match(words(big), /min 1 mean 1 max 1/)
    }
    assert.match(words(ones([300, 300]).gt(0)), /true 90,000 false 0/)
  })

  it('sums whole numbers of a large tensor without wrapping around', () => {
    const x = tensor(new Int32Array(200_000).fill(2_000_000_000))
    assert.match(words(x), /min 2000000000 mean 2000000000 max 2000000000/)
  })

  it('finds a NaN among a million numbers and shows in which part', () => {
    const x = zeros([1000, 1000])
    x.set(500, 3, NaN)
    x.set(0, 7, 5)
    assert.match(words(x), /min 0 mean 0\.000005 max 5 NaN 1/)
    assert.match(html(x), /rgb\(201,48,140\)" fill-opacity="1" d="M240 0H245V14H240z"/)
  })

  it('keeps float32 sums that are too large finite', () => {
    assert.match(words(ones([300, 300]).mul(3e38)), /min 3e\+38 mean 3e\+38 max 3e\+38/)
  })

  it('colours the strip from the least to the greatest number', () => {
    const strip = html(tensor([-1, 0, 0.5, 1])).match(/<svg.*?<\/svg>/)?.[0] ?? ''
    assert.match(strip, /role="img" aria-label="All values from first to last as colours\."/)
    assert.match(strip, /<path fill="rgb\(59,130,196\)" fill-opacity="1" d="M0 0H24V14H0z"\/>/)
    assert.match(strip, /<path fill="rgb\(224,134,38\)" fill-opacity="\.5" d="M48 0H72V14H48z"\/>/)
    assert.match(strip, /<path fill="rgb\(224,134,38\)" fill-opacity="1" d="M72 0H96V14H72z"\/>/)
  })

  it('stays below 20 KB', () => {
    manualSeed(1)
    for (const shape of [[1000, 1000], [3, 10, 16], [50], [8, 3, 64, 64], [10, 16]]) {
      for (const scale of [1, 1e-9, 1e30]) assert.ok(shown(randn(shape).mul(scale))['text/html'].length < 20_000)
    }
    assert.ok(shown(eye(16).mul(-1.5).to('float64'))['text/html'].length < 20_000)
  })

  it('reads a bounded part of a large tensor, for the view and for the text', () => {
    for (const x of [zeros([2000, 1000]), zeros([2_000_000]), zeros([1000, 2000]).t(), zeros([20, 100, 1000])]) {
      const view = reads(x, () => shown(x))
      assert.ok(view.calls < 450 && view.numbers < 3000, JSON.stringify(view))
      const text = reads(x, () => x.toString())
      assert.ok(text.calls === 1 && text.numbers <= 216, JSON.stringify(text))
    }
  })

  it('gives back all memory that it took on its way', () => {
    const odd = zeros([400, 400])
    odd.set(3, 3, NaN)
    for (const x of [randn([3, 4]), randn([1000, 300]), randn([1000, 300]).t(), ones([300, 300]).to('float16'), odd]) {
      const { backend } = x.storage
      shown(x)
      const { bytes, storages } = backend.memory(false)
      shown(x)
      assert.equal(x.toString().length > 0, true)
      assert.deepEqual([backend.memory(false).bytes, backend.memory(false).storages], [bytes, storages])
    }
  })

  it('goes by the print options', () => {
    try {
      setPrintOptions({ precision: 1 })
      assert.deepEqual(cells(tensor([0.5, 0.25])), [['0.5', '0.2']])
    } finally {
      setPrintOptions()
    }
  })
})

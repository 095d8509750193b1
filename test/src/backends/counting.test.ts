// The worked example of docs/backends.md: the page shows the file as it is, and the backend does what the page says.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import {
  device,
  gradcheck,
  manualSeed,
  memory,
  noGrad,
  randn,
  setBackend,
  Tensor,
  TensorError,
  tensor,
} from '#src/index.js'
import type { Backend } from '#src/tensor/backend.js'
import type { DType } from '#src/tensor/dtype.js'
import { compute } from '#src/tensor/engine.js'
import { backendNamed, registerBackend, state } from '#src/tensor/state.js'
import { casesByName, dtypesOf } from '../golden/cases.js'
import { type During, problems } from '../golden/run.js'
import { countingBackend } from './counting.js'
import { dense, gapped, make, plain, backend as reference, shifted, turned } from './reference/answer.js'
import { KNOWN_ANSWERS } from './reference/known-answers.js'

const page = readFileSync(new URL('../../../../docs/backends.md', import.meta.url), 'utf8')
const SOURCE = new URL('../../../../test/src/backends/counting.ts', import.meta.url)

describe('the backend of docs/backends.md', () => {
  const calls: string[] = []
  let chosen: string

  before(() => {
    chosen = device()
    registerBackend('counting', () => countingBackend(name => calls.push(name)))
    setBackend('counting')
  })
  beforeEach(() => {
    calls.length = 0
  })
  after(() => {
    setBackend(chosen)
    state.backends.delete('counting')
  })

  it('stands on the page as it is tested here', () => {
    const blocks = Array.from(page.matchAll(/^```ts\n([\s\S]*?)^```$/gm), match => match[1])
    assert.ok(blocks.includes(readFileSync(SOURCE, 'utf8')), 'copy test/src/backends/counting.ts into docs/backends.md')
  })

  it('has all of wasm beside it on the page: each file, and each bound that is looser than 4 ulp', () => {
    const wasm = new URL('../../../../src/backends/wasm/', import.meta.url)
    const files = readdirSync(wasm, { withFileTypes: true }).map(
      entry => `${entry.name}${entry.isDirectory() ? '/' : ''}`,
    )
    assert.deepEqual(
      files.filter(name => !name.endsWith('.d.ts') && !page.includes(`\`${name}\``)),
      [],
    )
    const tests = readFileSync(
      new URL('../../../../test/src/backends/wasm/elementwise.test.ts', import.meta.url),
      'utf8',
    )
    const looser = [...tests.matchAll(/^ {2}(\w+): \{ ulps: \(\) => (\d+)/gm)].filter(
      ([, , ulps]) => Number(ulps) !== 4,
    )
    assert.ok(looser.length > 0)
    for (const [, name, ulps] of looser) assert.match(page, new RegExp(`^\\|.*\`${name}\`.*\\| ${ulps} ulp`, 'm'))
  })

  it('computes what has known answers as the reference does, however the operands lie', () => {
    const counting = backendNamed('counting')
    const moved = ({ storage, offset, shape, layout, dtype }: Tensor): Tensor => {
      const copy = counting.allocate(dtype, storage.length)
      counting.write(copy, storage.backend.read(storage, 0, storage.length), 0)
      return new Tensor(copy, offset, shape, layout, dtype, undefined)
    }
    for (const { name, inputs, params } of KNOWN_ANSWERS) {
      for (const layoutOf of [dense, shifted, gapped, turned]) {
        const operands = inputs.map(x => make(x, layoutOf))
        const expected = plain(compute(name, operands, params as never, reference))
        assert.deepEqual(plain(compute(name, operands.map(moved), params as never, counting)), expected, name)
      }
    }
    const answered = new Set<string>(KNOWN_ANSWERS.map(({ name }) => name))
    assert.deepEqual([...new Set(calls)].filter(name => answered.has(name)).sort(), [...answered].sort())
  })

  it('negates by its own kernel as the loops do', () => {
    const values = [0, -0, 1.5, -2, Infinity, -Infinity, NaN]
    assert.deepEqual(
      Array.from(tensor(values).neg().data()),
      Array.from(tensor(values, { device: 'reference' }).neg().data()),
    )
    assert.deepEqual(
      tensor([
        [1, 2],
        [3, 4],
      ])
        .t()
        .neg()
        .toArray(),
      [
        [-1, -3],
        [-2, -4],
      ],
    )
    assert.deepEqual(tensor([5, 6, 7]).at([1, null]).neg().toArray(), [-6, -7])
  })

  it('carries the whole library, and tells what an operation is made of', () => {
    manualSeed(0)
    const x = randn([2, 3], { dtype: 'float64', requiresGrad: true })
    assert.equal(x.device, 'counting')
    assert.ok(gradcheck(x => x.logsumexp(1), [x]))
    calls.length = 0
    tensor([[1, 2, 3]]).logsumexp(1)
    assert.equal(`// ${calls.join(', ')}`, /logsumexp\(1\) (\/\/ .*)/.exec(page)?.[1])
  })

  it('counts memory, and gives it back once', () => {
    const backend = backendNamed('counting')
    const { bytes, storages } = memory({ collect: false })
    const storage = backend.allocate('float64', 100)
    assert.equal(memory({ collect: false }).bytes, bytes + 800)
    backend.release(storage)
    backend.release(storage)
    assert.deepEqual([memory({ collect: false }).bytes, memory({ collect: false }).storages], [bytes, storages])
    assert.throws(() => backend.read(storage, 0, 1), { code: 'BAD_VALUE' })
  })

  describe('that reads by promise alone', () => {
    let synchronous = true
    before(() => {
      const later = countingBackend(() => {})
      const { read } = later
      Object.assign(later, {
        name: 'later',
        asynchronous: true,
        read: (...where: Parameters<Backend['read']>) => {
          if (synchronous) return read(...where)
          throw new TensorError('READ_ASYNC', "'later' has no synchronous reads.", { next: 'Write await x.read().' })
        },
      })
      registerBackend('later', () => later)
    })
    afterEach(() => {
      synchronous = true
    })
    after(() => {
      state.backends.delete('later')
    })
    const waiting: During = f => {
      synchronous = false
      try {
        return f()
      } finally {
        synchronous = true
      }
    }

    it('trains a step without a number, and says in item() what to write instead', async () => {
      const lossOn = (name: string) => {
        const x = tensor(
          [
            [1, 2],
            [3, 5],
          ],
          { device: name },
        )
        const w = tensor(
          [
            [0.5, -0.5],
            [1, 0.25],
          ],
          { device: name, requiresGrad: true },
        )
        const loss = () => x.matmul(w).relu().logSoftmax(1).select(1, 0).mean().neg()
        loss().backward()
        noGrad(() => w.sub_(w.grad as Tensor))
        return loss()
      }
      const loss = waiting(() => lossOn('later'))
      assert.throws(() => waiting(() => loss.item()), { code: 'READ_ASYNC', message: /await x\.read\(\)/ })
      assert.deepEqual(await loss.read(), lossOn('reference').data())
    })

    it('has all operations but those that the page lists', () => {
      setBackend('later')
      try {
        const stopped = new Set<string>()
        for (const [name, list] of casesByName()) {
          const runs = list.filter(golden => golden.throws === undefined)
          const lines = runs.flatMap(golden => problems(golden, dtypesOf(golden)[0] as DType, 'free', waiting))
          if (lines.some(line => line.includes('synchronous reads'))) stopped.add(name.replace(/_$/, ''))
        }
        const [listed = ''] = /^These operations read as they run.*/m.exec(page) ?? []
        const told = Array.from(listed.matchAll(/`([\w.]+)`/g), match => match[1])
        assert.deepEqual([...stopped].sort(), told.sort())
      } finally {
        setBackend('counting')
      }
    })
  })
})

// The digits, and the format that they come in.
import assert from 'node:assert/strict'
import { readIdx } from '#src/data/idx.js'
import { data } from '#src/index.js'
import { raises } from '../raises.js'

describe('mnist', () => {
  it('has 60,000 digits to train with, as many of each as their authors say', () => {
    const [images, labels] = data.mnist().tensors
    assert.deepEqual(images.shape, [60_000, 1, 28, 28])
    assert.deepEqual([images.dtype, labels.dtype], ['float32', 'int32'])
    assert.deepEqual(labels.bincount().toArray(), [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
    assert.deepEqual([images.min().item(), images.max().item()], [0, 1])
    assert.ok(Math.abs(images.mean().item() - 0.1307) < 5e-5)
    assert.ok(Math.abs(images.std().item() - 0.3081) < 5e-5)
  })

  it('has 10,000 to test with', () => {
    const [images, labels] = data.mnist({ split: 'test' }).tensors
    assert.deepEqual(images.shape, [10_000, 1, 28, 28])
    assert.deepEqual(labels.at([0, 5]).toArray(), [7, 2, 1, 0, 4])
  })

  it('gives the first so many, and standardised', () => {
    const [plain] = data.mnist({ split: 'test', count: 50 }).tensors
    const [images, labels] = data.mnist({ split: 'test', count: 50, normalize: true }).tensors
    assert.deepEqual([images.shape, labels.shape], [[50, 1, 28, 28], [50]])
    assert.ok(images.mul(0.3081).add(0.1307).allclose(plain, { atol: 1e-6 }))
  })

  it('refuses what it does not have', () => {
    raises(() => data.mnist({ split: 'dev' as 'test' }), 'DATA_OPTION', "'train' or 'test'")
    for (const count of [0, 60_001, 1.5]) raises(() => data.mnist({ count }), 'DATA_OPTION', 'count')
  })
})

describe('IDX files', () => {
  const file = (magic: number, sizes: number[], bytes: number): Uint8Array => {
    const out = new DataView(new ArrayBuffer(4 + 4 * sizes.length + bytes))
    for (const [i, value] of [magic, ...sizes].entries()) out.setUint32(4 * i, value)
    return new Uint8Array(out.buffer)
  }

  it('are read by their header', () => {
    const { shape, bytes } = readIdx(file(0x802, [2, 3], 6), 2, 'x')
    assert.deepEqual([shape, bytes.length], [[2, 3], 6])
  })

  it('are refused where header and length do not agree', () => {
    raises(() => readIdx(new Uint8Array(3), 1, 'short'), 'DATA_FORMAT', 'short', 'at least 8 bytes')
    raises(() => readIdx(file(0x803, [2], 2), 1, 'kind'), 'DATA_FORMAT', 'magic')
    raises(() => readIdx(file(0x801, [5], 4), 1, 'cut'), 'DATA_FORMAT', '5 bytes', 'got 4')
    raises(() => readIdx(file(0x801, [3], 4), 1, 'long'), 'DATA_FORMAT', '3 bytes', 'got 4')
    raises(() => readIdx(file(0x803, [0xffffffff, 0xffffffff, 2], 4), 3, 'huge'), 'DATA_FORMAT')
  })
})

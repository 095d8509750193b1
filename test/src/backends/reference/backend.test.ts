import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { referenceBackend } from '#src/backends/reference/backend.js'
import { untilStill } from '#src/backends/reference/linalg/matrix.js'
import { TensorError, type TensorErrorCode } from '#src/tensor/errors.js'
import { float64, int32, make, run } from './answer.js'

const refusal = (code: TensorErrorCode, message: RegExp) => (error: unknown) =>
  error instanceof TensorError && error.code === code && message.test(error.message)

describe('reference backend', () => {
  it('writes and reads copies', async () => {
    const backend = referenceBackend()
    const storage = backend.allocate('float32', 4)
    deepEqual([storage.length, storage.dtype, storage.version, storage.holders], [4, 'float32', 0, -1])
    backend.write(storage, Float32Array.of(1, 2), 2)
    const read = backend.read(storage, 1, 3)
    deepEqual(read.subarray(1), Float32Array.of(1, 2))
    read[1] = 9
    deepEqual(await backend.readAsync(storage, 2, 2), Float32Array.of(1, 2))
    equal(backend.asynchronous, false)
    await backend.synchronize()
  })

  it('counts what lives, and its peak', () => {
    const backend = referenceBackend()
    const first = backend.allocate('float64', 100)
    const second = backend.allocate('bool', 50)
    deepEqual(backend.memory(false), { bytes: 850, storages: 2, reserved: 850, peak: 850 })
    backend.release(first)
    backend.release(first)
    deepEqual(backend.memory(false), { bytes: 50, storages: 1, reserved: 50, peak: 850 })
    backend.release(second)
  })

  it('counts what the collector has taken once the program has yielded', async () => {
    const { gc } = globalThis as { gc?: () => void }
    const { setFlagsFromString } = await import('node:v8')
    const { runInNewContext } = await import('node:vm')
    setFlagsFromString('--expose-gc')
    const collect = gc ?? (runInNewContext('gc') as () => void)
    const backend = referenceBackend()
    const allocate = (): void => {
      for (let i = 0; i < 100; i++) backend.allocate('float64', 1000)
    }
    allocate()
    equal(backend.memory(false).storages, 100)
    for (let i = 0; i < 20 && backend.memory(false).storages > 0; i++) {
      collect()
      await new Promise(resolve => setTimeout(resolve, 5))
    }
    equal(backend.memory(false).bytes, 0)
  })

  it('lists what lives while it tracks, with the line that made it', () => {
    const backend = referenceBackend()
    const before = backend.allocate('bool', 3)
    deepEqual(backend.listing(), [])
    backend.setTracking('lines')
    const [first, second] = [backend.allocate('float32', 10), backend.allocate('int32', 2)]
    const [one, two] = backend.listing()
    ok(one?.site?.includes('backend.test'), one?.site)
    deepEqual({ ...one, site: '' }, { dtype: 'float32', length: 10, bytes: 40, count: 1, site: '' })
    deepEqual([two?.dtype, two?.bytes], ['int32', 8])
    backend.release(first)
    deepEqual(
      backend.listing().map(entry => entry.dtype),
      ['int32'],
    )
    deepEqual(backend.memory(true), { bytes: 8, storages: 1, reserved: 8, peak: 51 })
    backend.setTracking('off')
    deepEqual(backend.listing(), [])
    deepEqual(backend.memory(false), { bytes: 11, storages: 2, reserved: 11, peak: 51 })
    for (const storage of [before, second]) backend.release(storage)
  })

  it('forgets while tracking what nobody holds, also before the program yields', () => {
    const backend = referenceBackend()
    backend.setTracking('lines')
    const allocate = (): void => {
      for (let i = 0; i < 50; i++) backend.allocate('float64', 1000)
    }
    allocate()
    equal(backend.memory(true).storages, 0)
  })

  it('refuses what does not fit into memory', () => {
    const backend = referenceBackend()
    throws(() => backend.allocate('float64', 2 ** 45), refusal('OUT_OF_MEMORY', /float64 x 35184372088832/))
    equal(backend.memory(false).bytes, 0)
  })

  it('refuses to read what was released', () => {
    const backend = referenceBackend()
    const storage = backend.allocate('int32', 2)
    backend.release(storage)
    throws(() => backend.read(storage, 0, 2), refusal('BAD_VALUE', /released/))
  })

  it('refuses to divide whole numbers by zero', () => {
    for (const name of ['floorDivide', 'remainder', 'fmod'] as const) {
      throws(() => run(name, [int32([4]), int32([0])], {}), refusal('BAD_VALUE', new RegExp(`^${name}: .*by 0`)))
    }
  })

  it('refuses indices outside of their axis', () => {
    const x = float64([1, 2, 3, 4, 5, 6], [2, 3])
    for (const bad of [-1, 3]) {
      const [wide, row] = [int32([0, bad], [2, 1]), int32([bad])]
      const source = float64([1, 1], [2, 1])
      const outside = (name: string) =>
        refusal('BAD_INDEX', new RegExp(`^${name}: index ${bad} .* dim 1 .* \\[2, 3\\]`))
      throws(() => run('gather', [x, wide], { dim: 1 }), outside('gather'))
      throws(() => run('scatter', [x, wide, source], { dim: 1 }), outside('scatter'))
      throws(() => run('scatterAdd', [x, wide, source], { dim: 1 }), outside('scatterAdd'))
      throws(() => run('indexSelect', [x, row], { dim: 1 }), outside('indexSelect'))
      throws(() => run('indexAdd', [x, row, source], { dim: 1 }), outside('indexAdd'))
    }
    throws(() => run('indexSelect', [float64([], [0, 2]), int32([0])], { dim: 0 }), refusal('BAD_INDEX', /index 0/))
  })

  it('says when an iteration does not end', () => {
    throws(() => untilStill('svd', '', () => true), refusal('NOT_CONVERGED', /no convergence in 60 sweeps/))
  })

  it('casts to int32 towards zero, what does not fit to the nearest end, NaN to 0', () => {
    const x = float64([1e10, -1e10, Infinity, -Infinity, NaN, -2.7, 2147483646.9])
    deepEqual(
      run('cast', [x], { dtype: 'int32' }).data,
      [2147483647, -2147483648, 2147483647, -2147483648, 0, -2, 2147483646],
    )
  })

  it('casts to bool by what is not zero, NaN among it', () => {
    deepEqual(run('cast', [float64([0, -0, NaN, 0.1, -3])], { dtype: 'bool' }).data, [0, 0, 1, 1, 1])
  })

  it("int32 wraps like two's complement", () => {
    const [large, small] = [int32([2147483647, 65537]), int32([-2147483648, 65537])]
    deepEqual(run('add', [large, int32([1])], {}).data, [-2147483648, 65538])
    deepEqual(run('mul', [large, small], {}).data, [-2147483648, 131073])
    deepEqual(run('neg', [small], {}).data, [-2147483648, -65537])
    deepEqual(run('sum', [large], { dims: [0], keepdim: false }).data, [-2147418112])
  })

  it('float32 is rounded once, at the end', () => {
    const x = make({ dtype: 'float32', shape: [3], data: [2 ** 24, 1, 1] })
    deepEqual(run('sum', [x], { dims: [0], keepdim: false }).data, [2 ** 24 + 2])
    deepEqual(run('exp', [make({ dtype: 'float32', shape: [1], data: [0.1] })], {}).data, [
      Math.fround(Math.exp(Math.fround(0.1))),
    ])
  })

  it('sums to the last digit whatever the order', () => {
    const numbers = [1, 1e100, 1, -1e100]
    deepEqual(run('sum', [float64(numbers)], { dims: [0], keepdim: false }).data, [2])
    deepEqual(run('sum', [float64([Infinity, 1])], { dims: [0], keepdim: false }).data, [Infinity])
    deepEqual(run('sum', [float64([Infinity, -Infinity])], { dims: [0], keepdim: false }).data, [NaN])
  })

  it('logSoftmax keeps the digits of a result near 0', () => {
    const got = run('logSoftmax', [float64([40, 0])], { dim: 0 }).data
    ok(Math.abs(got[0]! / -4.248354255291589e-18 - 1) < 1e-15, `${got[0]}`)
  })

  it('scatter: the last of equal places wins', () => {
    const x = float64([0, 0, 0])
    deepEqual(run('scatter', [x, int32([1, 1, 0]), float64([5, 6, 7])], { dim: 0 }).data, [7, 6, 0])
  })

  it('argsort keeps the order of equals in both directions', () => {
    const x = float64([2, 1, 2, NaN, 1, NaN, 0, -0])
    deepEqual(run('argsort', [x], { dim: 0, descending: false }).data, [6, 7, 1, 4, 0, 2, 3, 5])
    deepEqual(run('argsort', [x], { dim: 0, descending: true }).data, [3, 5, 0, 2, 1, 4, 6, 7])
  })

  it('histc counts the upper end in the last bin, and neither NaN nor what lies outside', () => {
    const x = float64([0, 1, 2, NaN, -0.1, 2.1, 1.999])
    deepEqual(run('histc', [x], { bins: 2, min: 0, max: 2 }).data, [1, 3])
  })
})

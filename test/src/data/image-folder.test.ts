// Pictures in folders: classes by name, read when asked for, in batches; what is no picture is passed over or named.
import assert from 'node:assert/strict'
import fs, { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { data, full, Generator, rand, type Tensor, zeros } from '#src/index.js'
import { raises, raisesLater } from '../raises.js'

const { DataLoader, imageFolder } = data

describe('imageFolder', () => {
  let root: string
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'gradlab-pictures-'))
    const picture = (path: string, x: Tensor): void => {
      const file = join(root, path)
      mkdirSync(join(file, '..'), { recursive: true })
      writeFileSync(file, data.pngBytes(x))
    }
    picture('pets/dog/2.PNG', full([3, 4, 5], 0.4))
    picture('pets/dog/10.png', full([1, 4, 5], 0.2))
    picture('pets/cat/more/a.jpeg', full([4, 4, 5], 0.6))
    picture('pets/cat/b.png', full([3, 4, 5], 0.8))
    picture('pets/.hidden/c.png', zeros([1, 1, 1]))
    picture('pets/cat/.hidden.png', zeros([1, 1, 1]))
    writeFileSync(join(root, 'pets/cat/notes.txt'), 'soft')
    writeFileSync(join(root, 'pets/readme.md'), '# Pets')
    symlinkSync(join(root, 'pets'), join(root, 'pets/cat/circle'))
    mkdirSync(join(root, 'empty/class'), { recursive: true })
    mkdirSync(join(root, 'mixed/a'), { recursive: true })
    picture('mixed/a/small.png', zeros([3, 2, 2]))
    picture('mixed/a/large.png', zeros([3, 3, 2]))
    writeFileSync(join(root, 'mixed/a/z.png'), 'no picture')
  })
  after(() => rmSync(root, { recursive: true }))

  it('finds the pictures of each class, in one order everywhere', async () => {
    const set = imageFolder(join(root, 'pets'))
    assert.deepEqual(set.classes, ['cat', 'dog'])
    const names = set.files.map(({ path }) => path.slice(root.length + 1).replaceAll('\\', '/'))
    assert.deepEqual(names, ['pets/cat/b.png', 'pets/cat/more/a.jpeg', 'pets/dog/10.png', 'pets/dog/2.PNG'])
    assert.deepEqual([set.length, set.targets], [4, [0, 0, 1, 1]])
    assert.deepEqual(imageFolder(pathToFileURL(join(root, 'pets'))).files, set.files)
  })

  it('gives all pictures the same channels', async () => {
    const set = imageFolder(join(root, 'pets'))
    for (const [i, level] of [0.8, 0.6, 0.2, 0.4].entries()) {
      const [x, y] = await set.get(i)
      assert.deepEqual([[...x.shape], y], [[3, 4, 5], i < 2 ? 0 : 1])
      assert.equal(x.at(2, 3, 4).item(), Math.fround(level))
    }
    const [grey] = await imageFolder(join(root, 'pets'), { mode: 'gray' }).get(0)
    assert.deepEqual([...grey.shape], [1, 4, 5])
    const [own] = await imageFolder(join(root, 'pets'), { mode: 'unchanged' }).get(2)
    assert.deepEqual([...own.shape], [1, 4, 5])
  })

  it('goes through a loader, shuffled, with a transform', async () => {
    const set = imageFolder(join(root, 'pets'), { transform: x => x.narrow(1, 0, 2).mul(10) })
    const loader = new DataLoader(set, { batchSize: 3, shuffle: true, generator: new Generator(3) })
    const seen: [number, number][] = []
    for await (const [x, y] of loader) {
      assert.deepEqual(x.shape.slice(1), [3, 2, 5])
      assert.equal(y.dtype, 'int32')
      for (let i = 0; i < y.size; i++)
        seen.push([Math.round(x.at(i, 0, 0, 0).item() as number), y.at(i).item() as number])
    }
    assert.deepEqual(
      seen.sort(([a], [b]) => a - b),
      [
        [2, 1],
        [4, 1],
        [6, 0],
        [8, 0],
      ],
    )
  })

  it('gives each picture numbers of its own to draw from, whichever file comes first', async () => {
    const draws = async (order: readonly number[], seed: number): Promise<unknown[]> => {
      const generator = new Generator(seed)
      const set = imageFolder(join(root, 'pets'), {
        generator,
        transform: (x, options) => x.mul(0).add(rand([1], options)),
      })
      const later = [0, 1, 2, 3].map(i => set.get(i))
      const seen: unknown[] = []
      for (const i of order) seen[i] = (await (later[i] as Promise<[Tensor, number]>))[0].at(0, 0, 0).item()
      return seen
    }
    const first = await draws([0, 1, 2, 3], 1)
    assert.equal(new Set(first).size, 4)
    assert.deepEqual(await draws([3, 1, 0, 2], 1), first)
    assert.notDeepEqual(await draws([0, 1, 2, 3], 2), first)
  })

  it('opens some files at once, however large the batches are', async () => {
    const bytes = data.pngBytes(zeros([1, 1, 1]))
    mkdirSync(join(root, 'many/one'), { recursive: true })
    for (let i = 0; i < 300; i++) writeFileSync(join(root, `many/one/${i}.png`), bytes)
    const real = fs.promises.readFile
    let [running, most] = [0, 0]
    const counting = async (...args: Parameters<typeof real>): Promise<unknown> => {
      most = Math.max(most, ++running)
      try {
        return await real(...args)
      } finally {
        running--
      }
    }
    Object.assign(fs.promises, { readFile: counting })
    try {
      const loader = new DataLoader(imageFolder(join(root, 'many')), { batchSize: 100 })
      let seen = 0
      for await (const [x] of loader) seen += x.shape[0] as number
      assert.deepEqual([seen, running], [300, 0])
      assert.ok(most > 1 && most <= 64, `${most} at once`)
    } finally {
      Object.assign(fs.promises, { readFile: real })
    }
  })

  it('names the file that is no picture, and says what to do where sizes differ', async () => {
    const set = imageFolder(join(root, 'mixed'))
    assert.equal(set.length, 3)
    await raisesLater(set.get(2), 'DATA_FORMAT', 'z.png', 'PNG or JPEG')
    await raisesLater(set.get(3), 'DATA_INDEX', 'from 0 to 2')
    const loader = new DataLoader(set, { batchSize: 2 })
    await raisesLater(loader[Symbol.asyncIterator]().next(), 'DATA_SHAPE', '[3, 3, 2]', '[3, 2, 2]', 'resize')
    const limited = imageFolder(join(root, 'mixed'), { maxPixels: 5 })
    await raisesLater(limited.get(0), 'DATA_FORMAT', 'large.png', 'at most 5 pixels')
    rmSync(join(root, 'mixed/a/small.png'))
    await raisesLater(set.get(1), 'DATA_MISSING', 'small.png', 'no such file')
  })

  it('refuses a folder that is none, has no classes, or a class without pictures', () => {
    raises(() => imageFolder(join(root, 'zoo')), 'DATA_MISSING', 'zoo', 'no such file or folder')
    raises(() => imageFolder(join(root, 'pets/readme.md')), 'DATA_MISSING', 'not a folder')
    raises(() => imageFolder(join(root, 'empty')), 'DATA_FORMAT', "'class'", '.png')
    raises(() => imageFolder(join(root, 'empty/class')), 'DATA_FORMAT', 'a folder for each class')
    raises(() => imageFolder('', {}), 'DATA_OPTION', 'path')
  })

  it('refuses options that it does not have', () => {
    const folder = join(root, 'pets')
    raises(() => imageFolder(folder, { transforms: [] } as object), 'BAD_OPTION', "'transforms'", 'transform')
    raises(() => imageFolder(folder, { transform: 'resize' as never }), 'DATA_OPTION', 'function')
    raises(() => imageFolder(folder, { mode: 'colour' as 'rgb' }), 'DATA_OPTION', "'colour'")
  })

  it('says in a plain loop that it must be waited for', () => {
    const loader = new DataLoader(imageFolder(join(root, 'pets')))
    raises(() => [...loader], 'DATA_ASYNC', 'for await')
  })
})

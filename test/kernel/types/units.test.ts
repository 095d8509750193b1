import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { evaluationAt } from '#kernel/types/deferred.js'
import { findTypeScript } from '#kernel/types/executable.js'
import { packagePaths } from '#kernel/types/package-types.js'
import { nearestName } from '#kernel/types/similar.js'
import { insert, TextMap } from '#kernel/types/text-map.js'
import { Notebook } from './notebook.js'

describe('types: maps of text', () => {
  const code = 'let a, b = []\nlet 😀 = null, z'
  const insertions = [
    { offset: 5, text: ': any' },
    { offset: 8, text: ': any[]' },
    { offset: 20, text: ': any' },
  ]
  const checked = insert(code, insertions)

  it('bring every place of the checked text back', () => {
    assert.equal(checked, 'let a: any, b: any[] = []\nlet 😀: any = null, z')
    const map = new TextMap(code, insertions)
    for (const [found, own] of [
      ['a:', 0],
      [', b', 0],
      ['b:', 0],
      ['= []', 0],
      ['😀', 1],
      ['= null', 1],
      ['z', 1],
    ] as const) {
      const start = own === 0 ? 0 : checked.indexOf('\n') + 1
      const character = checked.indexOf(found, start) - start
      const offset = map.toOffset({ line: own, character })
      assert.ok(code.slice(offset).startsWith(found.replace(':', '')), `${found}: ${code.slice(offset)}`)
    }
  })

  it('put a place within an insertion where it was inserted', () => {
    const map = new TextMap(code, insertions)
    assert.equal(map.toOffset({ line: 0, character: 7 }), 5)
    assert.deepEqual(map.toPosition({ line: 1, character: 9 }), { line: 2, column: 7 })
    assert.equal(map.contains({ line: 2, character: 0 }), false)
  })
})

describe('types: when a place is evaluated', () => {
  const at = (marked: string): string => evaluationAt(marked.replace('|', ''), marked.indexOf('|'))

  it('tells now from later', () => {
    assert.equal(at('|x'), 'now')
    assert.equal(at('function f(a = |x) {}'), 'later')
    assert.equal(at('const o = { get a() { return |x } }'), 'later')
    assert.equal(at('class A extends |x {}'), 'now')
    assert.equal(at('class A { [|x] = 1 }'), 'now')
    assert.equal(at('class A { static a = () => |x }'), 'later')
    assert.equal(at('function f() { class A { static a = |x } }'), 'later')
    assert.equal(at('(async function () { |x })()'), 'now')
    assert.equal(at('run(() => |x)'), 'later')
    assert.equal(at('"😀"; const f = () => |x'), 'later')
    assert.equal(at('if (typeof |x !== "undefined") {}'), 'guarded')
  })
})

describe('types: similar names', () => {
  it('are near by their letters', () => {
    assert.equal(nearestName('los', ['loss', 'data']), 'loss')
    assert.equal(nearestName('lerningrate', ['lr', 'learningRate']), 'learningRate')
    assert.equal(nearestName('x', ['y']), undefined)
    assert.equal(nearestName('model', ['data', 'loss']), undefined)
  })
})

describe('types: paths of a package', () => {
  it('follow its exports map', () => {
    const folder = new Notebook()
    folder.write('package.json', {
      name: 'p',
      exports: {
        '.': [{ browser: './no.js' }, { require: './no.cjs', default: './yes.js' }],
        './a': { 'types@>=5': './a5.d.ts', types: './a.d.ts' },
        './b/*.js': './lib/*.js',
        './closed': null,
      },
    })
    const root = folder.folder.replaceAll('\\', '/')
    assert.deepEqual(packagePaths('p', folder.folder), {
      p: [`${root}/yes.d.ts`, `${root}/yes.js`],
      'p/a': [`${root}/a5.d.ts`],
      'p/b/*.js': [`${root}/lib/*.d.ts`, `${root}/lib/*.js`],
    })
    folder.write('package.json', { name: 'p', exports: './only.js' })
    assert.deepEqual(packagePaths('p', folder.folder), { p: [`${root}/only.d.ts`, `${root}/only.js`] })
    folder.dispose()
  })
})

describe('types: globals.d.ts', () => {
  it('is free of errors', () => {
    const file = fileURLToPath(new URL('../../../../kernel-ext/globals.d.ts', import.meta.url))
    execFileSync(findTypeScript(), [
      '--noEmit',
      '--strict',
      '--lib',
      'esnext',
      '--types',
      'node',
      '--ignoreConfig',
      file,
    ])
  })
})

import assert from 'node:assert/strict'
import { rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { Notebook } from './notebook.js'

/** A package's files under `node_modules/NAME/`. */
function install(notebook: Notebook, name: string, files: Record<string, string | object>, under = ''): void {
  for (const [path, content] of Object.entries(files)) notebook.write(join(under, 'node_modules', name, path), content)
}

const STRING_TO_NUMBER = "Type 'string' is not assignable to type 'number'."

describe('types: files and packages', function () {
  this.timeout(60_000)
  let notebook: Notebook
  beforeEach(() => {
    notebook = new Notebook()
  })
  afterEach(() => notebook.dispose())

  describe('neighbours of the notebook', () => {
    it('resolve with and without ending, beside and above, from TypeScript, JavaScript and JSON', async () => {
      notebook.write('lib/up.ts', 'export const up = "up"')
      notebook.write('nb/a.ts', 'export const a = 1')
      notebook.write('nb/sub/index.ts', 'export * from "../a.js"')
      notebook.write('nb/b.js', 'export function b() { return "b" }')
      notebook.write('nb/c.json', { c: [1] })
      const inner = new Notebook({ notebookDir: join(notebook.folder, 'nb') })
      try {
        assert.deepEqual(
          await inner.findings(
            [
              'import { a } from "./a"; import { a as a2 } from "./a.ts"; import * as sub from "./sub"',
              'import { up } from "../lib/up"; import { b } from "./b.js"; import c from "./c.json"',
              'const n: number = a + a2 + sub.a + c.c[0]!; const s: string = up + b()',
            ].join('\n'),
          ),
          [],
        )
        assert.deepEqual(await inner.findings('const n1: number = up'), [`error 2322 1:7 ${STRING_TO_NUMBER}`])
      } finally {
        inner.dispose()
      }
    })

    it('are read again when they, or what they import, have changed', async () => {
      notebook.write('deep.ts', 'export const value = 1')
      notebook.write('a.ts', 'export { value } from "./deep"')
      assert.deepEqual(await notebook.findings('import { value } from "./a"; const n: number = value'), [])
      notebook.write('deep.ts', 'export const value = "one"')
      assert.deepEqual(await notebook.findings('const m: number = value'), [`error 2322 1:7 ${STRING_TO_NUMBER}`])
      notebook.write('deep.ts', 'export const value = 2; export const more = "x"')
      assert.deepEqual(await notebook.findings('const k: number = value'), [])
    })

    it('may appear and vanish', async () => {
      assert.equal((await notebook.run('import { x } from "./later"'))[0]?.code, 2307)
      notebook.write('later.ts', 'export { x } from "./evenLater"')
      assert.deepEqual(await notebook.findings('import { x } from "./later"'), [])
      notebook.write('evenLater.ts', 'export const x = "x"')
      assert.deepEqual(await notebook.findings('const n: number = x'), [`error 2322 1:7 ${STRING_TO_NUMBER}`])
      rmSync(join(notebook.folder, 'later.ts'))
      assert.equal((await notebook.run('import { x as x2 } from "./later"'))[0]?.code, 2307)
    })
  })

  describe("packages of the notebook's folder", () => {
    it('resolve by exports maps, by types, and by @types', async () => {
      install(notebook, 'mapped', {
        'package.json': {
          name: 'mapped',
          type: 'module',
          exports: {
            '.': { types: './dist/main.d.ts', default: './dist/main.js' },
            './part': './dist/part.js',
            './deep/*': { types: './dist/deep/*.d.ts' },
          },
        },
        'dist/main.d.ts': 'export declare const main: "main"',
        'dist/part.js': 'export const part = 1',
        'dist/part.d.ts': 'export declare const part: "part"',
        'dist/deep/er.d.ts': 'export declare const er: "er"',
      })
      install(notebook, 'plain', { 'package.json': { name: 'plain', main: 'i.js' }, 'i.js': 'exports.p = 1' })
      install(notebook, '@types/plain', {
        'package.json': { name: '@types/plain', types: 'index.d.ts' },
        'index.d.ts': 'export declare const p: "p"',
      })
      const found = await notebook.findings(
        [
          'import { main } from "mapped"; import { part } from "mapped/part"; import { er } from "mapped/deep/er"',
          'import { p } from "plain"',
          'const all: ["main", "part", "er", "p"] = [main, part, er, p]',
          'import { q } from "mapped/closed"',
        ].join('\n'),
      )
      assert.deepEqual(
        found.map(finding => finding.slice(0, 14)),
        ['error 2307 4:1'],
      )
    })

    it('without types only warn', async () => {
      install(notebook, 'untyped', { 'package.json': { name: 'untyped', main: 'i.js' }, 'i.js': 'exports.u = 1' })
      assert.deepEqual(await notebook.findings('import { u } from "untyped"; u.anything()'), [
        "warning 7016 1:19 'untyped' brings no types: its values are of type any. Perhaps !npm install @types/untyped helps.",
      ])
    })

    it('are found when they are installed while the notebook is open', async () => {
      assert.equal((await notebook.run('import { v } from "fresh"'))[0]?.code, 2307)
      install(notebook, 'fresh', {
        'package.json': { name: 'fresh', types: 'i.d.ts', version: '1.0.0' },
        'i.d.ts': 'export declare const v: 1',
      })
      notebook.write('node_modules/.package-lock.json', '{}')
      notebook.types.refresh()
      assert.deepEqual(await notebook.findings('import { v } from "fresh"; const one: 1 = v'), [])
    })

    it('are read again when another version is installed, and cells keep their names', async () => {
      install(notebook, 'moving', {
        'package.json': { name: 'moving', types: 'i.d.ts' },
        'i.d.ts': 'export declare const v: number',
      })
      assert.deepEqual(await notebook.findings('import { v } from "moving"; const n: number = v; let kept = 1'), [])
      install(notebook, 'moving', { 'i.d.ts': 'export declare const v: string' })
      notebook.write('node_modules/.package-lock.json', '{ "new": true }')
      assert.deepEqual(await notebook.findings('const m: number = v'), [`error 2322 1:7 ${STRING_TO_NUMBER}`])
      assert.deepEqual(await notebook.findings('kept.toFixed()'), [])
    })

    it('are not read again for nothing', async () => {
      await notebook.run('1')
      const pid = await notebook.types.pid()
      notebook.types.refresh()
      await notebook.run('2')
      assert.equal(await notebook.types.pid(), pid)
      utimesSync(notebook.folder, 1, 1)
      await notebook.run('3')
      assert.equal(await notebook.types.pid(), pid)
    })
  })

  describe('that are not there', () => {
    /** What is said of an import, after the words of TypeScript. */
    async function advice(specifier: string): Promise<string> {
      const [finding] = await notebook.run(`import x from "${specifier}"`)
      assert.equal(finding?.blocks, true, specifier)
      return finding.message.replace(/^Cannot find module '[^']*' or its corresponding type declarations\.\s*/, '')
    }

    it('are told by their near name: files', async () => {
      notebook.write('utils.ts', 'export default 1')
      notebook.write('lib/deep.ts', 'export default 1')
      notebook.write('data.json', '{}')
      assert.equal(await advice('./util'), "Did you mean './utils.ts'?")
      assert.equal(await advice('./utlis.ts'), "Did you mean './utils.ts'?")
      assert.equal(await advice('./lib/dep'), "Did you mean './lib/deep.ts'?")
      assert.equal(await advice('./datas.json'), "Did you mean './data.json'?")
      assert.equal(await advice('utils'), "Did you mean './utils.ts'?")
      assert.equal(await advice('lib/deep'), "Did you mean './lib/deep.ts'?")
      assert.equal(await advice('./lib'), "'./lib' is a folder.")
      assert.equal(await advice('../nothing-like-it'), "Paths start at the notebook's folder.")
    })

    it('are told by their near name: modules of Node and packages', async () => {
      install(notebook, 'lodash', { 'package.json': { name: 'lodash', types: 'i.d.ts' }, 'i.d.ts': 'export {}' })
      install(notebook, '@scope/pkg', {
        'package.json': { name: '@scope/pkg', exports: { '.': { types: './i.d.ts' }, './sub': { types: './s.d.ts' } } },
        'i.d.ts': 'export {}',
        's.d.ts': 'export {}',
      })
      assert.equal(await advice('node:fss'), "Did you mean 'node:fs'?")
      assert.equal(await advice('fs/promise'), "Did you mean 'fs/promises'?")
      assert.equal(await advice('lodahs'), "Did you mean 'lodash'? If not, run !npm install lodahs in a cell.")
      assert.equal(
        await advice('@scope/pkgs'),
        "Did you mean '@scope/pkg'? If not, run !npm install @scope/pkgs in a cell.",
      )
      assert.equal(await advice('@scope/pkg/subb'), "Did you mean '@scope/pkg/sub'?")
      assert.equal(await advice('@scope/pkg/other'), '')
      assert.equal(await advice('far-from-all/sub'), 'Run !npm install far-from-all in a cell.')
      assert.equal(await advice('@/alias'), '')
    })

    it('are told by what else they may be', async () => {
      assert.equal(await advice('npm:d3@7'), "Run !npm install d3 in a cell and import 'd3'.")
      assert.equal(await advice('jsr:@std/path'), "Run !npx jsr add @std/path in a cell and import '@std/path'.")
      assert.match(await advice('https://esm.sh/d3'), /^Node does not import from the web/)
    })

    it('of Node with types that do not know it only warn', async () => {
      install(notebook, '@types/node', {
        'package.json': { name: '@types/node', version: '1.0.0', types: 'index.d.ts' },
        'index.d.ts': 'declare module "node:fs" { export const only: 1 }',
      })
      const found = await notebook.run('import { only } from "node:fs"\nimport { join } from "node:path"')
      assert.deepEqual(
        found.map(({ code, line, blocks, message }) => [code, line, blocks, message]),
        [[2591, 2, false, "The types of 'node:path' are not known: its values are of type any."]],
      )
    })
  })

  describe('packages of the fallback roots', () => {
    let root: Notebook
    beforeEach(() => {
      root = new Notebook()
      root.write('package.json', {
        name: 'rooted',
        exports: {
          '.': { types: './dist/index.d.ts', default: './dist/index.js' },
          './nn': { types: './dist/nn/index.d.ts' },
        },
        dependencies: { mapped: '1', plain: '1', '@scope/typed': '1', untyped: '1', both: '1' },
      })
      root.write('dist/index.d.ts', 'export declare const root: "root"')
      root.write('dist/nn/index.d.ts', 'export declare const nn: "nn"')
      install(root, 'mapped', {
        'package.json': {
          name: 'mapped',
          exports: { '.': { import: { types: './m.d.mts', default: './m.mjs' } }, './sub/*': './sub/*.js' },
        },
        'm.d.mts': 'export declare const m: "m"',
        'sub/s.js': 'exports.s = 1',
        'sub/s.d.ts': 'export declare const s: "s"',
      })
      install(root, 'plain', {
        'package.json': { name: 'plain', types: './t.d.ts' },
        't.d.ts': 'export declare const p: "p"',
      })
      install(root, '@scope/typed', { 'package.json': { name: '@scope/typed', main: 'i.js' }, 'i.js': '' })
      install(root, '@types/scope__typed', {
        'package.json': { name: '@types/scope__typed', types: 'index.d.ts' },
        'index.d.ts': 'export declare const t: "t"',
      })
      install(root, 'untyped', { 'package.json': { name: 'untyped', main: 'i.js' }, 'i.js': 'exports.u = 1' })
      install(root, 'indirect', {
        'package.json': { name: 'indirect', types: 'i.d.ts' },
        'i.d.ts': 'export declare const i: 1',
      })
      install(root, 'both', {
        'package.json': { name: 'both', types: 'i.d.ts' },
        'i.d.ts': 'export declare const b: "root"',
      })
      notebook.dispose()
      notebook = new Notebook({ roots: [root.folder] })
      install(notebook, 'both', {
        'package.json': { name: 'both', types: 'i.d.ts' },
        'i.d.ts': 'export declare const b: "own"',
      })
    })
    afterEach(() => root.dispose())

    it('resolve from a folder that is not under them', async () => {
      assert.deepEqual(
        await notebook.findings(
          [
            'import { root } from "rooted"; import { nn } from "rooted/nn"',
            'import { m } from "mapped"; import { s } from "mapped/sub/s"',
            'import { p } from "plain"; import { t } from "@scope/typed"',
            'const all: ["root", "nn", "m", "s", "p", "t"] = [root, nn, m, s, p, t]',
          ].join('\n'),
        ),
        [],
      )
    })

    it("come after the notebook's own", async () => {
      assert.deepEqual(await notebook.findings('import { b } from "both"; const own: "own" = b'), [])
    })

    it('without types, or not named in package.json, only warn', async () => {
      const found = await notebook.run('import { u } from "untyped"\nimport { i } from "indirect"')
      assert.deepEqual(
        found.map(({ code, line, blocks }) => [code, line, blocks]),
        [
          [7016, 1, false],
          [2307, 2, false],
        ],
      )
    })
  })

  describe("the user's tsconfig.json", () => {
    it('is honoured with all that it extends, beside the notebook or above', async () => {
      notebook.write('base/strict.json', {
        compilerOptions: { noUncheckedIndexedAccess: true, noImplicitReturns: true, paths: { '@lib/*': ['../lib/*'] } },
      })
      notebook.write(
        'tsconfig.json',
        '{ // the project\n "extends": "./base/strict", "compilerOptions": { "noUnusedLocals": true, "composite": true, "module": "nodenext", "rootDir": "src", }, "include": ["src"] }',
      )
      notebook.write('lib/x.ts', 'export const x = "x"')
      notebook.write('nb/neighbour.ts', 'export const y = "y"')
      const inner = new Notebook({ notebookDir: join(notebook.folder, 'nb') })
      try {
        assert.deepEqual(await inner.findings('const xs = [1]; const first: number = xs[0]'), [
          "error 2322 1:23 Type 'number | undefined' is not assignable to type 'number'.\n  Type 'undefined' is not assignable to type 'number'.",
        ])
        assert.deepEqual(
          (await inner.run('function f(b: boolean) { if (b) return 1 }')).map(({ code, blocks }) => [code, blocks]),
          [[7030, false]],
        )
        assert.deepEqual(
          await inner.findings('import { x } from "@lib/x"; import { y } from "./neighbour"; let z: string = x + y'),
          [],
        )
      } finally {
        inner.dispose()
      }
    })

    it('counts when it appears or changes', async () => {
      assert.deepEqual(await notebook.findings('let s: string = null as never as string | null as any'), [])
      assert.equal((await notebook.run('let t: string = null as string | null'))[0]?.code, 2322)
      notebook.write('tsconfig.json', { compilerOptions: { strict: false } })
      assert.deepEqual(await notebook.findings('let t: string = null as string | null'), [])
    })

    it('that is no JSON counts as empty', async () => {
      notebook.write('tsconfig.json', 'this is no JSON')
      assert.equal((await notebook.run('let t: string = 3'))[0]?.code, 2322)
    })

    it('may ask for more types', async () => {
      notebook.write('tsconfig.json', { compilerOptions: { types: ['node', 'special'], lib: ['esnext', 'dom'] } })
      install(notebook, '@types/special', {
        'package.json': { name: '@types/special', types: 'index.d.ts' },
        'index.d.ts': 'declare const special: number',
      })
      assert.deepEqual(await notebook.findings('special.toFixed(); document.title; process.pid'), [])
    })
  })
})

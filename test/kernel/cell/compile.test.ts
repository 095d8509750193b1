// What a compiled cell asks of its scope, what it looks like where that matters, and what it refuses.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: cells are given as text
import assert from 'node:assert/strict'
import { analyseCell } from '#kernel/cell/analyse.js'
import type { CellEnvironment, DeclarationKind } from '#kernel/cell/cell.js'
import { compileCell } from '#kernel/cell/compile.js'
import { restoreNames } from '#kernel/cell/names.js'
import { CellSyntaxError } from '#kernel/errors.js'
import { TestKernel } from './harness.js'

function environment(live: Record<string, DeclarationKind> = {}, globals: readonly string[] = []): CellEnvironment {
  return { live: new Map(Object.entries(live)), globals: new Set(globals) }
}

function compile(code: string, live?: Record<string, DeclarationKind>, globals?: readonly string[]): string {
  return compileCell(analyseCell(code), environment(live, globals)).js
}

describe('the program of a cell', () => {
  it('adds to a name in a loop and does nothing else', () => {
    const js = compile('let acc = 0\nfor (let i = 0; i < 3e6; i++) acc += i')
    assert.match(js, /for \(let i = 0; i < 3e6; i\+\+\) \$acc\.v \+= i;/)
  })

  it('is one strict asynchronous function', () => {
    assert.match(compile('1'), /^async \(\$\) => \{"use strict";/)
  })

  it('makes a box for each name once', () => {
    assert.equal(compile('let a = 1; a; a; b; b').match(/\$\.box\(/g)?.length, 2)
  })

  it('leaves globals alone, unless a cell has declared them', () => {
    assert.match(compile('fetch', {}, ['fetch']), /\$\.result\(fetch\)/)
    assert.match(compile('fetch', { fetch: 'const' }, ['fetch']), /\$\.result\(\$fetch\.v\)/)
    assert.match(compile('fetch', {}, []), /\$\.result\(\$fetch\.v\)/)
  })

  it('leaves undefined alone even where it is not among the globals', () => {
    assert.match(compile('undefined'), /\$\.result\(undefined\)/)
  })

  it('leaves require and its like to the runtime', () => {
    const names = ['require', 'module', 'exports', '__dirname', '__filename']
    const js = compile('require("x"); module.exports = exports; __dirname + __filename', {}, names)
    assert.doesNotMatch(js, /\.box\(/)
  })

  it('takes another prefix where a name begins with $', () => {
    assert.match(compile('let $x = 1'), /^async \(\$1\$\) =>/)
    assert.match(compile('let $x = "$1$"'), /^async \(\$2\$\) =>/)
    assert.match(compile('let x = `${1}`'), /^async \(\$\) =>/)
  })

  it('compiles an analysis that was copied', () => {
    const copy = structuredClone({ ...analyseCell('let a = 1; a') })
    assert.match(compileCell(copy, environment()).js, /\$\.result\(\$a\.v\)/)
  })

  it('is the same program for the same cell compiled twice', () => {
    const analysis = analyseCell('let a = f(b)\nimport { c } from "d"')
    assert.deepEqual(compileCell(analysis, environment()), compileCell(analysis, environment()))
  })

  it('has maps of version 3 with one source each', () => {
    for (const cell of ['let a: number = 1', 'class A { accessor x = 1 }']) {
      for (const map of compileCell(analyseCell(cell), environment()).maps) {
        assert.deepEqual(Object.keys(map).toSorted(), ['mappings', 'names', 'sources', 'version'])
        assert.equal(map.sources.length, 1)
      }
    }
  })

  it('uses require for import = require', () => {
    const js = compile('import fs = require("fs")', {}, ['require'])
    assert.match(js, /\$fs\.v = require\("fs"\), \$\.at = 1/)
  })
})

describe('results', () => {
  const NONE = [
    'let a = 1',
    'let a; a = 5',
    'let i = 0; i++',
    'if (true) 1',
    'for (const x of [1]) x',
    '{ 1; 2 }',
    'function f() {}',
    'class A {}',
    '1\ntype A = string',
    '',
    '// nothing',
    '!ls',
    'export {}',
  ]
  for (const code of NONE) {
    it(`none: ${JSON.stringify(code)}`, async () => {
      const ran = await new TestKernel().run(code)
      assert.equal(ran.error, undefined)
      assert.equal(ran.hasResult, false)
    })
  }

  const SOME = ['1', '1;', 'undefined', 'void 0', '(a = 5)', '"text"', '1 // c', 'export default 3', 'let a = 1; a;;']
  for (const code of SOME) {
    it(`one: ${JSON.stringify(code)}`, async () => assert.equal((await new TestKernel().run(code)).hasResult, true))
  }

  it('hands a promise over as it is', async () => {
    const ran = await new TestKernel().run('Promise.resolve(1)')
    assert.ok(ran.scope.shown instanceof Promise)
  })
})

describe('progress', () => {
  const ROWS: readonly (readonly [title: string, code: string, reached: readonly string[]])[] = [
    ['all of it', 'let a = 1; const b = 2; function f() {}', ['a', 'b', 'f']],
    ['up to a throw', 'let a = 1\nthrow 1\nlet b = 2', ['a']],
    ['not where the initialiser throws', 'let a = 1, b = nowhere, c = 2', ['a']],
    ['functions at once', 'nowhere\nfunction f() {}', ['f']],
    ['imports before all else', 'nowhere\nimport { x } from "m"', ['x']],
    ['not where an import fails', 'import { x } from "m"; import { y } from "none"; let z = 1', ['x']],
    ['not where an export is missing', 'import { x, nothing } from "m"; x(nothing)', []],
    ['where a missing export may be a type', 'import { x, Shape } from "m"; let s: Shape', ['Shape', 's', 'x']],
    [
      'classes, enums, namespaces',
      'class A {}\nenum B { X }\nnamespace N { export const x = 1 }\nnowhere\nclass C {}',
      ['A', 'B', 'N'],
    ],
    [
      'var of a loop when it is over',
      'for (var i = 0; i < 2; i++) {}\nvar j\nfor (var k = 0; ; k++) nowhere',
      ['i', 'j'],
    ],
    ['a class whose static part throws', 'class A { static x = nowhere }', []],
  ]
  for (const [title, code, reached] of ROWS) {
    it(title, async () => {
      const kernel = new TestKernel({ m: { x: 1 } })
      await kernel.run(code)
      assert.deepEqual([...kernel.live.keys()].toSorted(), reached.toSorted())
    })
  }

  it('a failed redeclaration leaves the old value', async () => {
    const kernel = new TestKernel()
    await kernel.run('let a = 1; const b = 2')
    await kernel.run('let a = nowhere; const b = 3')
    assert.deepEqual(await kernel.evaluate('[a, b]'), [1, 2])
  })

  it('assignments before a throw stay', async () => {
    const kernel = new TestKernel()
    await kernel.run('let a = 1')
    await kernel.run('a = 2; throw 1')
    assert.equal(await kernel.evaluate('a'), 2)
  })
})

describe('constants', () => {
  const THROWS = [
    'c = 2',
    'c += 2',
    'c++',
    '--c',
    '[c] = [2]',
    '({ c } = { c: 2 })',
    '({ x: c = 3 } = {})',
    'for (c of [1]);',
    'for (c in { a: 1 });',
    'c &&= 2',
    '(c as any) = 2',
    'const f = () => { c = 2 }; f()',
    'let b = 1\nc = 2',
  ]
  for (const code of THROWS) {
    it(`throws: ${JSON.stringify(code)}`, async () => {
      for (const cells of [['const c = 1', code], [`const c = 1;\n${code}`]]) {
        const kernel = new TestKernel()
        let error: unknown
        for (const cell of cells) error = (await kernel.run(cell)).error
        assert.ok(error instanceof TypeError)
        assert.match(error.message, /constant variable 'c'/)
        assert.equal(await kernel.evaluate('c'), 1)
      }
    })
  }

  it('evaluates the right side first', async () => {
    const kernel = new TestKernel()
    await kernel.run('let log = 0; const c = 1; c = (log = 5)')
    assert.equal(await kernel.evaluate('log'), 5)
  })

  it('does not throw where a logical assignment does not assign', async () => {
    assert.equal(await new TestKernel().evaluate('const c = 1; c ??= 2; c ||= 3; c'), 1)
  })

  it('holds for imports and using', async () => {
    const kernel = new TestKernel({ m: { x: 1 } })
    for (const code of [
      'import { x } from "m"; x = 2',
      'x = 3',
      'using u = { [Symbol.dispose]() {} }; u = 1',
      'u = 2',
    ]) {
      assert.ok((await kernel.run(code)).error instanceof TypeError, code)
    }
  })

  it('gives way to a new declaration, not to let', async () => {
    assert.equal(await new TestKernel().evaluate('const c = 1', 'let c = 2', 'c = 3', 'c'), 3)
  })

  it('leaves a local of the same name alone', async () => {
    assert.equal(await new TestKernel().evaluate('const c = 1', 'let out; { let c = 2; c = 3; out = c } out'), 3)
  })

  it('lets functions, classes and enums be assigned', async () => {
    const cell = 'function f() {} class A {} enum E {} f = 1 as any; A = 2 as any; (E as any) = 3; [f, A, E]'
    assert.deepEqual(await new TestKernel().evaluate(cell), [1, 2, 3])
  })
})

describe('imports', () => {
  const modules = { m: { default: 'd', a: 1, 'b c': 2 }, n: { z: 3 } }

  it('binds default, named, renamed and all', async () => {
    const kernel = new TestKernel(modules)
    const cell = 'import d, { a, a as b, "b c" as c } from "m"\nimport * as n from "n"\n[d, a, b, c, n.z]'
    assert.deepEqual(await kernel.evaluate(cell), ['d', 1, 1, 2, 3])
    assert.deepEqual(await kernel.evaluate('[d, n.z]'), ['d', 3])
  })

  it('loads in order, before all other statements', async () => {
    const kernel = new TestKernel(modules)
    const cell = 'const first = typeof a\nimport { a } from "m"\nimport "n"\nimport { a as b } from "m"\nfirst'
    assert.equal(await kernel.evaluate(cell), 'number')
    assert.deepEqual(
      kernel.events.filter(event => event.startsWith('import')),
      ['import m', 'import n', 'import m'],
    )
  })

  it('hands attributes on', async () => {
    const kernel = new TestKernel({ './x.json': { default: 1 } })
    await kernel.evaluate('import x from "./x.json" with { type: "json" }')
    assert.deepEqual(kernel.events[0], 'import ./x.json {"with":{"type":"json"}}')
  })

  it('does not load what is only a type', async () => {
    const kernel = new TestKernel(modules)
    await kernel.evaluate(
      'import type A from "x"; import { type B } from "y"; export type { C } from "z"; import { type T, a } from "m"; a',
    )
    assert.deepEqual(
      kernel.events.filter(event => event.startsWith('import')),
      ['import m'],
    )
  })

  it('keeps a name that this cell does not use', async () => {
    assert.equal(await new TestKernel(modules).evaluate('import { a } from "m"', 'a'), 1)
  })

  it('loads what a pasted module exports again', async () => {
    const kernel = new TestKernel(modules)
    await kernel.evaluate('export * from "m"; export { z } from "n"; export const k = 1; export { k as l }', 'k')
    assert.deepEqual(
      kernel.events.filter(event => event.startsWith('import')),
      ['import m', 'import n'],
    )
  })

  it('says which export is missing', async () => {
    const { error } = await new TestKernel(modules).run('import { nothing } from "m"; nothing')
    assert.match(String(error), /'m' does not provide an export named 'nothing'/)
  })

  it('imports dynamically', async () => {
    const kernel = new TestKernel(modules)
    const cell =
      'const f = async () => (await import("m")).a; const { z } = await import(`n`, { with: {} }); await f() + z'
    assert.equal(await kernel.evaluate(cell), 4)
    assert.deepEqual(
      kernel.events.filter(event => event.startsWith('import')),
      ['import n {"with":{}}', 'import m'],
    )
  })

  it('has import.meta', async () => {
    assert.equal(await new TestKernel().evaluate('(() => import.meta.url)()'), 'file:///notebook/')
  })
})

describe('what a cell asks of its scope', () => {
  it('runs commands, in order and awaited', async () => {
    const kernel = new TestKernel()
    await kernel.evaluate('!echo "a" \\\n  b\nlet x = 1\n!ls -la')
    assert.deepEqual(kernel.events, ['shell echo "a"   b', 'wait', 'resume', 'shell ls -la', 'wait', 'resume'])
  })

  it('waits and resumes around each await', async () => {
    const kernel = new TestKernel()
    await kernel.evaluate('const f = async () => { await 1; await 2 }\nawait f()')
    assert.deepEqual(kernel.events, ['wait', 'wait', 'resume', 'wait', 'resume', 'resume'])
  })

  it('resumes in and after for await', async () => {
    const kernel = new TestKernel()
    await kernel.evaluate('for await (const x of [1]) { x }')
    // Value and end of the iterator are awaited, a synchronous iterator's value once more.
    assert.deepEqual(kernel.events, ['wait', 'resume', 'wait', 'resume', 'resume', 'wait', 'resume', 'resume'])
  })

  it('says that for await has nothing to iterate over', async () => {
    const { error } = await new TestKernel().run('for await (const x of 5 as any) { }')
    assert.match(String(error), /TypeError: .*async iterable/)
  })

  it('keeps what top-level using holds', async () => {
    const kernel = new TestKernel()
    await kernel.evaluate('using a = { [Symbol.dispose]() {} }, b = null; await using c = null')
    assert.deepEqual(
      kernel.events.filter(event => event.startsWith('use')),
      ['use a', 'use b', 'use c async'],
    )
  })
})

describe('what a cell may not do', () => {
  it('tells what only the translator refuses, with its place', () => {
    const analysis = analyseCell('let a: number = f(1)\nclass A {\n  x = a; @dec constructor() {}\n}')
    assert.throws(
      () => compileCell(analysis, environment()),
      (error: unknown) => {
        assert.ok(error instanceof CellSyntaxError)
        assert.deepEqual([error.line, error.column], [3, 10])
        assert.match(error.message, /^Decorators are not allowed/)
        return true
      },
    )
  })

  it('throws ReferenceErrors of the names themselves', async () => {
    for (const code of ['nowhere', 'nowhere()', 'nowhere.x', 'nowhere++', '({ nowhere })', 'let a = a']) {
      const { error } = await new TestKernel().run(code)
      assert.ok(error instanceof ReferenceError, code)
      assert.match(error.message, /^(?:nowhere|a) is not defined$/)
    }
  })

  it('throws a TypeError where this at the top level is used as an object', async () => {
    assert.ok((await new TestKernel().run('let a = 1\nthis.x')).error instanceof TypeError)
  })
})

describe('messages in the cell’s own names', () => {
  const ROWS: readonly (readonly [code: string, message: string])[] = [
    ['const f: any = 1; f(2)', 'f is not a function'],
    ['const o: any = {}; o.m()', 'o.m is not a function'],
    ['const C: any = 1; new C()', 'C is not a constructor'],
    ['const xs: any = 1; for (const x of xs) { }', 'xs is not iterable'],
    ['const o: any = null; const { a } = o', "Cannot read properties of null (reading 'a')"],
    ['const $f: any = 1; $f()', '$f is not a function'],
    ['const tag: any = 1; tag`x`', 'tag is not a function'],
    ['throw new Error("$5.50 and $v.value")', '$5.50 and $v.value'],
  ]
  for (const [code, message] of ROWS) {
    it(message, async () => {
      const { error } = await new TestKernel().run(code)
      assert.equal(restoreNames((error as Error).message), message)
    })
  }
})

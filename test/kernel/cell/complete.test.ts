// Whether a text may be run as it is, as a console asks at each Enter.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: cells are given as text
import assert from 'node:assert/strict'
import { isComplete } from '#kernel/cell/complete.js'

const COMPLETE = [
  '',
  '1 + 1',
  'let a = 1;',
  'function f() {\n  return 1\n}',
  'if (a) {\n}',
  'await f()',
  '!ls -la',
  '{ a: 1, b: 2 }',
  '// only a comment',
  'const s = `a\nb`',
  'class A {}\n\n',
  'declare function f(): void',
  'async',
]

const INCOMPLETE: readonly (readonly [code: string, indent: string])[] = [
  ['function f() {', '  '],
  ['function f()', '  '],
  ['if (a) {\n  g()', '  '],
  ['if (a)', '  '],
  ['for (const x of xs) {\n  if (x) {', '    '],
  ['f(1,', '  '],
  ['[1, 2', ''],
  ['const x =', '  '],
  ['a +', '  '],
  ['a.', ''],
  ['const f = x =>', '  '],
  ['const s = `a', ''],
  ['const s = `a${', '  '],
  ['const s = `a${b} c', ''],
  ['/* note', ''],
  ['{ a: 1,', '  '],
  ['class A {\n  m() {\n    x()\n  }\n', '  '],
  ['try {\n}', ''],
  ['do {\n} ', ''],
  ['switch (a) {\n  case 1:', '    '],
  ['let x: {', '  '],
  ['import { a } from', ''],
  ['!npm install \\', ''],
  ['@dec', ''],
]

const INVALID = [
  'let x = )',
  '}',
  'let a; let a',
  'return 1',
  'f(1))',
  'const s = "a',
  'a b',
  'if (x) { ] }',
  'class { }',
  'const x: = 1',
]

describe('is_complete', () => {
  for (const code of COMPLETE) {
    it(`complete: ${JSON.stringify(code)}`, () => assert.deepEqual(isComplete(code), { status: 'complete' }))
  }
  for (const [code, indent] of INCOMPLETE) {
    it(`incomplete: ${JSON.stringify(code)}`, () =>
      assert.deepEqual(isComplete(code), { status: 'incomplete', indent }))
  }
  for (const code of INVALID) {
    it(`invalid: ${JSON.stringify(code)}`, () => assert.deepEqual(isComplete(code), { status: 'invalid' }))
  }
})

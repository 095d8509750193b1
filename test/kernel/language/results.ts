// What a cell shows: its last expression, and nothing else.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: cells are kept as plain text
import { feature, type Theme } from './feature.js'

export const RESULTS: Theme = {
  theme: 'results',
  features: [
    feature('an expression shows its value', { run: '6 * 7', shows: '42' }),
    feature('only the last of several expressions is shown', { run: '1\n2\n3', shows: '3' }),
    feature('a semicolon at its end hides nothing', { run: '"a" + "b";', shows: "'ab'" }),
    feature('a declaration shows nothing', { run: 'const rsDeclared = 5' }),
    feature('a function declaration shows nothing', { run: 'function rsFunction() {}' }),
    feature(
      'undefined and void show nothing',
      { run: 'undefined' },
      { run: 'void 5' },
      { run: '[].forEach(() => {})' },
    ),
    feature(
      'null, false, 0 and the empty text are shown',
      { run: 'null', shows: 'null' },
      { run: 'false', shows: 'false' },
      { run: '0', shows: '0' },
      { run: '""', shows: "''" },
    ),
    feature('an object literal alone is an object', { run: '{ a: 1, b: [2] }', shows: '{ a: 1, b: [ 2 ] }' }),
    feature('an empty object literal is an object', { run: '({})', shows: '{}' }),
    feature('an object literal after a comment is an object', {
      run: '// settings\n{ rate: 0.1 }',
      shows: '{ rate: 0.1 }',
    }),
    feature('a block with statements is a block', { run: '{ let rsInner = 1; console.log(rsInner) }', prints: '1\n' }),
    feature('a class expression is shown', { run: '(class Shape {})', shows: '[class Shape]' }),
    feature('a function expression is shown', { run: '(function area() {})', shows: '[Function: area]' }),
    feature('an arrow function is shown', { run: '(x: number) => x', shows: '[Function (anonymous)]' }),
    feature(
      'an assignment shows nothing, as in Python',
      'let rsAssigned = 1',
      { run: 'rsAssigned = 7' },
      { run: '(rsAssigned = 8)', shows: '8' },
    ),
    feature(
      'an update shows nothing',
      'let rsCount = 1',
      { run: 'rsCount++' },
      { run: '++rsCount' },
      { run: 'rsCount', shows: '3' },
    ),
    feature('a comma expression shows its last value', { run: 'Math.random(), "two"', shows: "'two'" }),
    feature('a promise is awaited', { run: 'Promise.resolve({ ok: true })', shows: '{ ok: true }' }),
    feature('a promise of nothing shows nothing', { run: 'Promise.resolve()' }),
    feature('an awaited value is shown', { run: 'await Promise.resolve(4)', shows: '4' }),
    feature('a call with a trailing comment shows its value', { run: 'Math.max(1, 5) // the larger', shows: '5' }),
    feature('an if statement shows nothing', { run: 'if (true) { 5 }' }),
    feature('an empty cell runs', { run: '' }, { run: '  \n\n' }),
    feature('a cell of comments runs', { run: '// nothing here\n/* nor\n here */' }),
    feature('a semicolon alone runs', { run: ';' }),
    feature('a text that would be a directive is a value', { run: '"hello"', shows: "'hello'" }),
    feature('a template literal is shown', { run: '`${1 + 1} apples`', shows: "'2 apples'" }),
    feature('a typed array is shown whole', { run: 'new Float32Array([1, 2.5])', shows: 'Float32Array(2) [ 1, 2.5 ]' }),
    feature('maps and sets are shown', {
      run: 'new Map([["a", new Set([1])]])',
      shows: "Map(1) { 'a' => Set(1) { 1 } }",
    }),
    feature(
      'an object that refers to itself is shown',
      'const rsSelf: Record<string, unknown> = { a: 1 }\nrsSelf.self = rsSelf',
      { run: 'rsSelf', shows: '<ref *1> { a: 1, self: [Circular *1] }' },
    ),
    feature('export default of an expression shows it', { run: 'export default 5 + 5', shows: '10' }),
  ],
}

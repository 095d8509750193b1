// Names that live from cell to cell: seen by closures, redeclared as anything, kept through failures.
import { feature, type Theme, typeError } from './feature.js'

export const NAMES: Theme = {
  theme: 'names',
  features: [
    feature(
      "an older cell's function sees a new value",
      'let naRate = 0.1\nfunction naStep() { return naRate }',
      'naRate = 0.5',
      { run: 'naStep()', shows: '0.5' },
    ),
    feature(
      "an older cell's function sees a redeclared constant",
      'const naBatch = 16\nconst naSize = () => naBatch',
      'const naBatch = 32',
      { run: 'naSize()', shows: '32' },
    ),
    feature(
      'a redefined function reaches old callers',
      'function naHelper() { return "old" }\nfunction naCaller() { return naHelper() }',
      'function naHelper() { return "new" }',
      { run: 'naCaller()', shows: "'new'" },
    ),
    feature(
      'a redefined class: old instances keep theirs',
      'class NaModel { name = "one" }\nconst naModel = new NaModel()',
      'class NaModel { name = "two" }',
      { run: '[naModel.name, new NaModel().name, naModel instanceof NaModel]', shows: "[ 'one', 'two', false ]" },
    ),
    feature(
      'a closure that assigns is seen by all cells',
      'let naHits = 0\nconst naHit = () => { naHits += 1 }',
      'naHit(); naHit()',
      { run: 'naHits', shows: '2' },
      'naHits = 10',
      'naHit()',
      { run: 'naHits', shows: '11' },
    ),
    feature(
      'const to let to function to class to import',
      'const naKind = 1',
      'let naKind = "two"',
      { run: 'naKind.toUpperCase()', shows: "'TWO'" },
      'function naKind() { return 3 }',
      { run: 'naKind()', shows: '3' },
      'class naKind { four = 4 }',
      { run: 'new naKind().four', shows: '4' },
      'import { sep as naKind } from "node:path"',
      { run: 'naKind', shows: "'/'" },
      'enum naKind { Six = 6 }',
      { run: 'naKind.Six', shows: '6' },
      'const naKind = 7',
      { run: 'naKind', shows: '7' },
    ),
    feature(
      'a type may take the name of a value, and back',
      'const NaBoth = 5',
      'interface NaBoth { x: number }\nconst naBothValue: NaBoth = { x: 1 }',
      { run: 'naBothValue.x', shows: '1' },
    ),
    feature(
      'a failed redeclaration keeps the old value',
      'const naKept = "old"',
      { run: 'const naKept = JSON.parse("{")', fails: { name: 'SyntaxError', at: [1, 21] } },
      { run: 'naKept', shows: "'old'" },
    ),
    feature(
      'a failed declaration can be repeated',
      { run: 'const naAgain = JSON.parse("{")', fails: { name: 'SyntaxError' } },
      'const naAgain = JSON.parse("[1]")',
      { run: 'naAgain', shows: '[ 1 ]' },
    ),
    feature(
      'what finished before a throw stays',
      {
        run: 'const naDone = 1\nlet naAlso = 2\nfunction naNamed() { return 4 }\nthrow new Error("stop")\nconst naNever = 3',
        fails: { name: 'Error', message: 'stop', at: [4, 7] },
      },
      { run: '[naDone, naAlso, naNamed()]', shows: '[ 1, 2, 4 ]' },
      { run: 'naNever', fails: typeError(2304, [1, 1]) },
    ),
    feature(
      'a type error runs nothing and declares nothing',
      'const naTyped = 1',
      { run: 'const naTyped = 2\nconst naWrong: number = "x"', fails: typeError(2322, [2, 7]) },
      { run: 'naTyped', shows: '1' },
    ),
    feature(
      'assigning a wrong type to an older name is a type error',
      'let naNumber = 1',
      { run: 'naNumber = "one"', fails: typeError(2322, [1, 1]) },
      { run: 'naNumber', shows: '1' },
    ),
    feature(
      'assigning to an older constant is refused',
      'const naFixed = 1',
      { run: 'naFixed = 2', fails: { name: 'TypeCheckError', message: /naFixed/, at: [1, 1] } },
      { run: '// @ts-nocheck\nnaFixed = 2', fails: { name: 'TypeError', message: /constant.*naFixed/ } },
      { run: 'naFixed', shows: '1' },
    ),
    feature('assigning to a constant of the same cell is refused', {
      run: '// @ts-nocheck\nconst naSame = 1\nnaSame += 1',
      fails: { name: 'TypeError', message: /constant/ },
    }),
    feature('declaring twice in one cell is an error', {
      run: 'let naTwice = 1\nlet naTwice = 2',
      fails: { name: 'SyntaxError', message: /naTwice/, at: [2, 5] },
    }),
    feature(
      "a function that names a later cell's name runs, with a warning",
      { run: 'function naEarly() { return naLater * 2 }', warns: /naLater/ },
      'const naLater = 21',
      { run: 'naEarly()', shows: '42' },
    ),
    feature(
      'calling it before the name is there is an error at its place',
      { run: 'const naTooEarly = () => naNotYet + 1', warns: /naNotYet/ },
      { run: 'naTooEarly()', fails: { name: 'ReferenceError', message: 'naNotYet is not defined' } },
    ),
    feature('an unknown name is a type error, and says what was meant', 'const naLearningRate = 1', {
      run: 'naLearningRat',
      fails: typeError(2304, [1, 1], /naLearningRate/),
    }),
    feature(
      'typeof of an unknown name is undefined',
      { run: 'typeof naUnknown', shows: "'undefined'" },
      { run: 'typeof naUnknown === "undefined" ? 1 : 2', shows: '1' },
    ),
    feature('hoisting within a cell: functions come first', {
      run: 'const naHoisted = naBelow()\nfunction naBelow() { return naBelow2() }\nfunction naBelow2() { return 5 }\nnaHoisted',
      shows: '5',
    }),
    feature('var is there, undefined, from the start', {
      run: '// @ts-nocheck\nconst naVarBefore = naVar\nvar naVar = 1\n;[naVarBefore, naVar]',
      shows: '[ undefined, 1 ]',
    }),
    feature('var declared again keeps its value', 'var naVarKept: number = 1', 'var naVarKept: number', {
      run: 'naVarKept',
      shows: '1',
    }),
    feature(
      "var of inner blocks is the cell's",
      { run: 'if (true) { var naFromBlock = 3 }\nfor (var naFromLoop = 0; naFromLoop < 4; naFromLoop++);' },
      { run: '[naFromBlock, naFromLoop]', shows: '[ 3, 4 ]' },
    ),
    feature('let before its declaration is refused', {
      run: 'naTdz + 1\nlet naTdz = 1',
      fails: typeError(2448, [1, 1]),
    }),
    feature('let before its declaration, unchecked, throws', {
      run: '// @ts-nocheck\nnaTdz2\nlet naTdz2 = 1',
      fails: { name: 'ReferenceError', message: /naTdz2/ },
    }),
    feature(
      'several declarators take effect one by one',
      { run: 'const naOne = 1, naTwo = JSON.parse("x"), naThree = 3', fails: { name: 'SyntaxError' } },
      { run: 'naOne', shows: '1' },
      { run: 'naTwo', fails: { name: 'TypeCheckError' } },
    ),
    feature(
      'a pattern that fails half way declares none of its names',
      'let naHalfA = "old"',
      {
        run: 'var [naHalfA, naHalfB] = (function* () { yield "new"; throw new RangeError("half") })()',
        fails: { name: 'RangeError' },
      },
      { run: 'typeof naHalfA', shows: "'string'" },
    ),
    feature(
      "a name of the runtime may be redeclared, and is then the cell's",
      'const name = "mine", status = 3, event = "e"',
      { run: '[name, status, event]', shows: "[ 'mine', 3, 'e' ]" },
    ),
    feature(
      'a built-in may be shadowed by a cell',
      'const Map = 5',
      { run: 'Map + 1', shows: '6' },
      'const Map = globalThis.Map',
      { run: 'new Map([[1, 2]]).size', shows: '1' },
    ),
    feature(
      'globalThis has no names of cells, but gives its own',
      'const naLocal = 1\n;(globalThis as any).naGlobal = 5',
      { run: '"naLocal" in globalThis', shows: 'false' },
      { run: '// @ts-nocheck\nnaGlobal', shows: '5' },
    ),
    feature(
      'eval and new Function have no names of cells',
      'const naEval = 5',
      { run: 'eval("1 + 1")', shows: '2' },
      { run: 'new Function("return typeof naEval")()', shows: "'undefined'" },
    ),
    feature('10 cells of the same name in a row', ...Array.from({ length: 10 }, (_, i) => `const naRow = ${i}`), {
      run: 'naRow',
      shows: '9',
    }),
    feature('class, function and namespace merge within a cell', {
      run: 'class NaMerged { static base = 1 }\nnamespace NaMerged { export const extra = 2 }\nfunction naMerged() { return naMerged.version }\nnamespace naMerged { export const version = 3 }\n;[NaMerged.base, NaMerged.extra, naMerged()]',
      shows: '[ 1, 2, 3 ]',
    }),
    feature('names that a cell only declares with `declare`', 'declare const naDeclared: number', {
      run: 'typeof naDeclared',
      shows: "'undefined'",
    }),
    feature(
      "names of the interpreter's own kind",
      'const box = 1, scope = 2, at = 3, result = 4, use = 5, exports2 = 6',
      { run: 'box + scope + at + result + use + exports2', shows: '21' },
    ),
    feature('names of Object.prototype', 'const toString = 1, constructor = 2, hasOwnProperty = 3, valueOf = 4', {
      run: '[toString, constructor, hasOwnProperty, valueOf]',
      shows: '[ 1, 2, 3, 4 ]',
    }),
    feature(
      'names of modules: require, module, exports, __dirname',
      { run: 'typeof require + typeof __dirname', shows: "'functionstring'" },
      'const module = 1, exports = 2',
      { run: 'module + exports', shows: '3' },
    ),
  ],
}

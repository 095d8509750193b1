// Files beside the notebook and Node's own modules.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: cells are kept as plain text
import { feature, type Theme, typeError } from './feature.js'

export const MODULES: Theme = {
  theme: 'modules',
  files: {
    'tsconfig.json':
      '{\n  // a comment, as tsconfigs have\n  "compilerOptions": {\n    "strict": true,\n    "paths": { "@lib/*": ["./lib/*"], "@settings": ["./lib/settings.ts"], "~/*": ["./nowhere/*", "./lib/*"] },\n  },\n}\n',
    'lib/settings.ts':
      'export const rate: number = 0.25\nexport default class Settings { rate = rate }\nexport type Rate = number\nexport interface Options { verbose: boolean }\n',
    'lib/layers.ts':
      'import { rate } from "@settings"\nimport { helper } from "./helper.js"\nexport const scaled = rate * helper()\nexport enum Kind { Dense = "dense", Conv = "conv" }\n',
    'lib/helper.ts':
      'export function helper(): number { return 4 }\nexport { helper as aid }\nexport * as settings from "./settings"\n',
    'lib/index.ts': 'export * from "./helper"\nexport { default as Settings, type Options } from "./settings"\n',
    'lib/plain.js': 'export const plain = "js"\n',
    'lib/old.cjs': 'exports.old = "cjs"; exports.twice = n => n * 2\n',
    'lib/state.ts': 'export let count = 0\nexport function up(): number { return ++count }\n',
    'lib/cycle-a.ts': 'import { b } from "./cycle-b"\nexport function a(): string { return `a${b()}` }\n',
    'lib/cycle-b.ts': 'import { a } from "./cycle-a"\nexport function b(): string { return typeof a }\n',
    'lib/modern.ts':
      'export class Counter { accessor n = 1 }\nexport function closing(log: string[]): void { using x = { [Symbol.dispose]() { log.push("closed") } }; log.push("open") }\nfunction tag<T>(value: T, _: ClassDecoratorContext): T { return value }\n@tag\nexport class Tagged {}\nexport namespace Space { export const inner = 5 }\n',
    'lib/meta.ts':
      'export const here = import.meta.url.replace(/[?#].*$/, "").split("/").slice(-2).join("/")\nexport const folder = import.meta.dirname?.split("/").pop()\n',
    'lib/waits.ts': 'export const waited = await Promise.resolve("waited")\n',
    'table.json': '{ "rows": [{ "x": 1 }, { "x": 2 }], "name": "t" }',
    'text.txt': 'three\nlines\nhere\n',
  },
  features: [
    feature(
      'named, default and namespace imports from .ts',
      'import Settings, { rate } from "./lib/settings.ts"\nimport * as moAll from "./lib/settings.ts"',
      {
        run: '[new Settings().rate, rate, moAll.rate === rate, Object.keys(moAll)]',
        shows: "[ 0.25, 0.25, true, [ 'default', 'rate' ] ]",
      },
    ),
    feature('without the extension, with .js for .ts, and of a folder', {
      run: 'import { helper as moA } from "./lib/helper"\nimport { helper as moB } from "./lib/helper.js"\nimport { Settings as MoC, helper as moD } from "./lib"\n;[moA(), moB(), moD(), new MoC().rate, moA === moD]',
      shows: '[ 4, 4, 4, 0.25, true ]',
    }),
    feature('types of a file are known', {
      run: 'import { rate as moRate } from "./lib/settings"\nmoRate.toUpperCase()',
      fails: typeError(2339, [2, 8]),
    }),
    feature(
      'type-only imports, whole and inline',
      {
        run: 'import type { Options } from "./lib/settings"\nimport { type Rate, rate as moInline } from "./lib/settings"\nconst moOptions: Options = { verbose: true }\nconst moTyped: Rate = moInline\n;[moOptions.verbose, moTyped]',
        shows: '[ true, 0.25 ]',
      },
      { run: 'const moLater: Options = { verbose: false }\nmoLater.verbose', shows: 'false' },
    ),
    feature('a type imported without `type`', {
      run: 'import { Options as MoOptions } from "./lib/settings"\nconst moPlain: MoOptions = { verbose: true }\nmoPlain',
      shows: '{ verbose: true }',
    }),
    feature('type-only exports', {
      run: 'type MoExported = number\nexport type { MoExported }\nexport type MoDirect = string\nexport { }\nconst moDirect: MoDirect = "d"\nmoDirect',
      shows: "'d'",
    }),
    feature('tsconfig paths, in cells', {
      run: 'import { scaled } from "@lib/layers"\nimport { rate as moAliased } from "@settings"\n;[scaled, moAliased]',
      shows: '[ 1, 0.25 ]',
    }),
    feature(
      'tsconfig paths with several targets, by import() and require',
      { run: '(await import("~/helper")).helper()', shows: '4' },
      { run: 'require("@lib/old.cjs").old', shows: "'cjs'" },
    ),
    feature('an enum of a file', { run: 'import { Kind } from "./lib/layers"\nKind.Conv', shows: "'conv'" }),
    feature('accessor, using, decorators and namespaces in a file', {
      run: 'import { Counter, closing, Tagged, Space } from "./lib/modern"\nconst moLog: string[] = []\nclosing(moLog)\n;[new Counter().n, moLog, new Tagged().constructor.name, Space.inner]',
      shows: "[ 1, [ 'open', 'closed' ], 'Tagged', 5 ]",
    }),
    feature('import.meta in a file', {
      run: 'import { here, folder as moFolder } from "./lib/meta"\n;[here, moFolder]',
      shows: "[ 'lib/meta.ts', 'lib' ]",
    }),
    feature('top-level await in a file', { run: 'import { waited } from "./lib/waits"\nwaited', shows: "'waited'" }),
    feature('files that import each other', {
      run: 'import { a as moCycle } from "./lib/cycle-a"\nmoCycle()',
      shows: "'afunction'",
    }),
    feature('plain JavaScript and CommonJS files', {
      run: 'import { plain } from "./lib/plain.js"\nimport moOld, { twice } from "./lib/old.cjs"\n;[plain, moOld.old, twice(4)]',
      shows: "[ 'js', 'cjs', 8 ]",
    }),
    feature(
      'JSON, with and without an attribute',
      {
        run: 'import moTable from "./table.json"\nimport moTable2 from "./table.json" with { type: "json" }\nimport * as moTable3 from "./table.json"\n;[moTable.rows.length, moTable2.name, moTable3.name]',
        shows: "[ 2, 't', 't' ]",
      },
      { run: 'moTable.rows[0]!.y', fails: typeError(2339, [1, 18]) },
    ),
    feature(
      'an edited module is seen at the next import',
      {
        run: 'import { version } from "./edited"\nversion',
        shows: '1',
        files: { 'edited.ts': 'export const version: number = 1\n' },
      },
      {
        run: 'import { version } from "./edited"\nversion',
        shows: '2',
        files: { 'edited.ts': 'export const version: number = 2 // edited\n' },
      },
    ),
    feature(
      'new names of an edited module have types',
      { run: 'import { grown } from "./grows"\ngrown', shows: '1', files: { 'grows.ts': 'export const grown = 1\n' } },
      {
        run: 'import { grown2 } from "./grows"\ngrown2.length',
        shows: '3',
        files: { 'grows.ts': 'export const grown = 1\nexport const grown2 = "abc"\n' },
      },
    ),
    feature(
      'a module that an edited module imports is seen, too',
      {
        run: 'import { outer } from "./outer"\nouter',
        shows: '1',
        files: {
          'outer.ts': 'import { inner } from "./inner"\nexport const outer = inner\n',
          'inner.ts': 'export const inner: number = 1\n',
        },
      },
      {
        run: 'import { outer } from "./outer"\nouter',
        shows: '2',
        files: { 'inner.ts': 'export const inner: number = 2 // edited\n' },
      },
    ),
    feature(
      'an edited JSON file and an edited JavaScript file are seen',
      {
        run: 'import moEdited from "./edited.json"\nimport { js as moJs } from "./editedjs.js"\n;[moEdited.n, moJs]',
        shows: '[ 1, 1 ]',
        files: { 'edited.json': '{"n": 1}', 'editedjs.js': 'export const js = 1\n' },
      },
      {
        run: 'import moEdited from "./edited.json"\nimport { js as moJs } from "./editedjs.js"\n;[moEdited.n, moJs]',
        shows: '[ 22, 22 ]',
        files: { 'edited.json': '{"n": 22}', 'editedjs.js': 'export const js = 22\n' },
      },
    ),
    feature(
      'a module that was not edited keeps its state',
      { run: 'import { up } from "./lib/state"\nup()', shows: '1' },
      { run: 'import { up as moUp2 } from "./lib/state"\nmoUp2()', shows: '2' },
    ),
    feature(
      'a module with a mistake, mended, is imported',
      {
        run: 'import { mended } from "./mended"\nmended',
        fails: { name: 'TypeCheckError' },
        files: { 'mended.ts': 'export const mendd = 1\n' },
      },
      {
        run: 'import { mended } from "./mended"\nmended',
        shows: '1',
        files: { 'mended.ts': 'export const mended = 1 // now\n' },
      },
    ),
    feature('a module that does not parse names its line', {
      run: '// @ts-nocheck\nimport { broken } from "./broken"',
      fails: { name: 'KernelError', message: /broken\.ts:2/ },
      files: { 'broken.ts': 'export const fine = 1\nexport const = 2\n' },
    }),
    feature('import() of a file, of a computed name', 'const moName = "helper"', {
      run: '(await import(`./lib/${moName}.ts`)).helper()',
      shows: '4',
    }),
    feature(
      'import() by then, in a function of an older cell',
      'const moLoad = () => import("./lib/settings").then(module => module.rate)',
      { run: 'await moLoad()', shows: '0.25' },
    ),
    feature('imports may stand below their use', {
      run: 'const moUsed = moSep\nimport { sep as moSep } from "node:path"\nmoUsed',
      shows: "'/'",
    }),
    feature('an import between two statements keeps them apart', 'let moApart = 1', {
      run: 'if (moApart) moApart += 1\nimport { EOL as moEol } from "node:os"\n;[moApart] = [moApart * 10]\nmoApart + moEol.length',
      shows: '21',
    }),
    feature('imports for effects only', {
      run: 'import "./effect"',
      prints: 'effect\n',
      files: { 'effect.ts': 'console.log("effect")\n' },
    }),
    feature(
      'an imported name is a constant',
      'import { join as moJoin } from "node:path"',
      { run: 'moJoin = 5', fails: { name: 'TypeCheckError', message: /moJoin/ } },
      { run: 'moJoin("a", "b")', shows: "'a/b'" },
    ),
    feature(
      'a name imported again replaces the older',
      'import { join as moAgain } from "node:path"',
      'import { basename as moAgain } from "node:path"',
      { run: 'moAgain("/a/b")', shows: "'b'" },
    ),
    feature("Node's modules: default, named, namespace, with and without node:", {
      run: 'import fs from "node:fs"\nimport { readFileSync } from "fs"\nimport * as moPath from "path"\n;[typeof fs.readFileSync, readFileSync("text.txt", "utf8").split("\\n").length, moPath.extname("a.ts")]',
      shows: "[ 'function', 4, '.ts' ]",
    }),
    feature(
      'import.meta of a cell',
      {
        run: '[typeof import.meta.url, import.meta.dirname === process.cwd(), import.meta.filename.startsWith(import.meta.dirname), import.meta.resolve("./table.json").endsWith("/table.json"), import.meta.resolve("node:fs")]',
        shows: "[ 'string', true, true, true, 'node:fs' ]",
      },
      {
        run: 'import { readFileSync as moRead } from "node:fs"\nmoRead(new URL("text.txt", import.meta.url), "utf8").length',
        shows: '17',
      },
    ),
    feature('require of modules, files, JSON and TypeScript', {
      run: '[require("node:os").EOL, require("./lib/old.cjs").twice(3), require("./table.json").name, require("./lib/helper").helper()]',
      shows: String.raw`[ '\n', 6, 't', 4 ]`,
    }),
    feature(
      'an edited module is seen at the next require',
      {
        run: 'require("./required").sum',
        shows: '2',
        files: {
          'required.cjs': 'exports.part = 1\n',
          'required.ts': 'import { part } from "./required.cjs"\nexport const sum = part + 1\n',
        },
      },
      {
        run: 'require("./required").sum',
        shows: '11',
        files: { 'required.cjs': 'exports.part = 10 // edited\n' },
      },
    ),
    feature('import = require', { run: 'import moOs = require("node:os")\nmoOs.EOL.length', shows: '1' }),
    feature('re-exports of a cell declare nothing and run', {
      run: 'export { helper } from "./lib/helper"\nexport * from "./lib/settings"\n1',
      shows: '1',
    }),
    feature('a file that is missing is a type error at its name', {
      run: 'import { x } from "./missing-file"',
      fails: typeError(2307, [1, 19]),
    }),
    feature('an export that is missing is a type error', {
      run: 'import { nothing } from "./lib/helper"',
      fails: typeError(2305, [1, 10]),
    }),
    feature('an export that is missing, unchecked, is told at run time', {
      run: '// @ts-nocheck\nimport { nothing } from "./lib/helper"\nnothing',
      fails: { name: 'SyntaxError', message: /no export named 'nothing'.*aid/ },
    }),
  ],
}

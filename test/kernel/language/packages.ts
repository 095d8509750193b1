// npm packages: what they export in which way, and one that is installed by a cell.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: cells are kept as plain text
import { feature, type Theme } from './feature.js'

const manifest = (fields: object): string => JSON.stringify({ version: '1.0.0', ...fields })

export const PACKAGES: Theme = {
  theme: 'packages',
  files: {
    'package.json': manifest({ name: 'notebooks', private: true }),
    'node_modules/pk-cjs/package.json': manifest({ name: 'pk-cjs', main: 'main.js' }),
    'node_modules/pk-cjs/main.js':
      'module.exports = function greet(name) { return `hello ${name}` }\nmodule.exports.extra = 5\n',
    'node_modules/pk-cjs/main.d.ts':
      'declare function greet(name: string): string\ndeclare namespace greet { const extra: number }\nexport = greet\n',
    'node_modules/pk-esm/package.json': manifest({
      name: 'pk-esm',
      type: 'module',
      exports: {
        '.': { types: './index.d.ts', import: './index.js' },
        './deep': { types: './deep.d.ts', default: './deep.js' },
      },
    }),
    'node_modules/pk-esm/index.js': 'export const kind = "esm"\nexport default class Thing { size = 3 }\n',
    'node_modules/pk-esm/index.d.ts':
      'export declare const kind: string\nexport default class Thing { size: number }\n',
    'node_modules/pk-esm/deep.js': 'export const deep = 7\n',
    'node_modules/pk-esm/deep.d.ts': 'export declare const deep: number\n',
    'node_modules/pk-dual/package.json': manifest({
      name: 'pk-dual',
      exports: { '.': { types: './index.d.ts', import: './index.mjs', require: './index.cjs' } },
    }),
    'node_modules/pk-dual/index.mjs': 'export const way = "import"\n',
    'node_modules/pk-dual/index.cjs': 'exports.way = "require"\n',
    'node_modules/pk-dual/index.d.ts': 'export declare const way: "import" | "require"\n',
    'node_modules/pk-untyped/package.json': manifest({ name: 'pk-untyped', main: 'index.js' }),
    'node_modules/pk-untyped/index.js': 'exports.value = 11\n',
    'node_modules/@pk/scoped/package.json': manifest({
      name: '@pk/scoped',
      type: 'module',
      main: 'index.js',
      types: 'index.d.ts',
    }),
    'node_modules/@pk/scoped/index.js': 'export const scoped = true\n',
    'node_modules/@pk/scoped/index.d.ts': 'export declare const scoped: boolean\n',
    'node_modules/pk-interop/package.json': manifest({ name: 'pk-interop', main: 'index.js', types: 'index.d.ts' }),
    'node_modules/pk-interop/index.js':
      'Object.defineProperty(exports, "__esModule", { value: true })\nexports.default = class Chart { type = "bar" }\nfor (const name of ["late"]) exports[name] = 4\n',
    'node_modules/pk-interop/index.d.ts':
      'export default class Chart { type: string }\nexport declare const late: number\n',
    'local/pk-local/package.json': manifest({
      name: 'pk-local',
      type: 'module',
      main: 'index.js',
      types: 'index.d.ts',
    }),
    'local/pk-local/index.js': 'export const installed = "now"\n',
    'local/pk-local/index.d.ts': 'export declare const installed: string\n',
  },
  features: [
    feature('a CommonJS package, by default, by name and by require', {
      run: 'import pkGreet, { extra } from "pk-cjs"\n;[pkGreet("you"), extra, require("pk-cjs").extra]',
      shows: "[ 'hello you', 5, 5 ]",
    }),
    feature('an ESM package with an exports map, and a path in it', {
      run: 'import Thing, { kind } from "pk-esm"\nimport { deep } from "pk-esm/deep"\n;[kind, new Thing().size, deep]',
      shows: "[ 'esm', 3, 7 ]",
    }),
    feature('a path that the exports map hides', {
      run: '// @ts-nocheck\nimport "pk-esm/hidden.js"',
      fails: { name: 'Error', message: /hidden/ },
    }),
    feature('a dual package by its import side', {
      run: 'import { way } from "pk-dual"\nconst { way: pkWay } = require("pk-dual")\n;[way, pkWay]',
      shows: "[ 'import', 'require' ]",
    }),
    feature('a scoped package', { run: 'import { scoped } from "@pk/scoped"\nscoped', shows: 'true' }),
    feature('a package without types runs, with a warning', {
      run: 'import { value } from "pk-untyped"\nvalue + 1',
      shows: '12',
      warns: /pk-untyped/,
    }),
    feature('a package compiled from ESM to CommonJS', { run: 'import { late } from "pk-interop"\nlate', shows: '4' }),
    feature(
      'import() of packages',
      { run: '(await import("pk-esm")).kind', shows: "'esm'" },
      { run: '(await import("pk-cjs")).default("x")', shows: "'hello x'" },
    ),
    feature('a package that is missing says how to install it', {
      run: 'import pkNone from "pk-not-installed"',
      fails: { name: 'TypeCheckError', message: /npm install pk-not-installed/ },
    }),
    feature('a package that is missing, by import() at run time', {
      run: '// @ts-nocheck\nawait import("pk-not-there")',
      fails: { name: 'Error', message: /pk-not-there/ },
    }),
    feature(
      '!npm install, and the import in the next cell',
      {
        run: '!npm install --no-audit --no-fund --offline --loglevel=error ./local/pk-local',
        prints: /added 1 package/,
      },
      { run: 'import { installed } from "pk-local"\ninstalled.toUpperCase()', shows: "'NOW'" },
    ),
    feature('a package of the fallback root from any folder', {
      run: 'import { data } from "gradlab"\ndata.penguins().length',
      shows: '344',
    }),
  ],
}

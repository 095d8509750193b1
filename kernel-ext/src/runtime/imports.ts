// `import` and `require` of cells: resolved from the notebook's folder, then from the fallback roots.
import Module, { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { constants, Script } from 'node:vm'
import { isBare, isMissing, type LoaderOptions, mappedFile } from './loader.js'
import { isTypeScript, transformModule } from './modules.js'
import { registerLoader } from './register.js'
import { alternatives } from './spellings.js'
import { installWorkers } from './workers.js'

type Namespace = Record<string, unknown>
type Importer = (specifier: unknown, options?: unknown) => Promise<Namespace>

export class Imports {
  readonly require: NodeJS.Require
  readonly #options: LoaderOptions
  #importer: Importer | undefined

  constructor(options: LoaderOptions) {
    this.#options = options
    this.require = makeRequire(options)
    installWorkers(options)
  }

  /** The file that imports of cells are relative to; it need not exist. */
  get base(): string {
    return join(this.#options.notebookFolder, 'cell.mjs')
  }

  async import(specifier: unknown, options?: unknown): Promise<Namespace> {
    this.#importer ??= this.#makeImporter()
    return options === undefined ? this.#importer(specifier) : this.#importer(specifier, options)
  }

  /** Started at the first import, since most of its cost is Node's. */
  #makeImporter(): Importer {
    registerLoader(this.#options)
    const script = new Script('(specifier, options) => import(specifier, options)', {
      filename: this.base,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    })
    return script.runInThisContext() as Importer
  }
}

/** One export of a module, with the interop that bundlers give CommonJS modules. */
export function pickExport(module: Namespace, name: string, specifier: string): unknown {
  const holder = holderOf(module, name)
  if (holder !== undefined) return holder[name]
  if (name === 'default' && !('default' in module)) {
    throw new SyntaxError(
      `The module '${specifier}' has no default export: import { ... } or * as ... from it. It exports ${names(module)}.`,
    )
  }
  throw new SyntaxError(`The module '${specifier}' has no export named '${name}'. It exports ${names(module)}.`)
}

export function hasExport(module: Namespace, name: string): boolean {
  return holderOf(module, name) !== undefined
}

/** The module, or what a CommonJS module exports as a whole, whichever has the name. */
function holderOf(module: Namespace, name: string): Namespace | undefined {
  if (name in module) return module
  const inner = module.default
  const isObject = (typeof inner === 'object' || typeof inner === 'function') && inner !== null
  return isObject && name in inner ? (inner as Namespace) : undefined
}

function names(module: Namespace): string {
  const all = Object.keys(module)
  const shown = all.slice(0, 12).join(', ')
  return all.length === 0 ? 'nothing' : all.length > 12 ? `${shown}, ...` : shown
}

/** `require` of the notebook's folder, with the fallback roots and TypeScript neighbours. */
function makeRequire(options: LoaderOptions): NodeJS.Require {
  const own = createRequire(join(options.notebookFolder, 'cell.cjs'))
  const others = options.roots.map(root => createRequire(join(root, 'package.json')))
  installTypeScriptExtension()
  const withFallback = <T>(specifier: string, use: (require: NodeJS.Require, specifier: string) => T): T => {
    const tries: (() => T)[] = isBare(specifier)
      ? others.map(other => () => use(other, specifier))
      : alternatives(specifier).map(spelling => () => use(own, spelling))
    const mapped = isBare(specifier) ? mappedFile(specifier, options) : undefined
    try {
      return use(own, mapped ?? specifier)
    } catch (error) {
      if (!isMissing(error)) throw error
      for (const attempt of tries) {
        try {
          return attempt()
        } catch (again) {
          if (!isMissing(again)) throw again
        }
      }
      throw error
    }
  }
  const resolve = Object.assign(
    (specifier: string, settings?: { paths?: string[] }) =>
      withFallback(specifier, (require, spelling) => require.resolve(spelling, settings)),
    { paths: own.resolve.paths },
  )
  return Object.assign(
    (specifier: string): unknown => withFallback(specifier, (require, spelling) => require(spelling)),
    {
      resolve,
      cache: own.cache,
      extensions: own.extensions,
      main: undefined,
    },
  ) as NodeJS.Require
}

type CompilableModule = NodeModule & { _compile(code: string, path: string): void }

/** `require('./neighbour.ts')`: Node 20 has no types of its own to strip. */
function installTypeScriptExtension(): void {
  const { _extensions: extensions } = Module as unknown as {
    _extensions: Record<string, (module: CompilableModule, path: string) => void>
  }
  for (const extension of ['.ts', '.cts', '.mts']) {
    extensions[extension] = (module, path) => {
      if (!isTypeScript(path)) throw new SyntaxError(`${path}: a declaration file has no code to require.`)
      const esbuild = createRequire(import.meta.url)('esbuild') as typeof import('esbuild')
      const { code } = transformModule(path)
      module._compile(esbuild.transformSync(code, { format: 'cjs', target: 'node20' }).code, path)
    }
  }
}

/** `import.meta` of a cell. */
export function makeMeta(imports: Imports, folder: string): ImportMeta {
  return {
    url: pathToFileURL(imports.base).href,
    dirname: folder,
    filename: imports.base,
    resolve: (specifier: string) =>
      isBare(specifier)
        ? pathToFileURL(imports.require.resolve(specifier)).href
        : new URL(specifier, pathToFileURL(imports.base)).href,
  } as ImportMeta
}

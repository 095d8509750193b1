// `import` of cells: resolved from the notebook's folder, then from the fallback roots.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { constants, Script } from 'node:vm'
import { isBare, type LoaderOptions } from './loader.js'
import { registerLoader } from './register.js'
import { makeRequire } from './require.js'
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

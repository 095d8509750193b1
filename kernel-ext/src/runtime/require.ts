// `require` of cells: from the notebook's folder, then from the fallback roots.
import { statSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import { isAbsolute, join, sep } from 'node:path'
import { isBare, isMissing, type LoaderOptions, mappedFile } from './loader.js'
import { isTypeScript, transformModule } from './modules.js'
import { alternatives } from './spellings.js'

/** `require` of the notebook's folder, with the fallback roots and TypeScript neighbours. */
export function makeRequire(options: LoaderOptions): NodeJS.Require {
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
    (specifier: string): unknown =>
      withFallback(specifier, (require, spelling) => requireFresh(require, require.resolve(spelling))),
    {
      resolve,
      cache: own.cache,
      extensions: own.extensions,
      main: undefined,
    },
  ) as NodeJS.Require
}

const modifiedWhenLoaded = new WeakMap<NodeModule, number>()

/** As `import`: a file of the user's own is loaded anew once it, or one that it requires, has changed. */
function requireFresh(require: NodeJS.Require, path: string): unknown {
  if (!isAbsolute(path) || path.includes(NODE_MODULES)) return require(path)
  const { cache } = require
  for (const module of changedModules(cache[path], new Set())) delete cache[module.filename]
  const exported: unknown = require(path)
  remember(cache[path], new Set())
  return exported
}

/** Those of a module and its own dependencies that have changed, or depend on one that has. */
function changedModules(module: NodeModule | undefined, seen: Set<NodeModule>): NodeModule[] {
  if (module === undefined || seen.has(module) || module.filename.includes(NODE_MODULES)) return []
  seen.add(module)
  const inner = module.children.flatMap(child => changedModules(child, seen))
  const before = modifiedWhenLoaded.get(module)
  const isChanged = before !== undefined && before !== modifiedAt(module.filename)
  return isChanged || inner.length > 0 ? [module, ...inner] : []
}

function remember(module: NodeModule | undefined, seen: Set<NodeModule>): void {
  if (module === undefined || seen.has(module) || module.filename.includes(NODE_MODULES)) return
  seen.add(module)
  if (!modifiedWhenLoaded.has(module)) modifiedWhenLoaded.set(module, modifiedAt(module.filename))
  for (const child of module.children) remember(child, seen)
}

const NODE_MODULES = `${sep}node_modules${sep}`

function modifiedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
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

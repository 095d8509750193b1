// Puts the loader into Node: for the modules that cells import, and for those of a worker.
import Module from 'node:module'
import { isMissing, type LoaderOptions, loadModule, mappedUrl, retries, stamped } from './loader.js'

type SyncHooks = {
  resolve(specifier: string, context: HookContext, next: NextResolve): { url: string }
  load(url: string, context: HookContext, next: (url: string, context: HookContext) => unknown): unknown
}
type HookContext = { parentURL?: string; importAttributes?: Record<string, string>; conditions?: readonly string[] }
type NextResolve = (specifier: string, context: HookContext) => { url: string }

export function registerLoader(options: LoaderOptions): void {
  const { registerHooks } = Module as unknown as { registerHooks?: (hooks: SyncHooks) => void }
  if (registerHooks === undefined) {
    Module.register(new URL('./hooks.js', import.meta.url), { data: options })
    return
  }
  registerHooks({
    resolve: (specifier, context, next) =>
      isRequire(context) ? next(specifier, context) : resolveSync(specifier, context, next, options),
    load: (url, context, next) =>
      (isRequire(context) ? undefined : loadModule(url, context.importAttributes)) ?? next(url, context),
  })
}

/** These hooks see `require`, too, which has ways of its own here: `makeRequire`. */
function isRequire({ conditions }: HookContext): boolean {
  return conditions?.includes('require') ?? false
}

function resolveSync(
  specifier: string,
  context: HookContext,
  next: NextResolve,
  options: LoaderOptions,
): { url: string } {
  const found = (result: { url: string }): { url: string } => ({
    ...result,
    url: stamped(result.url, specifier, context, options),
  })
  const mapped = mappedUrl(specifier, context.parentURL, options)
  try {
    return found(next(mapped ?? specifier, context))
  } catch (error) {
    if (!isMissing(error)) throw error
    for (const { specifier: other, ...parent } of retries(specifier, options)) {
      try {
        return found(next(other, { ...context, ...parent }))
      } catch (again) {
        if (!isMissing(again)) throw again
      }
    }
    throw error
  }
}

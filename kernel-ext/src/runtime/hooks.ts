// The loader hooks of Node 20, which run in Node's own loader thread. Node 22.15 and later use `registerHooks` instead.
import type { InitializeHook, LoadHook, ResolveHook } from 'node:module'
import { isMissing, type LoaderOptions, loadModule, mappedUrl, retries, stamped } from './loader.js'

let options: LoaderOptions

export const initialize: InitializeHook<LoaderOptions> = data => {
  options = data
}

export const resolve: ResolveHook = async (specifier, context, next) => {
  const found = async (result: ReturnType<typeof next>): Promise<Awaited<typeof result>> => {
    const resolved = await result
    return { ...resolved, url: stamped(resolved.url, specifier, context, options) }
  }
  const mapped = mappedUrl(specifier, context.parentURL, options)
  try {
    return await found(next(mapped ?? specifier, context))
  } catch (error) {
    if (!isMissing(error)) throw error
    for (const { specifier: other, ...parent } of retries(specifier, options)) {
      try {
        return await found(next(other, { ...context, ...parent }))
      } catch (again) {
        if (!isMissing(again)) throw again
      }
    }
    throw error
  }
}

export const load: LoadHook = async (url, context, next) =>
  loadModule(url, context.importAttributes as Record<string, string> | undefined) ?? next(url, context)

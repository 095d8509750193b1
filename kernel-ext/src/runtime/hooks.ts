// The loader hooks of Node 20, which run in Node's own loader thread. Node 22.15 and later use `registerHooks` instead.
import type { InitializeHook, LoadHook, ResolveHook } from 'node:module'
import { isMissing, type LoaderOptions, loadModule, retries, stamped } from './loader.js'

let options: LoaderOptions

export const initialize: InitializeHook<LoaderOptions> = data => {
  options = data
}

export const resolve: ResolveHook = async (specifier, context, next) => {
  try {
    return await found(next(specifier, context))
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

async function found<T extends { url: string }>(result: T | Promise<T>): Promise<T> {
  const resolved = await result
  return { ...resolved, url: stamped(resolved.url) }
}

export const load: LoadHook = async (url, context, next) =>
  loadModule(url, context.importAttributes as Record<string, string> | undefined) ?? next(url, context)

// Where a file is, as callers say it.
import { node } from './node.js'

/** Where a file is: a path, or a `file:` URL. Written by what a URL has, since a page's programs know no types of Node. */
export type FilePath = string | { readonly href: string; readonly protocol: string }

/** A path as text. */
export function pathText(path: FilePath): string {
  return typeof path === 'string' ? path : node('url').fileURLToPath(path.href)
}

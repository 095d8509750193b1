// The checker's words without the virtual files in them: `import("/home/me/.gradlab-cell-3").Point` is a `Point`.
import type { VirtualFiles } from './project.js'

/** `labelOf` is what a person calls a cell's document: `Cell [3]`. */
export function readable(
  message: string,
  files: VirtualFiles,
  labelOf: (document: string) => string | undefined,
): string {
  return message.replace(
    /(typeof )?import\("([^"]*)"\)(\.[\w$.]+)?/g,
    (whole, isTypeof: string | undefined, path: string, member: string | undefined) => {
      const document = /^cell:w?\d+$/.test(path) ? path : files.documentOf(path)
      if (document === undefined) return whole
      const label = labelOf(document)
      const from = label === undefined ? '' : ` of ${label}`
      return member === undefined ? `the names${from}` : `${isTypeof ?? ''}${member.slice(1)}${from}`
    },
  )
}

// `import "tslab"` in a cell gives the real package, if it is installed: its `display` and `newDisplay()` write what
// its own kernel would through one variable, which is set here.
import Module from 'node:module'
import { sep } from 'node:path'
import type { MimeBundle } from './link.js'
import type { Output } from './output.js'

/** The module of tslab that holds the variable. */
const HOLDER = ['', 'node_modules', 'tslab', 'dist', 'jupyter.js'].join(sep)

interface Holder {
  lastWriteDisplayData: ((content: DisplayData, update?: boolean) => void) | null
}

/** The content of a display_data message. */
interface DisplayData {
  readonly data: MimeBundle
  readonly metadata?: Record<string, unknown>
  readonly transient?: { readonly display_id?: string }
}

/** Nothing of tslab is loaded before a cell does. */
export function connectTslab(output: Output): void {
  const { _extensions: extensions } = Module as unknown as {
    _extensions: Record<string, (module: NodeModule, path: string) => void>
  }
  const load = extensions['.js']
  if (load === undefined) return
  extensions['.js'] = (module, path) => {
    load(module, path)
    if (path.endsWith(HOLDER)) (module.exports as Holder).lastWriteDisplayData = write
  }
  const write: Holder['lastWriteDisplayData'] = ({ data, metadata = {}, transient }, update = false) => {
    const id = transient?.display_id
    output.display(data, { metadata, update, ...(id === undefined ? {} : { id }) })
  }
}

// A cell's metadata as JupyterLab saves it after "Run All Cells", which shows what it runs.
import { type Cell, isJsonObject, type JsonObject } from './format.js'

/**
 * The two keys that hide outputs are kept alike; a code cell that runs shows its outputs again and loses older timings;
 * a Markdown cell that is rendered shows its text.
 */
export function savedMetadata(cell: Cell): JsonObject {
  const metadata = alike(cell.metadata)
  if (cell.cell_type === 'markdown') return shown(metadata, 'source_hidden')
  if (cell.cell_type === 'raw') return metadata
  const current = omit(metadata, 'execution')
  if (cell.source.trim() === '' || current.collapsed !== true) return current
  return omit(shown(current, 'outputs_hidden'), 'collapsed')
}

/** `collapsed` and `jupyter.outputs_hidden` say the same; the first wins. */
function alike(metadata: JsonObject): JsonObject {
  const { collapsed = null, jupyter = {} } = metadata
  if (!isJsonObject(jupyter)) return metadata
  const { outputs_hidden: hidden = null } = jupyter
  if (collapsed !== null) return { ...metadata, jupyter: { ...jupyter, outputs_hidden: collapsed } }
  return hidden === null ? metadata : { ...metadata, collapsed: hidden }
}

/** Without `jupyter[key]` where that is true, and without a `jupyter` that says nothing more. */
function shown(metadata: JsonObject, key: 'source_hidden' | 'outputs_hidden'): JsonObject {
  const { jupyter } = metadata
  if (!isJsonObject(jupyter) || jupyter[key] !== true) return metadata
  const rest = omit(jupyter, key)
  return Object.keys(rest).length === 0 ? omit(metadata, 'jupyter') : { ...metadata, jupyter: rest }
}

function omit(object: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key))
}

// What a saved notebook says of the kernel that ran it, and which notebooks ours runs.
import { NotebookError } from './errors.js'
import { isJsonObject, type JsonObject, type Notebook } from './format.js'

/** The kernelspec as JupyterLab writes it into a notebook. */
export const KERNELSPEC = { name: 'gradlab', display_name: 'TypeScript (Gradlab)', language: 'typescript' } as const

/** Names of kernels and languages whose notebooks are TypeScript. */
const TYPESCRIPT = new Set(['typescript', 'gradlab', 'tslab', 'deno'])

/** Throws NotebookError where the metadata names another language; a notebook that names none is taken. */
export function checkLanguage({ metadata }: Notebook, file: string): void {
  const { kernelspec, language_info: info } = metadata
  const names = [...named(kernelspec, ['language', 'name']), ...named(info, ['name'])]
  if (names.length === 0 || names.some(name => TYPESCRIPT.has(name.toLowerCase()))) return
  throw new NotebookError('NOTEBOOK_LANGUAGE', `expected a TypeScript notebook, got one for ${names[0]}.`, {
    file,
    path: 'metadata.kernelspec',
    next: `Run it with its own kernel, or choose ${KERNELSPEC.display_name} as its kernel in JupyterLab and save it.`,
  })
}

/** The notebook's metadata after a run: JupyterLab sets these two when a kernel has connected. */
export function withKernel(metadata: JsonObject, languageInfo: JsonObject): JsonObject {
  return { ...metadata, kernelspec: KERNELSPEC, language_info: languageInfo }
}

function named(value: JsonObject[string] | undefined, keys: readonly string[]): string[] {
  if (!isJsonObject(value)) return []
  return keys.map(key => value[key]).filter(name => typeof name === 'string' && name !== '') as string[]
}

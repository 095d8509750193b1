// The folder that a kernel runs in: empty, or with packages as npm would have put them there.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url))

/** Makes the folder if it is not there, and gives its path. */
export function notebookFolder(base: string, packages: readonly string[]): string {
  const folder = packages.length === 0 ? base : `${base}-with-${packages.join('-')}`
  if (mkdirSync(folder, { recursive: true }) === undefined) return folder
  if (packages.length === 0) return folder
  // Deno finds packages only where a package.json names them.
  const dependencies = Object.fromEntries(packages.map(name => [name, '*']))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }))
  mkdirSync(join(folder, 'node_modules'))
  for (const name of packages) symlinkSync(join(MODULES, name), join(folder, 'node_modules', name), 'junction')
  return folder
}

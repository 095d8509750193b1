// Where things are: the project's folder, the kernel's package and what belongs to it.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The name of the kernelspec and of our labextension, as Jupyter knows them. */
export const KERNEL_NAME = 'gradlab'
export const LABEXTENSION_NAME = 'gradlab-labextension'

export interface Project {
  /** The folder of this package: the clone, for learners. */
  readonly root: string
  /** The folder of the package gradlab-kernel. */
  readonly kernelFolder: string
}

export function thisProject(): Project {
  const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '')
  return { root, kernelFolder: kernelFolder(root) }
}

function kernelFolder(root: string): string {
  try {
    return dirname(createRequire(import.meta.url).resolve('gradlab-kernel/package.json'))
  } catch {
    return join(root, 'kernel-ext') // before npm has linked it
  }
}

/** The program that a kernelspec starts. */
export function kernelProgram(project: Project): string {
  return join(project.kernelFolder, 'bin', 'gradlab-kernel.mjs')
}

/** The folder that becomes `labextensions/gradlab-labextension`; undefined where it was not built. */
export function builtLabextension(project: Project): string | undefined {
  const folder = join(project.kernelFolder, 'labextension', 'labextension')
  return existsSync(join(folder, 'package.json')) ? folder : undefined
}

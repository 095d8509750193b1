// The kernelspec: how Jupyter starts our kernel, what it is called and its logos.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readJsonObject } from '../files.js'
import { kernelProgram, type Project } from '../project.js'

export interface KernelSpec {
  readonly argv: readonly string[]
  readonly display_name: string
  readonly language: string
  readonly interrupt_mode: 'message'
  readonly metadata: Record<string, unknown>
}

/** The kernelspec for a project; all paths are absolute, since Jupyter starts kernels in any folder. */
export function kernelSpec(project: Project, node: string = process.execPath): KernelSpec {
  return {
    argv: [node, kernelProgram(project), '--connection-file', '{connection_file}', '--root', project.root],
    display_name: 'TypeScript (Gradlab)',
    language: 'typescript',
    interrupt_mode: 'message',
    metadata: {},
  }
}

/** The files of a kernelspec's folder: kernel.json and the logos. */
export function kernelSpecFiles(project: Project, node?: string): Map<string, string | Buffer> {
  const files = new Map<string, string | Buffer>()
  files.set('kernel.json', `${JSON.stringify(kernelSpec(project, node), null, 2)}\n`)
  const logos = join(project.kernelFolder, 'logos')
  if (existsSync(logos)) {
    for (const name of readdirSync(logos).filter(name => /^logo-.*\.(svg|png)$/.test(name))) {
      files.set(name, readFileSync(join(logos, name)))
    }
  }
  return files
}

/** What is wrong with an installed kernelspec; undefined where it would start. */
export function kernelSpecProblem(folder: string): string | undefined {
  const spec = readJsonObject(join(folder, 'kernel.json'))
  if (spec === undefined) return 'its kernel.json is missing or not JSON'
  const [node, program] = argvOf(spec)
  if (node === undefined || program === undefined) return 'its kernel.json names no program'
  if (!existsSync(node)) return `its Node is gone: ${node}`
  if (!existsSync(program)) return `its kernel is gone: ${program}`
  return undefined
}

/** Is a folder one that we installed? Another's kernel of the same name is not ours to remove. */
export function isOurKernelSpec(folder: string): boolean {
  const spec = readJsonObject(join(folder, 'kernel.json'))
  return spec !== undefined && argvOf(spec).some(argument => argument.endsWith('gradlab-kernel.mjs'))
}

function argvOf(spec: Record<string, unknown>): string[] {
  const { argv } = spec
  return Array.isArray(argv) ? argv.filter(argument => typeof argument === 'string') : []
}

// The kernels that are measured: ours, and those of its peers that are installed, each by the kernelspec that it has.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Dialect, PYTHON, TYPESCRIPT } from './dialect.js'

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url))
const PEERS = join(PROJECT, 'bench', 'peers')

export const OURS = 'gradlab'
export const PEER_NAMES = ['tslab', 'deno', 'ipykernel'] as const
export type PeerName = (typeof PEER_NAMES)[number]

/** The part of a kernel.json that starting needs. */
export interface KernelSpec {
  readonly argv: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly interrupt_mode?: 'message' | 'signal'
}

export interface Contender {
  readonly name: string
  readonly version: string
  readonly spec: KernelSpec
  readonly dialect: Dialect
  /** Whether it promises to refuse a cell with a type error. */
  readonly checksTypes: boolean
}

/** A peer that is asked for and cannot run. */
export interface Absent {
  readonly name: string
  readonly reason: string
}

interface Found extends Omit<Contender, 'name' | 'spec'> {
  readonly spec: KernelSpec & { readonly display_name: string; readonly language: string }
}

/** Ours, from a kernelspec written below `kernels`. */
export function ours(kernels: string): Contender {
  const program = join(PROJECT, 'kernel-ext', 'bin', 'gradlab-kernel.mjs')
  return install(kernels, OURS, {
    version: packageVersion(join(PROJECT, 'kernel-ext')),
    dialect: TYPESCRIPT,
    checksTypes: true,
    spec: {
      argv: [process.execPath, program, '--connection-file', '{connection_file}', '--root', PROJECT],
      display_name: 'TypeScript (Gradlab)',
      language: 'typescript',
      interrupt_mode: 'message',
    },
  })
}

export function peer(kernels: string, name: PeerName): Contender | Absent {
  const found = FINDERS[name]()
  if (found !== undefined) return install(kernels, name, found)
  return { name, reason: `not installed; node bench/peers/install.mjs ${name} does it` }
}

const FINDERS: Record<PeerName, () => Found | undefined> = {
  tslab: findTslab,
  deno: findDeno,
  ipykernel: findIpykernel,
}

/** What `tslab install` writes, with the Node that runs us in place of the one on PATH. */
function findTslab(): Found | undefined {
  const folder = join(PEERS, 'node_modules', 'tslab')
  if (!existsSync(join(folder, 'package.json'))) return undefined
  return {
    version: packageVersion(folder),
    dialect: TYPESCRIPT,
    checksTypes: true,
    spec: {
      argv: [process.execPath, join(folder, 'bin', 'tslab'), 'kernel', '--config-path', '{connection_file}'],
      display_name: 'TypeScript',
      language: 'typescript',
    },
  }
}

/** What `deno jupyter --install` writes; the binary itself, which the npm package brings for this platform. */
function findDeno(): Found | undefined {
  const modules = join(PEERS, 'deno', 'node_modules')
  const platforms = join(modules, '@deno')
  if (!existsSync(platforms)) return undefined
  const binary = readdirSync(platforms)
    .flatMap(platform => ['deno', 'deno.exe'].map(file => join(platforms, platform, file)))
    .find(file => existsSync(file))
  if (binary === undefined) return undefined
  return {
    version: packageVersion(join(modules, 'deno')),
    dialect: TYPESCRIPT,
    checksTypes: false,
    spec: {
      argv: [binary, 'jupyter', '--kernel', '--conn', '{connection_file}'],
      display_name: 'Deno',
      language: 'typescript',
    },
  }
}

/** The kernelspec that the package itself installs; Jupyter puts its own Python in the place of `python`. */
function findIpykernel(): Found | undefined {
  const venv = join(PEERS, '.venv')
  const file = join(venv, 'share', 'jupyter', 'kernels', 'python3', 'kernel.json')
  if (!existsSync(file)) return undefined
  const spec = JSON.parse(readFileSync(file, 'utf8')) as Found['spec']
  const python = process.platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python')
  return {
    version: readFileSync(join(PEERS, 'requirements.txt'), 'utf8').replace('ipykernel==', '').trim(),
    dialect: PYTHON,
    checksTypes: false,
    spec: { ...spec, argv: [python, ...spec.argv.slice(1)] },
  }
}

/** Writes the kernelspec where Jupyter would look for it, and starts from what is written there. */
function install(kernels: string, name: string, found: Found): Contender {
  const folder = join(kernels, name)
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'kernel.json')
  writeFileSync(file, JSON.stringify(found.spec, null, 2))
  return { ...found, name, spec: JSON.parse(readFileSync(file, 'utf8')) as KernelSpec }
}

function packageVersion(folder: string): string {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
  return version
}

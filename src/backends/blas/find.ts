// Where OpenBLAS is: at GRADLAB_BLAS, or in a Python environment, in the wheel `scipy-openblas32`.
import { host, type Modules, node } from '../../tensor/node.js'

/** The names of the library in the wheel. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  darwin: ['libscipy_openblas.dylib'],
  win32: ['libscipy_openblas.dll', 'scipy_openblas.dll'],
}

/** GRADLAB_BLAS: the path of a library, or 'off'. */
export const wish = (): string | undefined => host()?.env.GRADLAB_BLAS || undefined

/**
 * The file of the library. A path that GRADLAB_BLAS gives is taken as it is; else it is looked for in the active environment and in `.venv` of the
 * folders above `from`, where this code lies. Never in the current folder: what lies beside a notebook may be anybody's.
 */
export function findLibrary(from: string): string | undefined {
  const [wanted, fs, path, process] = [wish(), node('fs'), node('path'), host()]
  if (fs === undefined || path === undefined || process === undefined || wanted === 'off') return undefined
  if (wanted !== undefined) return wanted
  const names = NAMES[process.platform] ?? ['libscipy_openblas.so']
  const { VIRTUAL_ENV } = process.env
  const environments = [
    ...(VIRTUAL_ENV === undefined ? [] : [VIRTUAL_ENV]),
    ...above(from).map(folder => path.join(folder, '.venv')),
  ]
  for (const environment of new Set(environments)) {
    for (const packages of packagesOf(environment)) {
      const found = names.map(name => path.join(packages, 'scipy_openblas32', 'lib', name)).find(fs.existsSync)
      if (found !== undefined) return found
    }
  }
  return undefined
}

/** A folder and those that it is in. */
function above(folder: string): string[] {
  const { dirname } = node('path') as Modules['path']
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...above(parent)]
}

/** The folders of packages of a Python environment. */
function packagesOf(environment: string): string[] {
  const [fs, path] = [node('fs') as Modules['fs'], node('path') as Modules['path']]
  if (!fs.existsSync(environment)) return []
  const lib = path.join(environment, 'lib')
  const versions = fs.existsSync(lib) ? fs.readdirSync(lib).filter(name => name.startsWith('python3')) : []
  return [
    path.join(environment, 'Lib', 'site-packages'),
    ...versions.map(name => path.join(lib, name, 'site-packages')),
  ]
}

/** The physical cores, as far as the system tells: two threads on one core share what multiplies. */
export function physicalCores(): number {
  const [fs, os] = [node('fs'), node('os')]
  const threads = os?.availableParallelism?.() ?? 1
  try {
    const paired = fs?.readFileSync('/sys/devices/system/cpu/smt/active', 'utf8').trim() === '1'
    return paired ? Math.max(1, threads >> 1) : threads
  } catch {
    return threads
  }
}

// Where Jupyter looks for kernels, as jupyter_core's paths.py does on each platform.
import { posix, win32 } from 'node:path'

/** What the answer depends on; handed in, so that tests can ask for another platform. */
export interface Surroundings {
  readonly platform: NodeJS.Platform
  readonly env: NodeJS.ProcessEnv
  readonly home: string
}

/** A folder that may hold `kernels/` and `labextensions/`, and what users call it. */
export interface DataDir {
  readonly name: 'user' | 'environment' | 'system' | 'JUPYTER_PATH' | 'project'
  readonly path: string
}

function pathsOf(platform: NodeJS.Platform): typeof posix {
  return platform === 'win32' ? win32 : posix
}

/** The user's own data folder: JUPYTER_DATA_DIR, else the platform's. */
export function userDataDir({ platform, env, home }: Surroundings): string {
  const { join } = pathsOf(platform)
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR
  if (platform === 'darwin') return join(home, 'Library', 'Jupyter')
  if (platform === 'win32') return env.APPDATA ? join(env.APPDATA, 'jupyter') : join(home, '.jupyter', 'data')
  return join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'jupyter')
}

/** The data folder of a Python environment or any other prefix. */
export function prefixDataDir(prefix: string, platform: NodeJS.Platform = process.platform): string {
  return pathsOf(platform).join(prefix, 'share', 'jupyter')
}

/** The folders that all users share. */
export function systemDataDirs({ platform, env }: Surroundings): string[] {
  if (platform !== 'win32') return ['/usr/local/share/jupyter', '/usr/share/jupyter']
  return env.PROGRAMDATA ? [win32.join(env.PROGRAMDATA, 'jupyter')] : []
}

/** The prefix of the Python environment that is switched on in this terminal, if one is. */
export function activePrefix(env: NodeJS.ProcessEnv): string | undefined {
  return env.VIRTUAL_ENV || env.CONDA_PREFIX || undefined
}

/** Every folder in which Jupyter would find a kernel, in its order; each once. */
export function searchPath(surroundings: Surroundings, prefix: string | undefined): DataDir[] {
  const { platform, env } = surroundings
  const listed = (env.JUPYTER_PATH ?? '').split(pathsOf(platform).delimiter).filter(path => path !== '')
  const all: DataDir[] = [
    ...listed.map(path => ({ name: 'JUPYTER_PATH', path }) as const),
    { name: 'user', path: userDataDir(surroundings) },
    ...(prefix === undefined ? [] : [{ name: 'environment', path: prefixDataDir(prefix, platform) } as const]),
    ...systemDataDirs(surroundings).map(path => ({ name: 'system', path }) as const),
  ]
  return all.filter((dir, at) => all.findIndex(({ path }) => path === dir.path) === at)
}

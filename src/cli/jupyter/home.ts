// JupyterLab's home inside the project: `.jupyter` holds its settings, its data and our kernel, so that nothing of
// the user's own Jupyter is read or changed.
import { existsSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { copyFolder, isCode, isObject, readJsonObject, replaceFolder, writeIfChanged } from '../files.js'
import { builtLabextension, KERNEL_NAME, LABEXTENSION_NAME, type Project } from '../project.js'
import { kernelSpecFiles } from './kernelspec.js'

/** What makes a Jupyter server show our kernel, and only ours, and let its output through. */
export const SERVER_SETTINGS = {
  KernelSpecManager: { ensure_native_kernel: false, allowed_kernelspecs: [KERNEL_NAME] },
  MultiKernelManager: { default_kernel_name: KERNEL_NAME },
  // Beyond 1,000 messages or 1 MB a second the server would drop output; our kernel coalesces instead.
  ZMQChannelsWebsocketConnection: { limit_rate: false },
}

/** JupyterLab's settings where a learner has not chosen otherwise. */
export const LAB_SETTINGS = {
  '@jupyterlab/apputils-extension:notification': { fetchNews: 'false', checkForUpdates: false },
  '@jupyterlab/completer-extension:manager': { autoCompletion: true },
}

export interface JupyterHome {
  readonly folder: string
  readonly runtime: string
  /** As an entry of JUPYTER_PATH. */
  readonly share: string
  /** What a Jupyter process must have in its environment. */
  readonly env: Record<string, string>
}

export function jupyterHome(root: string): JupyterHome {
  const folder = join(root, '.jupyter')
  const share = join(folder, 'share')
  const runtime = join(folder, 'runtime')
  return {
    folder,
    runtime,
    share,
    env: {
      JUPYTER_CONFIG_DIR: join(folder, 'config'),
      JUPYTER_DATA_DIR: join(folder, 'data'),
      JUPYTER_RUNTIME_DIR: runtime,
      JUPYTERLAB_SETTINGS_DIR: join(folder, 'settings'),
      JUPYTERLAB_WORKSPACES_DIR: join(folder, 'workspaces'),
      IPYTHONDIR: join(folder, 'ipython'),
      JUPYTER_PATH: share,
    },
  }
}

/** Writes kernel, extension and settings; files that are right already are not touched. */
export function prepareHome(project: Project): JupyterHome {
  const home = jupyterHome(project.root)
  for (const [name, content] of kernelSpecFiles(project)) {
    writeIfChanged(join(home.share, 'kernels', KERNEL_NAME, name), content)
  }
  linkLabextension(join(home.share, 'labextensions', LABEXTENSION_NAME), builtLabextension(project))
  const config = join(home.folder, 'config')
  writeSettings(join(config, 'jupyter_server_config.json'), SERVER_SETTINGS)
  writeSettings(join(config, 'labconfig', 'default_setting_overrides.json'), LAB_SETTINGS)
  return home
}

/** Our keys are set and the others stay: `jupyter server password`, say, writes into the same file. */
function writeSettings(file: string, ours: Record<string, unknown>): void {
  const settings = mergeSettings(readJsonObject(file) ?? {}, ours)
  writeIfChanged(file, `${JSON.stringify(settings, null, 2)}\n`)
}

/** Our keys over what a settings file holds already; its other keys stay. */
export function mergeSettings(
  present: Record<string, unknown>,
  ours: Record<string, unknown>,
): Record<string, unknown> {
  const merged = { ...present }
  for (const [key, value] of Object.entries(ours)) {
    const old = merged[key]
    merged[key] = isObject(value) && isObject(old) ? mergeSettings(old, value) : value
  }
  return merged
}

/** A link to the built extension, or a copy where links cannot be made. */
function linkLabextension(place: string, built: string | undefined): void {
  if (built === undefined) rmSync(place, { recursive: true, force: true })
  else if (linkTarget(place) !== built || !existsSync(place)) makeLink(place, built)
}

function makeLink(place: string, built: string): void {
  rmSync(place, { recursive: true, force: true })
  mkdirSync(dirname(place), { recursive: true })
  try {
    symlinkSync(built, place, process.platform === 'win32' ? 'junction' : 'dir')
  } catch (error) {
    if (!isCode(error, 'EPERM')) throw error
    replaceFolder(place, unfinished => copyFolder(built, unfinished))
  }
}

function linkTarget(place: string): string | undefined {
  try {
    return readlinkSync(place)
  } catch {
    return undefined // nothing, or a copy: made anew
  }
}

// `gradlab kernel install|uninstall|list`: our kernel for a Jupyter that the user already has.
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { Command, Option } from 'commander'
import { CommandError, EXIT } from './exit.js'
import { copyFolder, isCode, replaceFolder } from './files.js'
import {
  activePrefix,
  type DataDir,
  prefixDataDir,
  type Surroundings,
  searchPath,
  userDataDir,
} from './jupyter/dirs.js'
import { jupyterHome } from './jupyter/home.js'
import { isOurKernelSpec, kernelSpecFiles, kernelSpecProblem } from './jupyter/kernelspec.js'
import {
  builtLabextension,
  KERNEL_NAME,
  kernelProgram,
  LABEXTENSION_NAME,
  type Project,
  thisProject,
} from './project.js'
import { painter } from './style.js'

interface PlaceFlags {
  readonly user?: boolean
  readonly sysPrefix?: boolean
  readonly prefix?: string
}

export function kernelCommand(): Command {
  return new Command('kernel')
    .summary('install the kernel into a Jupyter of your own')
    .description('Manages the kernel of a Jupyter of your own; `npm start` needs none of this.')
    .addCommand(installCommand())
    .addCommand(uninstallCommand())
    .addCommand(listCommand())
}

function installCommand(): Command {
  return withPlaceOptions(new Command('install'))
    .summary('install the kernel')
    .description(`Installs the kernelspec ${KERNEL_NAME}, and JupyterLab's extension for its plots.`)
    .action((flags: PlaceFlags) => install(thisProject(), dataDirOf(flags)))
}

function uninstallCommand(): Command {
  return withPlaceOptions(new Command('uninstall'))
    .summary('remove it')
    .description('Removes what `gradlab kernel install` put there.')
    .action((flags: PlaceFlags) => uninstall(dataDirOf(flags)))
}

function listCommand(): Command {
  return new Command('list')
    .summary('show where it is installed')
    .description('Shows where the kernel is installed, and whether it would start.')
    .action(() => list(thisProject()))
}

function withPlaceOptions(command: Command): Command {
  return command
    .addOption(new Option('--user', 'your own Jupyter folder (the default)').conflicts(['sysPrefix', 'prefix']))
    .addOption(
      new Option('--sys-prefix', 'the Python environment that is active, or the Python on PATH').conflicts('prefix'),
    )
    .addOption(new Option('--prefix <dir>', 'below any folder: DIR/share/jupyter'))
}

function surroundings(): Surroundings {
  return { platform: process.platform, env: process.env, home: homedir() }
}

/** The data folder that the flags name. */
function dataDirOf(flags: PlaceFlags): string {
  if (flags.prefix !== undefined) return prefixDataDir(resolve(flags.prefix))
  if (flags.sysPrefix) return prefixDataDir(pythonPrefix())
  return userDataDir(surroundings())
}

function pythonPrefix(): string {
  const prefix = activePrefix(process.env) ?? prefixOnPath()
  if (prefix !== undefined) return prefix
  throw new CommandError('KERNEL_NO_PYTHON', 'There is no active Python environment, and no Python on PATH.', {
    next: 'Activate one, or give its folder by --prefix.',
    exitCode: EXIT.usage,
  })
}

function prefixOnPath(): string | undefined {
  for (const python of ['python3', 'python']) {
    const { status, stdout } = spawnSync(python, ['-c', 'import sys; print(sys.prefix)'], { encoding: 'utf8' })
    if (status === 0) return stdout.trim()
  }
  return undefined
}

function specFolder(dataDir: string): string {
  return join(dataDir, 'kernels', KERNEL_NAME)
}

function extensionFolder(dataDir: string): string {
  return join(dataDir, 'labextensions', LABEXTENSION_NAME)
}

function install(project: Project, dataDir: string): void {
  if (!existsSync(kernelProgram(project))) {
    throw new CommandError('KERNEL_MISSING', `The kernel's program is missing: ${kernelProgram(project)}.`, {
      next: 'Run npm start, or npm ci and npm run build, in the project folder.',
      exitCode: EXIT.notReady,
    })
  }
  try {
    installSpec(project, specFolder(dataDir))
    installExtension(builtLabextension(project), extensionFolder(dataDir))
  } catch (error) {
    throw explainDenied(error, dataDir)
  }
  console.log('Choose TypeScript (Gradlab) in the launcher; a page that is open already needs a reload.')
}

function installSpec(project: Project, folder: string): void {
  replaceFolder(folder, unfinished => {
    for (const [name, content] of kernelSpecFiles(project)) writeFileSync(join(unfinished, name), content)
  })
  console.log(`installed the kernel in ${folder}`)
}

function installExtension(built: string | undefined, folder: string): void {
  if (built === undefined) {
    console.log("not installed: JupyterLab's extension, which is not built; plotly figures show as text")
    return
  }
  replaceFolder(folder, unfinished => copyFolder(built, unfinished))
  console.log(`installed JupyterLab's extension in ${folder}`)
}

/** A folder that may not be written gets a sentence; everything else is passed on. */
function explainDenied(error: unknown, dataDir: string): unknown {
  const refused = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'].some(code => isCode(error, code))
  if (!refused) return error
  return new CommandError('KERNEL_DENIED', `${dataDir} may not be written.`, {
    cause: error,
    next: 'Choose another place: --user for yourself alone, --sys-prefix for an environment, --prefix DIR for any.',
  })
}

function uninstall(dataDir: string): void {
  const spec = specFolder(dataDir)
  if (!existsSync(spec)) {
    throw new CommandError('KERNEL_NOT_INSTALLED', `The kernel is not installed in ${dataDir}.`, {
      next: '`gradlab kernel list` shows where it is.',
    })
  }
  if (!isOurKernelSpec(spec)) {
    throw new CommandError('KERNEL_NOT_OURS', `${spec} was not installed by gradlab: it starts another program.`, {
      next: 'Look at its kernel.json, and remove it by `jupyter kernelspec remove` if that is meant.',
    })
  }
  try {
    for (const folder of [extensionFolder(dataDir), spec].filter(existsSync)) {
      rmSync(folder, { recursive: true })
      console.log(`removed ${folder}`)
    }
  } catch (error) {
    throw explainDenied(error, dataDir)
  }
}

function list(project: Project): void {
  const dirs: DataDir[] = [
    { name: 'project', path: jupyterHome(project.root).share },
    ...searchPath(surroundings(), activePrefix(process.env) ?? prefixOnPath()),
  ]
  const unique = dirs.filter((dir, at) => dirs.findIndex(({ path }) => path === dir.path) === at)
  const found = unique.filter(({ path }) => existsSync(specFolder(path)))
  for (const dir of found) console.log(listLine(dir))
  if (found.length === 0) console.log('The kernel is not installed; `gradlab kernel install` does it.')
}

function listLine({ name, path }: DataDir): string {
  const paint = painter(process.stdout)
  const problem = kernelSpecProblem(specFolder(path))
  const state = problem === undefined ? paint('green', 'ok    ') : paint('red', 'broken')
  const extension = existsSync(extensionFolder(path)) ? '' : "; without JupyterLab's extension"
  const mend = problem === undefined ? '' : `; ${problem}`
  return `${state}  ${name.padEnd(12)} ${specFolder(path)}${mend}${extension}`
}

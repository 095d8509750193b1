// A JupyterLab with our kernel, our labextension and our settings, as `npm start` makes it, in a folder of its own; and
// notebooks run in it, or by `gradlab run`.
import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { LAB_SETTINGS, SERVER_SETTINGS } from '#src/cli/jupyter/home.js'
import { kernelSpecFiles } from '#src/cli/jupyter/kernelspec.js'
import { builtLabextension, KERNEL_NAME, LABEXTENSION_NAME, thisProject } from '#src/cli/project.js'
import { type LabWindow, runAll, untilIdle } from './lab.js'
import { type LabServer, ROOT, startLab } from './lab-server.js'

export interface GradlabLab {
  readonly server: LabServer
  /** The folder that JupyterLab shows; it holds the welcome notebook. */
  readonly notebooks: string
  stop(): Promise<void>
}

export const WELCOME = '00-welcome.ipynb'

/** Starts a server whose notebooks are a copy: what is run and saved here never touches the course. */
export async function startGradlabLab(): Promise<GradlabLab> {
  const folder = await mkdtemp(join(tmpdir(), 'gradlab-browser-'))
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 5 })
  const notebooks = join(folder, 'notebooks')
  const share = join(folder, 'share')
  try {
    await mkdir(notebooks)
    for (const name of [WELCOME, 'tsconfig.json']) await copyFile(join(ROOT, 'notebooks', name), join(notebooks, name))
    await writeShare(share)
    const server = await startLab({
      notebooks,
      jupyterPath: [share],
      config: SERVER_SETTINGS,
      settings: LAB_SETTINGS,
    })
    return {
      server,
      notebooks,
      async stop() {
        await server.stop()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Kernelspec and labextension, where JUPYTER_PATH leads to. */
async function writeShare(share: string): Promise<void> {
  const project = thisProject()
  const spec = join(share, 'kernels', KERNEL_NAME)
  await mkdir(spec, { recursive: true })
  for (const [name, content] of kernelSpecFiles(project)) await writeFile(join(spec, name), content)
  const built = builtLabextension(project)
  if (built === undefined) throw new Error('The labextension is not built: npm run build in kernel-ext/labextension.')
  await mkdir(join(share, 'labextensions'))
  await symlink(built, join(share, 'labextensions', LABEXTENSION_NAME), 'junction')
}

/** What `gradlab run` saves, called as a user calls it; the notebook itself stays as it is. */
export async function executedByCommand(file: string): Promise<string> {
  const output = file.replace(/\.ipynb$/, '.executed.ipynb')
  await promisify(execFile)(process.execPath, [join(ROOT, 'bin/gradlab.mjs'), 'run', file, '--output', output])
  return readFile(output, 'utf8')
}

/** Runs the notebook in front from top to bottom, and waits until its last cell has ended and its charts are drawn. */
export async function runToEnd(page: Page): Promise<void> {
  await untilIdle(page)
  await runAll(page)
  await untilAllHaveRun(page)
}

/** JupyterLab's own command ends at the first cell that fails, also where that is expected and the others go on. */
export async function untilAllHaveRun(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const cells = (globalThis as unknown as LabWindow).jupyterapp.shell.currentWidget?.content.widgets ?? []
    return cells.every(({ model }) => {
      if (model.type !== 'code' || model.sharedModel.getSource().trim() === '') return true
      const bundles = (model.outputs?.toJSON() ?? []).map(({ data }) => Object.keys(data ?? {}))
      // The Vega renderer leaves a picture of what it has drawn.
      const drawn = bundles.every(
        mimes => !mimes.some(mime => mime.startsWith('application/vnd.vega')) || mimes.includes('image/png'),
      )
      return model.executionCount !== null && drawn
    })
  })
  await untilIdle(page)
}

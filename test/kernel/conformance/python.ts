// Clients that others wrote, in Python: an environment of their own, made once from requirements/test.txt.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { kernelSpecFiles } from '#src/cli/jupyter/kernelspec.js'
import { KERNEL_NAME, thisProject } from '#src/cli/project.js'
import { PROJECT } from '../clients/stdio.js'

const ROOT = fileURLToPath(PROJECT)
const VENV = join(ROOT, 'build', 'test-venv')
const STAMP = join(VENV, 'gradlab.json')
const REQUIREMENTS = join(ROOT, 'requirements', 'test.txt')
const PYTHON = join(VENV, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')

const run = promisify(execFile)

export interface PythonRun {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Jupyter's folders of a test's own, with our kernelspec and nothing of the user's home. */
export interface PythonClients {
  readonly folder: string
  run(script: string, ...args: string[]): Promise<PythonRun>
  close(): void
}

/** Skips the suite, which the test runner then tells as 'not run', where this machine has no Python. */
export async function startPythonClients(suite: Mocha.Context): Promise<PythonClients> {
  const python = await basePython()
  if (python === undefined) {
    console.error('        no Python 3.10 or later was found: Jupyter clients written in Python are not tried')
    return suite.skip()
  }
  await makeEnvironment(python)
  const folder = mkdtempSync(join(tmpdir(), 'gradlab-python-'))
  writeKernelSpec(join(folder, 'share'))
  const env = { ...process.env, ...jupyterFolders(folder) }
  return {
    folder,
    async run(script, ...args) {
      const path = join(ROOT, 'test', 'kernel', 'conformance', script)
      try {
        return { code: 0, ...(await run(PYTHON, [path, ...args], { cwd: folder, env, maxBuffer: 1 << 26 })) }
      } catch (error) {
        const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string }
        if (typeof code !== 'number') throw error
        return { code, stdout: stdout ?? '', stderr: stderr ?? '' }
      }
    },
    close: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  }
}

function jupyterFolders(folder: string): Record<string, string> {
  const home = (name: string): string => join(folder, 'home', name)
  return {
    JUPYTER_PATH: join(folder, 'share'),
    JUPYTER_CONFIG_DIR: home('config'),
    JUPYTER_DATA_DIR: home('data'),
    JUPYTER_RUNTIME_DIR: home('runtime'),
    IPYTHONDIR: home('ipython'),
    PYTHONDONTWRITEBYTECODE: '1',
  }
}

function writeKernelSpec(share: string): void {
  const spec = join(share, 'kernels', KERNEL_NAME)
  mkdirSync(spec, { recursive: true })
  for (const [name, content] of kernelSpecFiles(thisProject())) writeFileSync(join(spec, name), content)
}

/** The set-up's own search: GRADLAB_PYTHON, then the names that are usual. */
async function basePython(): Promise<string | undefined> {
  const { findPython } = (await import(new URL('scripts/setup/python.mjs', PROJECT).href)) as {
    findPython(): Promise<{ executable: string; ensurepip: boolean }>
  }
  try {
    const { executable, ensurepip } = await findPython()
    return ensurepip ? executable : undefined
  } catch {
    return undefined
  }
}

async function makeEnvironment(python: string): Promise<void> {
  const stamp = createHash('sha256').update(readFileSync(REQUIREMENTS)).update(VENV).update(python).digest('hex')
  if (existsSync(STAMP) && existsSync(PYTHON) && readFileSync(STAMP, 'utf8') === stamp) return
  rmSync(VENV, { recursive: true, force: true, maxRetries: 3 })
  await run(python, ['-m', 'venv', VENV])
  const pip = ['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', '--quiet']
  await run(PYTHON, [...pip, '--prefer-binary', '--require-hashes', '-r', REQUIREMENTS])
  writeFileSync(STAMP, stamp)
}

// The checks of `gradlab doctor`, in the order in which things build on each other.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { buildState, findPython, freeMegabytes, packagesState, venvState } from '../../../scripts/setup/state.mjs'
import { jupyterHome } from '../jupyter/home.js'
import { kernelSpecProblem } from '../jupyter/kernelspec.js'
import { builtLabextension, KERNEL_NAME, type Project } from '../project.js'
import { askKernel } from './kernel-answers.js'
import { runForVersion } from './versions.js'

export interface CheckResult {
  readonly name: string
  readonly state: 'ok' | 'missing' | 'broken'
  /** Without it no notebook runs; the others are needed by JupyterLab alone. */
  readonly required: boolean
  /** What was found. */
  readonly detail: string
  /** What to do; only where the state is not ok. */
  readonly mend?: string
}

type Finding = Pick<CheckResult, 'state' | 'detail' | 'mend'>

interface Check {
  readonly name: string
  readonly required: boolean
  look(project: Project): Finding | Promise<Finding>
}

/** Less than this and a notebook's outputs may not be saved. */
const LOW_DISK_MB = 200
const NPM_START = 'Run npm start: it puts this right.'

const CHECKS: readonly Check[] = [
  { name: 'node', required: true, look: () => ok(`${process.versions.node} at ${process.execPath}`) },
  { name: 'packages', required: true, look: packages },
  { name: 'typescript', required: true, look: typescript },
  { name: 'build', required: true, look: build },
  { name: 'kernel', required: true, look: kernel },
  { name: 'python', required: false, look: python },
  { name: 'jupyterlab', required: false, look: jupyterlab },
  { name: 'kernelspec', required: false, look: kernelspec },
  { name: 'labextension', required: false, look: labextension },
  { name: 'disk', required: true, look: disk },
]

/** Runs every check; one that throws is itself a finding. */
export async function* allChecks(project: Project): AsyncGenerator<CheckResult> {
  for (const { name, required, look } of CHECKS) {
    yield { name, required, ...(await lookSafely(look, project)) }
  }
}

async function lookSafely(look: Check['look'], project: Project): Promise<Finding> {
  try {
    return await look(project)
  } catch (error) {
    return broken(error instanceof Error ? error.message : String(error), 'Report this line: the check itself failed.')
  }
}

function ok(detail: string): Finding {
  return { state: 'ok', detail }
}

function missing(detail: string, mend: string): Finding {
  return { state: 'missing', detail, mend }
}

function broken(detail: string, mend: string): Finding {
  return { state: 'broken', detail, mend }
}

function packages({ root }: Project): Finding {
  const state = packagesState(root)
  return state.ok ? ok(`${state.count} in node_modules`) : broken(state.reason, NPM_START)
}

async function typescript({ root }: Project): Promise<Finding> {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  if (!existsSync(tsc)) return missing('not installed: cells cannot be checked', NPM_START)
  const answer = await runForVersion(process.execPath, [tsc, '--version'])
  return answer.ok ? ok(answer.text) : broken(`does not run: ${answer.text}`, NPM_START)
}

function build({ root }: Project): Finding {
  const state = buildState(root)
  return state.ok ? ok('made from the present sources') : broken(state.reason, 'Run npm start, or npm run build.')
}

async function kernel(project: Project): Promise<Finding> {
  const answer = await askKernel(project)
  return answer.ok ? ok(answer.text) : broken(answer.text, 'Run npm start; if it stays so, report the line above.')
}

async function python(): Promise<Finding> {
  try {
    const { version, executable } = await findPython()
    return ok(`${version} at ${executable}`)
  } catch (error) {
    const [first = ''] = String(error instanceof Error ? error.message : error).split(':\n')
    const next = error instanceof Error && 'next' in error ? String(error.next) : NPM_START
    return missing(first, next)
  }
}

async function jupyterlab({ root }: Project): Promise<Finding> {
  const state = venvState(root)
  if (!state.ok) {
    const isThere = existsSync(join(root, '.venv'))
    return isThere ? broken(`.venv: ${state.reason}`, NPM_START) : missing('.venv is not made yet', NPM_START)
  }
  const answer = await runForVersion(state.python, ['-m', 'jupyterlab', '--version'])
  if (answer.ok) return ok(`${answer.text} on Python ${state.version} in .venv`)
  return broken(`does not run: ${answer.text}`, 'Delete the folder .venv, then run npm start.')
}

function kernelspec({ root }: Project): Finding {
  const folder = join(jupyterHome(root).share, 'kernels', KERNEL_NAME)
  if (!existsSync(folder)) return missing('not written yet', NPM_START)
  const problem = kernelSpecProblem(folder)
  return problem === undefined ? ok(folder) : broken(problem, NPM_START)
}

function labextension(project: Project): Finding {
  const folder = builtLabextension(project)
  if (folder !== undefined) return ok(folder)
  return missing('not built: plotly figures show as text', 'In kernel-ext/labextension: npm ci, then npm run build.')
}

async function disk({ root }: Project): Promise<Finding> {
  const free = await freeMegabytes(root)
  if (free >= LOW_DISK_MB) return ok(`${free} MB free`)
  return broken(`${free} MB free in ${root}`, `Free some space: notebooks need ${LOW_DISK_MB} MB to be saved safely.`)
}

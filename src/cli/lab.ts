// `gradlab lab`: opens JupyterLab on the project. `npm start` ends with it.
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { onOrphaned } from '../../scripts/setup/orphan.mjs'
import { Progress } from '../../scripts/setup/progress.mjs'
import { venvState } from '../../scripts/setup/state.mjs'
import { CommandError, EXIT } from './exit.js'
import { prepareHome } from './jupyter/home.js'
import { LabServer, labAddress, type ServerInfo } from './jupyter/server.js'
import { kernelProgram, type Project, thisProject } from './project.js'

const WELCOME = 'notebooks/00-welcome.ipynb'

interface LabFlags {
  readonly browser: boolean
  readonly port?: number
  readonly ip?: string
}

export function labCommand(): Command {
  return new Command('lab')
    .summary('open JupyterLab on this project')
    .description(`Opens JupyterLab on ${WELCOME}, with the TypeScript kernel as the default. Ctrl-C stops it.`)
    .option('--no-browser', 'do not open a browser; the address is printed')
    .option('--port <n>', 'the port to listen on; a busy one: the next free one', parsePort)
    .option('--ip <address>', 'the address to listen on (default: localhost)')
    .argument('[more...]', "JupyterLab's own options, after --")
    .usage("[options] [-- JupyterLab's own options]")
    .action(async (more: string[], flags: LabFlags) => {
      refuseStrayWords(more)
      process.exitCode = await openLab(thisProject(), flags, more)
    })
}

/** A port as the user typed it. */
export function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('A port is a whole number from 0 to 65535.')
}

/** JupyterLab's own options start with a dash; anything else is most likely a slip. */
function refuseStrayWords(more: readonly string[]): void {
  const [first] = more
  if (first === undefined || first.startsWith('-')) return
  throw new CommandError('LAB_ARGUMENT', `gradlab lab does not know what to do with '${first}'.`, {
    next: "JupyterLab's own options go after --, as in: gradlab lab -- --debug",
    exitCode: EXIT.usage,
  })
}

async function openLab(project: Project, flags: LabFlags, more: readonly string[]): Promise<number> {
  const python = readyPython(project)
  const home = prepareHome(project)
  mkdirSync(home.runtime, { recursive: true, mode: 0o700 })
  const notebook = existsSync(join(project.root, WELCOME)) ? WELCOME : undefined
  const server = new LabServer(
    { root: project.root, python, notebook, browser: flags.browser, port: flags.port, ip: flags.ip, more },
    home,
  )
  const stop = stopOnSignals(server)
  try {
    await announce(server, notebook, flags.port, stop)
    return await end(server, stop)
  } finally {
    stop.forget()
  }
}

/** The Python that holds JupyterLab; throws where the set-up is not done. */
function readyPython(project: Project): string {
  const venv = venvState(project.root)
  if (!venv.ok) throw notSetUp(`JupyterLab is not installed in .venv: ${venv.reason}.`)
  for (const file of [kernelProgram(project), join(project.kernelFolder, 'dist', 'front', 'main.js')]) {
    if (!existsSync(file)) throw notSetUp(`The kernel is not built: ${file} is missing.`)
  }
  return venv.python
}

function notSetUp(message: string): CommandError {
  return new CommandError('LAB_NOT_SET_UP', message, {
    next: 'Run npm start in the project folder: it installs what is missing and then opens JupyterLab.',
    exitCode: EXIT.notReady,
  })
}

/** Prints the address as soon as the server listens. */
async function announce(
  server: LabServer,
  notebook: string | undefined,
  wantedPort: number | undefined,
  stop: StopOnSignals,
): Promise<void> {
  let info: ServerInfo | undefined
  await new Progress(process.stdout).step('lab', async step => {
    step.doing('starting JupyterLab')
    info = await server.listening()
    if (info !== undefined) return `JupyterLab is open at ${labAddress(info, notebook)}`
    return stop.asked ? 'stopped' : 'JupyterLab did not start'
  })
  if (info === undefined) return
  if (wantedPort !== undefined && wantedPort !== 0 && info.port !== wantedPort) {
    console.log(`            port ${wantedPort} is busy: it listens on ${info.port} instead`)
  }
  console.log('            Ctrl-C here stops it.')
  stop.opened = true
}

/** Waits for the server's end; tells how it came about. */
async function end(server: LabServer, stop: StopOnSignals): Promise<number> {
  const code = await server.ended
  if (stop.asked && !stop.opened) {
    console.error('stopped; the next npm start goes on where this ended')
    return EXIT.interrupted
  }
  if (stop.asked) console.log('JupyterLab stopped.')
  if (stop.asked || code === 0) return EXIT.done
  throw new CommandError('LAB_ENDED', `JupyterLab ended with ${typeof code === 'number' ? `code ${code}` : code}.`, {
    next: 'Read the lines above. If its own files are damaged, delete the folder .venv and run npm start again.',
  })
}

/** What the signals of the user and the system have asked for. */
interface StopOnSignals {
  asked: boolean
  /** The address was printed: from then on stopping is the ordinary end. */
  opened: boolean
  forget(): void
}

function stopOnSignals(server: LabServer): StopOnSignals {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const state = {
    asked: false,
    opened: false,
    forget: () => {
      stopLooking()
      for (const name of signals) process.off(name, handler)
    },
  }
  const handler = (): void => {
    if (state.asked) return // the terminal and npm may both pass on one Ctrl-C
    state.asked = true
    void server.stop()
  }
  const stopLooking = onOrphaned(handler)
  for (const name of signals) process.on(name, handler)
  return state
}

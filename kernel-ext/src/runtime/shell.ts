// `!command` lines: run by the system's shell in the notebook's folder, output streamed into the cell.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import type { Output, StreamName } from './output.js'

const NPM_CHANGES = /^\s*(npm|pnpm|yarn|bun)\s+(i|install|add|in|ins|uninstall|rm|remove|r|un|link|update|up|ci)\b/

export interface ShellOptions {
  readonly folder: string
  readonly output: Output
  readonly started: (child: ChildProcess) => void
}

export async function runShell(command: string, { folder, output, started }: ShellOptions): Promise<void> {
  if (NPM_CHANGES.test(command)) ensurePackage(folder, output)
  const speaker = output.speaker
  const child = spawn(command, {
    shell: true,
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its own process group, so that an interrupt reaches what the shell has started.
    detached: process.platform !== 'win32',
    env: { ...process.env, FORCE_COLOR: process.env.FORCE_COLOR ?? '0', npm_config_update_notifier: 'false' },
  })
  started(child)
  const speak = (name: StreamName, text: string): void => {
    output.speaker = speaker
    output.text(name, text)
  }
  for (const name of ['stdout', 'stderr'] as const) {
    const decoder = new StringDecoder('utf8')
    child[name].on('data', (chunk: Buffer) => speak(name, decoder.write(chunk)))
  }
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code !== 0) speak('stderr', signal === null ? `[exit code ${code}]\n` : `[ended by ${signal}]\n`)
      resolve()
    })
  })
}

export function killShell(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null) return
  try {
    if (process.platform === 'win32') child.kill()
    else process.kill(-child.pid, 'SIGINT')
  } catch {
    child.kill()
  }
}

/** npm installs into the nearest folder upward that has a package.json: the notebook's folder gets one of its own. */
function ensurePackage(folder: string, output: Output): void {
  const path = join(folder, 'package.json')
  if (existsSync(path)) return
  const name =
    basename(folder)
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-') || 'notebooks'
  writeFileSync(
    path,
    `${JSON.stringify({ name, private: true, description: 'Packages of the notebooks in this folder' }, null, 2)}\n`,
  )
  output.text('stdout', `made ${path}: packages of this folder's notebooks go there\n`)
}

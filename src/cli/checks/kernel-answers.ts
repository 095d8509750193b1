// Starts the headless kernel and asks it who it is: the whole way from Node to a kernel that answers.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { isObject } from '../files.js'
import { kernelProgram, type Project } from '../project.js'
import type { Answer } from './versions.js'

const LIMIT_MS = 15_000

/** The kernel's own words about itself, or why it did not answer. */
export async function askKernel(project: Project): Promise<Answer> {
  const program = kernelProgram(project)
  if (!existsSync(program)) return { ok: false, text: `its program is missing: ${program}` }
  const began = performance.now()
  const child = spawn(process.execPath, [program, '--stdio', '--root', project.root], {
    cwd: project.root,
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  })
  try {
    const banner = await firstReply(child)
    return { ok: true, text: `${banner}, after ${Math.round(performance.now() - began)} ms` }
  } catch (error) {
    return { ok: false, text: error instanceof Error ? error.message : String(error) }
  } finally {
    child.stdin?.end() // the kernel's sign to end
    setTimeout(() => child.kill('SIGKILL'), 2000).unref()
  }
}

function firstReply(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = ''
    const limit = setTimeout(
      () => reject(new Error(`no answer within ${LIMIT_MS / 1000} s${lastWords(log)}`)),
      LIMIT_MS,
    )
    const settle = (): void => clearTimeout(limit)
    child.stderr?.on('data', chunk => {
      log = (log + String(chunk)).slice(-2000)
    })
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on('line', line => {
        const banner = replyBanner(line)
        if (banner === undefined) return
        settle()
        resolve(banner)
      })
    }
    child.on('error', error => {
      settle()
      reject(error)
    })
    child.on('close', code => {
      settle()
      reject(new Error(`it ended with code ${code}${lastWords(log)}`))
    })
    child.stdin?.on('error', () => {}) // it ended before it read: `close` tells
    child.stdin?.write(`${JSON.stringify(infoRequest())}\n`)
  })
}

function infoRequest(): Record<string, unknown> {
  const header = {
    msg_id: randomUUID(),
    msg_type: 'kernel_info_request',
    session: randomUUID(),
    username: 'gradlab',
    date: new Date().toISOString(),
    version: '5.4',
  }
  return { channel: 'shell', header, parent_header: {}, metadata: {}, content: {} }
}

/** What a kernel_info_reply calls the kernel; undefined for any other message. */
export function replyBanner(line: string): string | undefined {
  const message = parseLine(line)
  if (!isObject(message?.header) || message.header.msg_type !== 'kernel_info_reply') return undefined
  const { implementation, implementation_version: version } = isObject(message.content) ? message.content : {}
  return `${implementation} ${version} answers`
}

function parseLine(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function lastWords(log: string): string {
  const lines = log.trim().split('\n')
  const line = lines.find(text => /\b\w*Error\b/.test(text)) ?? lines.at(-1)
  return line ? `: ${line}` : ''
}

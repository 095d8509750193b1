// Asks a program for its version: does it run at all?
import { execFile } from 'node:child_process'

export interface Answer {
  readonly ok: boolean
  /** One line: the version, or what went wrong. */
  readonly text: string
}

export function runForVersion(program: string, args: readonly string[]): Promise<Answer> {
  return new Promise(resolve => {
    execFile(program, [...args], { timeout: 20_000, windowsHide: true }, (error, stdout, stderr) => {
      if (error === null) resolve({ ok: true, text: firstLine(stdout) })
      else resolve({ ok: false, text: lastLine(stderr) || error.message })
    })
  })
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? ''
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}

// The child processes of this one: what a thread in `execSync` waits for, and no inspector can stop.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** Sends a signal to the children and to theirs: SIGINT is what a terminal's Ctrl-C would send. */
export function signalChildren(signal: NodeJS.Signals): void {
  for (const pid of descendantsOf(process.pid)) {
    try {
      process.kill(pid, signal)
    } catch {
      // It has ended meanwhile.
    }
  }
}

function descendantsOf(ancestor: number): number[] {
  const parents = parentsByPid()
  const found = [ancestor]
  for (const parent of found) {
    for (const [pid, of] of parents) if (of === parent) found.push(pid)
  }
  return found.slice(1)
}

function parentsByPid(): Map<number, number> {
  try {
    if (process.platform === 'linux') return parentsByProc()
    if (process.platform === 'win32') return new Map()
    return toPairs(execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }))
  } catch {
    // No such tool: the cell ends when its call returns.
    return new Map()
  }
}

function parentsByProc(): Map<number, number> {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name))
  return toPairs(pids.map(pid => `${pid} ${parentOf(pid)}`).join('\n'))
}

function parentOf(pid: string): string | undefined {
  try {
    // The name of the program, in parentheses, may contain anything.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]
  } catch {
    return undefined
  }
}

function toPairs(text: string): Map<number, number> {
  return new Map(text.split('\n').map(line => line.trim().split(/\s+/).map(Number) as [number, number]))
}

// The processes of this machine, as tests of what is left behind need them; Linux only.
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export interface ProcessInfo {
  readonly pid: number
  readonly parent: number
  readonly command: string
}

/** Zombies are over: they only wait for their parent to look. */
export function allProcesses(): ProcessInfo[] {
  return readdirSync('/proc').flatMap(name => {
    if (!/^\d+$/.test(name)) return []
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (state === 'Z') return []
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      return [{ pid: Number(name), parent: Number(parent), command }]
    } catch {
      return []
    }
  })
}

/** What a process has started, and they in turn. */
export function offspring(pid: number): ProcessInfo[] {
  const all = allProcesses()
  const found = all.filter(({ parent }) => parent === pid)
  for (const { pid: child } of found) found.push(...all.filter(({ parent }) => parent === child))
  return found
}

/** Waits until none of them lives; returns those that do after the limit. */
export async function gone(pids: readonly number[], limit = 15_000): Promise<ProcessInfo[]> {
  const end = Date.now() + limit
  for (;;) {
    const left = allProcesses().filter(({ pid }) => pids.includes(pid))
    if (left.length === 0 || Date.now() > end) return left
    await sleep(50)
  }
}

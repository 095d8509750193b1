// What Linux tells of a kernel's processes: who belongs to it, their memory, their time on the processor.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { Failure } from './failure.js'

/** A process and all its descendants. Where there is no /proc, the process alone. */
export function processTree(root: number): number[] {
  const children = new Map<number, number[]>()
  for (const pid of allProcesses()) {
    const parent = parentOf(pid)
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid])
  }
  const tree = [root]
  for (const pid of tree) tree.push(...(children.get(pid) ?? []))
  return tree
}

/** Proportional set size: pages that several processes share are counted once, split among them. */
export function memoryBytes(tree: readonly number[]): number {
  requireProc()
  return sum(tree, pid => {
    const kilobytes = /^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1]
    return Number(kilobytes ?? 0) * 1024
  })
}

/** Time on a processor so far, of all threads that live, in milliseconds. */
export function processorMs(tree: readonly number[]): number {
  requireProc()
  return sum(tree, pid =>
    sum(list(`/proc/${pid}/task`), thread => {
      const [nanoseconds = '0'] = read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')
      return Number(nanoseconds) / 1e6
    }),
  )
}

/** The words that a process was started with, with blanks between; empty if it has gone. */
export function commandLine(pid: number): string {
  return read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')
}

function requireProc(): void {
  if (!existsSync('/proc/self/smaps_rollup')) throw new Failure("needs Linux's /proc")
}

function allProcesses(): number[] {
  return list('/proc').map(Number).filter(Number.isInteger)
}

function parentOf(pid: number): number | undefined {
  // 'PID (name) state PARENT ...', where the name may hold blanks and brackets
  const stat = read(`/proc/${pid}/stat`)
  const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]
  return parent === undefined ? undefined : Number(parent)
}

/** Processes end while one looks: what is gone is empty. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function sum<T>(items: readonly T[], measure: (item: T) => number): number {
  return items.reduce((total, item) => total + measure(item), 0)
}

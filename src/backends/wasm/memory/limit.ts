// How far the heap may grow: to the end of 32-bit pointers, or less where the machine has less to give.

interface Process {
  readonly env?: Readonly<Record<string, string | undefined>>
  constrainedMemory?(): number
  getBuiltinModule?(name: string): unknown
}

export const PAGE = 65536
/** As far as 32-bit pointers reach, less a page, so that the end of memory is a pointer too. */
const POINTERS = 65535
/** What is left to the rest of the process and of the machine: without it the system would end the process, not we the cell. */
const SHARE = 0.8

/**
 * Pages of 64 KiB: four fifths of what the machine or its container has, or what GRADLAB_MEMORY_MB says; where neither is
 * known (a browser), all that pointers reach.
 */
export function pageLimit(): number {
  const { process } = globalThis as { process?: Process }
  const wished = Number(process?.env?.GRADLAB_MEMORY_MB)
  const bytes = wished > 0 ? wished * 2 ** 20 : SHARE * systemMemory(process)
  return Math.min(POINTERS, Math.max(16, Math.floor(bytes / PAGE)))
}

function systemMemory(process: Process | undefined): number {
  const os = process?.getBuiltinModule?.('node:os') as { totalmem(): number } | undefined
  // 0 where there is no container, and some 2^64 where it sets no limit.
  const container = process?.constrainedMemory?.() || Number.POSITIVE_INFINITY
  return Math.min(container, os?.totalmem() ?? Number.POSITIVE_INFINITY)
}

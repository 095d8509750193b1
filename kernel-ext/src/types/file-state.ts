// Whether a file is still the one that was read: by time and size, as build tools do.
import { type Stats, statSync } from 'node:fs'

/** Something that differs when the file or folder was written since; undefined where there is none, or none readable. */
export function stateOf(path: string, matches: (stats: Stats) => boolean = () => true): string | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false })
    return stats !== undefined && matches(stats) ? `${stats.mtimeMs}:${stats.size}` : undefined
  } catch {
    // A file where a folder was expected, or a folder that we may not enter.
    return undefined
  }
}

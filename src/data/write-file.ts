// Files that are written whole or not at all.
import { node } from './node.js'

/** More at once is refused by some systems. */
const PIECE = 2 ** 30

/** Writes pieces beside the place, onto the disk, and renames: whoever reads sees the old file or the new one. */
export function replaceFile(path: string, pieces: Iterable<Uint8Array>): void {
  const { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } = node('fs')
  const beside = `${path}.${node('crypto').randomUUID()}.tmp`
  try {
    const file = openSync(beside, 'wx')
    try {
      for (const piece of pieces) {
        for (let done = 0; done < piece.length; ) {
          done += writeSync(file, piece, done, Math.min(piece.length - done, PIECE))
        }
      }
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(beside, path)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
}

// Is there room for what must be installed? Told before an hour on a slow line is spent.
import { statfs } from 'node:fs/promises'
import { SetupError } from './failure.mjs'

/** Megabytes that each step takes at its height, the downloads that npm and pip keep included. */
export const NEEDED_MB = { packages: 330, build: 10, jupyterlab: 360, data: 2 }

/**
 * Throws where the disk has less free than the missing parts need.
 * @param {string} root
 * @param {readonly (keyof typeof NEEDED_MB)[]} missing
 * @param {(path: string) => Promise<number>} freeMb
 */
export async function checkSpace(root, missing, freeMb = freeMegabytes) {
  const needed = missing.reduce((sum, part) => sum + NEEDED_MB[part], 0)
  if (needed === 0) return
  const free = await freeMb(root)
  if (free >= needed) return
  throw new SetupError(`the disk is too full: setting up needs about ${needed} MB, and ${root} has ${free} MB free`, {
    next: 'Free some space or move the project to a larger disk, then run npm start again.',
  })
}

/**
 * For a disk that became full on the way: what is still to be installed, and what there is.
 * @param {string} root
 * @param {readonly (keyof typeof NEEDED_MB)[]} missing
 * @returns {Promise<string>}
 */
export async function spaceLeft(root, missing) {
  const needed = missing.reduce((sum, part) => sum + NEEDED_MB[part], 0)
  return `what is missing needs about ${needed} MB, and ${root} has ${await freeMegabytes(root)} MB free`
}

/**
 * @param {string} path
 * @returns {Promise<number>}
 */
export async function freeMegabytes(path) {
  const { bavail, bsize } = await statfs(path)
  return Math.floor((bavail * bsize) / 1e6)
}

// One set-up at a time: a second `npm start` in the same folder waits for the first one.
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, utimesSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** The holder touches its lock this often; one that was not touched for five times as long is left over. */
const TOUCH_MS = 2000

/**
 * Runs `work` while holding the lock file.
 * @template T
 * @param {string} file
 * @param {{ signal: AbortSignal, onWait: (holder: number) => void }} options
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, { signal, onWait }, work) {
  mkdirSync(dirname(file), { recursive: true })
  while (!take(file)) {
    const holder = holderOf(file)
    if (isLeftOver(file, holder)) rmSync(file, { force: true })
    else {
      onWait(holder)
      await sleep(500, undefined, { signal })
    }
  }
  const release = () => rmSync(file, { force: true })
  const touch = setInterval(() => utimesSync(file, new Date(), new Date()), TOUCH_MS)
  process.on('exit', release)
  try {
    return await work()
  } finally {
    clearInterval(touch)
    process.off('exit', release)
    release()
  }
}

/**
 * @param {string} file
 * @returns {boolean} false where another holds it
 */
function take(file) {
  try {
    const handle = openSync(file, 'wx')
    writeSync(handle, String(process.pid))
    closeSync(handle)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/**
 * @param {string} file
 * @returns {number} 0 where it cannot be told
 */
function holderOf(file) {
  try {
    return Number(readFileSync(file, 'utf8')) || 0
  } catch {
    return 0 // given up a moment ago
  }
}

/**
 * @param {string} file
 * @param {number} holder
 * @returns {boolean}
 */
function isLeftOver(file, holder) {
  const touched = statSync(file, { throwIfNoEntry: false })?.mtimeMs
  if (touched === undefined || Date.now() - touched > 5 * TOUCH_MS) return true
  if (holder === 0) return false
  try {
    process.kill(holder, 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}

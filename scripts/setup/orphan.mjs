// npm passes SIGTERM on to its shell and not to what the shell runs: whoever must end with npm has to look.

/**
 * Calls `tell` once when the process that started us is gone; only for what npm started, since a command in a terminal
 * may well be meant to outlive it (nohup).
 * @param {() => void} tell
 * @returns {() => void} stops looking
 */
export function onOrphaned(tell) {
  if (process.env.npm_lifecycle_event === undefined) return () => {}
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    tell()
  }, 500)
  timer.unref()
  return () => clearInterval(timer)
}

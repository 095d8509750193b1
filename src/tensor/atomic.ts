// A step is all or nothing: a notebook's interrupt waits for its end, where a host offers that.

interface Host {
  atomic?<T>(work: () => T): T
}

const host = (globalThis as { [key: symbol]: Host | undefined })[Symbol.for('gradlab.host')]

/** Runs `work` so that an interrupt comes before or after it, not within. */
export function atomic<T>(work: () => T): T {
  return host?.atomic === undefined ? work() : host.atomic(work)
}

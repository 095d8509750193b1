// Types of orphan.mjs, which the `gradlab` command shares with `npm start`.

/** Calls `tell` once when npm, which started us, is gone. Returns what stops looking. */
export function onOrphaned(tell: () => void): () => void

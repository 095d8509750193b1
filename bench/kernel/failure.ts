// What a kernel did not do: shown in the place of its figure.

/** A figure that a kernel failed; the message is what the table shows, so it is short. */
export class Failure extends Error {
  override readonly name = 'Failure'
}

/** Waits no longer than `limitMs`, nor beyond `trouble`, which only ever rejects. */
export async function within<T>(
  promise: Promise<T>,
  limitMs: number,
  awaited: string,
  trouble: Promise<never>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Failure(`no ${awaited} in ${limitMs / 1000} s`)), limitMs)
  })
  try {
    return await Promise.race([promise, late, trouble])
  } finally {
    clearTimeout(timer)
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}

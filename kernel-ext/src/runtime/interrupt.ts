// How an interrupt looks to the code that it meets: an error thrown where the cell waits.

export class InterruptError extends Error {
  constructor() {
    super('The cell was interrupted.')
    this.name = 'Interrupted'
  }

  // No field: it would be shown after the message.
  get code(): string {
    return 'INTERRUPTED'
  }
}

/** Whether a thrown value is an interrupt; a proxy may throw at being asked. */
export function isInterrupt(value: unknown): boolean {
  try {
    return value instanceof InterruptError
  } catch {
    return false
  }
}

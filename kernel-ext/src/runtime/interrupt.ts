// How an interrupt looks to the code that it meets: an error thrown where the cell waits.

export class InterruptError extends Error {
  readonly code = 'INTERRUPTED'

  constructor() {
    super('The cell was interrupted.')
    this.name = 'Interrupted'
  }
}

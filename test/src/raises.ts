// An error with its code, and words that its message must have.
import assert from 'node:assert/strict'
import { GradlabError } from '#src/index.js'

export function raises(run: () => unknown, code: string, ...words: readonly string[]): void {
  assert.throws(run, (error: unknown) => {
    assert.ok(error instanceof GradlabError, String(error))
    assert.equal(error.code, code, error.message)
    for (const word of words) assert.ok(error.message.includes(word), `'${word}' is missing in: ${error.message}`)
    return true
  })
}

/** The same for what comes later. */
export async function raisesLater(running: Promise<unknown>, code: string, ...words: readonly string[]): Promise<void> {
  let thrown: unknown
  try {
    await running
  } catch (error) {
    thrown = error
  }
  raises(
    () => {
      if (thrown !== undefined) throw thrown
    },
    code,
    ...words,
  )
}

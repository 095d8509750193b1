import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { CellSyntaxError } from '#kernel/errors.js'
import { GradlabError } from '#src/errors.js'

describe('errors', () => {
  it('carry a code, a next step in the message and their cause', () => {
    const cause = new Error('inner')
    const error = new GradlabError('X_Y', 'It broke.', { cause, next: 'Try again.' })
    assert.equal(error.code, 'X_Y')
    assert.equal(error.message, 'It broke. Try again.')
    assert.equal(error.cause, cause)
  })

  it('say all in the message: a console prints nothing twice', () => {
    assert.doesNotMatch(inspect(new GradlabError('X_Y', 'It broke.', { next: 'Try again.' })), /X_Y|next:/)
  })

  it('of a cell name the line and the column', () => {
    const error = new CellSyntaxError('Unexpected token.', 2, 5)
    assert.deepEqual([error.name, error.code, error.line, error.column], ['SyntaxError', 'CELL_SYNTAX', 2, 5])
  })
})

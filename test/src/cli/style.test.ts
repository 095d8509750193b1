import assert from 'node:assert/strict'
import { CommandError, EXIT } from '#src/cli/exit.js'
import { painter, printError } from '#src/cli/style.js'
import { explainSystemError } from '#src/cli/system-errors.js'
import { GradlabError } from '#src/errors.js'

function printed(error: unknown): string {
  let text = ''
  printError(error, {
    write: (chunk: string) => {
      text += chunk
    },
  })
  return text
}

describe('the look of commands', () => {
  const terminal = { write: () => true, isTTY: true }

  it('has colours in a terminal only, and none with NO_COLOR or in a dumb one', () => {
    assert.equal(painter(terminal, {})('red', 'x'), '\u001b[31mx\u001b[39m')
    assert.equal(painter({ write: () => true }, {})('red', 'x'), 'x')
    assert.equal(painter(terminal, { NO_COLOR: '1' })('red', 'x'), 'x')
    assert.equal(painter(terminal, { NO_COLOR: '' })('red', 'x'), '\u001b[31mx\u001b[39m')
    assert.equal(painter(terminal, { TERM: 'dumb' })('red', 'x'), 'x')
  })

  it('gives an error and its next step a line each', () => {
    assert.equal(
      printed(new GradlabError('X', 'It broke.', { next: 'Mend it.' })),
      'error: It broke.\nnext: Mend it.\n',
    )
    assert.equal(printed(new GradlabError('X', 'It broke.')), 'error: It broke.\n')
    assert.equal(printed('text'), 'error: text\n')
  })

  it('keeps the stack of a fault of ours', () => {
    assert.match(printed(new TypeError('oops')), /^error: TypeError: oops\n {4}at /)
  })

  it('knows what the system refuses', () => {
    const system = (code: string, path: string): Error => Object.assign(new Error(code), { code, path })
    const full = explainSystemError(system('ENOSPC', '/a/b'))
    assert.ok(full instanceof CommandError)
    assert.deepEqual([full.code, full.exitCode], ['DISK_FULL', EXIT.failed])
    assert.match(printed(full), /^error: The disk is full: \/a\/b\.\nnext: Free some space/)
    assert.match(
      printed(explainSystemError(system('EACCES', '/a'))),
      /^error: A file may not be written or read: \/a\.\n/,
    )
    const other = new Error('other')
    assert.equal(explainSystemError(other), other)
  })
})

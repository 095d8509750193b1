// When the labextension asks the kernel for type errors, and which answers it takes.
import assert from 'node:assert/strict'
import { type Sources, translate } from './sources.js'

interface Check {
  readonly op: 'check'
  readonly version: number
  readonly cells: readonly { readonly id: string; readonly code: string }[]
  readonly wanted: readonly string[]
}

interface Questions {
  typed(): void
  ask(): void
  take(answer: unknown): void
  stop(): void
}

interface QuestionsModule {
  readonly PAUSE_MS: number
  readonly Questions: new (options: object) => Questions
}

interface ProtocolModule {
  readAnswer(data: unknown): unknown
}

describe('the questions for type errors', () => {
  let sources: Sources
  let module: QuestionsModule
  let protocol: ProtocolModule
  let questions: Questions
  let sent: Check[]
  let found: unknown[][]
  /** The timer that is set, if one is. */
  let timer: { readonly callback: () => void; readonly milliseconds: number } | undefined
  let code: string

  before(async () => {
    sources = translate('typing')
    module = (await sources.load('questions.js')) as QuestionsModule
    protocol = (await sources.load('protocol.js')) as ProtocolModule
  })
  after(() => sources.remove())
  beforeEach(() => {
    sent = []
    found = []
    timer = undefined
    code = 'a'
    questions = new module.Questions({
      cells: () => ({ cells: [{ id: 'c', code }], wanted: ['c'] }),
      send: (check: Check) => sent.push(check),
      found: (...what: unknown[]) => found.push(what),
      setTimer: (callback: () => void, milliseconds: number) => {
        timer = { callback, milliseconds }
        return 1
      },
      clearTimer: () => {
        timer = undefined
      },
    })
  })

  const finding = { from: 0, to: 1, severity: 'error', code: 2304, message: "Cannot find name 'a'." }
  const answer = (version: number): unknown =>
    protocol.readAnswer({ op: 'found', version, cells: { c: [finding], gone: [] } })
  const changed = (): unknown => protocol.readAnswer({ op: 'changed' })

  it('are asked a moment after the last key', () => {
    questions.typed()
    questions.typed()
    assert.deepEqual(sent, [])
    assert.equal(timer?.milliseconds, module.PAUSE_MS)
    timer?.callback()
    assert.deepEqual(sent, [{ op: 'check', version: 1, cells: [{ id: 'c', code: 'a' }], wanted: ['c'] }])
  })

  it('take the answer to the newest only, with the text that was asked about', () => {
    questions.ask()
    code = 'b'
    questions.ask()
    questions.take(answer(1))
    assert.deepEqual(found, [])
    code = 'later'
    questions.take(answer(2))
    assert.deepEqual(found, [['c', 'b', [finding]]])
  })

  it('are asked again at once when names have changed, and not while keys are pressed', () => {
    questions.take(changed())
    assert.equal(sent.length, 1)
    questions.typed()
    questions.take(changed())
    assert.equal(sent.length, 1)
    timer?.callback()
    assert.equal(sent.length, 2)
  })

  it('take no message of another form', () => {
    for (const data of [null, 1, [], {}, { op: 'found' }, { op: 'found', version: '1', cells: {} }, { op: 'new' }]) {
      assert.equal(protocol.readAnswer(data), undefined)
    }
    const some = protocol.readAnswer({ op: 'found', version: 1, cells: { a: [1, finding, { from: 0 }], b: 'no' } })
    assert.deepEqual(some, { op: 'found', version: 1, cells: new Map([['a', [finding]]]) })
  })
})

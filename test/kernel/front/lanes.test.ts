// The three streams of the runtime, made one in the order of their marks.
import assert from 'node:assert/strict'
import { Lanes } from '#kernel/front/lanes.js'
import type { FromRuntime } from '#kernel/runtime/link.js'
import { markText } from '#kernel/runtime/marks.js'

const WORD = 'word'
const mark = (number: number): string => markText(WORD, number)

describe('lanes', () => {
  let said: string[]
  let lanes: Lanes

  beforeEach(() => {
    said = []
    lanes = new Lanes(WORD, message =>
      said.push(message.op === 'stream' ? `${message.cell}: ${message.text}` : message.op),
    )
  })

  const print = (text: string, cell = 'a'): void => lanes.take({ op: 'stream', cell, name: 'stdout', text })
  const native = (text: string): void => lanes.takeNative('stdout', Buffer.from(text))
  const done: FromRuntime = { op: 'done', cell: 'a', status: 'ok', error: undefined, set: [], globals: [] }

  it('pass text without marks on at once', () => {
    print('1')
    native('n')
    print('2')
    assert.deepEqual(said, ['a: 1', 'undefined: n', 'a: 2'])
  })

  it('make a message wait for the native text before its mark', () => {
    print(`1${mark(1)}2`)
    lanes.take(done)
    assert.deepEqual(said, ['a: 1'])
    native(`n${mark(1)}`)
    assert.deepEqual(said, ['a: 1', 'undefined: n', 'a: 2', 'done'])
  })

  it('make native text wait for the messages before its mark, and give it to their cell', () => {
    native(`n${mark(1)}m`)
    assert.deepEqual(said, ['undefined: n'])
    print(`${mark(1)}1`)
    assert.deepEqual(said, ['undefined: n', 'a: 1', 'a: m'])
  })

  it('join what nothing came between', () => {
    native(mark(1) + mark(2) + mark(3))
    print(`1${mark(1)}2${mark(2)}3${mark(3)}4`)
    assert.deepEqual(said, ['a: 1234'])
  })

  it('read marks and characters that are cut anywhere', () => {
    const bytes = Buffer.from(`é${mark(1)}è${mark(2)}\u001b[1mbold`)
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      said = []
      lanes = new Lanes(WORD, message => said.push(message.op === 'stream' ? message.text : message.op))
      lanes.takeNative('stdout', bytes.subarray(0, cut))
      lanes.takeNative('stdout', bytes.subarray(cut))
      print(`${mark(1)}1${mark(2)}2`)
      assert.equal(said.join(''), 'é1è2\u001b[1mbold', `cut at ${cut}`)
    }
  })

  it('wait for no mark of a process that has gone, and lose no text', () => {
    print(`1${mark(1)}2`)
    native('n\u001b')
    lanes.end()
    assert.deepEqual(said, ['a: 1', 'undefined: n', 'undefined: \u001b', 'a: 2'])
  })
})

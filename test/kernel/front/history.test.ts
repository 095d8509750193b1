import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { History } from '#kernel/front/history.js'

describe('history', () => {
  let folder: string
  let path: string
  const silent = (): void => {}

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gradlab-history-'))
    path = join(folder, 'deep', 'history.jsonl')
  })

  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('is kept over restarts, each with a session of its own', () => {
    const first = new History(path, silent)
    first.add(1, 'one')
    const second = new History(path, silent)
    second.add(1, 'two')
    assert.equal(second.session, first.session + 1)
    assert.deepEqual(
      second.answer({ hist_access_type: 'tail', n: 5 }).map(entry => entry[2]),
      ['one', 'two'],
    )
    assert.deepEqual(second.answer({ hist_access_type: 'range', session: -1 }), [[first.session, 1, 'one']])
    assert.deepEqual(second.answer({ hist_access_type: 'range', session: 0 }), [[second.session, 1, 'two']])
  })

  it('passes over lines that are broken', () => {
    new History(path, silent).add(1, 'one')
    appendFileSync(path, '{"half\n[1]\n["a",1,"x"]\nnull\n')
    assert.equal(new History(path, silent).answer({ hist_access_type: 'tail', n: 9 }).length, 1)
  })

  it('searches by glob, newest last, and once where asked', () => {
    const history = new History(undefined, silent)
    for (const [i, source] of ['a = 1', 'b', 'a = 2', 'a = 1', 'a.b'].entries()) history.add(i, source)
    const search = (content: object) =>
      history.answer({ hist_access_type: 'search', ...content }).map(entry => entry[2])
    assert.deepEqual(search({ pattern: 'a = ?' }), ['a = 1', 'a = 2', 'a = 1'])
    assert.deepEqual(search({ pattern: 'a = ?', unique: true }), ['a = 2', 'a = 1'])
    assert.deepEqual(search({ pattern: 'a.*' }), ['a.b'])
    assert.deepEqual(search({ pattern: '*', n: 1 }), ['a.b'])
    assert.deepEqual(search({ pattern: '*', n: 0 }), [])
  })

  it('that cannot be written is said once and still answers', () => {
    const said: string[] = []
    const history = new History(join(folder, 'x\0y', 'history.jsonl'), text => said.push(text))
    history.add(1, 'one')
    history.add(2, 'two')
    assert.equal(said.length, 1)
    assert.equal(history.answer({ hist_access_type: 'tail', n: 9 }).length, 2)
  })
})

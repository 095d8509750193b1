// SpamAssassin's emails and the photographs: their rules here; the downloads themselves with --long, in test/training.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileOf } from '#src/data/cache.js'
import { CATALOGUE } from '#src/data/catalogue.js'
import { isForTest, toEmail } from '#src/data/spam-assassin.js'
import { data } from '#src/index.js'
import { raises } from '../raises.js'

describe('an email', () => {
  it('has headers, a subject and a body', () => {
    const text = 'From: a@b\nSubject: Re: =?x?=\n\tand more \nTo: c\n\nSubject: not this\n\nEnd\n'
    assert.deepEqual(toEmail('spam-2', { id: '00007', text }), {
      id: '00007',
      group: 'spam-2',
      label: 1,
      subject: 'Re: =?x?= and more',
      body: 'Subject: not this\n\nEnd\n',
      text,
    })
  })

  it('may have carriage returns, no subject, an empty one, or no body', () => {
    const parts = (text: string): readonly [string, string] => {
      const { subject, body, label } = toEmail('hard-ham-1', { id: '1', text })
      assert.equal(label, 0)
      return [subject, body]
    }
    assert.deepEqual(parts('SUBJECT: a\r\n b\r\nX: y\r\n\r\nbody'), ['a b', 'body'])
    assert.deepEqual(parts('X: y\n\nbody'), ['', 'body'])
    assert.deepEqual(parts('Subject:\nX: y\n\nbody'), ['', 'body'])
    assert.deepEqual(parts('Subject: z'), ['z', ''])
  })

  it('goes to the side that FNV-1a says', () => {
    // FNV-1a of '', 'a' and 'foobar' by the authors' test vectors: 811c9dc5, e40c292c, bf9cf968.
    assert.deepEqual(
      ['', 'a', 'foobar'].map(isForTest),
      [0x811c9dc5, 0xe40c292c, 0xbf9cf968].map(hash => hash % 5 === 0),
    )
    const bodies = Array.from({ length: 2000 }, (_, i) => `mail ${i}`)
    const share = bodies.filter(isForTest).length / 2000
    assert.ok(Math.abs(share - 0.2) < 0.04, `${share}`)
  })
})

describe('sets that were not downloaded', () => {
  let folder = ''
  const before_ = process.env.GRADLAB_DATA
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gradlab-spam-'))
    process.env.GRADLAB_DATA = folder
  })
  after(() => {
    if (before_ === undefined) delete process.env.GRADLAB_DATA
    else process.env.GRADLAB_DATA = before_
    rmSync(folder, { recursive: true, force: true })
  })

  it('are named with the command that gets them', () => {
    raises(() => data.spamAssassin(), 'DATA_MISSING', "'spam-assassin' (19.9 MB)", 'npx gradlab data get spam-assassin')
    for (const name of ['allium-oreophilum', 'french-alpine-landscape', 'nagasaki-boats'] as const) {
      raises(() => data.photograph(name), 'DATA_MISSING', `npx gradlab data get ${name}`)
    }
  })

  it('are refused where they were changed', () => {
    for (const entry of CATALOGUE) writeFileSync(fileOf(entry), 'something else')
    raises(() => data.spamAssassin(), 'DATA_HASH', 'npx gradlab data get spam-assassin')
    raises(() => data.photograph('nagasaki-boats'), 'DATA_HASH', 'npx gradlab data get nagasaki-boats')
  })

  it('are not asked for where the question is wrong', () => {
    raises(() => data.spamAssassin({ split: 'tset' as never }), 'DATA_OPTION', "'train', 'test' or 'all'")
    raises(() => data.spamAssassin({ split: 'toString' as never }), 'DATA_OPTION', 'toString')
    raises(() => data.spamAssassin({ splits: 'test' } as never), 'BAD_OPTION', 'split')
    raises(() => data.photograph('boats' as never), 'DATA_OPTION', 'nagasaki-boats')
    raises(() => data.photograph('moby-dick' as never), 'DATA_OPTION', 'nagasaki-boats')
  })
})

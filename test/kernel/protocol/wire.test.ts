import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { ProtocolError } from '#kernel/errors.js'
import { MessageFactory } from '#kernel/protocol/messages.js'
import { Wire } from '#kernel/protocol/wire.js'

const factory = new MessageFactory('session')

function refusal(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    assert.ok(error instanceof ProtocolError)
    return error.code
  }
  return 'accepted'
}

describe('wire', () => {
  it('gives back the message that it encoded, with identities and buffers', () => {
    const message = {
      ...factory.make('execute_request', { code: '1 + "é😀"' }, undefined, {
        metadata: { a: 1 },
        buffers: [Buffer.from([1, 2])],
      }),
      identities: [Buffer.from('client')],
    }
    const decoded = new Wire('key', 'hmac-sha256').decode(new Wire('key', 'hmac-sha256').encode(message))
    assert.deepEqual(decoded, message)
  })

  it('signs the four JSON frames and not the buffers', () => {
    const frames = new Wire('key', 'hmac-sha256').encode(
      factory.make('x', {}, undefined, { buffers: [Buffer.from([1])] }),
    )
    frames[frames.length - 1] = Buffer.from([9])
    assert.equal(
      refusal(() => new Wire('key', 'hmac-sha256').decode(frames)),
      'accepted',
    )
  })

  it('refuses what is malformed, truncated, signed with another key, changed or replayed', () => {
    const encode = () => new Wire('key', 'hmac-sha256').encode(factory.make('x', { a: 1 }, undefined))
    const decode = (frames: Uint8Array[]) => refusal(() => new Wire('key', 'hmac-sha256').decode(frames))
    assert.equal(decode([]), 'PROTOCOL_MALFORMED')
    assert.equal(decode([Buffer.from('<IDS|MSG>')]), 'PROTOCOL_MALFORMED')
    assert.equal(decode(encode().slice(0, 4)), 'PROTOCOL_MALFORMED')
    assert.equal(
      refusal(() => new Wire('other', 'hmac-sha256').decode(encode())),
      'PROTOCOL_SIGNATURE',
    )
    const changed = encode()
    changed[5] = Buffer.from('{"a":2}')
    assert.equal(decode(changed), 'PROTOCOL_SIGNATURE')
    const wire = new Wire('key', 'hmac-sha256')
    const frames = encode()
    wire.decode(frames)
    assert.equal(
      refusal(() => wire.decode(frames)),
      'PROTOCOL_REPLAY',
    )
  })

  it('refuses JSON that is no message, also unsigned', () => {
    const decode = (header: string, content = '{}') =>
      refusal(() =>
        new Wire('', 'hmac-sha256').decode(
          ['<IDS|MSG>', '', header, '{}', '{}', content].map(part => Buffer.from(part)),
        ),
      )
    assert.equal(decode('{'), 'PROTOCOL_MALFORMED')
    assert.equal(decode('[]'), 'PROTOCOL_MALFORMED')
    assert.equal(decode('{"msg_id": 5, "msg_type": "x"}'), 'PROTOCOL_MALFORMED')
    assert.equal(decode('{"msg_id": "a", "msg_type": ""}'), 'PROTOCOL_MALFORMED')
    assert.equal(decode('{"msg_id": "a", "msg_type": "x"}', '7'), 'PROTOCOL_MALFORMED')
    assert.equal(decode('{"msg_id": "a", "msg_type": "x"}'), 'accepted')
  })

  it('forgets the oldest signatures, so that memory stays bounded', () => {
    const wire = new Wire('key', 'hmac-sha256')
    const first = wire.encode(factory.make('x', {}, undefined))
    wire.decode(first)
    for (let i = 0; i < 65_536; i += 1) wire.decode(wire.encode(factory.make('x', { id: randomUUID() }, undefined)))
    assert.equal(
      refusal(() => wire.decode(first)),
      'accepted',
    )
  }).timeout(60_000)

  it('refuses a signature scheme that it does not know', () => {
    assert.equal(
      refusal(() => new Wire('key', 'md5')),
      'PROTOCOL_SCHEME',
    )
  })
})

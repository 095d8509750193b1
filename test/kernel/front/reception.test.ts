// What is answered before the kernel has been loaded, and what waits for it.
import assert from 'node:assert/strict'
import { Outputs } from '#kernel/front/outputs.js'
import { Reception } from '#kernel/front/reception.js'
import { type Message, MessageFactory, type Transport } from '#kernel/protocol/messages.js'

interface Sent {
  readonly channel: string
  readonly type: string
  readonly to: string
}

function recorder(): { transport: Transport; sent: Sent[] } {
  const sent: Sent[] = []
  const note = (channel: string, { header, parent }: Message): void => {
    sent.push({ channel, type: header.msg_type, to: 'msg_id' in parent ? parent.msg_id : '' })
  }
  return {
    sent,
    transport: { reply: note, publish: message => note('iopub', message), close: () => Promise.resolve() },
  }
}

describe('reception', () => {
  const factory = new MessageFactory()
  const info = factory.make('kernel_info_request', {}, undefined)
  const cell = factory.make('execute_request', { code: '1' }, undefined)

  it('answers kernel_info by itself, busy first and idle last, on the channel it came by', () => {
    const { transport, sent } = recorder()
    const reception = new Reception(factory)
    reception.open(transport, new Outputs(transport, factory))
    reception.receive('control', info)
    const to = info.header.msg_id
    assert.deepEqual(sent, [
      { channel: 'iopub', type: 'status', to },
      { channel: 'control', type: 'kernel_info_reply', to },
      { channel: 'iopub', type: 'status', to },
    ])
  })

  it('keeps a kernel_info_request that comes before anything can be sent', () => {
    const { transport, sent } = recorder()
    const reception = new Reception(factory)
    reception.receive('shell', info)
    assert.deepEqual(sent, [])
    reception.open(transport, new Outputs(transport, factory))
    assert.deepEqual(
      sent.map(({ type }) => type),
      ['status', 'kernel_info_reply', 'status'],
    )
  })

  it('lets other requests wait for the kernel, in their order, and then stands aside', () => {
    const { transport, sent } = recorder()
    const reception = new Reception(factory)
    const taken: string[] = []
    reception.receive('shell', cell)
    reception.open(transport, new Outputs(transport, factory))
    const other = factory.make('history_request', {}, undefined)
    reception.receive('shell', other)
    assert.equal(taken.length, 0)
    reception.handOver((channel, message) => void taken.push(`${channel} ${message.header.msg_id}`))
    reception.receive('control', info)
    assert.deepEqual(taken, [
      `shell ${cell.header.msg_id}`,
      `shell ${other.header.msg_id}`,
      `control ${info.header.msg_id}`,
    ])
    assert.deepEqual(sent, [])
  })
})

// Comms both ways, with buffers, to a cell that waits, to one that loops and to one that has ended.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Answer, execute, type Json, makeRequest, type WireMessage } from '../clients/request.js'
import { type StdioClient, startStdioKernel } from '../clients/stdio.js'

describe('comms', function () {
  this.timeout(60_000)
  let folder: string
  let kernel: StdioClient

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gradlab-comms-'))
    kernel = startStdioKernel(folder)
  })

  after(async () => {
    await kernel.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const heard = (type: string): Promise<WireMessage> => kernel.collector.next(m => m.header.msg_type === type)

  /** Sends a message of a comm; resolves when the kernel is idle again for it. */
  const say = async (type: string, content: Json, buffers: Uint8Array[] = []): Promise<string[]> => {
    const message: WireMessage = {
      ...makeRequest('shell', type, content),
      buffers: buffers.map(buffer => Buffer.from(buffer).toString('base64')),
    }
    const seen: string[] = []
    const idle = new Promise<void>(resolve => {
      const stop = kernel.collector.watch(m => {
        if (m.parent_header.msg_id !== message.header.msg_id) return
        seen.push(m.header.msg_type === 'status' ? String(m.content.execution_state) : m.header.msg_type)
        if (m.content.execution_state !== 'idle') return
        stop()
        resolve()
      })
    })
    kernel.post(message)
    await idle
    return seen
  }
  const info = async (content: Json = {}): Promise<Json> => {
    const { reply }: Answer = await kernel.request('shell', 'comm_info_request', content)
    return reply.content.comms as Json
  }

  it('are opened by a cell, speak both ways with buffers, and are listed until they are closed', async () => {
    const opened = heard('comm_open')
    await execute(
      kernel,
      'const c = jupyter.comm("t.echo", { data: { hello: 1 }, buffers: [new Float32Array([1.5, 2])] })\n' +
        'c.onMessage = ({ data, buffers }) => { console.log("got", data.x); c.send({ back: data.x * 2 }, { buffers }) }\n' +
        'c.onClose = () => console.log("closed by the page", c.closed)',
    )
    const open = await opened
    const comm_id = open.content.comm_id
    assert.deepEqual(open.content, { comm_id, target_name: 't.echo', data: { hello: 1 } })
    const bytes = Buffer.from(open.buffers?.[0] ?? '', 'base64')
    assert.deepEqual([bytes.readFloatLE(0), bytes.readFloatLE(4)], [1.5, 2])
    assert.deepEqual(await info(), { [String(comm_id)]: { target_name: 't.echo' } })
    assert.deepEqual(await info({ target_name: 'other' }), {})

    const back = heard('comm_msg')
    const printed = heard('stream')
    await say('comm_msg', { comm_id, data: { x: 21 } }, [new Uint8Array([1, 2, 255])])
    const message = await back
    assert.deepEqual(message.content, { comm_id, data: { back: 42 } })
    assert.deepEqual([...Buffer.from(message.buffers?.[0] ?? '', 'base64')], [1, 2, 255])
    const line = await printed
    assert.equal(line.content.text, 'got 21\n')
    assert.equal(line.parent_header.msg_id, open.parent_header.msg_id, 'under the cell that made the comm')

    const bye = heard('stream')
    await say('comm_close', { comm_id, data: {} })
    assert.equal((await bye).content.text, 'closed by the page true\n')
    assert.deepEqual(await info(), {})
    const closed = await execute(kernel, 'c.send({})')
    assert.match(String(closed.error?.evalue), /the comm 't.echo' is closed/)
  })

  it('are opened by the page for a target that a cell has registered, and refused for others', async () => {
    await execute(
      kernel,
      'const off = jupyter.onComm("t.page", (comm, { data }) => { comm.send({ welcome: data.name }) })',
    )
    const welcome = heard('comm_msg')
    const comm_id = randomUUID()
    await say('comm_open', { comm_id, target_name: 't.page', data: { name: 'Lab' } })
    assert.deepEqual((await welcome).content, { comm_id, data: { welcome: 'Lab' } })
    await execute(kernel, 'off()')
    assert.deepEqual(await say('comm_open', { comm_id: randomUUID(), target_name: 't.page', data: {} }), [
      'busy',
      'comm_close',
      'idle',
    ])
    assert.deepEqual(await say('comm_open', { comm_id: randomUUID(), target_name: 't.nobody', data: {} }), [
      'busy',
      'comm_close',
      'idle',
    ])
  })

  it('reach a target that a cell still in the queue registers', async () => {
    void execute(kernel, 'await new Promise(resolve => setTimeout(resolve, 50))')
    void execute(kernel, 'jupyter.onComm("t.queued", comm => { comm.onMessage = ({ data }) => comm.send([data]) })')
    const comm_id = randomUUID()
    const answered = heard('comm_msg')
    void say('comm_open', { comm_id, target_name: 't.queued', data: {} })
    void say('comm_msg', { comm_id, data: 'x' })
    assert.deepEqual((await answered).content, { comm_id, data: ['x'] })
  })

  it('reach a cell that awaits them, with busy again for the cell after each', async () => {
    const opened = heard('comm_open')
    const statuses: string[] = []
    const running = execute(
      kernel,
      'const w = jupyter.comm("t.wait"); const sum: number[] = []\n' +
        'for await (const { data } of w) { sum.push(data); if (sum.length === 3) break }\nsum',
    )
    const open = await opened
    const cell = open.parent_header.msg_id
    const stop = kernel.collector.watch(m => {
      if (m.header.msg_type === 'status') {
        statuses.push(`${m.parent_header.msg_id === cell ? 'cell' : 'comm'} ${m.content.execution_state}`)
      }
    })
    for (const data of [1, 2]) await say('comm_msg', { comm_id: open.content.comm_id, data })
    await say('comm_msg', { comm_id: open.content.comm_id, data: 3 })
    assert.deepEqual((await running).results, [{ 'text/plain': '[ 1, 2, 3 ]' }])
    stop()
    assert.deepEqual(statuses.slice(0, 6), [
      'comm busy',
      'comm idle',
      'cell busy',
      'comm busy',
      'comm idle',
      'cell busy',
    ])
  })

  it('reach a loop that never awaits, by poll', async () => {
    const opened = heard('comm_open')
    const running = execute(
      kernel,
      'const p = jupyter.comm("t.poll"); let rate = 0, turns = 0\np.onMessage = ({ data }) => { rate = data.rate }\n' +
        'while (rate === 0) { jupyter.poll(); turns++ }\nrate',
    )
    await say('comm_msg', { comm_id: (await opened).content.comm_id, data: { rate: 0.5 } })
    assert.deepEqual((await running).results, [{ 'text/plain': '0.5' }])
  })

  it('whose handler throws say so under the cell, and go on', async () => {
    const opened = heard('comm_open')
    await execute(
      kernel,
      'const bad = jupyter.comm("t.bad")\nlet calls = 0\nbad.onMessage = () => { if (++calls === 1) throw new Error("in the handler") }',
    )
    const { comm_id } = (await opened).content
    const told = heard('stream')
    await say('comm_msg', { comm_id, data: 0 })
    assert.match(
      String((await told).content.text),
      /A handler of the comm 't.bad' threw: Error: in the handler\n\s+at .*Cell \[\d+\]:3:/,
    )
    await say('comm_msg', { comm_id, data: 0 })
    assert.deepEqual((await execute(kernel, 'calls')).results, [{ 'text/plain': '2' }])
  })

  it('refuse data that JSON cannot hold, at the place that sends it', async () => {
    const outcome = await execute(kernel, 'jupyter.comm("t.data").send({ n: 1n })')
    assert.match(String(outcome.error?.evalue), /comm.send: expected data that JSON can hold/)
  })

  it('carry 20 MB', async () => {
    const opened = heard('comm_open')
    await execute(
      kernel,
      'const big = jupyter.comm("t.big")\nbig.onMessage = ({ buffers: [b] }) => big.send({ n: b!.length }, { buffers: [b!] })',
    )
    const { comm_id } = (await opened).content
    const back = heard('comm_msg')
    const bytes = Buffer.alloc(20 << 20, 7)
    await say('comm_msg', { comm_id, data: {} }, [bytes])
    const message = await back
    assert.deepEqual(message.content.data, { n: 20 << 20 })
    assert.ok(Buffer.from(message.buffers?.[0] ?? '', 'base64').equals(bytes))
  })

  it('that nobody knows are closed once, also where the page has sent more before it heard of that', async () => {
    const comm_id = randomUUID()
    const closed: string[] = []
    const stop = kernel.collector.watch(m => {
      if (m.header.msg_type === 'comm_close') closed.push(String(m.content.comm_id))
    })
    await say('comm_open', { comm_id, target_name: 't.unknown', data: {} })
    await say('comm_msg', { comm_id, data: {} })
    stop()
    assert.deepEqual(closed, [comm_id])
  })

  it('of a runtime that has died are closed', async () => {
    const opened = heard('comm_open')
    await execute(kernel, 'jupyter.comm("t.mortal"); 0')
    const { comm_id } = (await opened).content
    const closed = kernel.collector.next(m => m.header.msg_type === 'comm_close' && m.content.comm_id === comm_id)
    await execute(kernel, 'process.exit(3)')
    await closed
    assert.deepEqual(await info(), {})
  })
})

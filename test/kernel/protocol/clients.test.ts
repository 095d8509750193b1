// What clients other than JupyterLab send: fields left out, requests by the other channel, features that we do not have.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute, type Json, makeRequest, toOutcome, type WireMessage } from '../clients/request.js'
import { cell, type SocketClient, startSocketKernel } from '../clients/sockets.js'

describe('other clients', function () {
  this.timeout(60_000)
  let folder: string
  let kernel: SocketClient

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gradlab-clients-'))
    kernel = await startSocketKernel(folder)
  })
  after(async () => {
    await kernel?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const ask = async (channel: 'shell' | 'control', type: string, content: Json = {}): Promise<Json> => {
    const { reply } = await kernel.request(channel, type, content)
    assert.equal(reply.channel, channel, 'answered by the channel that was asked')
    assert.equal(reply.header.msg_type, type.replace('_request', '_reply'))
    return reply.content
  }

  it('may leave out every optional field of an execution', async () => {
    const first = toOutcome(await kernel.request('shell', 'execute_request', { code: '6 * 7' }))
    assert.deepEqual([first.status, first.results], ['ok', [{ 'text/plain': '42' }]])
    assert.deepEqual(first.reply.user_expressions, {})
    const refused = toOutcome(await kernel.request('shell', 'execute_request', { code: 'prompt("?")' }))
    assert.equal(refused.status, 'error')
    assert.match(String(refused.error?.evalue), /input/i)
    assert.equal(toOutcome(await kernel.request('shell', 'execute_request', {})).status, 'ok')
  })

  it('may leave out date, version and username of a header', async () => {
    const request = makeRequest('shell', 'execute_request', cell('"bare"'))
    const { msg_id, msg_type, session } = request.header
    const answer = kernel.collector.expect(request)
    await kernel.sendRaw(
      kernel.signed([
        JSON.stringify({ msg_id, msg_type, session }),
        '{}',
        '{}',
        JSON.stringify({ code: '"bare"', silent: false }),
      ]),
    )
    assert.deepEqual(toOutcome(await answer).results, [{ 'text/plain': "'bare'" }])
  })

  it('get their own header back as parent, what we do not know of it included', async () => {
    const request = makeRequest('shell', 'kernel_info_request', {})
    const header = { ...request.header, subshell_id: null, version: '5.0' }
    const answer = kernel.collector.expect(request)
    await kernel.sendRaw(kernel.signed([header, {}, {}, {}].map(part => JSON.stringify(part))))
    const { reply } = await answer
    const { subshell_id: _, ...known } = header
    const parent = reply.parent_header as WireMessage['header']
    for (const [name, value] of Object.entries(known)) assert.equal(parent[name as keyof typeof parent], value, name)
  })

  it('may send buffers with any request', async () => {
    const request: WireMessage = {
      ...makeRequest('shell', 'execute_request', cell('"buffered"')),
      buffers: [Buffer.from([1, 2, 3]).toString('base64'), ''],
    }
    const answer = kernel.collector.expect(request)
    await kernel.sendSigned(request)
    assert.deepEqual(toOutcome(await answer).results, [{ 'text/plain': "'buffered'" }])
  })

  it('may put the cursor anywhere: before the text, beyond it, inside a pair of surrogates, or nowhere', async () => {
    const code = '"😀".toUpp'
    for (const cursor_pos of [-5, -1, 0, 1, 2, 3, 4, 9, 10, 11, 1e9, 2.5, null, undefined]) {
      for (const type of ['complete_request', 'inspect_request']) {
        const content = await ask('shell', type, { code, cursor_pos, detail_level: 0 })
        assert.equal(content.status, 'ok', `${type} at ${cursor_pos}`)
        if (type !== 'complete_request') continue
        const [start, end] = [Number(content.cursor_start), Number(content.cursor_end)]
        assert.ok(0 <= start && start <= end && end <= [...code].length, `${start} to ${end} at ${cursor_pos}`)
      }
    }
    assert.deepEqual((await ask('shell', 'complete_request', { code, cursor_pos: 1e9 })).matches, ['toUpperCase'])
  })

  it('may ask by the control channel what is meant for shell', async () => {
    assert.equal((await ask('control', 'kernel_info_request')).status, 'ok')
    assert.deepEqual((await ask('control', 'complete_request', { code: 'Math.flo', cursor_pos: 8 })).matches, ['floor'])
    assert.equal((await ask('control', 'is_complete_request', { code: 'f(' })).status, 'incomplete')
    assert.equal((await ask('control', 'execute_request', cell('const byControl = 3'))).status, 'ok')
    assert.deepEqual((await execute(kernel, 'byControl')).results, [{ 'text/plain': '3' }])
  })

  it('may interrupt by the shell channel, also while a cell loops', async () => {
    const go = kernel.collector.next(m => m.header.msg_type === 'stream')
    const running = execute(kernel, 'console.log("go"); for (;;);')
    await go
    assert.equal((await ask('shell', 'interrupt_request')).status, 'ok')
    assert.equal((await running).error?.ename, 'Interrupted')
  })

  it('get kernel_info while a cell loops, by both channels', async () => {
    const go = kernel.collector.next(m => m.header.msg_type === 'stream')
    const running = execute(kernel, 'console.log("go"); for (;;);')
    await go
    assert.equal((await ask('shell', 'kernel_info_request')).implementation, 'gradlab-kernel')
    assert.equal((await ask('control', 'kernel_info_request')).implementation, 'gradlab-kernel')
    await ask('control', 'interrupt_request')
    await running
  })

  it('are told of what the kernel does not support, and of nothing that it has not', async () => {
    const requests = ['debug_request', 'create_subshell_request', 'list_subshell_request', 'usage_request', 'x_request']
    for (const type of requests) {
      for (const channel of ['control', 'shell'] as const) {
        const content = await ask(channel, type, { command: 'debugInfo' })
        assert.deepEqual([content.status, content.ename], ['error', 'NotSupported'])
        assert.match(String(content.evalue), new RegExp(`does not support ${type}`))
      }
    }
    const info = await ask('shell', 'kernel_info_request')
    assert.deepEqual(info.supported_features, [])
    assert.notEqual(info.debugger, true)
  })

  it('get no reply to a message that is no request, however it is called', async () => {
    const replies: WireMessage[] = []
    const stop = kernel.collector.watch(m => {
      if (m.channel !== 'iopub' && m.header.msg_type !== 'execute_reply') replies.push(m)
    })
    for (const type of ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'status', 'execute_reply']) {
      await kernel.sendSigned(makeRequest('shell', type, {}))
    }
    assert.equal((await execute(kernel, '1')).status, 'ok')
    stop()
    assert.deepEqual(replies, [])
  })

  it('list comms by target', async () => {
    await execute(kernel, 'const [a, b] = [jupyter.comm("t.a"), jupyter.comm("t.b")]')
    const targets = async (content: Json): Promise<string[]> =>
      Object.values((await ask('shell', 'comm_info_request', content)).comms as Record<string, { target_name: string }>)
        .map(({ target_name }) => target_name)
        .sort()
    assert.deepEqual(await targets({}), ['t.a', 't.b'])
    assert.deepEqual(await targets({ target_name: 't.a' }), ['t.a'])
    assert.deepEqual(await targets({ target_name: 'none' }), [])
    assert.deepEqual(await targets({ target_name: null }), ['t.a', 't.b'])
  })

  it('get history with the outputs as pairs, and nothing for what cannot be', async () => {
    await execute(kernel, '"kept in history"')
    const entries = async (content: Json): Promise<unknown[][]> =>
      (await ask('shell', 'history_request', content)).history as unknown[][]
    assert.deepEqual((await entries({ hist_access_type: 'tail', n: 1, output: true }))[0]?.[2], [
      '"kept in history"',
      null,
    ])
    assert.deepEqual(await entries({ hist_access_type: 'tail', n: 0 }), [])
    assert.deepEqual(await entries({ hist_access_type: 'tail', n: -3 }), [])
    assert.deepEqual(await entries({ hist_access_type: 'range', session: 99, start: 0, stop: null }), [])
    assert.deepEqual(await entries({ hist_access_type: 'search', pattern: '(unclosed[', n: 5 }), [])
    const all = await entries({ hist_access_type: 'range', session: 0, start: 1, stop: null })
    assert.equal(all.at(-1)?.[2], '"kept in history"')
  })
})

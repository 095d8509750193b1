// Jupyter's protocol in its plain cases, over real ZeroMQ sockets with a client that signs for itself.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute, makeRequest } from './clients/request.js'
import { type SocketClient, startSocketKernel } from './clients/sockets.js'

describe('the protocol over sockets', function () {
  this.timeout(60_000)
  let folder: string
  let kernel: SocketClient

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gradlab-protocol-'))
    kernel = await startSocketKernel(folder)
  })

  after(async () => {
    await kernel.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('answers kernel_info with true versions and no feature that it has not', async () => {
    const { reply, published } = await kernel.request('shell', 'kernel_info_request', {})
    const { content } = reply
    assert.equal(content.status, 'ok')
    assert.equal(content.implementation, 'gradlab-kernel')
    assert.equal(content.protocol_version, '5.4')
    const language = content.language_info as Record<string, unknown>
    assert.equal(language.mimetype, 'text/x-typescript')
    assert.match(String(language.version), /^7\./)
    assert.equal('codemirror_mode' in language, false)
    assert.deepEqual(content.supported_features, [])
    assert.deepEqual(
      published.map(m => m.content.execution_state),
      ['busy', 'idle'],
    )
  })

  it('answers the heartbeat, also while a cell loops', async () => {
    assert.equal(await kernel.heartbeat(), 'ping')
    const cell = execute(kernel, 'console.log("go")\nfor (;;);')
    await kernel.collector.next(m => m.header.msg_type === 'stream')
    assert.equal(await kernel.heartbeat(), 'ping')
    const { reply } = await kernel.request('control', 'interrupt_request', {})
    assert.equal(reply.content.status, 'ok')
    assert.equal((await cell).error?.ename, 'Interrupted')
  })

  it('publishes busy first, idle last, and all output between', async () => {
    const outcome = await execute(kernel, 'for (let i = 0; i < 2000; i++) console.log(i)\n"end"')
    assert.equal(outcome.stdout, Array.from({ length: 2000 }, (_, i) => `${i}\n`).join(''))
    assert.deepEqual(outcome.types, ['status', 'execute_input', 'stream', 'execute_result', 'status'])
  })

  it('delivers 100,000 lines', async () => {
    const outcome = await execute(kernel, 'for (let i = 0; i < 100_000; i++) console.log("line", i)')
    const lines = outcome.stdout.split('\n')
    assert.equal(lines.length, 100_001)
    assert.equal(lines[99_999], 'line 99999')
  })

  it('counts executions, but not silent ones nor those kept out of history', async () => {
    const first = await execute(kernel, '1')
    const silent = await execute(kernel, '2', { silent: true })
    assert.deepEqual(silent.types, ['status', 'status'])
    const hidden = await execute(kernel, '3', { store_history: false })
    assert.equal(hidden.count, first.count)
    assert.equal((await execute(kernel, '4')).count, Number(first.count) + 1)
  })

  it('evaluates user_expressions, each on its own', async () => {
    const { reply } = await execute(kernel, 'const u = 4', {
      user_expressions: { good: 'u * 2', bad: 'missing.x', ugly: '(' },
    })
    const values = reply.user_expressions as Record<string, Record<string, unknown>>
    assert.deepEqual(values.good, { status: 'ok', data: { 'text/plain': '8' }, metadata: {} })
    assert.equal(values.bad?.ename, 'ReferenceError')
    assert.equal(values.ugly?.ename, 'SyntaxError')
  })

  it('completes members, earlier names and text that does not parse, counting in code points', async () => {
    await execute(kernel, 'const learningRate = 0.5')
    const member = await kernel.request('shell', 'complete_request', {
      code: 'const s = "😀"; Math.flo',
      cursor_pos: 23,
    })
    assert.deepEqual(member.reply.content.matches, ['floor'])
    assert.deepEqual([member.reply.content.cursor_start, member.reply.content.cursor_end], [20, 23])
    const name = await kernel.request('shell', 'complete_request', { code: 'if (lear', cursor_pos: 8 })
    assert.ok((name.reply.content.matches as string[]).includes('learningRate'))
  })

  it('completes while a cell runs, and says busy again for that cell', async () => {
    const cell = execute(kernel, 'console.log("go")\nawait new Promise(r => setTimeout(r, 400))')
    await kernel.collector.next(m => m.header.msg_type === 'stream')
    const states: unknown[] = []
    const stop = kernel.collector.watch(m => {
      if (m.header.msg_type === 'status') states.push([m.content.execution_state, m.parent_header.msg_id])
    })
    const again = kernel.collector.next(m => m.content.execution_state === 'busy' && states.length >= 3)
    const { reply } = await kernel.request('shell', 'complete_request', { code: 'Math.', cursor_pos: 5 })
    assert.ok((reply.content.matches as string[]).includes('sqrt'))
    await again
    stop()
    const side = reply.parent_header.msg_id
    const main = (states[2] as unknown[])[1]
    assert.deepEqual(states, [
      ['busy', side],
      ['idle', side],
      ['busy', main],
    ])
    assert.notEqual(main, side)
    await cell
  })

  it('inspects with type and docs, and clamps a cursor beyond the text', async () => {
    const { reply } = await kernel.request('shell', 'inspect_request', {
      code: 'Math.floor',
      cursor_pos: 99,
      detail_level: 1,
    })
    assert.equal(reply.content.found, true)
    const text = (reply.content.data as Record<string, string>)['text/plain'] ?? ''
    assert.match(text, /floor\(x: number\): number/)
    assert.match(text, /greatest integer/)
  })

  it('says whether code is complete', async () => {
    const status = async (code: string): Promise<unknown> =>
      (await kernel.request('shell', 'is_complete_request', { code })).reply.content.status
    assert.deepEqual(
      [await status('1 + 1'), await status('for (const x of xs) {'), await status('const = 5')],
      ['complete', 'incomplete', 'invalid'],
    )
  })

  it('tells history by tail, range and search', async () => {
    await execute(kernel, '"needle one"')
    await execute(kernel, '"needle two"')
    const ask = async (content: Record<string, unknown>): Promise<unknown[][]> =>
      (await kernel.request('shell', 'history_request', { output: false, raw: true, ...content })).reply.content
        .history as unknown[][]
    const tail = await ask({ hist_access_type: 'tail', n: 2 })
    assert.deepEqual(
      tail.map(entry => entry[2]),
      ['"needle one"', '"needle two"'],
    )
    const [session, line] = tail[0] as [number, number]
    assert.deepEqual(
      (await ask({ hist_access_type: 'range', session, start: line, stop: line + 1 }))[0]?.[2],
      '"needle one"',
    )
    assert.equal((await ask({ hist_access_type: 'range', session: 0, start: line, stop: line + 1 })).length, 1)
    assert.equal((await ask({ hist_access_type: 'search', pattern: '*needle*', n: 10 })).length, 2)
  })

  it('closes a comm that it does not know, and lists none', async () => {
    const request = makeRequest('shell', 'comm_open', { comm_id: 'c1', target_name: 'nobody', data: {} })
    const closed = kernel.collector.next(m => m.header.msg_type === 'comm_close')
    await kernel.sendSigned(request)
    assert.equal((await closed).content.comm_id, 'c1')
    const { reply } = await kernel.request('shell', 'comm_info_request', {})
    assert.deepEqual(reply.content, { status: 'ok', comms: {} })
  })

  it('survives messages that are unknown, unsigned, replayed or malformed', async () => {
    await kernel.sendSigned(makeRequest('shell', 'debug_everything', {}))
    await kernel.sendRaw(['nonsense'])
    await kernel.sendRaw(['<IDS|MSG>', 'bad', '{}', '{}', '{}', '{}'])
    let runs = 0
    const stop = kernel.collector.watch(m => {
      if (m.header.msg_type === 'stream' && String(m.content.text).includes('once')) runs += 1
    })
    const request = makeRequest('shell', 'execute_request', { code: 'console.log("once")' })
    const answer = kernel.collector.expect(request)
    const frames = await kernel.sendSigned(request)
    await answer
    await kernel.sendRaw(frames)
    assert.equal((await execute(kernel, '1')).status, 'ok')
    stop()
    assert.equal(runs, 1)
  })

  it('shuts down with a reply, and leaves no process behind', async () => {
    const own = await startSocketKernel(folder)
    const { stdout } = await execute(own, 'console.log(process.pid)')
    const pid = Number(stdout)
    const { reply } = await own.request('control', 'shutdown_request', { restart: false })
    assert.deepEqual(reply.content, { status: 'ok', restart: false })
    assert.equal(await own.exited, 0)
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' })
    await own.close()
  })

  it('leaves no process behind when the front is killed, even while a cell loops', async () => {
    const own = await startSocketKernel(folder)
    const { stdout } = await execute(own, 'console.log(process.pid)')
    void own.sendSigned(makeRequest('shell', 'execute_request', { code: 'console.log("go")\nfor (;;);' }))
    await own.collector.next(m => m.header.msg_type === 'stream' && String(m.content.text).includes('go'))
    own.process.kill('SIGKILL')
    await own.exited
    const pid = Number(stdout)
    for (let waited = 0; alive(pid) && waited < 5000; waited += 50) await new Promise(r => setTimeout(r, 50))
    assert.equal(alive(pid), false)
    await own.close()
  })
})

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

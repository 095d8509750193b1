// What must not get in, and what must not break the kernel: forged, replayed, malformed, cut off, and far too large.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execute, makeRequest, type WireMessage } from '../clients/request.js'
import { cell, type SocketClient, startSocketKernel } from '../clients/sockets.js'

const MB = 1024 * 1024

describe('hostile messages', function () {
  this.timeout(120_000)
  let folder: string
  let kernel: SocketClient
  const printed: string[] = []

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gradlab-hostile-'))
    kernel = await startSocketKernel(folder)
    kernel.collector.watch(m => {
      if (m.header.msg_type === 'stream') printed.push(String(m.content.text))
    })
  })
  after(async () => {
    await kernel?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const frame = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
  const parts = (message: WireMessage): Buffer[] =>
    [message.header, message.parent_header, message.metadata, message.content].map(frame)
  const attack = (): Buffer[] => parts(makeRequest('shell', 'execute_request', cell('console.log("attacked")')))

  /** The kernel is as it was: no attack ran, and a cell does. */
  const survived = async (reason: RegExp): Promise<void> => {
    const outcome = await execute(kernel, 'console.log("alive"); 6 * 7')
    assert.deepEqual([outcome.stdout, outcome.results], ['alive\n', [{ 'text/plain': '42' }]])
    assert.equal(printed.join('').includes('attacked'), false)
    assert.match(kernel.log(), reason)
  }

  for (const [what, signature] of [
    ['without a signature', ''],
    ['with a signature of another key', 'a'.repeat(64)],
    ['with half a signature', undefined],
  ] as const) {
    it(`are refused ${what}`, async () => {
      const json = attack()
      const own = String(kernel.signed(json)[1])
      await kernel.sendRaw(['<IDS|MSG>', signature ?? own.slice(0, 32), ...json])
      await survived(/message was dropped: signature: expected the HMAC/)
    })
  }

  it('are refused when any signed part was changed', async () => {
    for (const at of [0, 1, 2, 3]) {
      const json = parts(makeRequest('shell', 'execute_request', cell('1')))
      const [, signature] = kernel.signed(json)
      const changed = json.map((part, i) => (i === at ? attack()[at]! : part))
      if (changed[at]?.equals(json[at]!)) changed[at] = frame({ msg_id: 'x' })
      await kernel.sendRaw(['<IDS|MSG>', signature!, ...changed])
    }
    await survived(/expected the HMAC/)
  })

  it('run once when they are recorded and sent again, also by the other channel', async () => {
    let runs = 0
    const stop = kernel.collector.watch(m => {
      if (m.header.msg_type === 'execute_input' && String(m.content.code).includes('"counted"')) runs += 1
    })
    const request = makeRequest('shell', 'execute_request', cell('"counted"'))
    const answer = kernel.collector.expect(request)
    const frames = await kernel.sendSigned(request)
    await answer
    await kernel.sendRaw(frames)
    await kernel.sendRaw(frames, 'control')
    await kernel.sendRaw(['another-identity', ...frames])
    await survived(/expected a new message/)
    stop()
    assert.equal(runs, 1)
  })

  it('are dropped when they are malformed, each with the reason in the log', async () => {
    const header = frame(makeRequest('shell', 'execute_request', {}).header)
    const none = frame({})
    const bad: [(string | Uint8Array)[], RegExp][] = [
      [[''], /delimiter/],
      [['nonsense'], /delimiter/],
      [['<IDS|MSG>'], /four JSON frames/],
      [['<IDS|MSG>', 'signature'], /four JSON frames/],
      [['<IDS|MSG>', 'signature', header, none, none], /four JSON frames/],
      [kernel.signed(['{"msg_id":', none, none, none]), /header: expected JSON/],
      [kernel.signed([header, none, none, 'undefined']), /content: expected JSON/],
      [kernel.signed([header, none, none, Buffer.from([0xff, 0xfe, 0])]), /content: expected JSON/],
      [kernel.signed([header, none, none, '[1]']), /content: expected an object, got an array/],
      [kernel.signed([header, none, 'null', none]), /metadata: expected an object, got null/],
      [kernel.signed(['null', none, none, none]), /header: expected an object, got null/],
      [kernel.signed([frame({ msg_id: 7, msg_type: 'x' }), none, none, none]), /header.msg_id/],
      [kernel.signed([frame({ msg_id: 'x' }), none, none, none]), /header.msg_type/],
      [kernel.signed([frame({ msg_id: 'y', msg_type: ['a'] }), none, none, none]), /header.msg_type/],
    ]
    for (const [frames, reason] of bad) {
      for (const channel of ['shell', 'control', 'stdin'] as const) await kernel.sendRaw(frames, channel)
      await survived(reason)
    }
  })

  it('do no harm with contents of the wrong types', async () => {
    const odd: [string, Record<string, unknown>][] = [
      ['execute_request', { code: 5 }],
      ['execute_request', { code: null, user_expressions: 'x', silent: 'yes' }],
      ['complete_request', { code: ['Math.'], cursor_pos: 'end' }],
      ['inspect_request', { code: {}, cursor_pos: {}, detail_level: 'high' }],
      ['is_complete_request', { code: 7 }],
      ['history_request', { hist_access_type: 7, n: 'all', session: [], pattern: {} }],
      ['comm_info_request', { target_name: 7 }],
    ]
    for (const [type, content] of odd) {
      const { reply } = await kernel.request('shell', type, content)
      assert.ok(['ok', 'error', 'complete'].includes(String(reply.content.status)), type)
    }
    for (const type of ['comm_open', 'comm_msg', 'comm_close', 'input_reply']) {
      await kernel.sendSigned(makeRequest('shell', type, { comm_id: 5, target_name: null, data: 'text' }))
    }
    await survived(/./)
  })

  it('of 100 MB are survived, and their memory is given back', async function () {
    // Only Linux tells a process's memory by a file.
    if (process.platform !== 'linux') this.skip()
    const huge = Buffer.alloc(100 * MB, 0x61)
    await execute(kernel, '1')
    const before = memory(kernel.process.pid)
    await kernel.sendRaw([huge])
    await kernel.sendRaw(['<IDS|MSG>', 'bad', huge, huge.subarray(0, 10), huge.subarray(0, 10), huge.subarray(0, 10)])
    await survived(/dropped/)
    const header = frame(makeRequest('shell', 'comm_msg', {}).header)
    await kernel.sendRaw([...kernel.signed([header, '{}', '{}', '{"comm_id":"none"}']), huge])
    await kernel.sendRaw(kernel.signed([frame({ msg_id: randomUUID(), msg_type: 'x' }), '{}', '{}', huge]))
    await survived(/dropped/)
    const limit = before + 120 * MB
    for (let i = 0; i < 100 && memory(kernel.process.pid) > limit; i += 1) {
      await execute(kernel, `${i}`)
      await sleep(100)
    }
    const kept = memory(kernel.process.pid)
    assert.ok(kept <= limit, `${Math.round(kept / MB)} MB, ${Math.round(before / MB)} MB before`)
  })

  it('may be long: a cell of 5 MB runs', async () => {
    const text = 'x'.repeat(5 * MB)
    const { results } = await execute(kernel, `"${text}".length`)
    assert.deepEqual(results, [{ 'text/plain': String(5 * MB) }])
  })

  it('may be many: 20,000 that are refused, and the kernel answers', async () => {
    const json = attack()
    for (let i = 0; i < 20_000; i += 1) await kernel.sendRaw(['<IDS|MSG>', 'bad', ...json])
    await survived(/dropped/)
  })
})

/** The resident memory of a process, in bytes. */
function memory(pid: number | undefined): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) * 1024
}

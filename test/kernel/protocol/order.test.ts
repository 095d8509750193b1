// Order: what comes first, what last and to whom, under load, with many requests and more than one client at once.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeRandom } from '../clients/random.js'
import { execute, type Json, makeRequest, toOutcome, type WireMessage } from '../clients/request.js'
import { type Connected, cell, connect, type SocketClient, startSocketKernel } from '../clients/sockets.js'

describe('order over sockets', function () {
  this.timeout(120_000)
  let folder: string
  let kernel: SocketClient

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gradlab-order-'))
    kernel = await startSocketKernel(folder)
  })
  after(async () => {
    await kernel?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('holds for 1,000 cells that are sent at once: each right, one after the other', async () => {
    await execute(kernel, 'const order: number[] = []')
    const begun: string[] = []
    const stop = kernel.collector.watch(m => {
      if (m.header.msg_type === 'execute_input') begun.push(String(m.content.code))
    })
    const codes = Array.from({ length: 1000 }, (_, i) => `order.push(${i}); console.log('line ${i}'); ${i} * 2`)
    const answers = await Promise.all(codes.map(code => kernel.request('shell', 'execute_request', cell(code))))
    stop()
    assert.deepEqual(begun, codes)
    const first = Number(answers[0]?.reply.content.execution_count)
    answers.forEach((answer, i) => {
      const outcome = toOutcome(answer)
      assert.deepEqual(
        [outcome.status, outcome.count, outcome.stdout, outcome.results],
        ['ok', first + i, `line ${i}\n`, [{ 'text/plain': String(i * 2) }]],
      )
      assert.deepEqual(outcome.types, ['status', 'execute_input', 'stream', 'execute_result', 'status'])
    })
    const { results } = await execute(kernel, 'order.every((n, i) => n === i) && order.length')
    assert.deepEqual(results, [{ 'text/plain': '1000' }])
  })

  it('holds when completion, hover, comms and history are asked between cells that print', async () => {
    const random = makeRandom(7)
    const all: WireMessage[] = []
    const stop = kernel.collector.watch(m => all.push(m))
    const sent: { type: string; id: string }[] = []
    const answers: Promise<unknown>[] = []
    const side: [string, Json][] = [
      ['complete_request', { code: 'Math.sq', cursor_pos: 7 }],
      ['inspect_request', { code: 'Math.sqrt', cursor_pos: 6, detail_level: 0 }],
      ['history_request', { hist_access_type: 'tail', n: 3, raw: true, output: false }],
      ['comm_info_request', {}],
      ['is_complete_request', { code: 'f(' }],
      ['kernel_info_request', {}],
    ]
    for (let i = 0; i < 150; i += 1) {
      const loops = 1 + Math.floor(random() * 40)
      const picked = side[Math.floor(random() * side.length)]
      const isCell = random() < 0.4 || picked === undefined
      const [type, content] = isCell
        ? ['execute_request', cell(`for (let i = 0; i < ${loops}; i++) { console.log(i); if (i % 9 === 0) await 0 }`)]
        : picked
      const request = makeRequest('shell', type, content)
      sent.push({ type, id: request.header.msg_id })
      answers.push(kernel.collector.expect(request))
      await kernel.sendSigned(request)
      if (random() < 0.2) await sleep(random() * 20)
    }
    await Promise.all(answers)
    stop()
    assertFramed(all, sent)
    assertBusyAgain(all, new Set(sent.filter(({ type }) => type === 'execute_request').map(({ id }) => id)))
  })

  it('tells each of two clients its own replies, and both what is published', async () => {
    const other = await connect(kernel.connection)
    try {
      const [mine, theirs] = [repliesTo(kernel), repliesTo(other)]
      const heard = other.collector.next(
        m => m.header.msg_type === 'stream' && m.parent_header.msg_id === request.header.msg_id,
      )
      const request = makeRequest('shell', 'execute_request', cell('console.log("for all")'))
      const answer = kernel.collector.expect(request)
      await kernel.sendSigned(request)
      await Promise.all([answer, heard, ...Array.from({ length: 20 }, (_, i) => execute(other, `${i}`))])
      await Promise.all([execute(kernel, '1'), execute(other, '2')])
      assert.equal(mine.stop().length, 2)
      assert.equal(theirs.stop().length, 21)
    } finally {
      other.disconnect()
    }
  })

  it('asks the client for input that has sent the cell, and takes no answer of another', async () => {
    const other = await connect(kernel.connection)
    try {
      const wrong = other.collector
        .next(m => m.channel === 'stdin')
        .then(() => assert.fail('the wrong client was asked'))
      const question = kernel.collector.next(m => m.header.msg_type === 'input_request')
      const running = kernel.request('shell', 'execute_request', cell('prompt("who?")', { allow_stdin: true }))
      const asked = await Promise.race([question, wrong])
      assert.equal(asked.channel, 'stdin')
      const answer = (value: string): WireMessage => ({
        ...makeRequest('shell', 'input_reply', { status: 'ok', value }),
        channel: 'stdin',
        parent_header: asked.header,
      })
      await other.sendSigned(answer('an impostor'))
      await sleep(100)
      await kernel.sendSigned(answer('me'))
      assert.deepEqual(toOutcome(await running).results, [{ 'text/plain': "'me'" }])
    } finally {
      other.disconnect()
    }
  })

  it('aborts exactly the cells that were queued behind a failure, and runs the next at once', async () => {
    const send = (code: string, stop_on_error: boolean): Promise<Json> =>
      kernel.request('shell', 'execute_request', cell(code, { stop_on_error })).then(({ reply }) => reply.content)
    const before = [send('1', true), send('await new Promise(r => setTimeout(r, 150))', true)]
    const failing = send('throw new Error("stop")', true)
    const queued = [send('2', true), send('3', false), send('4', true)]
    const info = kernel.request('shell', 'kernel_info_request', {})
    assert.equal((await failing).status, 'error')
    assert.deepEqual(
      (await Promise.all(before)).map(content => content.status),
      ['ok', 'ok'],
    )
    assert.deepEqual(
      (await Promise.all(queued)).map(content => content.status),
      ['aborted', 'aborted', 'aborted'],
    )
    assert.equal((await info).reply.content.status, 'ok')
    assert.equal((await send('5', true)).status, 'ok')
  })

  it('goes on behind a failure where the failing cell says so', async () => {
    const codes = ['throw new Error("go on")', '6 * 7']
    const outcomes = await Promise.all(codes.map(code => execute(kernel, code, { stop_on_error: false })))
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['error', 'ok'],
    )
  })

  for (const [what, endless] of [
    ['loops', 'for (;;);'],
    ['awaits for ever', 'await new Promise(() => {});'],
  ]) {
    it(`lets an interrupt stop a user expression that ${what}, and runs the next cell`, async () => {
      const go = kernel.collector.next(m => m.header.msg_type === 'stream')
      const running = execute(kernel, 'const before = 1', {
        user_expressions: { endless: `await (async () => { console.log("go"); ${endless} })()` },
      })
      await go
      await kernel.request('control', 'interrupt_request', {})
      const expressions = (await running).reply.user_expressions as Record<string, Json>
      assert.deepEqual([expressions.endless?.status, expressions.endless?.ename], ['error', 'Interrupted'])
      assert.deepEqual((await execute(kernel, 'before')).results, [{ 'text/plain': '1' }])
    })
  }

  it('has an interrupted cell abort those that wait behind it, as an error does', async () => {
    const go = kernel.collector.next(m => m.header.msg_type === 'stream')
    const options = { stop_on_error: true }
    const running = execute(kernel, 'console.log("go"); await new Promise(() => {})', options)
    const queued = execute(kernel, '"never"', options)
    await go
    await kernel.request('control', 'interrupt_request', {})
    assert.equal((await running).error?.ename, 'Interrupted')
    assert.equal((await queued).status, 'aborted')
  })
})

/** Under each request: busy first, idle last, and neither anywhere else, but 'busy' again of a cell that runs. */
function assertFramed(all: readonly WireMessage[], sent: readonly { type: string; id: string }[]): void {
  for (const { type, id } of sent) {
    const published = all.filter(m => m.channel === 'iopub' && m.parent_header.msg_id === id)
    const states = published.map(m => m.content.execution_state)
    assert.equal(states[0], 'busy', type)
    assert.equal(states.at(-1), 'idle', type)
    assert.equal(states.filter(state => state === 'idle').length, 1, type)
    if (type !== 'execute_request') assert.deepEqual(states, ['busy', 'idle'], type)
  }
}

/** The newest status of any parent is what JupyterLab shows: while a cell runs it must not stay 'idle'. */
function assertBusyAgain(all: readonly WireMessage[], cells: ReadonlySet<string>): void {
  const published = all.filter(m => m.channel === 'iopub')
  let running: string | undefined
  published.forEach((message, i) => {
    const id = String(message.parent_header.msg_id)
    const state = message.content.execution_state
    if (cells.has(id)) {
      if (state === 'busy') running = id
      if (state === 'idle') running = undefined
    } else if (state === 'idle' && running !== undefined) {
      const next = published[i + 1]
      assert.deepEqual([next?.parent_header.msg_id, next?.content.execution_state], [running, 'busy'])
    }
  })
}

function repliesTo(client: Connected): { stop(): WireMessage[] } {
  const replies: WireMessage[] = []
  const stop = client.collector.watch(m => {
    if (m.header.msg_type === 'execute_reply') replies.push(m)
  })
  return {
    stop() {
      stop()
      return replies
    },
  }
}

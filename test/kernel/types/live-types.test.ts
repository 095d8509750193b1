// Type errors while one types, as a page sees them: by a comm, over a real kernel.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute, type Json, makeRequest, type WireMessage } from '../clients/request.js'
import { type StdioClient, startStdioKernel } from '../clients/stdio.js'

describe('types while one types', function () {
  this.timeout(60_000)
  let folder: string
  let kernel: StdioClient

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gradlab-live-'))
    kernel = startStdioKernel(folder)
    open('page')
  })
  after(async () => {
    await kernel.close()
    rmSync(folder, { recursive: true, force: true })
  })

  function post(type: string, content: Json): void {
    kernel.post(makeRequest('shell', type, content))
  }

  function open(comm_id: string): void {
    post('comm_open', { comm_id, target_name: 'gradlab.types', data: {} })
  }

  const isOp = (message: WireMessage, op: string, comm = 'page'): boolean =>
    message.header.msg_type === 'comm_msg' && message.content.comm_id === comm && dataOf(message).op === op

  function dataOf(message: WireMessage): Json {
    return message.content.data as Json
  }

  /** The findings of a version, when all wanted cells have theirs. */
  async function check(
    version: number,
    cells: readonly Json[],
    wanted: readonly string[],
    comm = 'page',
  ): Promise<Json> {
    const found: Json = {}
    const all = kernel.collector.next(message => {
      if (!isOp(message, 'found', comm) || dataOf(message).version !== version) return false
      Object.assign(found, dataOf(message).cells)
      return wanted.every(id => id in found)
    })
    post('comm_msg', { comm_id: comm, data: { op: 'check', version, cells, wanted } })
    await all
    return found
  }

  it('are found in cells that have not run, with their offsets', async () => {
    const cells = [
      { id: 'a', code: 'const base = 3' },
      { id: 'b', code: '/* 😀 */\r\nconst s: string = base' },
      { id: 'c', code: 'foo(' },
    ]
    assert.deepEqual(await check(1, cells, ['b', 'a', 'c']), {
      a: [],
      b: [
        {
          from: 16,
          to: 17,
          severity: 'error',
          code: 2322,
          message: "Type 'number' is not assignable to type 'string'.",
        },
      ],
      c: [{ from: 3, to: 4, severity: 'error', code: 0, message: 'Expected `)` but found the end of the cell' }],
    })
  })

  it('are as strict as the cell wants', async () => {
    const code = 'const s: string = 1'
    const found = await check(
      2,
      [
        { id: 'strict', code, typecheck: 'strict' },
        { id: 'warn', code, typecheck: 'warn' },
        { id: 'off', code, typecheck: 'off' },
        { id: 'broken', code: 'const', typecheck: 'off' },
      ],
      ['strict', 'warn', 'off', 'broken'],
    )
    assert.deepEqual(
      Object.entries(found).map(([id, findings]) => [id, (findings as Json[]).map(({ severity }) => severity)]),
      [
        ['strict', ['error']],
        ['warn', ['warning']],
        ['off', []],
        ['broken', ['error']],
      ],
    )
  })

  it('are to be asked for again when a cell has run', async () => {
    const cells = [{ id: 'a', code: 'ranNow.toFixed()' }]
    assert.equal(((await check(3, cells, ['a'])).a as Json[]).length, 1)
    const changed = kernel.collector.next(message => isOp(message, 'changed'))
    await execute(kernel, 'const ranNow = 1')
    await changed
    assert.deepEqual(await check(4, cells, ['a']), { a: [] })
  })

  it('are found while a cell is busy', async () => {
    const running = execute(kernel, 'while (!globalThis.enough) await new Promise(go => setTimeout(go, 5))')
    const busy = execute(kernel, 'const end = Date.now() + 400; while (Date.now() < end);')
    assert.equal(((await check(5, [{ id: 'a', code: 'let x: number = "x"' }], ['a'])).a as Json[]).length, 1)
    await kernel.request('control', 'interrupt_request', {})
    await Promise.all([running, busy])
  })

  it('are told for the newest version, whatever was asked before', async () => {
    const cells = (n: number): Json[] =>
      Array.from({ length: 20 }, (_, i) => ({ id: `${i}`, code: `const v${i}: string = ${n}` }))
    for (let n = 10; n < 20; n++) {
      post('comm_msg', { comm_id: 'page', data: { op: 'check', version: n, cells: cells(n), wanted: ['0', '1'] } })
    }
    assert.equal(Object.values(await check(20, cells(20), ['0', '1', '19'])).flat().length, 3)
  })

  it('are told to each of two pages', async () => {
    open('other')
    const [one, two] = await Promise.all([
      check(30, [{ id: 'a', code: 'let x: string = 1' }], ['a']),
      check(30, [{ id: 'a', code: 'let x: string = "1"' }], ['a'], 'other'),
    ])
    assert.equal((one.a as Json[]).length, 1)
    assert.equal((two.a as Json[]).length, 0)
    post('comm_close', { comm_id: 'other', data: {} })
  })

  it('survive messages that are none', async () => {
    for (const data of [
      {},
      { op: 'check' },
      { op: 'check', cells: 3, wanted: {} },
      { op: 'check', cells: [1, {}], wanted: [1] },
    ]) {
      post('comm_msg', { comm_id: 'page', data })
    }
    assert.deepEqual(await check(40, [{ id: 'a', code: 'let y = 1' }], ['a']), { a: [] })
  })
})

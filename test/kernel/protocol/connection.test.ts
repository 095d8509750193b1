// Connection files of all kinds: other transports and signatures work, broken ones end with a message that helps.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute, makeRequest, toOutcome } from '../clients/request.js'
import { type Connection, cell, connect, launchKernel, startSocketKernel } from '../clients/sockets.js'
import { KERNEL_BIN } from '../clients/stdio.js'

describe('a connection file', function () {
  this.timeout(60_000)
  let folder: string

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gradlab-connection-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const works = async (change: Partial<Connection>): Promise<void> => {
    const kernel = await startSocketKernel(folder, change)
    try {
      assert.deepEqual((await execute(kernel, '"it " + "runs"')).results, [{ 'text/plain': "'it runs'" }])
      assert.equal(await kernel.heartbeat(), 'ping')
    } finally {
      await kernel.close()
    }
  }

  it('may turn signing off by an empty key', () => works({ key: '' }))
  it('may ask for another hash', () => works({ signature_scheme: 'hmac-sha512' }))
  it('may name ipc sockets', async function () {
    // ZeroMQ has no ipc on Windows.
    if (process.platform === 'win32') this.skip()
    await works({ transport: 'ipc', ip: join(folder, 'ipc') })
  })

  const fails = (content: string | undefined): string => {
    const path = join(folder, 'broken.json')
    if (content === undefined) rmSync(path, { force: true })
    else writeFileSync(path, content)
    const { status, stderr } = spawnSync(process.execPath, [KERNEL_BIN, '--connection-file', path], {
      encoding: 'utf8',
      timeout: 20_000,
    })
    assert.equal(status, 1, stderr)
    assert.doesNotMatch(stderr, /\n\s+at /, 'no stack')
    return stderr
  }
  const ports = { shell_port: 1, iopub_port: 2, stdin_port: 3, control_port: 4, hb_port: 5 }

  it('that is missing, broken or not one ends with what was expected', () => {
    assert.match(fails(undefined), /Connection file .*broken\.json: expected readable JSON.* start the kernel through/)
    assert.match(fails('{"shell_port": 1'), /expected readable JSON/)
    assert.match(fails('[]'), /broken\.json: expected an object, got an array/)
    assert.match(fails('{}'), /shell_port: expected a number, got undefined/)
    assert.match(fails(JSON.stringify({ ...ports, hb_port: '5' })), /hb_port: expected a number, got string/)
    assert.match(fails(JSON.stringify({ ...ports, key: 7 })), /key: expected a string, got number/)
  })

  it('with a signature scheme that nobody knows ends with those that may be', () => {
    for (const signature_scheme of ['hmac-rot13', 'plain', 'hmac-']) {
      const said = fails(JSON.stringify({ ...ports, key: 'k', signature_scheme }))
      assert.match(said, new RegExp(`got '${signature_scheme}'\\. hmac-sha256 is Jupyter's own`))
    }
  })

  it('with a transport or an address that cannot be bound ends with its name', () => {
    assert.match(fails(JSON.stringify({ ...ports, transport: 'pigeon' })), /pigeon:\/\/127\.0\.0\.1/)
    assert.match(fails(JSON.stringify({ ...ports, ip: '192.0.2.1' })), /tcp:\/\/192\.0\.2\.1/)
  })

  it('whose port is taken ends with its address', async () => {
    const kernel = await startSocketKernel(folder)
    try {
      const taken = kernel.connection.control_port
      const second = await launchKernel(folder, { ...ports, control_port: taken })
      assert.equal(await second.exited, 1)
      assert.match(second.log(), /tcp:\/\/127\.0\.0\.1:\d+/)
      second.remove()
    } finally {
      await kernel.close()
    }
  })

  it('is served from the first moment: what is sent while the kernel starts is answered', async () => {
    const kernel = await launchKernel(folder)
    // Connects before the sockets are bound, and asks until it is heard: nothing waits for 'ready'.
    const client = await connect(kernel.connection)
    const [complete, ran, history] = await Promise.all([
      client.request('shell', 'complete_request', { code: 'Math.flo', cursor_pos: 8 }),
      client.request('shell', 'execute_request', cell('const early = 1; early + 1')),
      client.request('control', 'history_request', { hist_access_type: 'tail', n: 1 }),
    ])
    assert.deepEqual(complete.reply.content.matches, ['floor'])
    assert.deepEqual(toOutcome(ran).results, [{ 'text/plain': '2' }])
    assert.equal(history.reply.content.status, 'ok')
    await client.sendSigned(makeRequest('control', 'shutdown_request', { restart: false }))
    assert.equal(await kernel.exited, 0)
    client.disconnect()
    kernel.remove()
  })
})

// The end of a kernel, whatever it is at: a reply, a clean exit, and no process of ours that outlives it or its server.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gone, offspring } from '../clients/processes.js'
import { execute, type Json, makeRequest } from '../clients/request.js'
import { cell, connect, launchKernel, type SocketClient, startSocketKernel } from '../clients/sockets.js'
import { KERNEL_BIN, PROJECT } from '../clients/stdio.js'

/** A command with children, which says 'go' when they are there. */
const SLEEPERS = '!sleep 300 & echo go; sleep 301'

describe('the end of a kernel', function () {
  this.timeout(60_000)
  let folder: string

  before(function () {
    // What is left behind is looked up in /proc.
    if (process.platform !== 'linux') this.skip()
    folder = mkdtempSync(join(tmpdir(), 'gradlab-ending-'))
  })
  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  })

  /** Starts a cell and waits for it to say 'go'. */
  const begin = async (kernel: SocketClient, code: string, options: Json = {}): Promise<void> => {
    const go = kernel.collector.next(m => m.header.msg_type === 'stream' && String(m.content.text).includes('go'))
    await kernel.sendSigned(
      makeRequest(
        'shell',
        'execute_request',
        cell(code.startsWith('!') ? code : `console.log('go')\n${code}`, options),
      ),
    )
    await go
  }

  const busyWith: Record<string, (kernel: SocketClient) => Promise<unknown>> = {
    'nothing but a live setInterval': kernel => execute(kernel, 'setInterval(() => {}, 10); 0'),
    'a loop that never yields': kernel => begin(kernel, 'for (;;);'),
    'a cell that awaits for ever': kernel => begin(kernel, 'await new Promise(() => {})'),
    'a prompt that nobody answers': async kernel => {
      const asked = kernel.collector.next(m => m.header.msg_type === 'input_request')
      await begin(kernel, 'prompt("never")', { allow_stdin: true })
      await asked
    },
    'a !command': kernel => begin(kernel, SLEEPERS),
    'a child process of its own': kernel =>
      begin(
        kernel,
        "const { spawn } = await import('node:child_process')\nspawn('sleep', ['300'])\nawait new Promise(() => {})",
      ),
    'a hundred queued cells': async kernel => {
      await begin(kernel, 'await new Promise(() => {})')
      for (let i = 0; i < 100; i += 1) await kernel.sendSigned(makeRequest('shell', 'execute_request', cell(`${i}`)))
    },
    'code that ignores signals': kernel =>
      begin(kernel, "process.on('SIGTERM', () => {})\nprocess.on('exit', () => { for (;;); })\nfor (;;);"),
  }

  for (const [what, begin] of Object.entries(busyWith)) {
    it(`is clean while it is busy with ${what}`, async () => {
      const kernel = await startSocketKernel(folder)
      await begin(kernel)
      const pids = [Number(kernel.process.pid), ...offspring(Number(kernel.process.pid)).map(({ pid }) => pid)]
      assert.ok(pids.length >= 3, 'front, runtime and type server')
      const { reply } = await kernel.request('control', 'shutdown_request', { restart: true })
      assert.deepEqual(reply.content, { status: 'ok', restart: true })
      assert.equal(await kernel.exited, 0)
      assert.deepEqual(await gone(pids), [])
      await kernel.close()
    })
  }

  it('is asked for by the shell channel, too, and twice', async () => {
    const kernel = await startSocketKernel(folder)
    const answer = kernel.request('shell', 'shutdown_request', {})
    await kernel.sendSigned(makeRequest('control', 'shutdown_request', { restart: false }))
    assert.deepEqual((await answer).reply.content, { status: 'ok', restart: false })
    assert.equal(await kernel.exited, 0)
    await kernel.close()
  })

  for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
    it(`is clean by ${signal}`, async () => {
      const kernel = await startSocketKernel(folder)
      await begin(kernel, SLEEPERS)
      const pids = offspring(Number(kernel.process.pid)).map(({ pid }) => pid)
      kernel.process.kill(signal)
      assert.equal(await kernel.exited, 0)
      assert.deepEqual(await gone(pids), [])
      await kernel.close()
    })
  }

  const killed = async (code: string): Promise<void> => {
    const kernel = await startSocketKernel(folder)
    await begin(kernel, code)
    const left = offspring(Number(kernel.process.pid)).map(({ pid }) => pid)
    kernel.process.kill('SIGKILL')
    await kernel.exited
    assert.deepEqual(await gone(left), [])
    await kernel.close()
  }
  it('by SIGKILL leaves nothing, not even the children of a !command', () => killed(SLEEPERS))
  it('by SIGKILL leaves nothing of a loop', () => killed('for (;;);'))

  it('of the runtime alone takes the children of its !command with it', async () => {
    const kernel = await startSocketKernel(folder)
    const pid = Number((await execute(kernel, 'process.pid')).results[0]?.['text/plain'])
    await begin(kernel, SLEEPERS)
    const left = [pid, ...offspring(pid).map(child => child.pid)]
    assert.ok(left.length >= 3)
    process.kill(pid, 'SIGKILL')
    assert.deepEqual(await gone(left), [])
    assert.equal((await execute(kernel, '1')).status, 'ok')
    await kernel.close()
  })

  it('comes when its server is killed: front, runtime, type server and the children of a !command', async () => {
    const { connection, process: front, remove } = await launchUnderServer(folder)
    const client = await connect(connection)
    const go = client.collector.next(m => m.header.msg_type === 'stream')
    await client.sendSigned(makeRequest('shell', 'execute_request', cell(SLEEPERS)))
    await go
    const family = offspring(Number(front.pid))
    assert.ok(family.some(({ command }) => command.includes('gradlab-kernel')))
    assert.ok(family.some(({ command }) => command.includes('--lsp')))
    assert.ok(family.some(({ command }) => command === 'sleep 300'))
    front.kill('SIGKILL')
    assert.deepEqual(await gone(family.map(({ pid }) => pid)), [])
    client.disconnect()
    remove()
  })
})

/** A parent between us and the kernel, which plays the server; `process` is the parent. */
async function launchUnderServer(folder: string): Promise<{
  connection: Awaited<ReturnType<typeof launchKernel>>['connection']
  process: ChildProcess
  remove(): void
}> {
  // A kernel that ends at once leaves a connection whose ports are free.
  const model = await launchKernel(folder)
  model.process.kill('SIGKILL')
  await model.exited
  const file = join(folder, 'served.json')
  writeFileSync(file, JSON.stringify(model.connection))
  const program = `require('node:child_process').spawn(process.execPath, ${JSON.stringify([KERNEL_BIN, '--connection-file', file, '--root', PROJECT.pathname])}, { stdio: 'ignore' }); setInterval(() => {}, 1000)`
  const server = spawn(process.execPath, ['-e', program], { cwd: folder, stdio: 'ignore' })
  return { connection: model.connection, process: server, remove: model.remove }
}

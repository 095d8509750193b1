// What a page does with a kernel over hours, by JupyterLab's own client library and a real server: connections that drop,
// two pages at once, comms with buffers, questions, restarts, and a server that ends idle kernels.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Kernel, KernelManager, type KernelMessage, ServerConnection } from '@jupyterlab/services'
import { WebSocket } from 'ws'
import { type GradlabLab, startGradlabLab } from './gradlab.js'

describe('a page of the kernel', function () {
  this.timeout(60_000)
  let lab: GradlabLab
  let settings: ServerConnection.ISettings
  let kernels: KernelManager
  let kernel: Kernel.IKernelConnection
  const sockets: WebSocket[] = []
  const { debug, warn } = console

  before(async () => {
    console.debug = () => {}
    // The library tells each connection that it loses; here that is what is tried.
    console.warn = () => {}
    lab = await startGradlabLab()
    const headers = { Authorization: `token ${lab.server.token}` }
    class TrackedWebSocket extends WebSocket {
      constructor(address: string | URL, protocols?: string | string[]) {
        super(address, protocols, { headers })
        sockets.push(this)
      }
    }
    settings = ServerConnection.makeSettings({
      baseUrl: lab.server.url,
      wsUrl: lab.server.url.replace(/^http/, 'ws'),
      token: lab.server.token,
      appendToken: false,
      // `ws` has what the library uses of a browser's WebSocket; the types differ in what it does not use.
      WebSocket: TrackedWebSocket as unknown as typeof globalThis.WebSocket,
    })
    kernels = new KernelManager({ serverSettings: settings })
    await kernels.ready
    kernel = await kernels.startNew({ name: 'gradlab' })
    await kernel.info
  })
  after(async () => {
    await kernel?.shutdown()
    kernels?.dispose()
    await lab?.stop()
    Object.assign(console, { debug, warn })
  })

  const start = (
    code: string,
    on: Kernel.IKernelConnection = kernel,
    allow_stdin = false,
  ): { future: ReturnType<Kernel.IKernelConnection['requestExecute']>; text(): string; results: unknown[] } => {
    const future = on.requestExecute({ code, stop_on_error: false, allow_stdin })
    let text = ''
    const results: unknown[] = []
    future.onIOPub = ({ header, content }) => {
      if (header.msg_type === 'stream') text += (content as KernelMessage.IStreamMsg['content']).text
      if (header.msg_type === 'execute_result') {
        results.push((content as KernelMessage.IExecuteResultMsg['content']).data['text/plain'])
      }
    }
    return { future, text: () => text, results }
  }
  const result = async (code: string, on?: Kernel.IKernelConnection): Promise<unknown> => {
    const { future, results } = start(code, on)
    await future.done
    return results[0]
  }

  it('answers what a cell asks', async () => {
    const { future, results } = start('prompt("name?") + prompt.password("secret?").length', kernel, true)
    const asked: unknown[] = []
    future.onStdin = message => {
      asked.push(message.content)
      kernel.sendInputReply({ status: 'ok', value: 'Ada' }, message.header as KernelMessage.IInputRequestMsg['header'])
    }
    await future.done
    assert.deepEqual(asked, [
      { prompt: 'name?', password: false },
      { prompt: 'secret?', password: true },
    ])
    assert.deepEqual(results, ["'Ada3'"])
  })

  it('interrupts a question that is open', async () => {
    const { future } = start('prompt("never")', kernel, true)
    const asked = new Promise<void>(resolve => {
      future.onStdin = () => resolve()
    })
    await asked
    await kernel.interrupt()
    const { content } = await future.done
    assert.equal((content as { ename?: string }).ename, 'Interrupted')
  })

  it('opens comms to the kernel and is opened comms by it, with buffers both ways', async () => {
    await result(
      'jupyter.onComm("t.sum", comm => { comm.onMessage = ({ buffers }) => comm.send({ sum: new Float32Array(buffers[0].slice().buffer).reduce((a, b) => a + b) }, { buffers: [new Uint8Array([7, 255])] }) }); 0',
    )
    const comm = kernel.createComm('t.sum')
    const back = new Promise<KernelMessage.ICommMsgMsg>(resolve => {
      comm.onMsg = resolve
    })
    comm.open({})
    comm.send({}, {}, [new Float32Array([1.5, 2.5, 4]).buffer])
    const message = await back
    assert.deepEqual(message.content.data, { sum: 8 })
    assert.deepEqual([...bytesOf(message.buffers?.[0])], [7, 255])
    const opened = new Promise<KernelMessage.ICommOpenMsg>(resolve => {
      kernel.registerCommTarget('t.page', (_, open) => resolve(open))
    })
    await result('jupyter.comm("t.page", { data: { hello: 1 }, buffers: [new Uint8Array([1, 2, 3])] }); 0')
    const open = await opened
    assert.deepEqual(open.content.data, { hello: 1 })
    assert.deepEqual([...bytesOf(open.buffers?.[0])], [1, 2, 3])
  })

  it('loses its connection while a cell runs, and has the rest of the output when it is back', async () => {
    const code =
      'for (let i = 0; i < 30; i++) { console.log("tick", i); await new Promise(r => setTimeout(r, 100)) }\n"over"'
    const { future, text, results } = start(code)
    await until(() => text().includes('tick 3'), 'the cell to run')
    const reconnected = new Promise<void>(resolve => {
      kernel.connectionStatusChanged.connect((_, status) => {
        if (status === 'connected') resolve()
      })
    })
    const dropped = sockets.filter(socket => socket.readyState === WebSocket.OPEN)
    assert.ok(dropped.length > 0)
    for (const socket of dropped) socket.terminate()
    await reconnected
    assert.equal((await future.done).content.status, 'ok')
    assert.deepEqual(results, ["'over'"])
    assert.equal(text(), Array.from({ length: 30 }, (_, i) => `tick ${i}\n`).join(''))
    assert.equal(await result('1 + 1'), '2')
  })

  it('may be one of two: both use the same names, each has its own replies', async () => {
    const other = kernels.connectTo({ model: kernel.model })
    await other.info
    await result('let shared = 1')
    assert.equal(await result('shared += 1; shared', other), '2')
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, i) => result(`${i} + shared * 0`, i % 2 === 0 ? kernel : other)),
    )
    assert.deepEqual(
      all,
      Array.from({ length: 20 }, (_, i) => String(i)),
    )
    other.dispose()
  })

  it('sees the kernel idle after a cell, busy in one, also after another request', async () => {
    const { future, text } = start('console.log("go"); await new Promise(r => setTimeout(r, 800))')
    await until(() => text().includes('go'), 'the cell to run')
    const model = async (): Promise<string | undefined> => {
      const answer = await fetch(`${lab.server.url}/api/kernels/${kernel.id}`, {
        headers: { Authorization: `token ${lab.server.token}` },
      })
      return ((await answer.json()) as { execution_state?: string }).execution_state
    }
    await kernel.requestComplete({ code: 'Math.', cursor_pos: 5 })
    await sleep(100)
    // By this a server that ends idle kernels knows that one is at work.
    assert.equal(await model(), 'busy')
    await future.done
    await until(() => kernel.status === 'idle', 'the kernel to be idle')
    assert.equal(await model(), 'idle')
  })

  it('restarts the kernel in the middle of a cell: no names, no comms, and the events in order', async () => {
    kernel.registerCommTarget('t.gone', () => {})
    await result('const gone = 1; jupyter.comm("t.gone"); 0')
    const { future, text } = start('console.log("go"); for (;;);')
    await until(() => text().includes('go'), 'the cell to run')
    const seen: string[] = []
    kernel.statusChanged.connect((_, status) => seen.push(status))
    // A restart ends what was asked for.
    future.done.catch(() => {})
    await kernel.restart()
    await kernel.info
    assert.equal(await result('typeof gone'), "'undefined'")
    const { content } = await kernel.requestCommInfo({})
    assert.deepEqual(content.status === 'ok' && content.comms, {})
    await until(() => kernel.status === 'idle', 'the kernel to be idle')
    assert.ok(seen.includes('restarting'), seen.join())
    assert.equal(seen.includes('dead') || seen.includes('autorestarting'), false, seen.join())
  })
})

function bytesOf(buffer: ArrayBuffer | ArrayBufferView | undefined): Uint8Array {
  if (buffer === undefined) return new Uint8Array()
  return ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer)
}

/** A guard against hanging; how long things take is no test. */
async function until(condition: () => boolean, what: string): Promise<void> {
  const end = Date.now() + 30_000
  while (!condition()) {
    if (Date.now() > end) throw new Error(`Waited 30 s for ${what}.`)
    await sleep(20)
  }
}

// The kernel behind a real Jupyter server, driven by JupyterLab's own client library: nothing here speaks the protocol.
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Kernel,
  KernelManager,
  type KernelMessage,
  KernelSpecAPI,
  ServerConnection,
  SessionManager,
} from '@jupyterlab/services'
import { WebSocket } from 'ws'
import { type GradlabLab, startGradlabLab } from './gradlab.js'
import { descendants, type LabServer } from './lab-server.js'

describe('the kernel behind a Jupyter server', function () {
  this.timeout(60_000)
  let lab: GradlabLab
  let settings: ServerConnection.ISettings
  let kernels: KernelManager
  let kernel: Kernel.IKernelConnection
  const { debug, warn } = console
  const warnings: string[] = []

  before(async () => {
    // The library tells each change of a connection; only what else it has to say matters here.
    console.debug = () => {}
    console.warn = (...what: unknown[]) => warnings.push(what.join(' '))
    lab = await startGradlabLab()
    settings = connectionSettings(lab.server)
    kernels = new KernelManager({ serverSettings: settings })
    await kernels.ready
    kernel = await kernels.startNew({ name: 'gradlab' })
  })
  after(async () => {
    kernels?.dispose()
    await lab?.stop()
    Object.assign(console, { debug, warn })
    assert.deepEqual(
      warnings.filter(text => !text.startsWith('Connection lost, reconnecting')),
      [],
    )
  })

  const run = (code: string, options: Partial<ExecuteContent> = {}): Promise<Ran> => execute(kernel, code, options)

  describe('is found', () => {
    it('as the one kernelspec and the default, under its name', async () => {
      const specs = await KernelSpecAPI.getSpecs(settings)
      assert.equal(specs.default, 'gradlab')
      assert.deepEqual(Object.keys(specs.kernelspecs), ['gradlab'])
      assert.equal(specs.kernelspecs.gradlab?.display_name, 'TypeScript (Gradlab)')
      assert.equal(specs.kernelspecs.gradlab?.language, 'typescript')
    })

    it('with logos that the server hands out', async () => {
      const { kernelspecs } = await KernelSpecAPI.getSpecs(settings)
      const resources = kernelspecs.gradlab?.resources ?? {}
      assert.deepEqual(Object.keys(resources).sort(), ['logo-32x32', 'logo-64x64', 'logo-svg'])
      const types = { 'logo-32x32': 'image/png', 'logo-64x64': 'image/png', 'logo-svg': 'image/svg+xml' }
      for (const [name, type] of Object.entries(types)) {
        const answer = await fetch(`${lab.server.url}${resources[name]}`, authorised(lab.server))
        assert.equal(answer.status, 200)
        assert.equal(answer.headers.get('content-type'), type)
      }
    })
  })

  describe('answers', () => {
    it('kernel_info with what JupyterLab needs to highlight and to export', async () => {
      const info = await kernel.info
      assert.equal(info.implementation, 'gradlab-kernel')
      assert.match(info.banner, /TypeScript 7\.\d/)
      const { version: _, ...language } = info.language_info
      assert.deepEqual(language, {
        name: 'typescript',
        mimetype: 'text/x-typescript',
        file_extension: '.ts',
        pygments_lexer: 'typescript',
        nbconvert_exporter: 'script',
      })
    })

    it('completion with kinds, types and the place that they replace', async () => {
      await run('const squares = [1, 4, 9].map(x => x)')
      const { content } = await kernel.requestComplete({ code: 'squares.ma', cursor_pos: 10 })
      assert.ok(content.status === 'ok')
      assert.equal(content.matches[0], 'map')
      assert.deepEqual([content.cursor_start, content.cursor_end], [8, 10])
      const [first] = content.metadata._jupyter_types_experimental as { text: string; type: string }[]
      assert.deepEqual([first?.text, first?.type], ['map', 'method'])
    })

    it('inspect with the type of a name of an earlier cell', async () => {
      const { content } = await kernel.requestInspect({ code: 'squares', cursor_pos: 3, detail_level: 0 })
      assert.ok(content.status === 'ok' && content.found)
      assert.match(String(content.data['text/plain']), /const squares: number\[\]/)
    })

    it('is_complete: complete, incomplete and invalid', async () => {
      const status = async (code: string): Promise<string> => (await kernel.requestIsComplete({ code })).content.status
      assert.equal(await status('const a = 1'), 'complete')
      assert.equal(await status('for (const x of [1]) {'), 'incomplete')
      assert.equal(await status('const = 1'), 'invalid')
    })

    it('history with the newest cells', async () => {
      await run("'older'")
      const { reply } = await run("'newest'")
      const { content } = await kernel.requestHistory({
        output: false,
        raw: true,
        hist_access_type: 'tail',
        n: 2,
      } as KernelMessage.IHistoryRequestMsg['content'])
      assert.ok(content.status === 'ok')
      const entries = content.history.map(([, line, source]) => [line, source])
      assert.deepEqual(entries, [
        [Number(reply.execution_count) - 1, "'older'"],
        [reply.execution_count, "'newest'"],
      ])
    })

    it('an unknown comm target by closing it, so that no page waits for it', async () => {
      const comm = kernel.createComm('jupyter.widget.control')
      const closed = new Promise<KernelMessage.ICommCloseMsg>(resolve => {
        comm.onClose = resolve
      })
      comm.open({ state: {} })
      const message = await within(closed, 'the comm to be closed')
      assert.equal(message.content.comm_id, comm.commId)
    })

    it('while a cell runs, and is busy again after the answer', async () => {
      const future = start(kernel, "console.log('go')\nawait new Promise(done => setTimeout(done, 1000))\n'over'")
      await future.said('go')
      const { content } = await kernel.requestComplete({ code: 'Math.fl', cursor_pos: 7 })
      assert.ok(content.status === 'ok' && content.matches.includes('floor'))
      assert.equal(future.over(), false)
      await until(() => kernel.status === 'busy', 'the status to be busy again')
      assert.equal(future.over(), false)
      assert.deepEqual((await future.ran).results, ["'over'"])
      await until(() => kernel.status === 'idle', 'the status to be idle')
    })
  })

  describe('runs', () => {
    it('a cell: both streams, its result and its number', async () => {
      const ran = await run("console.log('out')\nconsole.error('err')\n6 * 7")
      assert.equal(ran.stdout, 'out\n')
      assert.equal(ran.stderr, 'err\n')
      assert.deepEqual(ran.results, ['42'])
      assert.equal(ran.reply.status, 'ok')
      assert.deepEqual(
        ran.types.filter(type => type !== 'stream'),
        ['status', 'execute_input', 'execute_result', 'status'],
      )
    })

    it('a display, and its update in place', async () => {
      const ran = await run("const shown = display.markdown('*first*')\nshown.update('second');")
      const [first, second] = ran.messages.filter(({ header }) => /display_data$/.test(header.msg_type))
      assert.equal(first?.header.msg_type, 'display_data')
      assert.equal(second?.header.msg_type, 'update_display_data')
      const contents = [first, second].map(message => message?.content as DisplayContent)
      assert.equal(contents[0]?.data['text/markdown'], '*first*')
      assert.equal(contents[1]?.data['text/markdown'], 'second')
      assert.equal(contents[0]?.transient.display_id, contents[1]?.transient.display_id)
      assert.equal(typeof contents[0]?.transient.display_id, 'string')
    })

    it('a cell that fails: the same error on the page and in the reply', async () => {
      const ran = await run('function f(): never {\n  throw new RangeError("too far")\n}\nf()')
      assert.equal(ran.reply.status, 'error')
      const { ename, evalue, traceback } = ran.reply as ErrorContent
      assert.deepEqual(ran.error, { ename, evalue, traceback })
      assert.deepEqual([ename, evalue], ['RangeError', 'too far'])
      const count = ran.reply.execution_count
      assert.match(plain(traceback), new RegExp(`at f Cell \\[${count}\\]:2:9`))
      assert.match(plain(traceback), new RegExp(`at Cell \\[${count}\\]:4:1`))
    })

    it('not the cells that wait behind a failed one, but the next that is sent', async () => {
      const sent = ["throw new Error('first')", "'waiting'"].map(code => start(kernel, code, { stop_on_error: true }))
      const [failed, waiting] = await Promise.all(sent.map(({ ran }) => ran))
      assert.equal(failed?.reply.status, 'error')
      assert.equal(waiting?.reply.status, 'aborted')
      assert.deepEqual((await run("'next'")).results, ["'next'"])
    })

    it('the waiting cells, too, where the client asks for it', async () => {
      const sent = ["throw new Error('first')", "'second'"].map(code => start(kernel, code))
      assert.deepEqual((await Promise.all(sent.map(({ ran }) => ran))).at(-1)?.results, ["'second'"])
    })

    it('a cell that prints 20,000 lines, and loses none', async () => {
      const ran = await run('for (let i = 0; i < 20_000; i++) console.log(i)')
      assert.equal(ran.stdout, Array.from({ length: 20_000 }, (_, i) => `${i}\n`).join(''))
    })
  })

  describe('is interrupted', () => {
    it('in a loop that never yields; names keep what they had', async () => {
      const future = start(kernel, "let n = 0\nconsole.log('go')\nfor (;;) n++")
      await future.said('go')
      await kernel.interrupt()
      const { reply } = await future.ran
      assert.equal(reply.status, 'error')
      assert.equal((reply as ErrorContent).ename, 'Interrupted')
      assert.deepEqual((await run('n > 0')).results, ['true'])
    })

    it('in a loop that awaits; it does not go on behind the back of the next cell', async () => {
      const loop = 'for (;;) {\n  m++\n  await new Promise(done => setTimeout(done, 2))\n}'
      const future = start(kernel, `let m = 0\nconsole.log('go')\n${loop}`)
      await future.said('go')
      await kernel.interrupt()
      assert.equal(((await future.ran).reply as ErrorContent).ename, 'Interrupted')
      const { results } = await run('const then = m\nawait new Promise(done => setTimeout(done, 100))\nm - then')
      assert.deepEqual(results, ['0'])
    })

    it('with nothing to stop, without harm', async () => {
      await kernel.interrupt()
      assert.deepEqual((await run('1 + 1')).results, ['2'])
    })
  })

  describe('restarts', () => {
    it('with no names and numbers from 1', async () => {
      await run('let kept = 1')
      await kernel.restart()
      await kernel.info
      const ran = await run('typeof kept')
      assert.deepEqual(ran.results, ["'undefined'"])
      assert.equal(ran.reply.execution_count, 1)
      assert.deepEqual((await run('let kept = 2\nkept')).results, ['2'])
    })
  })

  describe('survives', () => {
    it('the death of the process that runs cells: the cell says so, the next one runs', async () => {
      const pid = Number((await run('process.pid')).results[0])
      const front = Number((await run('process.ppid')).results[0])
      const future = start(kernel, "console.log('go')\nawait new Promise(() => {})")
      await future.said('go')
      process.kill(pid, 'SIGKILL')
      const { reply, error } = await future.ran
      assert.equal(reply.status, 'error')
      assert.equal(error?.ename, 'RuntimeDied')
      assert.match(plain(error?.traceback ?? []), /was killed \(SIGKILL\).*All names are lost/)
      assert.equal(Number((await run('process.ppid')).results[0]), front)
      assert.notEqual(Number((await run('process.pid')).results[0]), pid)
    })

    it('its death between two cells', async () => {
      process.kill(Number((await run('process.pid')).results[0]), 'SIGKILL')
      const { results } = await retried(
        () => run('2 + 2'),
        ({ reply }) => reply.status === 'ok',
      )
      assert.deepEqual(results, ['4'])
    })

    it('its own death: the server starts it anew, and nothing of the old one is left', async () => {
      const front = Number((await run('process.ppid')).results[0])
      const old = [front, ...descendants(front)]
      const restarted = new Promise<void>(resolve => {
        kernel.statusChanged.connect((_, status) => {
          if (status === 'autorestarting') resolve()
        })
      })
      process.kill(front, 'SIGKILL')
      await within(restarted, 'the server to start the kernel anew')
      await kernel.info
      const { results } = await run('process.ppid')
      assert.notEqual(Number(results[0]), front)
      await until(() => old.every(pid => !lives(pid)), `the processes ${old} to end`)
    })
  })

  describe('of a notebook', () => {
    it('runs in its folder, by the rules that it sets', async () => {
      await mkdir(join(lab.notebooks, 'deep'))
      const metadata = { gradlab: { typecheck: 'warn' } }
      const notebook = JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells: [] })
      await writeFile(join(lab.notebooks, 'deep', 'a.ipynb'), notebook)
      const sessions = new SessionManager({ serverSettings: settings, kernelManager: kernels })
      await sessions.ready
      const session = await sessions.startNew({
        path: 'deep/a.ipynb',
        name: 'a.ipynb',
        type: 'notebook',
        kernel: { name: 'gradlab' },
      })
      assert.ok(session.kernel)
      const cwd = await execute(session.kernel, "require('node:path').basename(process.cwd())")
      assert.deepEqual(cwd.results, ["'deep'"])
      const warned = await execute(session.kernel, "let count = 1\ncount = 'one' as unknown as boolean\ncount")
      assert.match(warned.stderr, /warning|TS2322/)
      assert.deepEqual(warned.results, ["'one'"])
      await session.shutdown()
      sessions.dispose()
    })
  })

  describe('ends', () => {
    it('when it is shut down, and leaves no process', async () => {
      const front = Number((await run('process.ppid')).results[0])
      const pids = [front, ...descendants(front)]
      assert.ok(pids.includes(Number((await run('process.pid')).results[0])))
      await kernel.shutdown()
      await until(() => pids.every(pid => !lives(pid)), `the processes ${pids} to end`)
    })
  })
})

// ---- the connection ----

/** The token goes by header only: hubs refuse one in the address of a WebSocket. */
function connectionSettings(server: LabServer): ServerConnection.ISettings {
  class AuthorisedWebSocket extends WebSocket {
    constructor(address: string | URL, protocols?: string | string[]) {
      super(address, protocols, authorised(server))
    }
  }
  return ServerConnection.makeSettings({
    baseUrl: server.url,
    wsUrl: server.url.replace(/^http/, 'ws'),
    token: server.token,
    appendToken: false,
    // `ws` has what the library uses of a browser's WebSocket; the types differ in what it does not use.
    WebSocket: AuthorisedWebSocket as unknown as typeof globalThis.WebSocket,
  })
}

function authorised(server: LabServer): { headers: Record<string, string> } {
  return { headers: { Authorization: `token ${server.token}` } }
}

// ---- cells ----

type ExecuteContent = KernelMessage.IExecuteRequestMsg['content']

interface ErrorContent {
  readonly ename: string
  readonly evalue: string
  readonly traceback: string[]
}

interface DisplayContent {
  readonly data: Record<string, unknown>
  readonly transient: { readonly display_id?: string }
}

/** What came of a cell. */
interface Ran {
  readonly reply: KernelMessage.IExecuteReplyMsg['content']
  readonly messages: readonly KernelMessage.IIOPubMessage[]
  readonly types: string[]
  readonly stdout: string
  readonly stderr: string
  readonly results: unknown[]
  readonly error: ErrorContent | undefined
}

/** A cell that runs. */
interface Running {
  readonly ran: Promise<Ran>
  over(): boolean
  /** Waits for a line on stdout. */
  said(line: string): Promise<void>
}

function start(kernel: Kernel.IKernelConnection, code: string, options: Partial<ExecuteContent> = {}): Running {
  const messages: KernelMessage.IIOPubMessage[] = []
  let over = false
  const future = kernel.requestExecute({ code, stop_on_error: false, allow_stdin: false, ...options })
  future.onIOPub = message => {
    messages.push(message)
  }
  const ran = future.done.then(({ content }) => {
    over = true
    return toRan(content, messages)
  })
  return {
    ran,
    over: () => over,
    said: line => until(() => streamOf(messages, 'stdout').split('\n').includes(line), `the cell to say '${line}'`),
  }
}

function execute(kernel: Kernel.IKernelConnection, code: string, options?: Partial<ExecuteContent>): Promise<Ran> {
  return within(start(kernel, code, options).ran, `the end of the cell ${code}`)
}

function toRan(reply: Ran['reply'], messages: readonly KernelMessage.IIOPubMessage[]): Ran {
  const of = (type: string): KernelMessage.IIOPubMessage[] => messages.filter(({ header }) => header.msg_type === type)
  return {
    reply,
    messages,
    types: messages.map(({ header }) => header.msg_type),
    stdout: streamOf(messages, 'stdout'),
    stderr: streamOf(messages, 'stderr'),
    results: of('execute_result').map(({ content }) => (content as DisplayContent).data['text/plain']),
    error: of('error')[0]?.content as ErrorContent | undefined,
  }
}

function streamOf(messages: readonly KernelMessage.IIOPubMessage[], name: string): string {
  return messages
    .filter(({ header }) => header.msg_type === 'stream')
    .map(({ content }) => content as KernelMessage.IStreamMsg['content'])
    .filter(content => content.name === name)
    .map(({ text }) => text)
    .join('')
}

function plain(traceback: readonly string[]): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ANSI colours are made of them
  return traceback.join('\n').replace(/\u001b\[[\d;]*m/g, '')
}

// ---- waiting ----

/** A guard against hanging, far above what is usual; how long things take is no test. */
const LIMIT_MS = 30_000

async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  const late = sleep(LIMIT_MS, undefined, { ref: false }).then(() => {
    throw new Error(`Waited ${LIMIT_MS / 1000} s for ${what}.`)
  })
  return Promise.race([promise, late])
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const end = Date.now() + LIMIT_MS
  while (!condition()) {
    if (Date.now() > end) throw new Error(`Waited ${LIMIT_MS / 1000} s for ${what}.`)
    await sleep(20)
  }
}

/** A cell that is sent in the moment in which the process dies may fail; the one after it must not. */
async function retried<T>(work: () => Promise<T>, good: (value: T) => boolean): Promise<T> {
  const first = await work()
  return good(first) ? first : work()
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

// One process of TypeScript's language server, spoken to over its standard streams. It is told of texts, never of
// files: what `sync` is given is all that is open in it.
import { type ChildProcess, spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  CancellationTokenSource,
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node'
import { CLIENT_CAPABILITIES, type FileEvent, SERVER_SETTINGS } from './lsp.js'
import { serverEnded, TypesUnavailableError, typesUnavailable } from './unavailable.js'

export interface LanguageServerOptions {
  /** The native `tsc`. */
  readonly exe: string
  /** How long one request may take, in ms. */
  readonly timeout: number
  readonly log: (text: string) => void
}

/** Collect garbage early: types are a small part of what a notebook's machine has to hold. */
const ENVIRONMENT = { GOGC: '35' }

export class LanguageServer {
  readonly #process: ChildProcess
  readonly #connection: MessageConnection
  readonly #timeout: number
  readonly #closed: Promise<never>
  readonly #open = new Map<string, { text: string; version: number }>()
  #alive = true

  static async start(options: LanguageServerOptions): Promise<LanguageServer> {
    const server = new LanguageServer(options)
    try {
      await server.#initialize()
    } catch (error) {
      server.dispose()
      throw error
    }
    return server
  }

  private constructor({ exe, timeout, log }: LanguageServerOptions) {
    this.#timeout = timeout
    this.#process = spawn(exe, ['--lsp', '--stdio'], {
      // A folder that stays: the notebook's own may be deleted.
      cwd: dirname(exe),
      env: { ...process.env, ...ENVIRONMENT },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    const { stdin, stdout } = this.#process
    if (stdin === null || stdout === null) throw typesUnavailable("TypeScript's language server has no pipes.")
    this.#closed = new Promise((_resolve, reject) => {
      const close = (error: Error): void => {
        this.#alive = false
        reject(error)
      }
      this.#process.once('error', cause =>
        close(typesUnavailable("TypeScript's language server could not be started.", { cause })),
      )
      this.#process.once('exit', (code, signal) => close(serverEnded(signal ?? `exit code ${code}`)))
      stdin.on('error', (cause: Error) => close(serverEnded(cause.message)))
    })
    this.#closed.catch(() => {})
    this.#connection = createMessageConnection(new StreamMessageReader(stdout), new StreamMessageWriter(stdin))
    this.#listen(log)
  }

  get alive(): boolean {
    return this.#alive
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /**
   * The answer to a request. A server that does not answer in time is stopped: it would not answer the next either.
   * A request that `signal` ends throws the signal's reason.
   */
  async request<T>(method: string, params: unknown, signal?: AbortSignal): Promise<T> {
    if (!this.#alive) return this.#closed
    signal?.throwIfAborted()
    const cancellation = new CancellationTokenSource()
    const cancel = (): void => cancellation.cancel()
    signal?.addEventListener('abort', cancel)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(typesUnavailable(`TypeScript's language server gave no answer to ${method} in ${this.#timeout} ms.`))
        this.dispose()
      }, this.#timeout)
    })
    try {
      return await Promise.race([
        this.#connection.sendRequest<T>(method, params, cancellation.token),
        late,
        this.#closed,
      ])
    } catch (cause) {
      if (cause instanceof TypesUnavailableError) throw cause
      signal?.throwIfAborted()
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw typesUnavailable(`TypeScript's language server failed at ${method}: ${reason}.`, { cause })
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', cancel)
      cancellation.dispose()
    }
  }

  /** Makes the open documents those of `texts` (path -> text), told in their order. */
  sync(texts: ReadonlyMap<string, string>): void {
    for (const [path, text] of texts) this.#tell(path, text)
    for (const path of this.#open.keys()) {
      if (texts.has(path)) continue
      this.#open.delete(path)
      this.#notify('textDocument/didClose', { textDocument: { uri: toUri(path) } })
    }
  }

  filesChanged(events: readonly FileEvent[]): void {
    if (events.length === 0) return
    const changes = events.map(({ path, type }) => ({ uri: toUri(path), type }))
    this.#notify('workspace/didChangeWatchedFiles', { changes })
  }

  dispose(): void {
    this.#alive = false
    this.#connection.dispose()
    this.#process.stdin?.destroy()
    this.#process.kill('SIGKILL')
  }

  #tell(path: string, text: string): void {
    const known = this.#open.get(path)
    if (known === undefined) {
      this.#open.set(path, { text, version: 1 })
      const languageId = path.endsWith('.json') ? 'json' : 'typescript'
      this.#notify('textDocument/didOpen', { textDocument: { uri: toUri(path), languageId, version: 1, text } })
    } else if (known.text !== text) {
      const version = known.version + 1
      this.#open.set(path, { text, version })
      this.#notify('textDocument/didChange', {
        textDocument: { uri: toUri(path), version },
        contentChanges: [{ text }],
      })
    }
  }

  #notify(method: string, params: unknown): void {
    if (!this.#alive) return
    // A failed write shows as the process's end, which the next request reports.
    this.#connection.sendNotification(method, params).catch(() => {})
  }

  #listen(log: (text: string) => void): void {
    this.#connection.onRequest('workspace/configuration', ({ items }: { items: { section?: string }[] }) =>
      items.map(({ section }) => (section === 'js/ts' ? SERVER_SETTINGS['js/ts'] : null)),
    )
    this.#connection.onRequest('client/registerCapability', () => null)
    this.#connection.onNotification('window/logMessage', ({ type, message }: { type: number; message: string }) => {
      if (type === 1) log(`types: ${message}`)
    })
    this.#connection.onError(([error]) => log(`types: ${error.message}`))
    this.#connection.listen()
  }

  async #initialize(): Promise<void> {
    await this.request('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: CLIENT_CAPABILITIES,
      trace: 'off',
    })
    this.#notify('initialized', {})
  }
}

export function toUri(path: string): string {
  return pathToFileURL(path).href
}

// A language server that is there whenever it is asked: started in the background, replaced when it has died, hangs, or
// has read packages that are no longer those on disk.
import { findTypeScript } from './executable.js'
import { LanguageServer } from './language-server.js'
import type { FileEvent } from './lsp.js'
import { fingerprint, type Project, readProject } from './project.js'
import { ServerEndedError, type TypesUnavailableError, typesUnavailable } from './unavailable.js'

export interface LivingServerOptions {
  readonly notebookDir: string
  readonly roots: readonly string[]
  readonly log: (text: string) => void
  /** How long the server may take for one answer, in ms. */
  readonly timeout: number
  /** The native `tsc`; found beside the kernel if not given. */
  readonly exe: string | undefined
}

export interface Request {
  readonly method: string
  readonly params: unknown
  /** All that is to be open when the request is answered (path -> text). */
  readonly texts: (project: Project) => ReadonlyMap<string, string>
  /** What has changed on disk. */
  readonly changes: readonly FileEvent[]
  /** Whether packages and tsconfig.json must be as they are on disk now. */
  readonly fresh: boolean
  /** Help while typing, which must not use up the failures after which checks are given up. */
  readonly typing: boolean
  /** Ends the request, which then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

interface Failures {
  count: number
  last: unknown
  /** When the last one was. */
  at: number
}

/** After so many failures in a row the server is left alone, until `forgive` or for some time. */
const MAX_FAILURES = 3
const PAUSE_MS = 30_000

interface Session {
  readonly server: LanguageServer
  readonly project: Project
  readonly fingerprint: string
}

export class LivingServer {
  readonly #options: LivingServerOptions
  #session: Promise<Session> | undefined
  /** In a row: of checks, and of help while typing. */
  readonly #failures = { check: noFailures(), typing: noFailures() }
  #disposed = false

  constructor(options: LivingServerOptions) {
    this.#options = options
  }

  /** The process; undefined while there is none. */
  async pid(): Promise<number | undefined> {
    return this.#session?.then(
      ({ server }) => (server.alive ? server.pid : undefined),
      () => undefined,
    )
  }

  /** Starts the server, or a new one, without waiting for it; a failure shows at the next request. */
  warmUp(texts: Request['texts']): void {
    this.#connect(true).then(
      // The libraries are loaded while the first cell is still being written.
      ({ server, project }) => server.sync(texts(project)),
      () => {},
    )
  }

  /** The answer, or a `TypesUnavailableError`. */
  async ask<T>(request: Request): Promise<T> {
    try {
      return await this.#askOnce<T>(request)
    } catch (error) {
      // Killed for memory, say, or replaced for new packages: the next one is told all that this one was.
      if (error instanceof ServerEndedError) return this.#askOnce<T>(request)
      throw error
    }
  }

  /** Lets a server that failed too often be tried again. */
  forgive(): void {
    for (const failures of Object.values(this.#failures)) Object.assign(failures, noFailures())
  }

  dispose(): void {
    this.#disposed = true
    this.#session?.then(
      ({ server }) => server.dispose(),
      () => {},
    )
    this.#session = undefined
  }

  async #askOnce<T>({ method, params, texts, changes, fresh, typing, signal }: Request): Promise<T> {
    const failures = typing ? this.#failures.typing : this.#failures.check
    if (failures.count >= MAX_FAILURES && performance.now() < failures.at + PAUSE_MS) throw givenUp(failures.last)
    try {
      const { server, project } = await this.#connect(fresh)
      server.filesChanged(changes)
      signal?.throwIfAborted()
      server.sync(texts(project))
      const answer = await server.request<T>(method, params, signal)
      if (typing) failures.count = 0
      else this.forgive()
      return answer
    } catch (error) {
      if (!signal?.aborted) {
        failures.count++
        failures.last = error
        failures.at = performance.now()
      }
      throw error
    }
  }

  #connect(fresh: boolean): Promise<Session> {
    if (this.#disposed) return Promise.reject(typesUnavailable('The type server has been closed.'))
    const start = (): Promise<Session> => this.#start()
    const renew = (session: Session): Session | Promise<Session> => {
      // npm replaces files that the server would keep as it has read them.
      const changed = fresh && session.fingerprint !== fingerprint(session.project.watched)
      if (session.server.alive && !changed) return session
      session.server.dispose()
      return start()
    }
    this.#session = this.#session === undefined ? start() : this.#session.then(renew, start)
    return this.#session
  }

  async #start(): Promise<Session> {
    const { notebookDir, roots, log, timeout, exe = findTypeScript() } = this.#options
    const [known, server] = await Promise.all([
      readProject({ notebookDir, roots, exe, log }).then(project => ({
        project,
        fingerprint: fingerprint(project.watched),
      })),
      LanguageServer.start({ exe, timeout, log }),
    ])
    if (this.#disposed) server.dispose()
    return { server, ...known }
  }
}

function noFailures(): Failures {
  return { count: 0, last: undefined, at: 0 }
}

function givenUp(last: unknown): TypesUnavailableError {
  const reason = last instanceof Error ? last.message : String(last)
  return typesUnavailable(`TypeScript's language server failed ${MAX_FAILURES} times in a row: ${reason}`, {
    cause: last,
    next: 'It is tried again in half a minute, and after a !command or a restart of the kernel.',
  })
}

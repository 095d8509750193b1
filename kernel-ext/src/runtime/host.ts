// The host door: what a library may ask of the kernel it runs in, found at `globalThis[Symbol.for('gradlab.host')]`, and
// by cells as `jupyter`.
import { KernelError } from '../errors.js'
import { isBundle } from './bundle.js'
import type { Comm, CommOpening, Comms, CommTarget } from './comms.js'
import type { MimeBundle } from './link.js'

export const HOST = Symbol.for('gradlab.host')

export interface Host {
  /** Shows a MIME bundle; with `id` and `update` it replaces what was shown under that id. */
  display(bundle: MimeBundle, options?: { id?: string; update?: boolean; metadata?: Record<string, unknown> }): void
  clear(options?: { wait?: boolean }): void
  /** Opens a comm to the page's target of that name. */
  comm(target: string, opening?: CommOpening): Comm
  /** Answers comms that the page opens for `target`. Returns how to take that back. */
  onComm(target: string, handler: CommTarget): () => void
  /** Aborts when the running cell is interrupted. */
  readonly signal: AbortSignal
  /** The running cell: the notebook's id of it where the client sent one, and its execution count. */
  readonly cell: { readonly id: string | undefined; readonly number: number } | undefined
  /** Runs `work` to its end before an interrupt stops the cell (at most 500 ms). */
  atomic<T>(work: () => T): T
  /**
   * Calls back when the running cell has ended, by success, throw or interrupt; with `every`, also when each later one has.
   * Returns how to take that back.
   */
  onCellEnd(callback: () => void, options?: { every?: boolean }): () => void
  /** Handles what the front has sent, without yielding; throws if the cell was interrupted. */
  poll(): void
}

export interface HostParts {
  display(bundle: MimeBundle, options: { id?: string; update?: boolean; metadata?: Record<string, unknown> }): void
  clear(wait: boolean): void
  readonly comms: Comms
  signal(): AbortSignal
  cell(): Host['cell']
  enterAtomic(): void
  leaveAtomic(): void
  onCellEnd(callback: () => void, every: boolean): () => void
  poll(): void
}

export function installHost(parts: HostParts): void {
  const host: Host = {
    display(bundle, options = {}) {
      if (!isBundle(bundle)) {
        throw new KernelError('DISPLAY_BUNDLE', 'host.display: expected a MIME bundle { "media/type": data }.')
      }
      parts.display(bundle, options)
    },
    clear: ({ wait = false } = {}) => parts.clear(wait),
    comm: (target, opening) => parts.comms.open(target, opening),
    onComm: (target, handler) => parts.comms.register(target, handler),
    get signal() {
      return parts.signal()
    },
    get cell() {
      return parts.cell()
    },
    atomic(work) {
      parts.enterAtomic()
      let isAsync = false
      try {
        const result = work()
        if (!(result instanceof Promise)) return result
        isAsync = true
        return result.finally(() => parts.leaveAtomic()) as typeof result
      } finally {
        if (!isAsync) parts.leaveAtomic()
      }
    },
    onCellEnd: (callback, { every = false } = {}) => parts.onCellEnd(callback, every),
    poll: () => parts.poll(),
  }
  Object.freeze(host)
  Object.defineProperty(globalThis, HOST, { value: host, configurable: true })
  Object.defineProperty(globalThis, 'jupyter', { value: host, writable: true, configurable: true, enumerable: false })
}

// The comm to the kernel of a notebook: opened when our kernel is ready, and again after a restart, another connection or
// another kernel.
import type { ISessionContext } from '@jupyterlab/apputils'
import type { Kernel } from '@jupyterlab/services'
import { type Answer, type Check, readAnswer, TARGET } from './protocol.js'

/** Other kernels would be asked in vain. */
const IMPLEMENTATION = 'gradlab-kernel'
const READY: ReadonlySet<Kernel.Status> = new Set(['idle', 'busy'])
/** Said on the way to another state, and by a kernel that can well be asked. */
const PASSING: ReadonlySet<Kernel.Status> = new Set(['starting'])

export interface ConnectionHandlers {
  /** The kernel can be asked from now on. */
  opened(): void
  answer(answer: Answer): void
  /** The kernel is gone, or does not answer for now. */
  closed(): void
}

export class Connection {
  private readonly session: ISessionContext
  private readonly handlers: ConnectionHandlers
  private kernel: Kernel.IKernelConnection | undefined
  private comm: Kernel.IComm | undefined
  private ready = false

  constructor(session: ISessionContext, handlers: ConnectionHandlers) {
    this.session = session
    this.handlers = handlers
    session.kernelChanged.connect(this.follow, this)
    session.statusChanged.connect(this.follow, this)
    session.connectionStatusChanged.connect(this.follow, this)
    this.follow()
  }

  send(check: Check): void {
    if (!this.ready || this.comm === undefined || this.comm.isDisposed) return
    // A plain object of the page's own making, whose type does not say that it is JSON.
    this.comm.send(check as unknown as Parameters<Kernel.IComm['send']>[0])
  }

  dispose(): void {
    this.session.kernelChanged.disconnect(this.follow, this)
    this.session.statusChanged.disconnect(this.follow, this)
    this.session.connectionStatusChanged.disconnect(this.follow, this)
    this.forget()
  }

  private follow(): void {
    const kernel = this.session.session?.kernel ?? undefined
    if (kernel !== this.kernel) {
      this.forget()
      this.kernel = kernel
    }
    if (kernel === undefined || PASSING.has(kernel.status)) return
    const ready = kernel.connectionStatus === 'connected' && READY.has(kernel.status)
    if (ready === this.ready) return
    this.ready = ready
    if (ready) void this.open(kernel)
    else this.handlers.closed()
  }

  /** Opens the comm; one that has lived through a lost connection is still open. */
  private async open(kernel: Kernel.IKernelConnection): Promise<void> {
    if (this.comm === undefined || this.comm.isDisposed) this.comm = await this.newComm(kernel)
    if (this.comm !== undefined && this.kernel === kernel) this.handlers.opened()
  }

  private async newComm(kernel: Kernel.IKernelConnection): Promise<Kernel.IComm | undefined> {
    // The promise fails where the kernel dies before it has answered.
    const info = await kernel.info.catch(() => undefined)
    // One of a page's connections to a kernel handles its comms; a second view of the same kernel has none.
    if (info?.implementation !== IMPLEMENTATION || !kernel.handleComms) return undefined
    if (this.kernel !== kernel || !this.ready) return undefined
    const comm = kernel.createComm(TARGET)
    comm.onMsg = ({ content }) => {
      const answer = readAnswer(content.data)
      if (answer !== undefined && this.comm === comm) this.handlers.answer(answer)
    }
    comm.open({})
    return comm
  }

  /** The comm is left open: JupyterLab would report an answer that is on its way as an error of the page. */
  private forget(): void {
    const { ready } = this
    this.kernel = undefined
    this.comm = undefined
    this.ready = false
    if (ready) this.handlers.closed()
  }
}

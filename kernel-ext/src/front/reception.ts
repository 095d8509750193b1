// Who is at the door while the kernel is still being loaded: kernel_info is answered at once, other requests wait.
import type { Channel, Message, MessageFactory, Receiver, Transport } from '../protocol/messages.js'
import { kernelInfo } from './kernel-info.js'
import type { Outputs } from './outputs.js'

type RequestChannel = Exclude<Channel, 'iopub'>

export class Reception {
  readonly #factory: MessageFactory
  #doors: { readonly transport: Transport; readonly outputs: Outputs } | undefined
  #next: Receiver | undefined
  #waiting: Parameters<Receiver>[] = []

  constructor(factory: MessageFactory) {
    this.#factory = factory
  }

  readonly receive: Receiver = (channel, request) => {
    if (this.#next !== undefined) this.#next(channel, request)
    else if (this.#doors !== undefined && request.header.msg_type === 'kernel_info_request') {
      this.#answer(channel, request)
    } else this.#waiting.push([channel, request])
  }

  /** Answers are possible from now on. */
  open(transport: Transport, outputs: Outputs): void {
    this.#doors = { transport, outputs }
    for (const [channel, request] of this.#waiting.splice(0)) this.receive(channel, request)
  }

  /** Gives what waits, and all that comes, to `next`. */
  handOver(next: Receiver): void {
    this.#next = next
    for (const [channel, request] of this.#waiting.splice(0)) next(channel, request)
  }

  #answer(channel: RequestChannel, request: Message): void {
    if (this.#doors === undefined) return
    const { transport, outputs } = this.#doors
    outputs.status('busy', request)
    transport.reply(channel, this.#factory.make('kernel_info_reply', kernelInfo(), request))
    outputs.status('idle', request)
  }
}

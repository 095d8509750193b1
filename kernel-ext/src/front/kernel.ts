// Jupyter's requests and their answers. https://jupyter-client.readthedocs.io/en/stable/messaging.html
import { isComplete } from '../cell/complete.js'
import type { Channel, Json, Message, MessageFactory, Transport } from '../protocol/messages.js'
import type { TypeServer } from '../types/server.js'
import type { Comms } from './comms.js'
import type { Executor } from './executor.js'
import type { History } from './history.js'
import { kernelInfo } from './kernel-info.js'
import type { Outputs } from './outputs.js'
import { toCodePoints, toOffset } from './text.js'

export interface KernelParts {
  readonly factory: MessageFactory
  readonly transport: Transport
  readonly outputs: Outputs
  readonly executor: Executor
  readonly comms: Comms
  readonly history: History
  readonly types: TypeServer
  readonly log: (text: string) => void
  /** Ends the process, after the reply has been sent. */
  readonly shutdown: () => Promise<void>
}

type RequestChannel = Exclude<Channel, 'iopub'>
type Answer = { readonly type: string; readonly content: Json } | undefined
type Handler = (request: Message) => Promise<Answer> | Answer

export class Kernel {
  readonly #parts: KernelParts
  /** By the type of the request. */
  readonly #handlers: ReadonlyMap<string, Handler>

  constructor(parts: KernelParts) {
    this.#parts = parts
    const handlers: Record<string, Handler> = {
      kernel_info_request: () => ({ type: 'kernel_info_reply', content: kernelInfo() }),
      complete_request: request => this.#complete(request),
      inspect_request: request => this.#inspect(request),
      is_complete_request: ({ content }) => ({
        type: 'is_complete_reply',
        content: { ...isComplete(textOf(content.code)) },
      }),
      history_request: ({ content }) => ({
        type: 'history_reply',
        content: { status: 'ok', history: this.#history(content) },
      }),
      comm_info_request: ({ content }) => ({ type: 'comm_info_reply', content: parts.comms.info(content) }),
      comm_open: request => silently(parts.comms.open(request)),
      comm_msg: request => silently(parts.comms.message(request)),
      comm_close: request => silently(parts.comms.close(request)),
      interrupt_request: () => {
        parts.executor.interrupt()
        return { type: 'interrupt_reply', content: { status: 'ok' } }
      },
    }
    this.#handlers = new Map(Object.entries(handlers))
  }

  receive(channel: RequestChannel, request: Message): void {
    const type = request.header.msg_type
    if (channel === 'stdin') {
      if (type === 'input_reply') this.#parts.executor.answerInput(request)
    } else if (type === 'execute_request') {
      this.#parts.executor.enqueue(request, content =>
        this.#reply(channel, { type: 'execute_reply', content }, request),
      )
    } else if (type === 'shutdown_request') {
      void this.#shutdown(channel, request)
    } else {
      void this.#answer(channel, request)
    }
  }

  async #answer(channel: RequestChannel, request: Message): Promise<void> {
    const { outputs, log } = this.#parts
    const type = request.header.msg_type
    const handler = this.#handlers.get(type)
    if (handler === undefined) log(`${channel}: no answer to a message of type '${type}'`)
    outputs.status('busy', request)
    try {
      const answer = handler === undefined ? unsupported(type) : await handler(request)
      if (answer !== undefined) this.#reply(channel, answer, request)
    } catch (error) {
      log(`${type} failed: ${error instanceof Error ? error.stack : String(error)}`)
      this.#reply(channel, { type: replyType(type), content: failed(error) }, request)
    }
    outputs.status('idle', request)
    // JupyterLab shows the newest status of any parent: while a cell runs that must be 'busy'.
    const { running } = this.#parts.executor
    if (running !== undefined) outputs.status('busy', running)
  }

  #reply(channel: RequestChannel, answer: { type: string; content: Json }, request: Message): void {
    const { transport, factory } = this.#parts
    transport.reply(channel, factory.make(answer.type, answer.content, request))
  }

  async #complete({ content }: Message): Promise<Answer> {
    const code = textOf(content.code)
    const offset = toOffset(code, Number(content.cursor_pos ?? code.length))
    const { matches, start, end } = await this.#parts.types.complete(code, offset)
    const cursor = { cursor_start: toCodePoints(code, start), cursor_end: toCodePoints(code, end) }
    return {
      type: 'complete_reply',
      content: {
        status: 'ok',
        matches: matches.map(match => match.text),
        ...cursor,
        metadata: {
          _jupyter_types_experimental: matches.map(({ text, kind, detail }) => ({
            text,
            type: kind,
            ...(detail === undefined ? {} : { signature: detail }),
            start: cursor.cursor_start,
            end: cursor.cursor_end,
          })),
        },
      },
    }
  }

  async #inspect({ content }: Message): Promise<Answer> {
    const code = textOf(content.code)
    const detail = content.detail_level === 1 ? 1 : 0
    const found = await this.#parts.types.inspect(code, toOffset(code, Number(content.cursor_pos ?? 0)), detail)
    return {
      type: 'inspect_reply',
      content: {
        status: 'ok',
        found: found !== undefined,
        data: found === undefined ? {} : { 'text/plain': found.text, 'text/markdown': found.markdown },
        metadata: {},
      },
    }
  }

  #history(content: Json): unknown[] {
    const entries = this.#parts.history.answer(content)
    return content.output === true
      ? entries.map(([session, line, source]) => [session, line, [source, null]])
      : entries.map(entry => [...entry])
  }

  async #shutdown(channel: RequestChannel, request: Message): Promise<void> {
    const { outputs } = this.#parts
    outputs.status('busy', request)
    this.#reply(
      channel,
      { type: 'shutdown_reply', content: { status: 'ok', restart: request.content.restart === true } },
      request,
    )
    outputs.status('idle', request)
    await this.#parts.shutdown()
  }
}

async function silently(work: Promise<void>): Promise<undefined> {
  await work
  return undefined
}

/** Whoever asks is told: a client such as a debugger's would wait for ever. */
function unsupported(type: string): Answer {
  if (!type.endsWith('_request')) return undefined
  const evalue = `This kernel does not support ${type}; kernel_info_reply tells what it supports.`
  return { type: replyType(type), content: { status: 'error', ename: 'NotSupported', evalue, traceback: [] } }
}

function replyType(request: string): string {
  return request.replace(/_request$/, '_reply')
}

function failed(error: unknown): Json {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) }
  return { status: 'error', ename: name, evalue: message, traceback: [] }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

// Jupyter's messages (protocol 5.4) as types, and how an untrusted one becomes typed.
// https://jupyter-client.readthedocs.io/en/stable/messaging.html
import { randomUUID } from 'node:crypto'
import { ProtocolError } from '../errors.js'

export const PROTOCOL_VERSION = '5.4'

export type Channel = 'shell' | 'control' | 'iopub' | 'stdin'

export interface Header {
  readonly msg_id: string
  readonly msg_type: string
  readonly session: string
  readonly username: string
  readonly date: string
  readonly version: string
}

export type Json = Record<string, unknown>

export interface Message {
  readonly header: Header
  /** The header of the request that this answers; an empty object where there is none. */
  readonly parent: Header | Record<string, never>
  readonly metadata: Json
  readonly content: Json
  readonly buffers: readonly Uint8Array[]
  /** ZeroMQ routing identities of the requester; empty on other transports. */
  readonly identities: readonly Uint8Array[]
}

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Narrows parsed JSON to a header; `where` names the frame in the error. */
export function toHeader(value: unknown, where: string): Header {
  if (!isRecord(value)) throw malformed(where, 'an object', value)
  const { msg_id, msg_type, session, username, date, version } = value
  if (typeof msg_id !== 'string' || msg_id === '') throw malformed(`${where}.msg_id`, 'a non-empty string', msg_id)
  if (typeof msg_type !== 'string' || msg_type === '')
    throw malformed(`${where}.msg_type`, 'a non-empty string', msg_type)
  const text = (part: unknown): string => (typeof part === 'string' ? part : '')
  return {
    msg_id,
    msg_type,
    session: text(session),
    username: text(username),
    date: text(date),
    version: text(version),
  }
}

export function malformed(where: string, expected: string, got: unknown): ProtocolError {
  return new ProtocolError('PROTOCOL_MALFORMED', `${where}: expected ${expected}, got ${describe(got)}.`)
}

function describe(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value
}

export function isHeader(value: Header | Record<string, never>): value is Header {
  return 'msg_id' in value
}

/** Makes the messages of one kernel session. */
export class MessageFactory {
  readonly session: string

  constructor(session: string = randomUUID()) {
    this.session = session
  }

  make(
    type: string,
    content: Json,
    parent: Message | undefined,
    extra: { metadata?: Json; buffers?: readonly Uint8Array[] } = {},
  ): Message {
    return {
      header: {
        msg_id: randomUUID(),
        msg_type: type,
        session: this.session,
        username: 'kernel',
        date: new Date().toISOString(),
        version: PROTOCOL_VERSION,
      },
      parent: parent?.header ?? {},
      metadata: extra.metadata ?? {},
      content,
      buffers: extra.buffers ?? [],
      identities: parent?.identities ?? [],
    }
  }
}

/** How the kernel meets its clients: ZeroMQ sockets, or JSON lines on stdin and stdout. */
export interface Transport {
  /** Answers a request on the channel it came by. */
  reply(channel: Exclude<Channel, 'iopub'>, message: Message): void
  /** Tells every client. */
  publish(message: Message): void
  /** Sends what is queued, then closes. */
  close(): Promise<void>
}

export type Receiver = (channel: Exclude<Channel, 'iopub'>, message: Message) => void

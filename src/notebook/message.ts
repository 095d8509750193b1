// Jupyter's messages as the headless kernel speaks them: one JSON object a line.
// https://jupyter-client.readthedocs.io/en/stable/messaging.html
import { randomUUID } from 'node:crypto'
import { isObject } from './checks.js'

export type Channel = 'shell' | 'control' | 'iopub' | 'stdin'

export interface Message {
  readonly channel: Channel
  readonly type: string
  /** The id of the request that this answers, where there is one. */
  readonly parent: string | undefined
  readonly content: Record<string, unknown>
}

export interface Request {
  readonly id: string
  /** The request as a line, without its end. */
  readonly line: string
}

export interface RequestParts {
  readonly channel: 'shell' | 'control'
  readonly type: string
  readonly content: Record<string, unknown>
  readonly metadata?: Record<string, unknown>
}

/** Writes a request. */
export function makeRequest(session: string, { channel, type, content, metadata = {} }: RequestParts): Request {
  const id = randomUUID()
  const date = new Date().toISOString()
  const header = { msg_id: id, msg_type: type, session, username: 'gradlab', date, version: '5.4' }
  const line = JSON.stringify({ channel, header, parent_header: {}, metadata, content })
  // JSON allows these two raw, and some line readers end a line at them.
  return { id, line: line.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029') }
}

/** Reads a line of the kernel's; undefined where it is no message. */
export function parseMessage(line: string): Message | undefined {
  const value = parseJson(line)
  if (!isObject(value) || !isObject(value.header) || !isObject(value.content)) return undefined
  const { channel, header, parent_header: parent, content } = value
  const { msg_type: type } = header
  if (typeof type !== 'string' || !isChannel(channel)) return undefined
  const parentId = isObject(parent) ? parent.msg_id : undefined
  return { channel, type, parent: typeof parentId === 'string' ? parentId : undefined, content }
}

function isChannel(value: unknown): value is Channel {
  return value === 'shell' || value === 'control' || value === 'iopub' || value === 'stdin'
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

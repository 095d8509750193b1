// One Jupyter message as ZeroMQ frames: identities, delimiter, HMAC, header, parent, metadata, content, buffers.
// The signature covers the four JSON frames and not the buffers.
import { createHmac, getHashes, timingSafeEqual } from 'node:crypto'
import { ProtocolError } from '../errors.js'
import { isRecord, type Json, type Message, malformed, toHeader } from './messages.js'

const DELIMITER = Buffer.from('<IDS|MSG>')
const JSON_FRAMES = ['header', 'parent_header', 'metadata', 'content'] as const

export class Wire {
  readonly #key: string
  readonly #algorithm: string
  readonly #seen = new ReplayWindow()

  /** An empty key turns signing off, as the protocol says. */
  constructor(key: string, scheme: string) {
    const algorithm = /^hmac-(.+)$/.exec(scheme)?.[1]
    if (key !== '' && (algorithm === undefined || !getHashes().includes(algorithm))) {
      throw new ProtocolError(
        'PROTOCOL_SCHEME',
        `signature_scheme: expected hmac- and a hash that Node knows, got '${scheme}'.`,
        { next: "hmac-sha256 is Jupyter's own: set Session.signature_scheme to it." },
      )
    }
    this.#key = key
    this.#algorithm = algorithm ?? 'sha256'
  }

  encode(message: Message): Uint8Array[] {
    const json = [message.header, message.parent, message.metadata, message.content].map(part =>
      Buffer.from(JSON.stringify(part)),
    )
    return [...message.identities, DELIMITER, Buffer.from(this.#sign(json)), ...json, ...message.buffers]
  }

  /** Throws a ProtocolError for frames that are malformed, unsigned or replayed. */
  decode(frames: readonly Uint8Array[]): Message {
    const at = frames.findIndex(frame => DELIMITER.equals(frame))
    if (at < 0) throw malformed('frames', 'the delimiter <IDS|MSG>', undefined)
    const signature = frames[at + 1]
    const json = frames.slice(at + 2, at + 6)
    if (signature === undefined || json.length < JSON_FRAMES.length) {
      throw malformed('frames', 'a signature and four JSON frames after the delimiter', frames.length - at - 1)
    }
    this.#verify(signature, json)
    const [header, parent, metadata, content] = JSON_FRAMES.map((name, i) => parseFrame(json[i], name))
    return {
      header: toHeader(header, 'header'),
      parent: isRecord(parent) && 'msg_id' in parent ? toHeader(parent, 'parent_header') : {},
      metadata: asRecord(metadata, 'metadata'),
      content: asRecord(content, 'content'),
      buffers: frames.slice(at + 6),
      identities: frames.slice(0, at),
    }
  }

  #sign(json: readonly Uint8Array[]): string {
    if (this.#key === '') return ''
    const hmac = createHmac(this.#algorithm, this.#key)
    for (const frame of json) hmac.update(frame)
    return hmac.digest('hex')
  }

  #verify(signature: Uint8Array, json: readonly Uint8Array[]): void {
    if (this.#key === '') return
    const expected = Buffer.from(this.#sign(json))
    if (expected.length !== signature.length || !timingSafeEqual(expected, signature)) {
      throw new ProtocolError('PROTOCOL_SIGNATURE', 'signature: expected the HMAC of this connection, got another.')
    }
    if (!this.#seen.add(expected.toString('latin1'))) {
      throw new ProtocolError('PROTOCOL_REPLAY', 'signature: expected a new message, got one that came before.')
    }
  }
}

/** Remembers the last signatures, so that a recorded message cannot be sent again. */
class ReplayWindow {
  static readonly SIZE = 65_536
  readonly #seen = new Set<string>()

  /** False if `signature` is in the window. */
  add(signature: string): boolean {
    if (this.#seen.has(signature)) return false
    this.#seen.add(signature)
    if (this.#seen.size > ReplayWindow.SIZE) {
      const oldest = this.#seen.values().next().value
      if (oldest !== undefined) this.#seen.delete(oldest)
    }
    return true
  }
}

function parseFrame(frame: Uint8Array | undefined, name: string): unknown {
  const text = Buffer.from(frame ?? new Uint8Array()).toString('utf8')
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ProtocolError('PROTOCOL_MALFORMED', `${name}: expected JSON, got '${text.slice(0, 40)}'.`, { cause })
  }
}

function asRecord(value: unknown, where: string): Json {
  if (!isRecord(value)) throw malformed(where, 'an object', value)
  return value
}

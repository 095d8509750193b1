// The headless transport: Jupyter's messages as JSON lines on stdin and stdout, with no sockets and no signature.
import type { Readable, Writable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { type Channel, isRecord, type Message, malformed, type Receiver, type Transport, toHeader } from './messages.js'

export interface StdioStreams {
  readonly input: Readable
  readonly output: Writable
}

/** `closed` is called when the client has closed our input. */
export function openStdio(
  streams: StdioStreams,
  receive: Receiver,
  log: (text: string) => void,
  closed: () => void,
): Transport {
  const receiveLine = (line: string): void => {
    if (line.trim() === '') return
    try {
      const { channel, message } = decodeLine(line)
      receive(channel, message)
    } catch (error) {
      log(`a line was dropped: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  // Not by node:readline, for which a line also ends at U+2028: in JSON that is a character like any other.
  const decoder = new StringDecoder('utf8')
  let begun: string[] = []
  streams.input.on('data', (chunk: Buffer) => {
    for (const part of decoder.write(chunk).split(/(?<=\n)/)) {
      begun.push(part)
      if (!part.endsWith('\n')) continue
      const line = begun.join('')
      begun = []
      receiveLine(line)
    }
  })
  streams.input.on('end', closed)
  // A client that has gone is no fault of the kernel's; `closed` ends it.
  streams.output.on('error', error => log(`output is closed: ${error.message}`))
  const send = (channel: Channel, message: Message): void => {
    streams.output.write(`${encodeLine(channel, message)}\n`)
  }
  return {
    reply: send,
    publish: message => send('iopub', message),
    close: () => new Promise(resolve => streams.output.write('', () => resolve())),
  }
}

function decodeLine(line: string): { channel: Exclude<Channel, 'iopub'>; message: Message } {
  const value: unknown = JSON.parse(line)
  if (!isRecord(value)) throw malformed('line', 'an object', value)
  const { channel, parent_header: parent, metadata, content, buffers } = value
  if (channel !== 'shell' && channel !== 'control' && channel !== 'stdin') {
    throw malformed('channel', "'shell', 'control' or 'stdin'", channel)
  }
  if (!isRecord(content)) throw malformed('content', 'an object', content)
  return {
    channel,
    message: {
      header: toHeader(value.header, 'header'),
      parent: isRecord(parent) && 'msg_id' in parent ? toHeader(parent, 'parent_header') : {},
      metadata: isRecord(metadata) ? metadata : {},
      content,
      buffers: Array.isArray(buffers) ? buffers.map(text => Buffer.from(String(text), 'base64')) : [],
      identities: [],
    },
  }
}

function encodeLine(channel: Channel, message: Message): string {
  const { header, parent, metadata, content, buffers } = message
  return JSON.stringify({
    channel,
    header,
    parent_header: parent,
    metadata,
    content,
    ...(buffers.length > 0 ? { buffers: buffers.map(buffer => Buffer.from(buffer).toString('base64')) } : {}),
  })
}

// Whether a cell can ask: a client of its own, whose shell and stdin sockets share an identity, as Jupyter's do.
import { createHmac, randomUUID } from 'node:crypto'
import { Dealer } from 'zeromq'
import { Failure, within } from '../kernel/failure.js'
import type { Kernel } from '../kernel/kernel.js'

const PATIENCE_MS = 5000
const DELIMITER = '<IDS|MSG>'

export async function askInput(kernel: Kernel, code: string): Promise<string> {
  const { info } = kernel
  const routingId = randomUUID()
  const [shell, stdin] = [new Dealer({ linger: 0, routingId }), new Dealer({ linger: 0, routingId })]
  const session = randomUUID()
  const send = (socket: Dealer, type: string, content: object): Promise<void> => {
    const header = {
      msg_id: randomUUID(),
      msg_type: type,
      session,
      username: 'bench',
      date: new Date().toISOString(),
      version: '5.4',
    }
    const json = [header, {}, {}, content].map(part => JSON.stringify(part))
    const signature = createHmac('sha256', info.key).update(json.join('')).digest('hex')
    return socket.send([DELIMITER, signature, ...json])
  }
  const receive = async (socket: Dealer, type: string): Promise<Record<string, unknown>> => {
    for await (const frames of socket) {
      const at = frames.findIndex(frame => frame.toString() === DELIMITER)
      const header = JSON.parse(String(frames[at + 2])) as { msg_type: string }
      if (header.msg_type === type) return JSON.parse(String(frames[at + 5])) as Record<string, unknown>
    }
    throw new Failure('the socket closed')
  }
  const never = new Promise<never>(() => {})
  try {
    shell.connect(`tcp://127.0.0.1:${info.shell_port}`)
    stdin.connect(`tcp://127.0.0.1:${info.stdin_port}`)
    const content = {
      code,
      silent: false,
      store_history: false,
      user_expressions: {},
      allow_stdin: true,
      stop_on_error: false,
    }
    await send(shell, 'execute_request', content)
    const reply = receive(shell, 'execute_reply')
    const asked = await within(
      Promise.race([receive(stdin, 'input_request'), reply]),
      PATIENCE_MS,
      'input_request',
      never,
    )
    if (!('prompt' in asked)) return 'no'
    await send(stdin, 'input_reply', { status: 'ok', value: 'Ada' })
    return (await within(reply, PATIENCE_MS, 'execute_reply', never)).status === 'ok' ? 'yes' : 'no'
  } finally {
    shell.close()
    stdin.close()
  }
}

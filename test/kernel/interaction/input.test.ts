// `prompt`, `confirm` and passwords: a cell asks, the client that sent it answers.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute, makeRequest, type WireMessage } from '../clients/request.js'
import { type StdioClient, startStdioKernel } from '../clients/stdio.js'

describe('input', function () {
  this.timeout(60_000)
  let folder: string
  let kernel: StdioClient

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gradlab-input-'))
    kernel = startStdioKernel(folder)
  })

  after(async () => {
    await kernel.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const asked = (): Promise<WireMessage> => kernel.collector.next(m => m.header.msg_type === 'input_request')
  const answer = (content: Record<string, unknown>, to?: WireMessage): void =>
    kernel.post({
      ...makeRequest('shell', 'input_reply', content),
      channel: 'stdin',
      parent_header: to === undefined ? {} : to.header,
    })
  const ask = async (
    code: string,
    ...values: string[]
  ): Promise<{ questions: WireMessage[]; outcome: Awaited<ReturnType<typeof execute>> }> => {
    const questions: WireMessage[] = []
    let question = asked()
    const running = execute(kernel, code, { allow_stdin: true })
    for (const value of values) {
      const request = await question
      questions.push(request)
      question = asked()
      answer({ status: 'ok', value }, request)
    }
    return { questions, outcome: await running }
  }

  it('comes from prompt, also inside a plain function', async () => {
    const { questions, outcome } = await ask(
      'function greet() { return "hello " + prompt("name?") }\nconsole.log("before")\ngreet().split(" ")',
      'Ada',
    )
    assert.equal(questions[0]?.channel, 'stdin')
    assert.deepEqual(questions[0]?.content, { prompt: 'name?', password: false })
    assert.equal(outcome.stdout, 'before\n')
    assert.deepEqual(outcome.results, [{ 'text/plain': "[ 'hello', 'Ada' ]" }])
  })

  it('has an initial value, which an empty answer takes', async () => {
    const { questions, outcome } = await ask('prompt("rate", "0.1")', '')
    assert.equal(questions[0]?.content.prompt, 'rate [0.1]')
    assert.deepEqual(outcome.results, [{ 'text/plain': "'0.1'" }])
  })

  it('can be a password', async () => {
    const { questions, outcome } = await ask('prompt.password("token:").length', 'hunter2')
    assert.deepEqual(questions[0]?.content, { prompt: 'token:', password: true })
    assert.deepEqual(outcome.results, [{ 'text/plain': '7' }])
  })

  it('confirms with y or n, and asks again for anything else', async () => {
    const { questions, outcome } = await ask('[confirm("sure?"), confirm("really?")]', 'maybe', 'Yes', '')
    assert.deepEqual(
      questions.map(question => question.content.prompt),
      ['sure? [y/N]', 'sure? [y/N]', 'really? [y/N]'],
    )
    assert.deepEqual(outcome.results, [{ 'text/plain': '[ true, false ]' }])
  })

  it('is refused with a clear error where the client does not allow it', async () => {
    const outcome = await execute(kernel, 'prompt("name?")')
    assert.equal(outcome.error?.ename, 'KernelError')
    assert.match(String(outcome.error?.evalue), /this cell was sent by a client that does not allow input/)
    const code = await execute(kernel, 'try { prompt() } catch (error) { (error as { code: string }).code }\n"after"')
    assert.deepEqual(code.results, [{ 'text/plain': "'after'" }])
  })

  it('is refused where no cell runs', async () => {
    const late = kernel.collector.next(m => m.header.msg_type === 'stream' && m.content.name === 'stderr')
    await execute(kernel, 'setTimeout(() => prompt("late?"), 20); 0', { allow_stdin: true })
    assert.match(String((await late).content.text), /no cell is running/)
  })

  it('is refused where the client answers without a value', async () => {
    const question = asked()
    const running = execute(kernel, 'prompt("?")', { allow_stdin: true })
    answer({ status: 'error' }, await question)
    assert.match(String((await running).error?.evalue), /the client did not answer/)
  })

  it('ends when the cell is interrupted, with finally run and state kept', async () => {
    const question = asked()
    const running = execute(kernel, 'let cleaned = 0\ntry { prompt("?") } finally { cleaned = 1 }', {
      allow_stdin: true,
    })
    const request = await question
    await kernel.request('control', 'interrupt_request', {})
    const outcome = await running
    assert.equal(outcome.error?.ename, 'Interrupted')
    answer({ status: 'ok', value: 'too late' }, request)
    assert.deepEqual((await execute(kernel, 'cleaned')).results, [{ 'text/plain': '1' }])
    const { outcome: next } = await ask('prompt("again?")', 'fresh')
    assert.deepEqual(next.results, [{ 'text/plain': "'fresh'" }])
  })

  it('takes no answer to an older question, and one without a parent', async () => {
    const first = asked()
    const running = execute(kernel, 'prompt("1") + prompt("2")', { allow_stdin: true })
    const one = await first
    const second = asked()
    answer({ status: 'ok', value: 'a' }, one)
    await second
    answer({ status: 'ok', value: 'stale' }, one)
    answer({ status: 'ok', value: 'b' })
    assert.deepEqual((await running).results, [{ 'text/plain': "'ab'" }])
  })

  it('leaves completion and other requests working while it waits', async () => {
    const question = asked()
    const running = execute(kernel, 'prompt("?")', { allow_stdin: true })
    const request = await question
    const { reply } = await kernel.request('shell', 'complete_request', { code: 'Math.fl', cursor_pos: 7 })
    assert.deepEqual(reply.content.matches, ['floor'])
    answer({ status: 'ok', value: 'x' }, request)
    assert.equal((await running).status, 'ok')
  })
})

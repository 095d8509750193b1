// The questions: each runs cells in a fresh kernel and says what came of them, as a client sees it.
import { stripVTControlCharacters } from 'node:util'
import type { Answer, Content } from '../kernel/client.js'
import { Failure, sleep } from '../kernel/failure.js'
import type { Kernel } from '../kernel/kernel.js'
import { askInput } from './stdin.js'

type Probe = (kernel: Kernel) => Promise<string>

export interface Feature {
  readonly title: string
  readonly run: Probe
  /** The same for Python; left out where the question is one of TypeScript. */
  readonly python?: Probe
}

/** How long a cell may take that a kernel may have lost. */
const PATIENCE_MS = 6000
const STOPPED_MS = 3000
const GRACE_MS = 100
/** tslab passes over cells for 200 ms after an error. */
const SKIPPING_MS = 400

const yesNo = (yes: boolean, otherwise = 'no'): string => (yes ? 'yes' : otherwise)

async function run(kernel: Kernel, code: string, limitMs = PATIENCE_MS): Promise<Answer> {
  const answer = kernel.submit(code)
  await kernel.wait(answer.done.promise, 'end of a cell', limitMs)
  // Whether output comes before idle is a question of its own.
  await sleep(GRACE_MS)
  return answer
}

/** Whether it ended, with an error or not. */
async function ends(kernel: Kernel, answer: Answer, limitMs = STOPPED_MS): Promise<boolean> {
  try {
    await kernel.wait(answer.done.promise, 'end of a cell', limitMs)
    return true
  } catch (error) {
    if (error instanceof Failure) return false
    throw error
  }
}

const contents = (answer: Answer, type: string): Content[] =>
  answer.published.filter(message => message.type === type).map(({ content }) => content)

const text = (answer: Answer, name = 'stdout'): string =>
  contents(answer, 'stream')
    .filter(content => content.name === name)
    .map(content => String(content.text))
    .join('')

/** Runs cells in turn; whether the last prints `expected`. */
const prints =
  (expected: string, ...cells: string[]): Probe =>
  async kernel => {
    let last: Answer | undefined
    for (const cell of cells) {
      last = await run(kernel, cell)
      // Whether cells are skipped after an error is a question of its own.
      if (last.reply.status !== 'ok') await sleep(SKIPPING_MS)
    }
    const printed = last === undefined ? '' : text(last).trim()
    return yesNo(printed === expected, printed === '' ? 'no' : `no: ${printed.split('\n')[0]?.slice(0, 40)}`)
  }

/** Interrupts a cell once it has printed; whether it ends and an older name has its value. */
const stops =
  (remember: string, code: string, recall: string): Probe =>
  async kernel => {
    await run(kernel, remember)
    const cell = kernel.submit(code)
    const deadline = Date.now() + PATIENCE_MS
    while (text(cell) === '' && Date.now() < deadline) await sleep(10)
    await sleep(100)
    kernel.interrupt()
    if (!(await ends(kernel, cell))) return 'no'
    await sleep(SKIPPING_MS)
    const printed = text(await run(kernel, recall))
    return yesNo(printed.trim() === '7', 'ends, state lost')
  }

/** The same for a loop that counts: whether the count stands still afterwards. */
function stopsForGood(remember: string, code: string, recall: string): Probe {
  return async kernel => {
    await run(kernel, remember)
    const cell = kernel.submit(code)
    const deadline = Date.now() + PATIENCE_MS
    while (text(cell) === '' && Date.now() < deadline) await sleep(10)
    await sleep(100)
    kernel.interrupt()
    if (!(await ends(kernel, cell))) return 'no'
    await sleep(SKIPPING_MS)
    const before = text(await run(kernel, recall)).trim()
    await sleep(300)
    const after = text(await run(kernel, recall)).trim()
    return yesNo(before !== '' && before === after, 'the cell ends, the loop goes on')
  }
}

const claims =
  (feature: string, flag?: string): Probe =>
  async kernel => {
    const { reply } = await kernel.request('shell', 'kernel_info_request')
    const features = Array.isArray(reply.supported_features) ? reply.supported_features : []
    return yesNo(features.includes(feature) || (flag !== undefined && reply[flag] === true))
  }

const REMEMBER = 'let kept = 7'
const RECALL = 'console.log(kept)'

export const PROBES: readonly Feature[] = [
  {
    title: 'a changed value reaches functions of older cells',
    run: prints('2', 'let rate = 1\nfunction f() { return rate }', 'rate = 2', 'console.log(f())'),
    python: prints('2', 'rate = 1\ndef f(): return rate', 'rate = 2', 'print(f())'),
  },
  {
    title: 'a redefined function reaches its older callers',
    run: prints(
      'new',
      'function a() { return "old" }\nfunction b() { return a() }',
      'function a() { return "new" }',
      'console.log(b())',
    ),
    python: prints('new', 'def a(): return "old"\ndef b(): return a()', 'def a(): return "new"', 'print(b())'),
  },
  {
    title: 'a const can be declared again',
    run: prints('2', 'const c = 1', 'const c = 2', 'console.log(c)'),
  },
  {
    title: 'a redeclaration that fails keeps the old value',
    run: prints('1', 'let x: number = 1', 'let x: number = (() => { throw new Error("no") })()', 'console.log(x)'),
  },
  {
    title: 'what a failing cell finished stays',
    run: prints('5', 'let done = 5\nthrow new Error("later")', 'console.log(done)'),
    python: prints('5', 'done = 5\nraise ValueError()', 'print(done)'),
  },
  {
    title: 'a type error is refused before anything runs',
    run: async kernel => {
      const answer = await run(kernel, 'console.log("ran")\nconst n: number = "text"')
      return yesNo(answer.reply.status === 'error' && !text(answer).includes('ran'))
    },
  },
  {
    title: 'top-level await and `for await`',
    run: prints(
      '3',
      'async function* g() { yield 1; yield 2 }\nlet sum = 0\nfor await (const x of g()) sum += x\nconsole.log(await sum)',
    ),
  },
  { title: '`import.meta.url` is a file', run: prints('true', 'console.log(import.meta.url.startsWith("file:"))') },
  {
    title: '`using` disposes',
    run: prints('gone', '{ using r = { [Symbol.dispose]() { console.log("gone") } } }'),
  },
  {
    title: 'a result has its rich form (`Symbol.for("Jupyter.display")`)',
    run: async kernel => {
      const answer = await run(kernel, '({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<b>1</b>" }) })')
      const data = contents(answer, 'execute_result')[0]?.data as Content | undefined
      return yesNo(data?.['text/html'] === '<b>1</b>')
    },
    python: async kernel => {
      const answer = await run(kernel, 'class A:\n  def _repr_html_(self): return "<b>1</b>"\nA()')
      const data = contents(answer, 'execute_result')[0]?.data as Content | undefined
      return yesNo(data?.['text/html'] === '<b>1</b>')
    },
  },
  {
    title: "an error is an `error` message with the cell's own line",
    run: async kernel => {
      const answer = await run(kernel, '// one\n// two\nthrow new RangeError("three")')
      const [error] = contents(answer, 'error')
      if (error === undefined) return 'no `error` message'
      return yesNo(
        error.ename === 'RangeError' && /:3:/.test(String((error.traceback as string[]).join('\n'))),
        'wrong line',
      )
    },
    python: async kernel => {
      const [error] = contents(await run(kernel, '# one\n# two\nraise ValueError("three")'), 'error')
      return yesNo(
        error?.ename === 'ValueError' &&
          /line 3/.test(stripVTControlCharacters((error.traceback as string[]).join('\n'))),
      )
    },
  },
  {
    title: 'the reply to a failing cell has the error too',
    run: async kernel => yesNo((await run(kernel, 'throw new RangeError("x")')).reply.ename === 'RangeError'),
    python: async kernel => yesNo((await run(kernel, 'raise ValueError("x")')).reply.ename === 'ValueError'),
  },
  {
    title: 'the cell sent after an error runs at once',
    run: async kernel => {
      await run(kernel, 'throw new Error("x")')
      return yesNo(text(await run(kernel, 'console.log("ran")')).includes('ran'))
    },
    python: async kernel => {
      await run(kernel, 'raise ValueError()')
      return yesNo(text(await run(kernel, 'print("ran")')).includes('ran'))
    },
  },
  {
    title: '`stop_on_error` aborts the queued cells (status `aborted`)',
    run: kernel =>
      aborts(kernel, 'await new Promise(r => setTimeout(r, 200)); throw new Error("x")', 'console.log("ran")'),
    python: kernel => aborts(kernel, 'import time; time.sleep(.2); raise ValueError()', 'print("ran")'),
  },
  {
    title: '1,000 cells sent at once: each right, all output before idle',
    run: kernel => thousand(kernel, k => `console.log(${k})`),
    python: kernel => thousand(kernel, k => `print(${k})`),
  },
  {
    title: '10^4 lines from one cell all arrive before idle',
    run: kernel => lines(kernel, 'for (let i = 0; i < 10_000; i++) console.log(i)'),
    python: kernel => lines(kernel, 'for i in range(10_000): print(i)'),
  },
  {
    title: 'late output comes under its own cell',
    run: async kernel => {
      const first = await run(kernel, 'setTimeout(() => console.log("late"), 300); 0')
      await run(kernel, 'await new Promise(r => setTimeout(r, 600))')
      return yesNo(text(first).includes('late'))
    },
    python: async kernel => {
      const first = await run(kernel, 'import threading; threading.Timer(.3, lambda: print("late")).start()')
      await run(kernel, 'import time; time.sleep(.6)')
      return yesNo(text(first).includes('late'))
    },
  },
  {
    title: "output of a child process (`stdio: 'inherit'`)",
    run: async kernel => {
      const answer = await run(
        kernel,
        'import { execSync } from "node:child_process"\nexecSync("echo child", { stdio: "inherit" }); 0',
      )
      await sleep(300)
      return yesNo(text(answer).includes('child'))
    },
    python: async kernel => {
      const answer = await run(kernel, 'import os; os.system("echo child"); 0')
      await sleep(300)
      return yesNo(text(answer).includes('child'))
    },
  },
  {
    title: 'interrupt: a loop without await',
    run: stops(REMEMBER, 'console.log("go"); for (;;);', RECALL),
    python: stops('kept = 7', 'print("go", flush=True)\nwhile True: pass', 'print(kept)'),
  },
  {
    title: 'interrupt: a promise that never settles',
    run: stops(REMEMBER, 'console.log("go"); await new Promise(() => {})', RECALL),
    python: stops('kept = 7', 'import asyncio\nprint("go", flush=True)\nawait asyncio.Event().wait()', 'print(kept)'),
  },
  {
    title: 'interrupt: a loop of sleeps, which then really ends',
    run: stopsForGood(
      'let turns = 0',
      'console.log("go"); for (;;) { turns++; await new Promise(r => setTimeout(r, 20)) }',
      'console.log(turns)',
    ),
    python: stopsForGood(
      'turns = 0',
      'import time\nprint("go", flush=True)\nwhile True:\n  turns += 1\n  time.sleep(.02)',
      'print(turns)',
    ),
  },
  {
    title: 'interrupt: code that catches everything',
    run: stops(REMEMBER, 'console.log("go"); for (;;) { try { for (;;); } catch {} }', RECALL),
    python: stops(
      'kept = 7',
      'print("go", flush=True)\nwhile True:\n  try:\n    while True: pass\n  except BaseException: pass',
      'print(kept)',
    ),
  },
  {
    title: 'interrupt: a catastrophic regular expression',
    run: stops(REMEMBER, 'console.log("go"); /^(a+)+$/.test("a".repeat(40) + "b")', RECALL),
    python: stops('kept = 7', 'import re\nprint("go", flush=True)\nre.match(r"^(a+)+$", "a"*40+"b")', 'print(kept)'),
  },
  {
    title: '`process.exit` in a cell: told, and the next cell runs in the same session',
    run: async kernel => {
      const cell = kernel.submit('process.exit(3)')
      if (!(await ends(kernel, cell))) return 'no: the cell never ends'
      return yesNo(text(await run(kernel, 'console.log("next")')).includes('next'))
    },
  },
  {
    title: 'an unhandled rejection is shown and survived',
    run: async kernel => {
      await run(kernel, 'let kept = 7; setTimeout(() => Promise.reject(new Error("lost")), 10); 0')
      await sleep(300)
      return yesNo(text(await run(kernel, RECALL)).trim() === '7', 'the kernel ends')
    },
  },
  {
    title: 'a live `setInterval` does not block shutdown',
    run: async kernel => {
      await run(kernel, 'setInterval(() => {}, 50); 0')
      const began = Date.now()
      await kernel.restart()
      return yesNo(Date.now() - began < 4500)
    },
  },
  {
    title: 'completion while a cell is busy',
    run: kernel =>
      whileBusy(
        kernel,
        'console.log("go"); { const end = Date.now() + 1500; while (Date.now() < end); }',
        'complete_request',
        { code: 'Math.fl', cursor_pos: 7 },
      ),
    python: kernel =>
      whileBusy(
        kernel,
        'import time\nprint("go", flush=True)\nend = time.time() + 1.5\nwhile time.time() < end: pass',
        'complete_request',
        { code: 'print.__do', cursor_pos: 10 },
      ),
  },
  {
    title: 'hover has the type and the documentation',
    run: kernel =>
      inspects(
        kernel,
        { code: 'Math.max', cursor_pos: 7, detail_level: 0 },
        /values: number\[\][\s\S]*(?:larger|largest|maximum)/i,
      ),
    python: kernel => inspects(kernel, { code: 'max', cursor_pos: 3, detail_level: 0 }, /largest|biggest/),
  },
  {
    title: '`is_complete` tells incomplete from invalid',
    run: kernel => completes(kernel, 'function f() {', 'const = 1'),
    python: kernel => completes(kernel, 'def f():', '1 = = 2'),
  },
  {
    title: 'history is answered, and kept over a restart',
    run: kernel => remembers(kernel, 'const remembered = 1'),
    python: kernel => remembers(kernel, 'remembered = 1'),
  },
  {
    title: 'input (`prompt`)',
    run: kernel => askInput(kernel, 'const answer = prompt("name?"); console.log(answer)'),
    python: kernel => askInput(kernel, 'print(input("name?"))'),
  },
  {
    title: 'a comm that nobody knows is closed',
    run: closesComm,
    python: closesComm,
  },
  {
    title: 'displays can be updated in place',
    run: async kernel => {
      const { name } = kernel.contender
      if (name === 'deno') {
        const code =
          'await Deno.jupyter.broadcast("display_data", { data: { "text/plain": "1" }, metadata: {}, transient: { display_id: "d" } }); await Deno.jupyter.broadcast("update_display_data", { data: { "text/plain": "2" }, metadata: {}, transient: { display_id: "d" } })'
        return yesNo(contents(await run(kernel, code), 'update_display_data').length === 1)
      }
      const code =
        name === 'tslab'
          ? 'import * as tslab from "tslab"\nconst d = tslab.newDisplay()\nd.text("1"); d.text("2")'
          : 'const d = display("1"); d.update("2")'
      return yesNo(contents(await run(kernel, code), 'update_display_data').length >= 1)
    },
    python: async kernel =>
      yesNo(
        contents(await run(kernel, 'h = display("1", display_id=True)\nh.update("2")'), 'update_display_data')
          .length === 1,
      ),
  },
  { title: 'a debugger', run: claims('debugger', 'debugger'), python: claims('debugger', 'debugger') },
  { title: 'subshells', run: claims('kernel subshells'), python: claims('kernel subshells') },
]

async function aborts(kernel: Kernel, failing: string, next: string): Promise<string> {
  const send = (code: string): Answer =>
    kernel.client.send('shell', 'execute_request', {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    })
  const [first, second] = [send(failing), send(next)]
  await kernel.wait(Promise.all([first.done.promise, second.done.promise]), 'end of a cell', PATIENCE_MS)
  if (second.reply.status === 'ok') return 'no: it runs'
  return yesNo(second.reply.status === 'aborted', `status \`${String(second.reply.status)}\``)
}

async function thousand(kernel: Kernel, cell: (k: number) => string): Promise<string> {
  const answers: Answer[] = []
  for (let k = 0; k < 1000; k++) {
    answers.push(kernel.submit(cell(k)))
    await kernel.client.sent
  }
  try {
    await kernel.wait(Promise.all(answers.map(answer => answer.done.promise)), 'end of all', 120_000)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return `${answers.filter(answer => answer.idleAt !== undefined).length} of 1,000 end`
  }
  const right = answers.filter((answer, k) => {
    const early = answer.published.filter(({ type, at }) => type === 'stream' && at <= (answer.idleAt ?? 0))
    return early.map(({ content }) => content.text).join('') === `${k}\n`
  }).length
  return yesNo(right === 1000, `${right} of 1,000`)
}

async function lines(kernel: Kernel, code: string): Promise<string> {
  const answer = kernel.submit(code)
  const ended = await ends(kernel, answer, 20_000)
  const count = text(answer).split('\n').length - 1
  return yesNo(ended && count === 10_000, `${count} of 10,000${ended ? '' : ', never idle'}`)
}

async function whileBusy(kernel: Kernel, busy: string, type: string, content: Content): Promise<string> {
  const cell = kernel.submit(busy)
  while (text(cell) === '') await sleep(10)
  const answer = await kernel.request('shell', type, content)
  const matches = answer.reply.matches as unknown[] | undefined
  return yesNo(
    (answer.replyAt ?? 0) < (cell.idleAt ?? Number.POSITIVE_INFINITY) && (matches?.length ?? 0) > 0,
    'after the cell',
  )
}

async function inspects(kernel: Kernel, content: Content, expected: RegExp): Promise<string> {
  const { reply } = await kernel.request('shell', 'inspect_request', content)
  const shown = String((reply.data as Content | undefined)?.['text/plain'] ?? '')
  return yesNo(expected.test(shown), reply.found === true ? 'another text' : 'no')
}

async function completes(kernel: Kernel, incomplete: string, invalid: string): Promise<string> {
  const status = async (code: string): Promise<unknown> =>
    (await kernel.request('shell', 'is_complete_request', { code })).reply.status
  const [a, b] = [await status(incomplete), await status(invalid)]
  return yesNo(a === 'incomplete' && b === 'invalid', `\`${String(a)}\`, \`${String(b)}\``)
}

async function remembers(kernel: Kernel, code: string): Promise<string> {
  await run(kernel, code)
  await kernel.restart()
  const content = { hist_access_type: 'tail', n: 50, output: false, raw: true }
  const { reply } = await kernel.request('shell', 'history_request', content)
  const entries = (reply.history as unknown[][] | undefined) ?? []
  return yesNo(
    entries.some(([, , source]) => source === code),
    'empty',
  )
}

async function closesComm(kernel: Kernel): Promise<string> {
  const answer = kernel.client.send('shell', 'comm_open', { comm_id: 'c1', target_name: 'nobody', data: {} })
  const deadline = Date.now() + 2000
  while (Date.now() < deadline && contents(answer, 'comm_close').length === 0) await sleep(20)
  return yesNo(contents(answer, 'comm_close').length > 0)
}

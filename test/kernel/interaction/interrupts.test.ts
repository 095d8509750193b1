// Interrupts of what is hard to stop: code that was left behind by a cell, callbacks of its end, hooked promises.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execute, type WireMessage } from '../clients/request.js'
import { type StdioClient, startStdioKernel } from '../clients/stdio.js'

describe('an interrupt', function () {
  this.timeout(60_000)
  let folder: string
  let kernel: StdioClient

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gradlab-interrupts-'))
    kernel = startStdioKernel(folder)
  })

  after(async () => {
    await kernel.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const heard = (pattern: RegExp): Promise<WireMessage> =>
    kernel.collector.next(m => m.header.msg_type === 'stream' && pattern.test(String(m.content.text)))
  const interrupt = (): Promise<unknown> => kernel.request('control', 'interrupt_request', {})

  it('stops a timer that loops after its cell has ended, and the next cell runs', async () => {
    const told = heard(/interrupted/)
    await execute(kernel, 'let kept = 1; setTimeout(() => { kept = 2; for (;;); }, 10); 0')
    await sleep(50)
    const waiting = execute(kernel, 'kept += 1')
    await sleep(50)
    await interrupt()
    assert.match(String((await told).content.text), /Code of a cell that had ended .* was interrupted/)
    await waiting
    assert.deepEqual((await execute(kernel, 'kept >= 2')).results, [{ 'text/plain': 'true' }])
  })

  it('stops an interval that loops, for good', async () => {
    const told = heard(/interrupted/)
    await execute(kernel, 'let turns = 0; setInterval(() => { turns++; for (;;); }, 10); 0')
    await sleep(100)
    await interrupt()
    await told
    await sleep(50)
    assert.deepEqual((await execute(kernel, 'turns')).results, [{ 'text/plain': '1' }])
  })

  for (const text of ['', 'a line']) {
    it(`stops a loop that prints '${text}' without end, and shows what it prints while it runs`, async function () {
      // Without a limit to what may wait for the front the loop goes on for minutes.
      this.timeout(15_000)
      const running = execute(kernel, `for (;;) console.log(${JSON.stringify(text)})`)
      for (let seen = 0; seen < 5; seen += 1) await heard(/\n/)
      await interrupt()
      assert.equal((await running).status, 'error')
      assert.equal((await execute(kernel, 'console.log("still heard")')).stdout, 'still heard\n')
    })
  }

  it('with no cell running and nothing stuck changes nothing', async () => {
    await interrupt()
    assert.deepEqual((await execute(kernel, 'kept >= 2')).results, [{ 'text/plain': 'true' }])
  })

  it("stops a callback of a cell's end that loops; the other callbacks run", async () => {
    const running = execute(
      kernel,
      'jupyter.onCellEnd(() => { console.log("in it"); for (;;); })\njupyter.onCellEnd(() => console.log("the other"))\n"done"',
    )
    await heard(/in it/)
    await interrupt()
    const outcome = await running
    assert.equal(outcome.status, 'ok')
    assert.match(outcome.stdout, /the other/)
    assert.match(outcome.stderr, /A callback at the end of the cell was interrupted/)
    assert.equal((await execute(kernel, '1')).status, 'ok')
  })

  // Each kind several times: what Node makes of a termination depends on what was hooked and when.
  for (const [what, code] of Object.entries({
    'at once': 'store.run(1, () => { console.log("inside"); for (;;); })',
    'after an await': 'store.enterWith(1); await 1; console.log("inside"); for (;;);',
    'in an async function': 'await store.run(1, async () => { await 1; console.log("inside"); for (;;); })',
    'in a timer':
      'await store.run(1, () => new Promise(() => setTimeout(() => { console.log("inside"); for (;;); }, 5)))',
    'in a promise': 'await store.run(1, () => Promise.resolve().then(() => { console.log("inside"); for (;;); }))',
  })) {
    it(`stops a loop inside an AsyncLocalStorage, ${what}, with state kept`, async () => {
      await execute(
        kernel,
        'import { AsyncLocalStorage } from "node:async_hooks"\nconst store = new AsyncLocalStorage<number>(); let state = 5',
      )
      for (let i = 0; i < 4; i++) {
        const inside = heard(/inside/)
        const running = execute(kernel, code)
        await inside
        await interrupt()
        assert.equal((await running).error?.ename, 'Interrupted')
        const next = await execute(
          kernel,
          'await store.run(7, async () => { await 1; return [store.getStore(), state] })',
        )
        assert.deepEqual(next.results, [{ 'text/plain': '[ 7, 5 ]' }])
      }
    })
  }

  // Node 24 does not tell how to clear its stack of async ids any more.
  it('stops a loop under an async hook with state kept, or says why the process ended', async () => {
    await execute(
      kernel,
      'import { createHook } from "node:async_hooks"\nlet hooked = 0; const hook = createHook({ before() { hooked += 1 } }).enable()',
    )
    const inside = heard(/inside/)
    const running = execute(kernel, 'await 1; console.log("inside"); for (;;);')
    await inside
    await interrupt()
    const { error } = await running
    assert.match(`${error?.ename} ${error?.evalue}`, /^Interrupted|^RuntimeDied it was interrupted while an AsyncLocal/)
    const next = await execute(
      kernel,
      error?.ename === 'Interrupted' ? 'hooked > 0 && hook.disable() === hook' : 'true',
    )
    assert.deepEqual(next.results, [{ 'text/plain': 'true' }])
  })

  // A loop of nothing but hooked promises: it may be stopped in the middle of a hook, after which old Nodes abort.
  it('stops a loop of microtasks inside an AsyncLocalStorage, or says why the process ended', async () => {
    await execute(
      kernel,
      'import { AsyncLocalStorage } from "node:async_hooks"\nconst micro = new AsyncLocalStorage<number>()',
    )
    const inside = heard(/inside/)
    const running = execute(kernel, 'await micro.run(1, async () => { console.log("inside"); for (;;) await null })')
    await inside
    await interrupt()
    const { error } = await running
    assert.match(`${error?.ename} ${error?.evalue}`, /^Interrupted|^RuntimeDied it was interrupted while an AsyncLocal/)
    assert.equal((await execute(kernel, '1')).status, 'ok')
  })

  it('stops a wait inside an AsyncLocalStorage with state kept', async () => {
    await execute(
      kernel,
      'import { AsyncLocalStorage } from "node:async_hooks"\nconst store = new AsyncLocalStorage<number>(); let state = 5',
    )
    const running = execute(
      kernel,
      'await store.run(1, async () => { console.log("inside"); await new Promise(() => {}) })',
    )
    await heard(/inside/)
    await interrupt()
    assert.equal((await running).error?.ename, 'Interrupted')
    assert.deepEqual((await execute(kernel, 'state')).results, [{ 'text/plain': '5' }])
  })

  it('stops what waits for a child process, without await', async () => {
    const running = execute(
      kernel,
      'import { execSync } from "node:child_process"\nlet before = 3; console.log("go"); execSync("sleep 20")',
    )
    await heard(/go/)
    const began = Date.now()
    await interrupt()
    assert.equal((await running).error?.ename, 'Interrupted')
    assert.ok(Date.now() - began < 10_000)
    assert.deepEqual((await execute(kernel, 'before')).results, [{ 'text/plain': '3' }])
  })

  it('of a native call that cannot be stopped says so, and stops the cell when it returns', async () => {
    const told = heard(/native call that cannot be stopped/)
    const running = execute(
      kernel,
      'import { pbkdf2Sync } from "node:crypto"\nlet n = 1; console.log("go"); pbkdf2Sync("p", "s", 3_000_000, 64, "sha512"); for (;;) n += 1',
    )
    await heard(/go/)
    await interrupt()
    await told
    assert.equal((await running).error?.ename, 'Interrupted')
    assert.deepEqual((await execute(kernel, 'n >= 1')).results, [{ 'text/plain': 'true' }])
  })

  it('stops twenty loops in a row', async () => {
    await execute(kernel, 'let rounds = 0')
    for (let i = 0; i < 20; i++) {
      const running = execute(kernel, 'rounds += 1; console.log("go"); for (;;);')
      await heard(/go/)
      await interrupt()
      assert.equal((await running).error?.ename, 'Interrupted')
    }
    assert.deepEqual((await execute(kernel, 'rounds')).results, [{ 'text/plain': '20' }])
  })

  it('a shutdown does the same to a cell that loops', async () => {
    const other = startStdioKernel(folder)
    await execute(other, 'using held = { [Symbol.dispose]() { console.log("disposed") } }')
    void execute(other, 'console.log("go"); for (;;);')
    await other.collector.next(m => m.header.msg_type === 'stream')
    const disposed = other.collector.next(
      m => m.header.msg_type === 'stream' && /disposed/.test(String(m.content.text)),
    )
    await other.request('control', 'shutdown_request', { restart: false })
    await disposed
    await other.close()
  })
})

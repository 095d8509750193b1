// Processes killed at random moments, seeded: each death is told, and the next cell is right.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { allProcesses, offspring } from '../clients/processes.js'
import { makeRandom } from '../clients/random.js'
import { execute, type Json, plainTraceback } from '../clients/request.js'
import { type SocketClient, startSocketKernel } from '../clients/sockets.js'

const ROUNDS = process.env.GRADLAB_LONG === '1' ? 100 : 30

describe('a process killed at a random moment', function () {
  this.timeout(180_000)
  let folder: string
  let kernel: SocketClient
  let told = ''

  before(async function () {
    // The process that runs cells is found in /proc.
    if (process.platform !== 'linux') this.skip()
    folder = mkdtempSync(join(tmpdir(), 'gradlab-killed-'))
    kernel = await startSocketKernel(folder)
    kernel.collector.watch(m => {
      if (m.header.msg_type === 'stream') told += String(m.content.text)
      if (m.header.msg_type === 'error') told += (m.content.traceback as string[]).join('\n')
    })
    await execute(kernel, '1')
  })
  after(async () => {
    await kernel?.close()
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  })

  const child = (pattern: string): number | undefined =>
    offspring(Number(kernel.process.pid)).find(({ command }) => command.includes(pattern))?.pid
  const text = (outcome: { results: Json[] }): unknown => outcome.results[0]?.['text/plain']

  it(`that runs the cells, ${ROUNDS} times: told each time, and the next cell runs`, async () => {
    const random = makeRandom(11)
    for (let round = 0; round < ROUNDS; round += 1) {
      const what = `round ${round}`
      told = ''
      const pid = child('runtime/main.js')
      assert.ok(pid !== undefined, `${what}: a process runs the cells`)
      const cells = Array.from({ length: 3 }, (_, i) =>
        execute(
          kernel,
          `const x${i} = ${round}; for (let k = 0; k < 300; k++) { console.log(k); if (k % 10 === 0) await new Promise(r => setTimeout(r, 1)) }; x${i}`,
          { user_expressions: { later: `x${i}` } },
        ),
      )
      await sleep(random() * 250)
      process.kill(pid, 'SIGKILL')
      const outcomes = await Promise.all(cells)
      for (const outcome of outcomes) {
        assert.ok(outcome.status === 'ok' || outcome.error !== undefined, what)
        if (outcome.status === 'ok') assert.equal(text(outcome), String(round), what)
        assert.equal(outcome.types.at(-1), 'status', what)
      }
      const after = `const after${round} = ${round} * 2; after${round}`
      let next = await execute(kernel, after)
      // The kill came when the three cells had ended, and met this one.
      if (next.error?.ename === 'RuntimeDied') next = await execute(kernel, after)
      assert.deepEqual([next.status, text(next)], ['ok', String(round * 2)], `${what}: ${plainTraceback(next)}`)
      await until(() => /SIGKILL/.test(told), `${what}: the death is told`)
      assert.equal(text(await execute(kernel, `typeof x0 + typeof after${round}`)) !== undefined, true, what)
    }
  })

  it(`that knows the types, ${ROUNDS} times: cells run, and types are there again`, async () => {
    const random = makeRandom(12)
    const front = Number(kernel.process.pid)
    for (let round = 0; round < ROUNDS; round += 1) {
      const what = `round ${round}`
      const server = allProcesses().find(({ parent, command }) => parent === front && command.includes('--lsp'))?.pid
      const cells = Array.from({ length: 3 }, (_, i) => execute(kernel, `const t${i} = [${round}, ${i}]; t${i}.length`))
      await sleep(random() * 60)
      if (server !== undefined) {
        try {
          process.kill(server, 'SIGKILL')
        } catch {
          // It is just being replaced.
        }
      }
      for (const outcome of await Promise.all(cells))
        assert.deepEqual([outcome.status, text(outcome)], ['ok', '2'], what)
      const next = await execute(kernel, 't0.map(n => n + 1)')
      assert.equal(next.status, 'ok', `${what}: ${plainTraceback(next)}`)
    }
    await untilAsync(
      async () => (await execute(kernel, 'const wrong: string = 5')).error?.ename === 'TypeCheckError',
      'types',
    )
    const { reply } = await kernel.request('shell', 'complete_request', { code: 't0.ma', cursor_pos: 5 })
    assert.ok((reply.content.matches as string[]).includes('map'))
  })

  it('while user_expressions are evaluated: told, and answered', async () => {
    told = ''
    const outcome = execute(kernel, 'const quick = 1', {
      user_expressions: { slow: '(() => { console.log("evaluating"); for (;;); })()' },
    })
    await until(() => told.includes('evaluating'), 'the expression runs')
    process.kill(child('runtime/main.js')!, 'SIGKILL')
    const { reply } = await outcome
    const expressions = reply.user_expressions as Record<string, Json>
    assert.deepEqual([expressions.slow?.status, expressions.slow?.ename], ['error', 'RuntimeDied'])
    await until(() => /SIGKILL/.test(told), 'the death is told')
    assert.equal(text(await execute(kernel, 'typeof quick')), "'undefined'")
  })
})

async function until(condition: () => boolean, what: string): Promise<void> {
  await untilAsync(async () => condition(), what)
}

async function untilAsync(condition: () => Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 45_000
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`Waited 45 s: ${what}.`)
    await sleep(20)
  }
}

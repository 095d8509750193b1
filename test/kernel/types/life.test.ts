import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { analyseCell } from '#kernel/cell/analyse.js'
import { TypesUnavailableError } from '#kernel/types/unavailable.js'
import { Notebook } from './notebook.js'

/** Whether a process runs; one that has ended and only waits to be asked for its exit code does not. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !existsSync('/proc') || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** The memory of a process alone, where the system tells it. */
function memoryOf(pid: number): string {
  const file = `/proc/${pid}/smaps_rollup`
  if (!existsSync(file)) return 'memory not known here'
  const kilobytes = /^Pss:\s+(\d+)/m.exec(readFileSync(file, 'utf8'))?.[1]
  return `${(Number(kilobytes) / 1024).toFixed(0)} MB`
}

async function untilGone(pid: number): Promise<void> {
  for (let i = 0; i < 200 && isRunning(pid); i++) await sleep(25)
  assert.equal(isRunning(pid), false, `process ${pid} still runs`)
}

/** Park and Miller's generator: the same numbers from the same seed. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
}

describe("types: the language server's life", function () {
  this.timeout(60_000)
  let notebook: Notebook
  beforeEach(() => {
    notebook = new Notebook()
  })
  afterEach(() => notebook.dispose())

  async function serverPid(): Promise<number> {
    const pid = await notebook.types.pid()
    assert.ok(pid !== undefined)
    return pid
  }

  it('comes back after it was killed, and still knows all names', async () => {
    await notebook.run('const before = 1')
    const pid = await serverPid()
    process.kill(pid, 'SIGKILL')
    await untilGone(pid)
    assert.deepEqual(await notebook.findings('const s: string = before'), [
      "error 2322 1:7 Type 'number' is not assignable to type 'string'.",
    ])
    assert.notEqual(await serverPid(), pid)
  })

  it('that dies during a check is replaced, and the check is answered', async () => {
    await notebook.run('const before = 1')
    const pid = await serverPid()
    process.kill(pid, 'SIGSTOP')
    const found = notebook.findings('const s: string = before')
    await sleep(50)
    process.kill(pid, 'SIGKILL')
    assert.deepEqual(await found, ["error 2322 1:7 Type 'number' is not assignable to type 'string'."])
    assert.notEqual(await serverPid(), pid)
  })

  it('that is killed again and again, whatever it is asked, loses no answer of a check and no name', async () => {
    const random = seeded(7)
    const cells = Array.from({ length: 8 }, (_, i) => ({ id: `${i}`, code: `const sk${i}: string = ${i}` }))
    const ids = cells.map(({ id }) => id)
    let killed = 0
    let done = false
    let settled: Promise<unknown> = Promise.resolve()
    const killer = (async () => {
      while (!done) {
        await sleep(random() * 400)
        const pid = await notebook.types.pid()
        if (pid === undefined) continue
        process.kill(pid, 'SIGKILL')
        killed++
        // One death is survived within a check; a second one only by the next check.
        await untilGone(pid)
        await settled
      }
    })()
    for (let i = 0; i < 12; i++) {
      const typing = [
        notebook.types.complete('Math.', 5),
        notebook.types.inspect('Math', 2),
        notebook.types.sketch(cells, ids, () => {}, new AbortController().signal),
      ]
      const checked = notebook.findings(`const v${i} = ${i === 0 ? 0 : `v${i - 1} + 1`}; const s${i}: string = "x"`)
      settled = checked
      assert.deepEqual(await checked, [])
      await Promise.all(typing)
    }
    done = true
    await killer
    assert.ok(killed > 1, `killed ${killed} times`)
    assert.deepEqual(await notebook.findings('const sum: number = v0 + v11; s11.toUpperCase()'), [])
    let found = 0
    await notebook.types.sketch(
      cells,
      ids,
      (_, diagnostics) => {
        found += diagnostics.length
      },
      new AbortController().signal,
    )
    assert.equal(found, 8)
  })

  it('that hangs is given up, stopped and replaced; the unchecked cell has types all the same', async () => {
    notebook.dispose()
    notebook = new Notebook({ timeout: 4_000 })
    await notebook.run('const before = 1')
    const pid = await serverPid()
    process.kill(pid, 'SIGSTOP')
    const error = await notebook.types.check(analyseCell('const during = "x"')).then(
      () => assert.fail('the check succeeded'),
      (error: unknown) => error,
    )
    assert.ok(error instanceof TypesUnavailableError)
    assert.equal(error.code, 'TYPES_UNAVAILABLE')
    await untilGone(pid)
    notebook.types.commit(error.document!, ['during'])
    assert.deepEqual(await notebook.findings('during.toUpperCase() + before.toFixed()'), [])
  })

  it('that cannot be started is an error each time, and no crash', async () => {
    notebook.dispose()
    notebook = new Notebook({ exe: '/nowhere/tsc' })
    for (let i = 0; i < 5; i++) await assert.rejects(notebook.run('1'), { code: 'TYPES_UNAVAILABLE' })
    assert.deepEqual((await notebook.types.complete('Mat', 3)).matches, [])
    assert.equal(await notebook.types.inspect('Math', 2), undefined)
  })

  it('is not asked after it was closed', async () => {
    await notebook.run('1')
    const pid = await serverPid()
    notebook.types.dispose()
    await untilGone(pid)
    await assert.rejects(notebook.run('2'), { code: 'TYPES_UNAVAILABLE' })
  })

  it('ends when the process of the kernel is killed', async () => {
    const script = `
      const { TypeServer } = await import(${JSON.stringify(import.meta.resolve('#kernel/types/server.js'))})
      const types = TypeServer.start({ notebookDir: ${JSON.stringify(notebook.folder)}, roots: [], log() {} })
      console.log(await types.pid())
      setInterval(() => {}, 1000)`
    const kernel = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(createInterface(kernel.stdout), 'line')
    const pid = Number(line)
    assert.ok(isRunning(pid))
    kernel.kill('SIGKILL')
    await untilGone(pid)
  })

  it('holds only documents whose names, or what their types are made of, are current', async () => {
    for (let i = 0; i < 30; i++) await notebook.run(`const value = ${i}; function f() { return value + ${i} }`)
    assert.equal(notebook.types.openDocuments, 1)
    await notebook.run('const kept = value')
    await notebook.run('const value = "new"; const f = 1')
    // `kept` has its type from the older `value`.
    assert.equal(notebook.types.openDocuments, 3)
    assert.deepEqual(await notebook.findings('kept.toFixed(); value.toUpperCase()'), [])
    assert.equal(notebook.types.openDocuments, 3)
    await notebook.run('const kept = 1')
    assert.equal(notebook.types.openDocuments, 2)
    notebook.types.reset()
    assert.equal(notebook.types.openDocuments, 0)
  })

  it('takes a cell that is run again unchanged as the same', async () => {
    await notebook.run('class A { #x = 1 }')
    await notebook.run('const a = new A()')
    await notebook.run('class A { #x = 1 }')
    assert.deepEqual(await notebook.findings('const b: A = a'), [])
    assert.equal(notebook.types.openDocuments, 3)
  })

  it('does not keep a chain of redeclarations for ever', async () => {
    await notebook.run('const x = 1')
    for (let i = 0; i < 70; i++) {
      await notebook.run(`const y = x + ${i}`)
      await notebook.run(`const x = y + ${i}`)
    }
    assert.ok(notebook.types.openDocuments <= 60, `${notebook.types.openDocuments} documents`)
    assert.deepEqual(await notebook.findings('x; y'), [])
  })

  it('answers in time (printed, not tested)', async () => {
    const times: number[] = []
    for (let i = 1; i <= 100; i++) {
      const start = performance.now()
      await notebook.run(
        `const c${i} = ${i}\nfunction f${i}(x: number) { return x * c${i}${i > 1 ? ` + f${i - 1}(x)` : ''} }`,
      )
      times.push(performance.now() - start)
    }
    const shown = [1, 20, 100].map(i => `${i}: ${times[i - 1]!.toFixed(1)} ms`).join(', ')
    console.log(`        check of a const and a function, cell ${shown}; ${memoryOf(await serverPid())}`)
  })
})

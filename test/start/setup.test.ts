// The set-up's small parts: stamps, progress lines, commands that are stopped, the lock, messages.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { setupModule } from './scripts.js'

interface Stamps {
  hashFiles(root: string, names: string[]): string
  readJson(file: string): Record<string, unknown> | undefined
  writeJson(file: string, value: object): void
}
interface Step {
  doing(text: string, reason?: string): void
  detail(text: string): void
}
interface ProgressModule {
  Progress: new (
    output: { write(text: string): void; isTTY?: boolean; columns?: number },
    now?: () => number,
  ) => { step(name: string, work: (step: Step) => Promise<string> | string): Promise<void> }
  seconds(milliseconds: number): string
}
interface Commands {
  runCommand(command: string, args: string[], options: Record<string, unknown>): Promise<void>
}
interface Failures {
  SetupError: new (message: string, options: { next: string; log?: string }) => Error
  Stopped: new (signal: string) => Error & { exitCode: number }
  knownFailure(text: string): { message: string } | undefined
  describeFailure(error: unknown): string
}
interface Disk {
  checkSpace(root: string, missing: string[], free: () => Promise<number>): Promise<void>
}
interface Lock {
  withLock<T>(
    file: string,
    options: { signal: AbortSignal; onWait(holder: number): void },
    work: () => Promise<T>,
  ): Promise<T>
}

describe('set-up', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gradlab-setup-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  describe('stamps', () => {
    let stamps: Stamps
    before(async () => {
      stamps = await setupModule<Stamps>('stamp.mjs')
    })

    it('hash names and contents, so that a moved byte, a renamed and a missing file all differ', () => {
      const hashes = new Set<string>()
      const add = (names: string[]): void => void hashes.add(stamps.hashFiles(folder, names))
      add(['a', 'b'])
      writeFileSync(join(folder, 'a'), '')
      add(['a', 'b'])
      writeFileSync(join(folder, 'a'), 'xy')
      writeFileSync(join(folder, 'b'), 'z')
      add(['a', 'b'])
      writeFileSync(join(folder, 'a'), 'x')
      writeFileSync(join(folder, 'b'), 'yz')
      add(['a', 'b'])
      add(['b', 'a'])
      assert.equal(hashes.size, 5)
    })

    it('are written whole, and read as nothing where they are not', () => {
      const file = join(folder, 'deep', 'stamp.json')
      stamps.writeJson(file, { hash: 'x' })
      assert.deepEqual(stamps.readJson(file), { hash: 'x' })
      assert.deepEqual(readdirSync(join(folder, 'deep')), ['stamp.json'])
      for (const text of ['', '{"hash":', '[]', 'null', '3']) {
        writeFileSync(file, text)
        assert.equal(stamps.readJson(file), undefined)
      }
    })
  })

  describe('progress', () => {
    let module: ProgressModule
    before(async () => {
      module = await setupModule<ProgressModule>('progress.mjs')
    })

    async function written(isTTY: boolean, work: (step: Step) => Promise<string> | string): Promise<string> {
      let text = ''
      const write = (chunk: string): void => {
        text += chunk
      }
      await new module.Progress({ write, isTTY, columns: 40 }, () => 0).step('packages', work)
      return text
    }

    it('is one line for a step that had nothing to do', async () => {
      assert.equal(await written(false, () => 'in place'), 'packages    in place (0.00 s)\n')
    })

    it('announces work and ends it, in plain lines where nothing can move', async () => {
      const text = await written(false, step => {
        step.doing('installing', 'none there')
        return 'installed'
      })
      assert.equal(text, 'packages    installing (none there) ...\npackages    installed (0.00 s)\n')
    })

    it('redraws one line in a terminal, never wider than it', async () => {
      const text = await written(true, step => {
        step.doing('x'.repeat(100))
        return 'done'
      })
      const [drawn = ''] = text.split('\r\x1b[K').slice(1)
      assert.equal(drawn.length, 39)
      assert.ok(text.endsWith('packages    done (0.00 s)\n'))
    })

    it('does not claim an end for a step that failed', async () => {
      await assert.rejects(
        written(false, () => {
          throw new Error('no')
        }),
        /^Error: no$/,
      )
    })

    it('tells short times finely', () => {
      assert.deepEqual(
        [module.seconds(4), module.seconds(999), module.seconds(1000), module.seconds(61_234)],
        ['0.00 s', '1.00 s', '1.0 s', '61.2 s'],
      )
    })
  })

  describe('commands', () => {
    let commands: Commands
    let failures: Failures
    before(async () => {
      commands = await setupModule<Commands>('command.mjs')
      failures = await setupModule<Failures>('failure.mjs')
    })

    function run(code: string, more: Record<string, unknown> = {}): Promise<void> {
      const options = {
        what: 'the command',
        cwd: folder,
        log: join(folder, 'logs', 'x.log'),
        signal: new AbortController().signal,
        next: 'Look.',
        ...more,
      }
      return commands.runCommand(process.execPath, ['-e', code], options)
    }

    it('write all they print into their log and give it line by line', async () => {
      const lines: string[] = []
      await run('console.log("one\\ntwo"); console.error("three")', { onLine: (line: string) => void lines.push(line) })
      assert.deepEqual(lines.sort(), ['one', 'three', 'two'])
      assert.equal(readFileSync(join(folder, 'logs/x.log'), 'utf8').length, 'one\ntwo\nthree\n'.length)
    })

    it('that fail are told with their last lines, the log and the next step', async () => {
      const error = await run('for (let i = 0; i < 30; i++) console.log("line", i); process.exit(7)').catch(e => e)
      const text = failures.describeFailure(error)
      assert.match(text, /^error: the command ended with code 7\n {2}\| line 10\n/)
      assert.match(text, / {2}\| line 29\nlog: .*x\.log\nnext: Look\.$/)
    })

    it('that meet a full disk or no network are told so', async () => {
      const full = await run('console.log("npm error ENOSPC: no space left on device"); process.exit(1)').catch(e => e)
      assert.match(failures.describeFailure(full), /^error: the command: the disk is full/)
      const cut = await run('console.log("getaddrinfo EAI_AGAIN registry"); process.exit(1)').catch(e => e)
      assert.match(failures.describeFailure(cut), /^error: the command: the network could not be reached/)
    })

    it('are ended with their children when the user stops, and the reason is passed on', async function () {
      if (process.platform === 'win32') this.skip() // no process groups there
      this.timeout(10_000)
      const controller = new AbortController()
      const child = 'require("fs").writeFileSync("pid", String(process.pid)); setInterval(() => {}, 1000)'
      const running = run(
        `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(child)}]); setInterval(() => {}, 1000)`,
        { signal: controller.signal },
      )
      while (!existsSync(join(folder, 'pid')) || readFileSync(join(folder, 'pid'), 'utf8') === '') await sleep(20)
      const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
      const stopped = new failures.Stopped('SIGINT')
      controller.abort(stopped)
      await assert.rejects(running, error => error === stopped)
      assert.equal(stopped.exitCode, 130)
      for (let i = 0; i < 100 && isAlive(pid); i++) await sleep(20)
      assert.ok(!isAlive(pid), 'the grandchild lives on')
    })

    it('are not started once the user has stopped', async () => {
      const stopped = new failures.Stopped('SIGTERM')
      await assert.rejects(run('', { signal: AbortSignal.abort(stopped) }), error => error === stopped)
      assert.ok(!existsSync(join(folder, 'logs')))
    })

    it('that do not exist are an error, too', async () => {
      const options = {
        what: 'x',
        cwd: folder,
        log: join(folder, 'l'),
        signal: new AbortController().signal,
        next: 'x',
      }
      await assert.rejects(commands.runCommand(join(folder, 'nothing'), [], options), /ENOENT/)
    })
  })

  describe('free space', () => {
    it('is asked for what is missing only, and what is lacking is told in megabytes', async () => {
      const disk = await setupModule<Disk>('disk.mjs')
      await disk.checkSpace('/place', [], async () => 0)
      await disk.checkSpace('/place', ['packages', 'jupyterlab'], async () => 2000)
      await assert.rejects(
        disk.checkSpace('/place', ['packages', 'build', 'jupyterlab'], async () => 100),
        /setting up needs about \d{3} MB, and \/place has 100 MB free$/,
      )
    })
  })

  describe('the lock', () => {
    const signal = new AbortController().signal
    let lock: Lock
    before(async () => {
      lock = await setupModule<Lock>('lock.mjs')
    })

    it('lets one work at a time, and is given up after a failure', async () => {
      const file = join(folder, 'lock')
      const order: string[] = []
      const first = lock.withLock(file, { signal, onWait: () => {} }, async () => {
        order.push('first in')
        await sleep(100)
        order.push('first out')
        throw new Error('failed')
      })
      const second = lock.withLock(
        file,
        { signal, onWait: holder => void order.push(`waits for ${holder}`) },
        async () => {
          order.push('second in')
        },
      )
      await assert.rejects(first, /failed/)
      await second
      assert.deepEqual(
        order.filter((word, at) => order.indexOf(word) === at),
        ['first in', `waits for ${process.pid}`, 'first out', 'second in'],
      )
      assert.ok(!existsSync(file))
    })

    it('of a process that is gone, or that has long not moved, is taken over', async () => {
      const file = join(folder, 'lock')
      const gone = spawn(process.execPath, ['-e', ''])
      await new Promise(resolve => gone.on('exit', resolve))
      writeFileSync(file, String(gone.pid))
      assert.equal(await lock.withLock(file, { signal, onWait: () => assert.fail('waits') }, async () => 1), 1)
      writeFileSync(file, String(process.pid))
      utimesSync(file, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000))
      assert.equal(await lock.withLock(file, { signal, onWait: () => assert.fail('waits') }, async () => 2), 2)
    })

    it('is not waited for any longer when the user stops', async () => {
      const file = join(folder, 'lock')
      writeFileSync(file, String(process.pid))
      const controller = new AbortController()
      const waiting = lock.withLock(
        file,
        { signal: controller.signal, onWait: () => controller.abort() },
        async () => {},
      )
      await assert.rejects(waiting, { name: 'AbortError' })
    })
  })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

// A run that is killed and goes on gives the numbers of one that was not, to the last bit.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadCheckpoint } from '#src/index.js'

const PROGRAM = fileURLToPath(new URL('training.js', import.meta.url))
const STEPS = 60

/** Runs the program; kills it the moment it has printed `step <killAt>`. Returns its lines. */
function run(file: string, every: number, killAt?: number): Promise<{ lines: string[]; killed: boolean }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, file, String(STEPS), String(every), String(killAt ?? Infinity)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece
      if (killAt !== undefined && text.includes(`step ${killAt} `)) child.kill('SIGKILL')
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      // The last line may be cut.
      const lines = text
        .slice(0, text.lastIndexOf('\n') + 1)
        .split('\n')
        .slice(0, -1)
      if (code === 0 || signal === 'SIGKILL') resolve({ lines, killed: signal === 'SIGKILL' })
      else reject(new Error(`the program ended with ${code}: ${text}`))
    })
  })
}

describe('a training run', function () {
  this.timeout(60_000)
  let folder = ''
  let whole: string[] = []

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gradlab-checkpoint-'))
    whole = (await run(join(folder, 'whole.ckpt'), 1000)).lines
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('learns, so that there is something to lose', () => {
    assert.equal(whole.length, STEPS + 2)
    assert.equal(new Set(whole.map(line => line.split(' ')[2])).size > STEPS / 2, true)
  })

  for (const every of [1, 5]) {
    it(`that is killed four times and saves every ${every} step(s) gives the same losses, rates, scales and weights`, async () => {
      const file = join(folder, `every-${every}.ckpt`)
      const deaths = [9, 21, 22, 49]
      let starts = 0
      for (const death of deaths) {
        const { lines, killed } = await run(file, every, death)
        assert.ok(killed, `it ended before step ${death}`)
        const start = Number(lines[0]?.split(' ')[1])
        if (starts++ > 0) assert.ok(start > 0 && start % every === 0, `it began at ${start}`)
        assert.deepEqual(lines.slice(1), whole.slice(start + 1, start + lines.length))
      }
      const { lines } = await run(file, every)
      const start = Number(lines[0]?.split(' ')[1])
      assert.ok(start >= 45)
      assert.deepEqual(lines.slice(1), whole.slice(start + 1))
      assert.match(whole.at(-1) as string, /^end [0-9a-f]{64}$/)
    })
  }

  it('leaves a file that can be read, whenever it was killed', async () => {
    const file = join(folder, 'often.ckpt')
    for (let death = 2; death <= 7; death++) {
      await run(file, 1, death)
      assert.ok(loadCheckpoint(file, {}, { random: false }).step >= death - 1)
    }
    assert.ok(readdirSync(folder).includes('often.ckpt'))
  })
})

// One library in a process of its own: asked for one figure at a time, so that all take turns.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface Answer {
  readonly ms?: number
  /** How good it was: an accuracy, a loss. */
  readonly quality?: number
  readonly missing?: true
  readonly failed?: string
}

/** The sources of the benchmarks: what children run lies there, not in the build. */
export const BENCH = fileURLToPath(new URL('../../bench/', import.meta.url))

/** The Python that has PyTorch; GRADLAB_BENCH_PYTHON may name another one. */
export const TORCH_PYTHON = process.env.GRADLAB_BENCH_PYTHON ?? `${BENCH}peers/ops/.venv/bin/python`

export interface Command {
  readonly program: string
  /** The first one is a file below bench/. */
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** A file that is there when the peer is installed. */
  readonly needs?: string
}

const ONE_THREAD = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' }

export class Contender {
  private readonly waiting: ((line: string) => void)[] = []

  private constructor(
    readonly name: string,
    private readonly child: ChildProcessWithoutNullStreams,
  ) {
    createInterface({ input: child.stdout }).on('line', line => this.waiting.shift()?.(line))
    child.stderr.resume()
    child.on('exit', code => {
      for (const resolve of this.waiting.splice(0)) resolve(JSON.stringify({ failed: `ended with code ${code}` }))
    })
  }

  /** Starts it; undefined where it is not installed. */
  static async start(name: string, { program, args, env = {}, needs }: Command): Promise<Contender | undefined> {
    if (needs !== undefined && !existsSync(needs)) return undefined
    const child = spawn(program, args, { cwd: BENCH, env: { ...process.env, ...ONE_THREAD, ...env } })
    const contender = new Contender(name, child)
    await contender.nextLine()
    return contender
  }

  async measure(figure: string, repeats: number): Promise<Answer> {
    if (this.child.exitCode !== null) return { failed: 'its process has ended' }
    const line = this.nextLine()
    this.child.stdin.write(`${JSON.stringify({ figure, repeats })}\n`)
    return JSON.parse(await line) as Answer
  }

  stop(): void {
    this.child.kill('SIGKILL')
  }

  private nextLine(): Promise<string> {
    return new Promise(resolve => this.waiting.push(resolve))
  }
}

/** Starts all that are installed, and says which are not. */
export async function startAll(commands: Readonly<Record<string, Command>>): Promise<Contender[]> {
  const out: Contender[] = []
  for (const [name, command] of Object.entries(commands)) {
    const contender = await Contender.start(name, command)
    if (contender === undefined) process.stderr.write(`${name} is not installed: node bench/peers/install.mjs ops\n`)
    else out.push(contender)
  }
  return out
}

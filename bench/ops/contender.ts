// One library in a process of its own: asked for one figure at a time, so that all take turns.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { FigureName } from './figures.js'

export interface Answer {
  readonly ms?: number
  readonly missing?: true
  readonly failed?: string
}

const HERE = fileURLToPath(new URL('../../../bench/ops/', import.meta.url))
const PYTHON = fileURLToPath(new URL('../../../bench/peers/ops/.venv/bin/python', import.meta.url))
const PACKAGES = fileURLToPath(new URL('../../../bench/peers/ops/node_modules', import.meta.url))

export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** A file that is there when the peer is installed. */
  readonly needs?: string
}

/** GRADLAB_BENCH_PYTHON may name another Python that has torch. */
const python = process.env.GRADLAB_BENCH_PYTHON ?? PYTHON

export const COMMANDS = {
  ours: { program: process.execPath, args: ['ours.mjs'] },
  'ours, plain SIMD': { program: process.execPath, args: ['ours.mjs'], env: { GRADLAB_RELAXED_SIMD: '0' } },
  torch: { program: python, args: ['torch_peer.py'], needs: python },
  tfjs: { program: process.execPath, args: ['tfjs_peer.mjs'], needs: PACKAGES },
  'jax-js': { program: process.execPath, args: ['jax_peer.mjs'], needs: PACKAGES },
} as const satisfies Record<string, Command>

export type ContenderName = keyof typeof COMMANDS

export class Contender {
  private readonly waiting: ((line: string) => void)[] = []

  private constructor(
    readonly name: ContenderName,
    private readonly child: ChildProcessWithoutNullStreams,
  ) {
    createInterface({ input: child.stdout }).on('line', line => this.waiting.shift()?.(line))
    child.stderr.resume()
    child.on('exit', code => {
      for (const resolve of this.waiting.splice(0)) resolve(JSON.stringify({ failed: `ended with code ${code}` }))
    })
  }

  /** Starts it; undefined where it is not installed. */
  static async start(name: ContenderName): Promise<Contender | undefined> {
    const { program, args, env = {}, needs }: Command = COMMANDS[name]
    if (needs !== undefined && !existsSync(needs)) return undefined
    const threads = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' }
    const child = spawn(program, args, { cwd: HERE, env: { ...process.env, ...threads, ...env } })
    const contender = new Contender(name, child)
    await contender.nextLine()
    return contender
  }

  async measure(figure: FigureName, repeats: number): Promise<Answer> {
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

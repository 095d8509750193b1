// What became of a step: its programs as tables, from your lines to the loops that run.
import { DTYPES } from '../tensor/dtype.js'
import type { Conv2dParams } from '../tensor/primitives.js'
import type { KernelOp, PlannedBuffer, ProgramOp, ProgramWindow } from '../tensor/program.js'
import { type Shape, sizeOf } from '../tensor/shape.js'
import { windowsOf } from './arena.js'
import type { Program } from './program.js'
import { ratesOf } from './rates.js'

/** One thing that a program does. */
export interface ExplainedStep {
  /** The primitive, or those of a loop in their order. */
  readonly primitives: readonly string[]
  /** Shape of what it computes. */
  readonly shape: Shape
  /** Your lines that asked for it. */
  readonly lines: readonly string[]
  /** Bytes that it reads and writes. */
  readonly bytes: number
  /** Multiplications with an addition, of products and convolutions. */
  readonly multiplyAdds: number
  /**
   * Milliseconds that it takes at best: its multiplications, or else its bytes, at the rates of a large product and of the sum of two tensors on
   * this machine. Functions such as exp take longer than their bytes.
   */
  readonly expectedMs: number
  /** Measured milliseconds; undefined where nothing was measured. */
  readonly ms: number | undefined
}

/** A number of JavaScript that became a constant. */
export interface ExplainedConstant {
  readonly value: number
  /** The line that used it. */
  readonly line: string | undefined
}

/** One program. */
export interface ExplainedProgram {
  readonly steps: readonly ExplainedStep[]
  readonly constants: readonly ExplainedConstant[]
  /** Primitives of the trace. */
  readonly primitives: number
  /** Bytes of memory for what lives only within a call. */
  readonly arenaBytes: number
  /** Numbers of the host that are asked for at each call. */
  readonly liveNumbers: number
  /** Milliseconds that it took to make, after the traces. */
  readonly madeMs: number
  /** 'made' anew, or from one of the same structure that was in 'memory' or on 'disk' (`.cache/gradlab`). */
  readonly origin: 'made' | 'memory' | 'disk'
}

/**
 * What became of a compiled step: for each program its loops and kernels in the order in which they run, with your lines, the bytes that they move
 * and their multiplications; printed as a table, and shown as one in a notebook.
 *
 * @example
 * const step = compile((x: Tensor) => x.mul(2).add(1).relu().sum())
 * for (let i = 0; i < 4; i++) step(rand([100]))
 * step.explain().programs[0]?.steps.map(({ primitives }) => primitives.join(' ')) // ['mul add relu', 'sum']
 * @torch none
 */
export class Explanation {
  readonly programs: readonly ExplainedProgram[]

  constructor(programs: readonly ExplainedProgram[]) {
    this.programs = programs
  }

  toString(): string {
    if (this.programs.length === 0)
      return 'No program yet: the first calls run as always and are compared with each other.'
    return this.programs.map(textOf).join('\n\n')
  }
}

Object.defineProperties(Explanation.prototype, {
  [Symbol.for('nodejs.util.inspect.custom')]: {
    value(this: Explanation): string {
      return this.toString()
    },
  },
  [Symbol.for('Jupyter.display')]: {
    value(this: Explanation): Record<string, string> {
      return {
        'text/plain': this.toString(),
        'text/html': this.programs.map(htmlOf).join('') || `<p>${this.toString()}</p>`,
      }
    },
  },
})

/** A program as data; `ms` are measured times of its steps. */
export function explained(program: Program, ms?: Float64Array): ExplainedProgram {
  const { buffers, ops, arenaBytes } = program.planned
  const { multiplyAddsPerMs, bytesPerMs } = ratesOf(program.backend)
  return {
    steps: ops.map((op, i) => {
      const bytes = windowsOf(op).reduce((sum, window) => sum + bytesOf(window, buffers), 0)
      const multiplyAdds = op.kind === 'fused' ? 0 : multiplyAddsOf(op)
      return {
        primitives:
          op.kind === 'fused' ? [...op.values.map(({ name }) => name), ...op.sums.map(() => 'sum')] : [op.name],
        shape: op.kind === 'fused' ? op.shape : op.out.shape,
        lines: linesOf(op),
        bytes,
        multiplyAdds,
        expectedMs: Math.max(bytes / bytesPerMs, multiplyAdds / multiplyAddsPerMs),
        ms: ms?.[i],
      }
    }),
    constants: program.constants,
    primitives: program.primitives,
    arenaBytes,
    liveNumbers: program.live.count,
    madeMs: program.madeMs,
    origin: program.origin,
  }
}

function linesOf(op: ProgramOp): string[] {
  const sites = op.kind === 'fused' ? op.parts.map(({ site }) => site) : [op.site]
  return [...new Set(sites.flatMap(site => site ?? []))]
}

/** What is read again and again counts once. */
function bytesOf({ buffer, shape, layout, dtype }: ProgramWindow, buffers: readonly PlannedBuffer[]): number {
  const size =
    layout === undefined ? sizeOf(shape) : shape.reduce((n, length, i) => (layout[i] === 0 ? n : n * length), 1)
  return Math.min(size, (buffers[buffer] as PlannedBuffer).length) * DTYPES[dtype].bytes
}

function multiplyAddsOf({ name, inputs, out, params }: KernelOp): number {
  const [a, b] = inputs.map(({ shape }) => shape)
  if (name === 'matmul') return sizeOf(out.shape) * (a?.at(-1) as number)
  if (name === 'conv2d') return sizeOf(out.shape) * windowOf(b as Shape)
  if (name === 'conv2dInput') return sizeOf(a as Shape) * windowOf(b as Shape)
  if (name !== 'conv2dWeight') return 0
  const { size, groups } = params as Conv2dParams & { size: readonly [number, number] }
  return sizeOf(b as Shape) * ((a?.[1] as number) / groups) * size[0] * size[1]
}

const windowOf = ([, ...window]: Shape): number => sizeOf(window)

const HEAD = ['', 'loop or kernel', 'shape', 'kB', 'multiply-adds', 'expected µs', 'µs', 'lines'] as const

function rowsOf({ steps }: ExplainedProgram): string[][] {
  const measured = steps.some(({ ms }) => ms !== undefined)
  return [
    HEAD.filter(title => measured || title !== 'µs'),
    ...steps.map(({ primitives, shape, bytes, multiplyAdds, expectedMs, ms, lines }, i) => [
      String(i + 1),
      shortened(primitives),
      `[${shape.join(', ')}]`,
      (bytes / 1000).toFixed(1),
      multiplyAdds === 0 ? '' : multiplyAdds.toLocaleString('en'),
      microseconds(expectedMs),
      ...(measured ? [microseconds(ms ?? 0)] : []),
      lines.map(line => line.split('/').at(-1)).join(', '),
    ]),
  ]
}

/** Three digits or so. */
function microseconds(ms: number): string {
  const us = ms * 1000
  return us.toFixed(us >= 100 ? 0 : us >= 10 ? 1 : 2)
}

/** Long chains by their number. */
function shortened(primitives: readonly string[]): string {
  return primitives.length > 8 ? `${primitives.slice(0, 7).join(' ')} ... (${primitives.length})` : primitives.join(' ')
}

function headline(program: ExplainedProgram): string {
  const { steps, primitives, arenaBytes, liveNumbers, madeMs, origin } = program
  const times = steps.flatMap(({ ms }) => ms ?? [])
  const expected = steps.reduce((sum, { expectedMs }) => sum + expectedMs, 0).toFixed(3)
  const measured = times.length === 0 ? '' : `, measured ${times.reduce((a, b) => a + b, 0).toFixed(3)} ms`
  const adds = steps.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0).toLocaleString('en')
  return `${primitives} primitives in ${steps.length} loops and kernels; expected ${expected} ms at best${measured}; ${adds} multiply-adds; ${(arenaBytes / 1000).toFixed(1)} kB of memory within a call; ${liveNumbers} numbers asked for at each call; ${FROM[origin]} in ${madeMs.toFixed(madeMs < 9.95 ? 1 : 0)} ms`
}

const FROM = { made: 'made', memory: 'made from one like it', disk: 'made from one like it on disk' } as const

function constantsOf({ constants }: ExplainedProgram): string {
  const shown = constants.map(({ value, line }) =>
    line === undefined ? String(value) : `${value} (${line.split('/').at(-1)})`,
  )
  return `Constants: ${shown.length === 0 ? 'none' : [...new Set(shown)].slice(0, 24).join(', ')}`
}

function textOf(program: ExplainedProgram): string {
  const rows = rowsOf(program)
  const widths = (rows[0] as string[]).map((_, i) => Math.max(...rows.map(row => (row[i] as string).length)))
  const lines = rows.map(row =>
    row
      .map((cell, i) => cell.padEnd(widths[i] as number))
      .join('  ')
      .trimEnd(),
  )
  return [headline(program), ...lines, constantsOf(program)].join('\n')
}

function htmlOf(program: ExplainedProgram): string {
  const [head = [], ...rows] = rowsOf(program)
  const cells = (tag: string, row: readonly string[]): string => {
    return `<tr>${row.map((cell, i) => `<${tag} style="text-align:${i === 1 || i === row.length - 1 ? 'left' : 'right'}">${escaped(cell)}</${tag}>`).join('')}</tr>`
  }
  return `<div class="gradlab-program"><p>${escaped(headline(program))}</p><table><thead>${cells('th', head)}</thead><tbody>${rows.map(row => cells('td', row)).join('')}</tbody></table><p>${escaped(constantsOf(program))}</p></div>`
}

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')

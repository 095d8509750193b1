// Gradients checked against central differences, and forward mode against reverse.
import { shapeText, TensorError } from '../tensor/errors.js'
import type { Shape } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import { grad } from './backward.js'
import { jvp, listOf, type Tensors } from './forward.js'
import { enableGrad, noGrad } from './modes.js'
import * as c from './rules/calculus.js'
import { makeLeaf, nodeOf } from './tape.js'

export interface GradcheckOptions {
  /** h, half the distance of the two values of a difference; 1e-6. */
  readonly eps?: number | undefined
  /** Error that is allowed wherever the output is of the order of 1; it grows with the greatest output. 1e-6. */
  readonly atol?: number | undefined
  /** Error that is allowed relative to the analytic value; 1e-5. */
  readonly rtol?: number | undefined
  /** Whether J v by forward mode is checked against v^T J by reverse mode too; true. */
  readonly forward?: boolean | undefined
}

/** An entry of a Jacobian in rows: one row an output number, one column an input number. */
interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly values: Float64Array
}

/**
 * Compares the gradients of `f` with central differences (f(x + h) - f(x - h)) / 2h, entry by entry of the Jacobian of every
 * output by every input that requires a gradient; and J v by forward mode with the same Jacobian. Returns true.
 *
 * Expected error of the difference in float64: h^2 / 6 |f'''| from cutting off the series, and 2^-52 |f| / h from rounding f.
 * The sum is least, about 4e-11, at h = (3 * 2^-52 |f| / |f'''|)^(1/3), near 1e-5. The default is smaller, `eps` = 1e-6, as
 * PyTorch's: rounding then gives 2e-10 |f|, and sharp bends cost little, 2e-13 |f'''|. An entry passes where it differs by at
 * most atol * max(1, greatest |f|) + rtol * |analytic|. atol = 1e-6 leaves room for |f'''| up to 10^6 and for an f that is
 * thousands of roundings off; rtol = 1e-5 finds a rule that is wrong by more than a part in 10^5.
 *
 * `inputs` are float64 (BAD_DTYPE): in float32 the rounding alone would be 0.1. At a kink, or where f is random, differences
 * mean nothing. Throws GRADCHECK with the place, both values and the expected error; NO_GRAD where no input requires a
 * gradient.
 *
 * @example
 * const x = tensor([0.5, 2], { dtype: 'float64', requiresGrad: true })
 * gradcheck(x => x.log(), [x]) // true
 * @torch torch.autograd.gradcheck
 * @differs Throws instead of returning false; checks forward mode too, and narrower: atol 1e-6, rtol 1e-5.
 */
export function gradcheck(f: (...xs: Tensor[]) => Tensors, inputs: Tensors, options: GradcheckOptions = {}): true {
  const { eps = 1e-6, atol = 1e-6, rtol = 1e-5, forward = true } = options
  const given = listOf('gradcheck', inputs)
  const wanted = given.map((_, i) => i).filter(i => nodeOf(given[i] as Tensor) !== undefined)
  checkInputs('gradcheck', given, wanted)
  const call = (xs: readonly Tensor[]): readonly Tensor[] => enableGrad(() => listOf('gradcheck', f(...xs)))
  const outs = call(given.map((x, i) => (wanted.includes(i) ? fresh(x) : x)))
  const size = outs.map(greatest)
  const analytic = wanted.map(i => reverse(call, given, i))
  wanted.forEach((input, k) => {
    const numeric = differences(call, given, input, eps)
    outs.forEach((out, o) => {
      const [a, n] = [analytic[k]?.[o] as Matrix, numeric[o] as Matrix]
      const scale = Math.max(1, size[o] as number)
      compare(a, n, value => atol * scale + rtol * Math.abs(value), {
        what: 'the analytic gradient differs from the numerical one',
        names: ['analytic', 'numerical'],
        place: (row, column) =>
          `at d(output ${o}${index(row, out.shape)}) / d(input ${input}${index(column, (given[input] as Tensor).shape)})`,
        note: `Expected error of the difference: about ${((2 ** -52 * scale) / eps).toExponential(0)} + ${(eps ** 2 / 6).toExponential(0)} * |f'''|.`,
      })
    })
  })
  if (forward) checkForward(f, given, wanted, analytic, outs)
  return true
}

function checkInputs(operation: string, given: readonly Tensor[], wanted: readonly number[]): void {
  if (wanted.length === 0) {
    throw new TensorError('NO_GRAD', `${operation}: no input requires a gradient.`, {
      next: "Make them with { dtype: 'float64', requiresGrad: true }.",
    })
  }
  const narrow = wanted.find(i => given[i]?.dtype !== 'float64')
  if (narrow === undefined) return
  throw new TensorError(
    'BAD_DTYPE',
    `${operation}: input ${narrow} is ${given[narrow]?.dtype}; differences need float64, or rounding drowns them.`,
    { next: 'Convert it: x.double().detach().requiresGrad_().' },
  )
}

/** A leaf with the same numbers in memory of its own. */
function fresh(x: Tensor): Tensor {
  const leaf = noGrad(() => c.copy(x))
  makeLeaf(leaf)
  return leaf
}

function numbers(x: Tensor): Float64Array {
  const flat = noGrad(() => c.copy(c.cast(x, 'float64')))
  return flat.storage.backend.read(flat.storage, flat.offset, flat.size) as Float64Array
}

function greatest(x: Tensor): number {
  return numbers(x).reduce((most, value) => Math.max(most, Math.abs(value)), 0)
}

type Call = (xs: readonly Tensor[]) => readonly Tensor[]

/** The Jacobians of all outputs by one input, a backward pass for each row. */
function reverse(call: Call, given: readonly Tensor[], input: number): Matrix[] {
  const xs = given.map((x, i) => (i === input ? fresh(x) : x))
  const x = xs[input] as Tensor
  return call(xs).map(out => {
    const values = new Float64Array(out.size * x.size)
    for (let row = 0; row < out.size && nodeOf(out) !== undefined; row++) {
      const seed = new Float64Array(out.size)
      seed[row] = 1
      const options = { gradOutputs: filled(out, seed), retainGraph: true, allowUnused: true } as const
      const [g] = grad(out, x, options)
      if (g !== null && g !== undefined) values.set(numbers(g), row * x.size)
    }
    return { rows: out.size, columns: x.size, values }
  })
}

/** A tensor like `x` with other numbers. */
function filled(x: Tensor, values: Float64Array): Tensor {
  const out = c.zeros(x.shape, c.cast(x, 'float64'))
  out.storage.backend.write(out.storage, values, 0)
  return c.cast(out, x.dtype)
}

/** The same by central differences, column by column. */
function differences(call: Call, given: readonly Tensor[], input: number, eps: number): Matrix[] {
  const x = given[input] as Tensor
  const at = numbers(x)
  const shifted = (column: number, by: number): Float64Array[] => {
    const moved = at.slice()
    moved[column] = (at[column] as number) + by
    return call(given.map((other, i) => (i === input ? fresh(noGrad(() => filled(x, moved))) : other))).map(numbers)
  }
  const columns = Array.from(at, (value, column) => {
    const [up, down] = [shifted(column, eps), shifted(column, -eps)]
    // What was really added, after rounding.
    const width = value + eps - (value - eps)
    return up.map((high, o) => high.map((h, row) => (h - ((down[o] as Float64Array)[row] as number)) / width))
  })
  const lengths = columns[0]?.map(column => column.length) ?? call(given).map(out => out.size)
  return lengths.map((rows, o) => {
    const values = new Float64Array(rows * at.length)
    columns.forEach((outs, column) => {
      for (let row = 0; row < rows; row++) values[row * at.length + column] = (outs[o] as Float64Array)[row] as number
    })
    return { rows, columns: at.length, values }
  })
}

interface Comparison {
  readonly what: string
  readonly names: readonly [string, string]
  readonly place: (row: number, column: number) => string
  readonly note: string
}

function compare(a: Matrix, b: Matrix, allowed: (value: number, place: number) => number, words: Comparison): void {
  const bad = a.values.findIndex((x, i) => {
    const y = b.values[i] as number
    return !(Math.abs(x - y) <= allowed(x, i)) && !Object.is(x, y)
  })
  if (bad < 0) return
  const [row, column] = [Math.floor(bad / a.columns), bad % a.columns]
  throw new TensorError(
    'GRADCHECK',
    `gradcheck: ${words.what} ${words.place(row, column)}: ${words.names[0]} ${a.values[bad]}, ${words.names[1]} ${b.values[bad]}. ${words.note}`,
    { next: 'Look at the rule of the operation there; at a kink, move the input away from it.' },
  )
}

/** `[1, 2]` of a place counted in row-major order; nothing for a single number. */
function index(place: number, shape: Shape): string {
  let rest = place
  const at = shape.toReversed().map(size => {
    const i = rest % size
    rest = Math.floor(rest / size)
    return i
  })
  return shape.length === 0 ? '' : shapeText(at.reverse())
}

/** Both directions are exact up to rounding, so they must agree closely. */
const TRANSPOSE_TOLERANCE = 1e-9

/** J v for one direction v through all inputs at once, against the Jacobian of reverse mode. */
function checkForward(
  f: (...xs: Tensor[]) => Tensors,
  given: readonly Tensor[],
  wanted: readonly number[],
  analytic: readonly Matrix[][],
  outs: readonly Tensor[],
): void {
  const vs = wanted.map((input, k) =>
    Float64Array.from({ length: (given[input] as Tensor).size }, (_, i) => wave(i, k)),
  )
  const primals = wanted.map(i => given[i] as Tensor)
  const moved = (...xs: Tensor[]): Tensors =>
    f(...given.map((x, i) => (wanted.includes(i) ? xs[wanted.indexOf(i)] : x) as Tensor))
  const directions = primals.map((x, k) => filled(x, vs[k] as Float64Array))
  const [, tangents] = enableGrad(() => jvp(moved, primals, directions))
  listOf('gradcheck', tangents).forEach((tangent, o) => {
    const rows = tangent.size
    const forward: Matrix = { rows, columns: 1, values: numbers(tangent) }
    const expected = new Float64Array(rows)
    const weight = new Float64Array(rows).fill(1)
    wanted.forEach((_, k) => {
      const { columns, values } = (analytic[k] as Matrix[])[o] as Matrix
      for (let row = 0; row < rows; row++) {
        for (let j = 0; j < columns; j++) {
          const term = (values[row * columns + j] as number) * ((vs[k] as Float64Array)[j] as number)
          expected[row] = (expected[row] as number) + term
          weight[row] = (weight[row] as number) + Math.abs(term)
        }
      }
    })
    const allowed = (_: number, row: number): number => TRANSPOSE_TOLERANCE * (weight[row] as number)
    compare(forward, { rows, columns: 1, values: expected }, allowed, {
      what: 'forward mode differs from reverse mode',
      names: ['J v by jvp', 'by backward'],
      place: at => `at output ${o}${index(at, (outs[o] as Tensor).shape)}`,
      note: 'Both are exact up to rounding.',
    })
  })
}

/** Directions without structure, the same every time. */
const wave = (i: number, k: number): number => Math.sin(12.9898 * (i + 1) + 78.233 * (k + 1))

export interface GradgradcheckOptions extends GradcheckOptions {
  /** dL/d(output) for each output; fixed numbers without structure where not given. */
  readonly gradOutputs?: Tensors | undefined
}

/**
 * The same for second derivatives: checks the gradient of (inputs, dL/d(output)) -> v^T J of `f` by differences, which
 * differentiates the gradient rules themselves. Returns true.
 *
 * Expected error and options as in gradcheck, with v^T J for f: h^2 / 6 of its third derivative (the fourth of f), and
 * 2^-52 |v^T J| / h.
 *
 * Throws as gradcheck does.
 *
 * @example
 * gradgradcheck(x => x.pow(3), [tensor([1, 2], { dtype: 'float64', requiresGrad: true })]) // true
 * @torch torch.autograd.gradgradcheck
 */
export function gradgradcheck(
  f: (...xs: Tensor[]) => Tensors,
  inputs: Tensors,
  options: GradgradcheckOptions = {},
): true {
  const given = listOf('gradgradcheck', inputs)
  const wanted = given.map((_, i) => i).filter(i => nodeOf(given[i] as Tensor) !== undefined)
  checkInputs('gradgradcheck', given, wanted)
  const outs = enableGrad(() => listOf('gradgradcheck', f(...given))).filter(out => nodeOf(out) !== undefined)
  const seeds =
    options.gradOutputs === undefined
      ? outs.map((out, o) =>
          fresh(
            filled(
              out,
              Float64Array.from({ length: out.size }, (_, i) => wave(i, o + 7)),
            ),
          ),
        )
      : listOf('gradgradcheck', options.gradOutputs).map(fresh)
  const gradient = (...xs: Tensor[]): Tensor[] => {
    const [ins, vs] = [xs.slice(0, given.length), xs.slice(given.length)]
    const ys = listOf('gradgradcheck', f(...ins)).filter(out => nodeOf(out) !== undefined)
    const by = wanted.map(i => ins[i] as Tensor)
    const gradients = grad(ys, by, { gradOutputs: vs, createGraph: true, allowUnused: true })
    return gradients.map((g, k) => g ?? c.zerosLike(by[k] as Tensor))
  }
  return gradcheck(gradient, [...given, ...seeds], options)
}

// Gradient rules of factorisations and solutions (Giles 2008; for qr Walter and Lehmann 2018; for svd Townsend 2016), in
// differentiable operations. Where values coincide, the vectors of eigh and svd have no derivative: Inf or NaN, as in PyTorch.
import { compute } from '../../tensor/engine.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { RuleContext, Rules } from '../rule.js'
import * as c from './calculus.js'

/** True where `keep(row, column)`; for matrices of one size. */
function mask(x: Tensor, keep: (row: Tensor, column: Tensor) => Tensor): Tensor {
  const { backend } = x.storage
  const line = (length: number): Tensor => compute('arange', [], { length, dtype: 'int32', start: 0, step: 1 }, backend)
  const [rows, columns] = [x.shape.at(-2) as number, x.shape.at(-1) as number]
  return keep(c.reshape(line(rows), [rows, 1]), line(columns))
}

const only = (x: Tensor, keep: (row: Tensor, column: Tensor) => Tensor): Tensor =>
  c.where(mask(x, keep), x, c.number(0, x))

const lower = (x: Tensor): Tensor => only(x, c.ge)
const strictlyLower = (x: Tensor): Tensor => only(x, c.gt)
const upper = (x: Tensor): Tensor => only(x, c.le)

/** The lower triangle with half of the diagonal. */
const halved = (x: Tensor): Tensor => c.times(c.add(lower(x), strictlyLower(x)), 0.5)
const symmetric = (x: Tensor): Tensor => c.times(c.add(x, c.transpose(x)), 0.5)
const skew = (x: Tensor): Tensor => c.sub(x, c.transpose(x))

/** The numbers on the diagonal, [..., n]. */
const diagonalOf = (x: Tensor): Tensor => c.sum(only(x, c.eq), [x.shape.length - 2], false)
/** A matrix with these numbers on the diagonal. */
const diagonal = (d: Tensor): Tensor => {
  const n = d.shape.at(-1) as number
  return only(c.expand(row(d), [...d.shape.slice(0, -1), n, n]), c.eq)
}
/** [..., n] as [..., 1, n] and as [..., n, 1]. */
const row = (d: Tensor): Tensor => c.reshape(d, [...d.shape.slice(0, -1), 1, d.shape.at(-1) as number])
const column = (d: Tensor): Tensor => c.reshape(d, [...d.shape, 1])

/** Rows from `start` on, `length` of them, of a stack of matrices that lie above each other. */
const rows = (x: Tensor, start: number, length: number): Tensor => c.narrow(x, x.shape.length - 2, start, length)
const above = (...parts: Tensor[]): Tensor => c.cat(parts, (parts[0] as Tensor).shape.length - 2)

/** T^-1 B for a triangular T. */
const back = (t: Tensor, b: Tensor, isUpper: boolean): Tensor => c.triangularSolve(t, b, isUpper)
const ofTransposed = (f: (x: Tensor) => Tensor, x: Tensor): Tensor => c.transpose(f(c.transpose(x)))

/** 1 / (s[j] - s[i]) off the diagonal, 0 on it. */
function gaps(s: Tensor): Tensor {
  const difference = c.sub(row(s), column(s))
  const apart = mask(difference, c.ne)
  return c.where(apart, c.reciprocal(c.where(apart, difference, c.number(1, s))), c.number(0, s))
}

interface Svd {
  readonly u: Tensor
  readonly s: Tensor
  readonly v: Tensor
}

/** The parts of an svd, or of its gradient. */
function svdParts(x: Tensor, m: number, n: number): Svd {
  const s = rows(x, m, 1)
  return {
    u: rows(x, 0, m),
    s: c.reshape(s, [...s.shape.slice(0, -2), s.shape.at(-1) as number]),
    v: rows(x, m + 1, n),
  }
}

const sidesOf = (context: RuleContext<'svd' | 'qr' | 'eigh'>): [number, number] => {
  const shape = context.metas[0]?.shape ?? []
  return [shape.at(-2) as number, shape.at(-1) as number]
}

/** x - Q Q^T x: what lies outside of the span of Q's columns. */
const outside = (q: Tensor, x: Tensor): Tensor => c.sub(x, c.matmul(q, c.matmul(c.transpose(q), x)))

function svdGradient(g: Tensor, context: RuleContext<'svd'>): Tensor {
  const [m, n] = sidesOf(context)
  const { u, s, v } = svdParts(context.output(), m, n)
  const { u: gu, s: gs, v: gv } = svdParts(g, m, n)
  const k = Math.min(m, n)
  const inverse = gaps(c.square(s))
  const left = c.mul(c.mul(skew(c.matmul(c.transpose(u), gu)), inverse), row(s))
  const right = c.mul(column(s), c.mul(skew(c.matmul(c.transpose(v), gv)), inverse))
  const core = c.add(c.add(left, right), diagonal(gs))
  let out = c.matmul(c.matmul(u, core), c.transpose(v))
  if (m > k) out = c.add(out, c.matmul(c.div(outside(u, gu), row(s)), c.transpose(v)))
  if (n > k) out = c.add(out, c.matmul(u, c.transpose(c.div(outside(v, gv), row(s)))))
  return out
}

function svdTangent(t: Tensor, context: RuleContext<'svd'>): Tensor {
  const [m, n] = sidesOf(context)
  const { u, s, v } = svdParts(context.output(), m, n)
  const k = Math.min(m, n)
  const inverse = gaps(c.square(s))
  const p = c.matmul(c.matmul(c.transpose(u), t), v)
  const pt = c.transpose(p)
  // P S + S P^T for U, S P + P^T S for V
  let du = c.matmul(u, c.mul(inverse, c.add(c.mul(p, row(s)), c.mul(column(s), pt))))
  let dv = c.matmul(v, c.mul(inverse, c.add(c.mul(column(s), p), c.mul(pt, row(s)))))
  if (m > k) du = c.add(du, c.div(outside(u, c.matmul(t, v)), row(s)))
  if (n > k) dv = c.add(dv, c.div(outside(v, c.matmul(c.transpose(t), u)), row(s)))
  return above(du, row(diagonalOf(p)), dv)
}

type Linalg = 'cholesky' | 'triangularSolve' | 'solve' | 'slogdet' | 'eigh' | 'svd' | 'qr'

export const LINALG_RULES: Pick<Rules, Linalg> = {
  // A = L L^T: dL = L half(L^-1 dA L^-T)
  cholesky: {
    kind: 'general',
    saves: { output: true },
    vjp: (g, context) => {
      const l = context.output()
      const lt = c.transpose(l)
      const inner = symmetric(halved(c.matmul(lt, lower(g))))
      // L^-T X L^-1, X symmetric
      const half = back(lt, inner, true)
      return [symmetric(ofTransposed(x => back(lt, x, true), half))]
    },
    jvp: ([t], context) => {
      const l = context.output()
      const half = back(l, symmetric(t as Tensor), false)
      return c.matmul(l, halved(ofTransposed(x => back(l, x, false), half)))
    },
  },
  triangularSolve: {
    kind: 'general',
    saves: { each: [{ inputs: [0], output: true }, { inputs: [0] }] },
    vjp: (g, context) => {
      const { params } = context
      const gb = back(c.transpose(context.input(0)), g, !params.upper)
      const triangle = params.upper ? upper : lower
      return [
        context.needs[0] ? c.neg(triangle(c.matmul(gb, c.transpose(context.output())))) : undefined,
        context.needs[1] ? gb : undefined,
      ]
    },
    jvp: ([t, b], context) => {
      const triangle = context.params.upper ? upper : lower
      const moved = t && c.neg(c.matmul(triangle(t), context.output()))
      return back(context.input(0), sumOf(moved, b), context.params.upper)
    },
  },
  solve: {
    kind: 'general',
    saves: { each: [{ inputs: [0], output: true }, { inputs: [0] }] },
    vjp: (g, context) => {
      const gb = c.solve(c.transpose(context.input(0)), g)
      return [
        context.needs[0] ? c.neg(c.matmul(gb, c.transpose(context.output()))) : undefined,
        context.needs[1] ? gb : undefined,
      ]
    },
    jvp: ([t, b], context) => c.solve(context.input(0), sumOf(t && c.neg(c.matmul(t, context.output())), b)),
  },
  // d log|det A| = tr(A^-1 dA); the sign does not move.
  slogdet: {
    kind: 'general',
    saves: { inputs: [0] },
    vjp: (g, context) => {
      const a = context.input(0)
      const one = c.narrow(g, g.shape.length - 1, 0, 1)
      return [c.mul(column(one), c.solve(c.transpose(a), identity(a)))]
    },
    jvp: ([t], context) => {
      const a = context.input(0)
      const trace = c.sum(diagonalOf(c.solve(a, t as Tensor)), [a.shape.length - 2], true)
      return c.cat([trace, c.zerosLike(trace)], trace.shape.length - 1)
    },
  },
  // A = V diag(l) V^T
  eigh: {
    kind: 'general',
    saves: { output: true },
    vjp: (g, context) => {
      const [n] = sidesOf(context)
      const { l, v } = eighParts(context.output(), n)
      const { l: gl, v: gv } = eighParts(g, n)
      const core = c.add(diagonal(gl), c.mul(c.matmul(c.transpose(v), gv), gaps(l)))
      return [c.matmul(c.matmul(v, core), c.transpose(v))]
    },
    jvp: ([t], context) => {
      const [n] = sidesOf(context)
      const { l, v } = eighParts(context.output(), n)
      const p = c.matmul(c.matmul(c.transpose(v), t as Tensor), v)
      return above(row(diagonalOf(p)), c.matmul(v, c.mul(p, gaps(l))))
    },
  },
  svd: {
    kind: 'general',
    saves: { output: true },
    vjp: (g, context) => [svdGradient(g, context)],
    jvp: ([t], context) => svdTangent(t as Tensor, context),
  },
  // A = Q R
  qr: {
    kind: 'general',
    saves: { output: true },
    vjp: (g, context) => {
      const [m, n] = sidesOf(context)
      const { q, r } = qrParts(context.output(), m, n)
      const { q: gq, r: gr } = qrParts(g, m, n)
      const inner = c.sub(c.matmul(r, c.transpose(upper(gr))), c.matmul(c.transpose(gq), q))
      // The lower triangle, mirrored.
      const mirrored = c.add(lower(inner), c.transpose(strictlyLower(inner)))
      return [ofTransposed(x => back(r, x, true), c.add(gq, c.matmul(q, mirrored)))]
    },
    jvp: ([t], context) => {
      const [m, n] = sidesOf(context)
      const { q, r } = qrParts(context.output(), m, n)
      const rt = c.transpose(r)
      const over = (x: Tensor): Tensor => ofTransposed(y => back(rt, y, false), x)
      const turned = over(c.matmul(c.transpose(q), t as Tensor))
      const dr = c.matmul(c.sub(turned, skew(strictlyLower(turned))), r)
      return above(over(c.sub(t as Tensor, c.matmul(q, dr))), upper(dr))
    },
  },
}

const identity = (a: Tensor): Tensor => {
  const square = c.expand(c.number(1, a), a.shape)
  return only(square, c.eq)
}

/** Sum of two terms of which at least one is there. */
function sumOf(a: Tensor | undefined, b: Tensor | undefined): Tensor {
  return a === undefined || b === undefined ? ((a ?? b) as Tensor) : c.add(a, b)
}

function eighParts(x: Tensor, n: number): { l: Tensor; v: Tensor } {
  return { l: c.reshape(rows(x, 0, 1), [...x.shape.slice(0, -2), n]), v: rows(x, 1, n) }
}

function qrParts(x: Tensor, m: number, n: number): { q: Tensor; r: Tensor } {
  return { q: rows(x, 0, m), r: rows(x, m, n) }
}

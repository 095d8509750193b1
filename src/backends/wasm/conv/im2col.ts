// Windows of an image as the columns of a matrix, and back: what turns a convolution into a product of matrices.
import { type Code, i32, type Local, load, loopWhile, op, store, when } from '../assembler/expression.js'
import { FunctionBuilder } from '../assembler/module.js'

const plus = (a: Code, b: Code): Code => op('i32.add', a, b)
const minus = (a: Code, b: Code): Code => op('i32.sub', a, b)
const times = (a: Code, b: Code): Code => op('i32.mul', a, b)
const step = (local: Local, by: Code): Code => local.set(plus(local.get, by))
const largest = (a: Code, b: Code): Code => op('select', a, b, op('i32.gt_s', a, b))
const least = (a: Code, b: Code): Code => op('select', a, b, op('i32.lt_s', a, b))

/** Names of the parameters, all int32: sizes in elements, addresses in bytes. */
const PARAMS = [
  'image',
  'columns',
  'channels',
  'height',
  'width',
  'kernelH',
  'kernelW',
  'outH',
  'outW',
  'strideH',
  'strideW',
  'padH',
  'padW',
  'dilationH',
  'dilationW',
] as const

export type WindowParams = { readonly [P in (typeof PARAMS)[number]]: number }

export function windowArguments(params: WindowParams): number[] {
  return PARAMS.map(name => params[name])
}

/**
 * gather: columns[(c, ky, kx), (y, x)] = image[c, y strideH - padH + ky dilationH, x strideW - padW + kx dilationW], 0 outside.
 * scatter: adds columns to the image at the same places; its transpose. float32.
 */
export function windowFunction(name: 'gather' | 'scatter'): FunctionBuilder {
  const f = new FunctionBuilder(
    name,
    PARAMS.map(() => 'i32' as const),
  )
  const p = Object.fromEntries(PARAMS.map((param, i) => [param, f.param(i)])) as {
    [P in (typeof PARAMS)[number]]: Local
  }
  const int = (): Local => f.local('i32')
  const [c, ky, kx, y, row, first, from, to, at, place, left, shift] = [
    int(),
    int(),
    int(),
    int(),
    int(),
    int(),
    int(),
    int(),
    int(),
    int(),
    int(),
    int(),
  ]
  const [strideBytes, rowBytes] = [int(), int()]

  // Elements [from, to) of a row of windows lie inside of the image; x = shift + i * strideW.
  const bounds = [
    shift.set(minus(times(kx.get, p.dilationW.get), p.padW.get)),
    from.set(
      largest(i32(0), op('i32.div_s', minus(plus(minus(i32(0), shift.get), p.strideW.get), i32(1)), p.strideW.get)),
    ),
    when(op('i32.gt_s', shift.get, i32(0)), [from.set(i32(0))]),
    to.set(
      least(p.outW.get, plus(op('i32.div_s', minus(minus(p.width.get, i32(1)), shift.get), p.strideW.get), i32(1))),
    ),
    when(op('i32.ge_s', shift.get, p.width.get), [to.set(i32(0))]),
    when(op('i32.gt_s', from.get, p.outW.get), [from.set(p.outW.get)]),
    when(op('i32.lt_s', to.get, from.get), [to.set(from.get)]),
  ]
  const inside = [
    place.set(
      plus(
        first.get,
        times(plus(times(row.get, p.width.get), plus(shift.get, times(from.get, p.strideW.get))), i32(4)),
      ),
    ),
    at.set(plus(p.columns.get, times(from.get, i32(4)))),
    left.set(minus(to.get, from.get)),
    when(op('i32.eq', p.strideW.get, i32(1)), [
      loopWhile(
        op('i32.ge_s', left.get, i32(4)),
        vector(name, place, at),
        step(place, i32(16)),
        step(at, i32(16)),
        left.set(minus(left.get, i32(4))),
      ),
    ]),
    loopWhile(
      op('i32.gt_s', left.get, i32(0)),
      single(name, place, at),
      step(place, strideBytes.get),
      step(at, i32(4)),
      left.set(minus(left.get, i32(1))),
    ),
  ]
  const zeros = (start: Code, count: Code): Code =>
    name === 'gather' ? fill(plus(p.columns.get, times(start, i32(4))), times(count, i32(4)), at, left) : []
  const outside = [zeros(i32(0), p.outW.get)]
  f.add(
    strideBytes.set(times(p.strideW.get, i32(4))),
    rowBytes.set(times(p.outW.get, i32(4))),
    first.set(p.image.get),
    c.set(p.channels.get),
    loopWhile(
      c.get,
      ky.set(i32(0)),
      loopWhile(
        op('i32.lt_s', ky.get, p.kernelH.get),
        kx.set(i32(0)),
        loopWhile(
          op('i32.lt_s', kx.get, p.kernelW.get),
          ...bounds,
          y.set(i32(0)),
          loopWhile(
            op('i32.lt_s', y.get, p.outH.get),
            row.set(plus(minus(times(y.get, p.strideH.get), p.padH.get), times(ky.get, p.dilationH.get))),
            when(
              op('i32.lt_u', row.get, p.height.get),
              [zeros(i32(0), from.get), ...inside, zeros(to.get, minus(p.outW.get, to.get))],
              outside,
            ),
            step(p.columns, rowBytes.get),
            step(y, i32(1)),
          ),
          step(kx, i32(1)),
        ),
        step(ky, i32(1)),
      ),
      step(first, times(times(p.height.get, p.width.get), i32(4))),
      c.set(minus(c.get, i32(1))),
    ),
  )
  return f
}

function vector(name: 'gather' | 'scatter', place: Local, at: Local): Code {
  if (name === 'gather') return store('v128.store', at.get, load('v128.load', place.get))
  return store('v128.store', place.get, op('f32x4.add', load('v128.load', place.get), load('v128.load', at.get)))
}

function single(name: 'gather' | 'scatter', place: Local, at: Local): Code {
  if (name === 'gather') return store('f32.store', at.get, load('f32.load', place.get))
  return store('f32.store', place.get, op('f32.add', load('f32.load', place.get), load('f32.load', at.get)))
}

/** Zeros; a loop, since rows are short. */
function fill(address: Code, bytes: Code, at: Local, left: Local): Code {
  return [
    ...at.set(address),
    ...left.set(bytes),
    ...loopWhile(left.get, store('i32.store', at.get, i32(0)), step(at, i32(4)), left.set(minus(left.get, i32(4)))),
  ]
}

// Every operation whose first argument is a tensor is also a method: `add(a, b)` and `a.add(b)`.
import * as activation from './ops/activation.js'
import * as arithmetic from './ops/arithmetic.js'
import * as choose from './ops/choose.js'
import * as compare from './ops/compare.js'
import * as conv from './ops/conv.js'
import * as convert from './ops/convert.js'
import * as distance from './ops/distance.js'
import * as extremes from './ops/extremes.js'
import * as gather from './ops/gather.js'
import * as inPlace from './ops/in-place.js'
import * as indexing from './ops/indexing.js'
import * as interpolation from './ops/interpolate.js'
import * as like from './ops/like.js'
import * as maths from './ops/maths.js'
import * as move from './ops/move.js'
import * as patches from './ops/patches.js'
import * as pool from './ops/pool.js'
import * as products from './ops/products.js'
import * as read from './ops/read.js'
import * as reduce from './ops/reduce.js'
import * as rounding from './ops/rounding.js'
import * as scan from './ops/scan.js'
import * as search from './ops/search.js'
import * as sort from './ops/sort.js'
import * as statistics from './ops/statistics.js'
import * as views from './ops/views.js'
import { Tensor } from './tensor.js'

/**
 * The functions of a module as methods: without their first argument. Documentation comes along, since the keys stay those
 * of the module; so a module in ops/ that is listed here exports nothing but operations on a tensor.
 */
export type Bound<M> = {
  [K in keyof M]: M[K] extends (x: infer X, ...rest: infer R) => infer O
    ? [Tensor] extends [X]
      ? (...args: R) => O
      : never
    : never
}

export interface Methods
  extends Bound<typeof activation>,
    Bound<typeof arithmetic>,
    Bound<typeof choose>,
    Bound<typeof compare>,
    Bound<typeof convert>,
    Bound<typeof inPlace>,
    Bound<typeof statistics>,
    Bound<typeof gather>,
    Bound<typeof indexing>,
    Bound<typeof like>,
    Bound<typeof maths>,
    Bound<typeof move>,
    Bound<typeof read>,
    Bound<typeof reduce>,
    Bound<typeof rounding>,
    Bound<typeof scan>,
    Bound<typeof sort>,
    Bound<typeof conv>,
    Bound<typeof interpolation>,
    Bound<typeof distance>,
    Bound<typeof patches>,
    Bound<typeof search>,
    Bound<typeof pool>,
    Bound<typeof products>,
    Bound<typeof views>,
    Omit<Bound<typeof extremes>, keyof extremes.ExtremeMethods>,
    extremes.ExtremeMethods {}

/** Joins functions to the prototype as methods. */
export function bindMethods(operations: object): void {
  for (const [name, operation] of Object.entries(operations)) {
    Object.defineProperty(Tensor.prototype, name, {
      value: method(operation as Operation),
      writable: true,
      configurable: true,
    })
  }
}

type Operation = (x: Tensor, ...rest: unknown[]) => unknown

function method(operation: Operation) {
  return function (this: Tensor, ...args: unknown[]): unknown {
    return operation(this, ...args)
  }
}

for (const operations of [
  statistics,
  inPlace,
  activation,
  arithmetic,
  choose,
  compare,
  convert,
  extremes,
  gather,
  indexing,
  like,
  maths,
  move,
  read,
  reduce,
  rounding,
  scan,
  sort,
  conv,
  interpolation,
  pool,
  distance,
  patches,
  search,
  products,
  views,
])
  bindMethods(operations)

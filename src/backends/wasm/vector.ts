// Formulas on vectors: one object per lane shape, with which the tables of kernels are written.

import { type Code, f32x4, f64x2, i32x4, i64x2, lane, load, memoryLane, op, store } from './assembler/expression.js'
import { hasRelaxedSimd } from './assembler/features.js'
import type { FunctionBuilder } from './assembler/module.js'
import type { PlainName } from './assembler/opcodes.js'

export type LaneName = 'f32x4' | 'f64x2' | 'i32x4'

/** The instructions of one lane shape inside of a function that is being written. */
export class Vector {
  readonly lanes: number
  readonly laneBytes: number
  /** Whether madd rounds once. */
  readonly fused: boolean
  private readonly relaxed: boolean
  private readonly constants = new Map<string, Code>()

  constructor(
    readonly name: LaneName,
    readonly builder: FunctionBuilder,
  ) {
    this.lanes = name === 'f64x2' ? 2 : 4
    this.laneBytes = 16 / this.lanes
    this.relaxed = hasRelaxedSimd()
    this.fused = this.relaxed && name !== 'i32x4'
  }

  /** Keeps a value that is used more than once. */
  let(value: Code): Code {
    const kept = this.builder.local('v128')
    this.builder.add(kept.set(value))
    return kept.get
  }

  /** The same number in all lanes, made once: engines build a vector constant anew each time that it is met. */
  constant(value: number): Code {
    return this.once(this.name === 'f32x4' ? f32x4(value) : this.name === 'f64x2' ? f64x2(value) : i32x4(value))
  }

  /** Four int32, whatever the lanes are. */
  bits(value: number): Code {
    return this.once(i32x4(value))
  }

  /** Two int64. */
  words(value: bigint): Code {
    return this.once(i64x2(value))
  }

  private once(code: Code): Code {
    const key = code.join()
    const known = this.constants.get(key)
    if (known !== undefined) return known
    const kept = this.builder.local('v128')
    this.builder.first(kept.set(code))
    this.constants.set(key, kept.get)
    return kept.get
  }

  private do(operation: string, ...args: readonly Code[]): Code {
    return op(`${this.name}.${operation}` as PlainName, ...args)
  }

  add = (a: Code, b: Code): Code => this.do('add', a, b)
  sub = (a: Code, b: Code): Code => this.do('sub', a, b)
  mul = (a: Code, b: Code): Code => this.do('mul', a, b)
  div = (a: Code, b: Code): Code => this.do('div', a, b)
  /** NaN wins. */
  max = (a: Code, b: Code): Code => (this.name === 'i32x4' ? op('i32x4.max_s', a, b) : this.do('max', a, b))
  min = (a: Code, b: Code): Code => (this.name === 'i32x4' ? op('i32x4.min_s', a, b) : this.do('min', a, b))
  /** At most b, in one instruction; a NaN in `a` stays. */
  atMost = (a: Code, b: Code): Code => this.do('pmin', a, b)
  atLeast = (a: Code, b: Code): Code => this.do('pmax', a, b)
  neg = (a: Code): Code => this.do('neg', a)
  abs = (a: Code): Code => this.do('abs', a)
  sqrt = (a: Code): Code => this.do('sqrt', a)
  floor = (a: Code): Code => this.do('floor', a)
  ceil = (a: Code): Code => this.do('ceil', a)
  trunc = (a: Code): Code => this.do('trunc', a)
  /** To the nearest whole number, ties to even. */
  nearest = (a: Code): Code => this.do('nearest', a)

  /** a * b + c; in one rounding where the machine has it. */
  madd = (a: Code, b: Code, c: Code): Code =>
    this.fused ? this.do('relaxed_madd', a, b, c) : this.add(this.mul(a, b), c)
  /** c - a * b */
  nmadd = (a: Code, b: Code, c: Code): Code =>
    this.fused ? this.do('relaxed_nmadd', a, b, c) : this.sub(c, this.mul(a, b))

  eq = (a: Code, b: Code): Code => this.do('eq', a, b)
  ne = (a: Code, b: Code): Code => this.do('ne', a, b)
  lt = (a: Code, b: Code): Code => this.do(this.name === 'i32x4' ? 'lt_s' : 'lt', a, b)
  le = (a: Code, b: Code): Code => this.do(this.name === 'i32x4' ? 'le_s' : 'le', a, b)
  gt = (a: Code, b: Code): Code => this.do(this.name === 'i32x4' ? 'gt_s' : 'gt', a, b)
  ge = (a: Code, b: Code): Code => this.do(this.name === 'i32x4' ? 'ge_s' : 'ge', a, b)
  /** Lanes of `a` where a comparison gave true, else of `b`; in one instruction where relaxed SIMD is there. */
  select = (mask: Code, a: Code, b: Code): Code => {
    if (!this.relaxed) return op('v128.bitselect', a, b, mask)
    return op(this.lanes === 2 ? 'i64x2.relaxed_laneselect' : 'i32x4.relaxed_laneselect', a, b, mask)
  }

  /** c[0] + c[1] x + ... by Horner. */
  polynomial(x: Code, coefficients: readonly number[]): Code {
    let sum = this.constant(coefficients.at(-1) as number)
    for (let i = coefficients.length - 2; i >= 0; i--) sum = this.madd(sum, x, this.constant(coefficients[i] as number))
    return sum
  }

  /** The same with one more term, x^n, whose coefficient is 1: its first step is an addition. */
  monic(x: Code, coefficients: readonly number[]): Code {
    let sum = this.add(x, this.constant(coefficients.at(-1) as number))
    for (let i = coefficients.length - 2; i >= 0; i--) sum = this.madd(sum, x, this.constant(coefficients[i] as number))
    return sum
  }

  load(address: Code, offset = 0): Code {
    return load('v128.load', address, offset)
  }
  store(address: Code, value: Code, offset = 0): Code {
    return store('v128.store', address, value, offset)
  }
  /** One element into lane 0, the others 0. */
  loadOne(address: Code): Code {
    return load(this.laneBytes === 8 ? 'v128.load64_zero' : 'v128.load32_zero', address)
  }
  storeOne(address: Code, value: Code): Code {
    return memoryLane(this.laneBytes === 8 ? 'v128.store64_lane' : 'v128.store32_lane', address, value, 0)
  }
  /** One element into all lanes. */
  loadSplat(address: Code): Code {
    return load(this.laneBytes === 8 ? 'v128.load64_splat' : 'v128.load32_splat', address)
  }
  /** Lane `index` as a scalar. */
  lane(index: number, value: Code): Code {
    return lane(`${this.name}.extract_lane`, index, value)
  }
}

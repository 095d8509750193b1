// Running sums and products along rows: float32 in float64, rounded for each result, as the reference has it.
import { type Code, f64, i32, type Local, load, op, repeatWhile, store } from '../assembler/expression.js'
import { FunctionBuilder } from '../assembler/module.js'
import type { ValueType } from '../assembler/opcodes.js'
import { advance } from '../move/strided.js'

export type RunningName = 'cumsum' | 'cumprod'
export type RunningDtype = 'float32' | 'float64' | 'int32'

interface Form {
  /** Of the running number. */
  readonly type: ValueType
  readonly width: 4 | 8
  readonly read: (address: Code) => Code
  readonly write: (address: Code, value: Code) => Code
  readonly begin: (name: RunningName) => Code
  readonly next: (name: RunningName, a: Code, b: Code) => Code
}

const start = (name: RunningName): 0 | 1 => (name === 'cumsum' ? 0 : 1)
const inDouble = {
  type: 'f64',
  begin: name => f64(start(name)),
  next: (name, a, b) => op(name === 'cumsum' ? 'f64.add' : 'f64.mul', a, b),
} satisfies Partial<Form>

const FORMS: { readonly [D in RunningDtype]: Form } = {
  float32: {
    ...inDouble,
    width: 4,
    read: address => op('f64.promote_f32', load('f32.load', address)),
    write: (address, value) => store('f32.store', address, op('f32.demote_f64', value)),
  },
  float64: {
    ...inDouble,
    width: 8,
    read: address => load('f64.load', address),
    write: (address, value) => store('f64.store', address, value),
  },
  int32: {
    type: 'i32',
    width: 4,
    read: address => load('i32.load', address),
    write: (address, value) => store('i32.store', address, value),
    begin: name => i32(start(name)),
    next: (name, a, b) => op(name === 'cumsum' ? 'i32.add' : 'i32.mul', a, b),
  },
}

/** (target, source, rows, numbers of a row, bytes from number to number, bytes from row to row). */
export function runningRows(name: RunningName, dtype: RunningDtype): FunctionBuilder {
  const { type, read, write, begin, next } = FORMS[dtype]
  const f = new FunctionBuilder(`${name}_${dtype}`, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'])
  const [target, source, rows, length, step, stride] = [0, 1, 2, 3, 4, 5].map(i => f.param(i)) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ]
  const [to, from, left] = [f.local('i32'), f.local('i32'), f.local('i32')]
  const total = f.local(type)
  return f.add(
    repeatWhile(
      rows.tee(op('i32.sub', rows.get, i32(1))),
      to.set(target.get),
      from.set(source.get),
      left.set(length.get),
      total.set(begin(name)),
      repeatWhile(
        left.tee(op('i32.sub', left.get, i32(1))),
        total.set(next(name, total.get, read(from.get))),
        write(to.get, total.get),
        advance(from, step.get),
        advance(to, step.get),
      ),
      advance(source, stride.get),
      advance(target, stride.get),
    ),
  )
}

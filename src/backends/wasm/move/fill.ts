// Memory filled with one number, given in the form in which its dtype is stored.
import type { DType } from '../../../tensor/dtype.js'
import { type Code, op } from '../assembler/expression.js'
import { FunctionBuilder } from '../assembler/module.js'
import type { ValueType } from '../assembler/opcodes.js'
import { compiledBy, type Ground } from '../ground.js'
import { fillRow, type Width } from './strided.js'

export type Fill = (target: number, width: Width, count: number, dtype: DType, stored: number) => void

interface Form {
  readonly type: ValueType
  readonly width: Width
  readonly splat: (value: Code) => Code
}

const FORM: { readonly [D in DType]: Form } = {
  bool: { type: 'i32', width: 1, splat: value => op('i8x16.splat', value) },
  int32: { type: 'i32', width: 4, splat: value => op('i32x4.splat', value) },
  float16: { type: 'i32', width: 2, splat: value => op('i16x8.splat', value) },
  bfloat16: { type: 'i32', width: 2, splat: value => op('i16x8.splat', value) },
  float32: { type: 'f32', width: 4, splat: value => op('f32x4.splat', value) },
  float64: { type: 'f64', width: 8, splat: value => op('f64x2.splat', value) },
}

function filler(dtype: DType): FunctionBuilder {
  const { type, width, splat } = FORM[dtype]
  const f = new FunctionBuilder(`fill_${dtype}`, ['i32', 'i32', type])
  const value = f.local('v128')
  return f.add(value.set(splat(f.param(2).get)), fillRow(width, f.param(0), f.param(1), value))
}

export function fillWith(ground: Ground): Fill {
  const code = compiledBy<DType>(ground, filler)
  return (target, width, count, dtype, stored) => {
    if (count > 0) code(dtype)(target, count * width, stored)
  }
}

// The assembler: numbers in LEB128, modules that validate, and what their functions compute.
import assert from 'node:assert/strict'
import { signed, signed64, unsigned } from '#src/backends/wasm/assembler/bytes.js'
import {
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  i32x4,
  i64,
  lane,
  load,
  loopWhile,
  memoryCopy,
  memoryFill,
  op,
  repeatWhile,
  shuffle32,
  store,
  when,
} from '#src/backends/wasm/assembler/expression.js'
import { hasRelaxedSimd } from '#src/backends/wasm/assembler/features.js'
import { compile, encodeModule, FunctionBuilder } from '#src/backends/wasm/assembler/module.js'
import { PLAIN, type PlainName } from '#src/backends/wasm/assembler/opcodes.js'

const memory = (): WebAssembly.Memory => new WebAssembly.Memory({ initial: 1 })

/** The result of one expression. */
function value(type: 'i32' | 'f32' | 'f64', code: readonly number[]): number {
  const f = new FunctionBuilder('f', [], [type]).add(code)
  return compile([f], memory()).f?.() as number
}

type Kind = 'i32' | 'i64' | 'f32' | 'f64' | 'v128'

const CONSTANT: { readonly [K in Kind]: readonly number[] } = {
  i32: i32(3),
  i64: i64(3n),
  f32: f32(3),
  f64: f64(3),
  v128: f32x4(3),
}

/** All lists of kinds of these lengths. */
function lists(length: number): Kind[][] {
  if (length === 0) return [[]]
  return lists(length - 1).flatMap(rest => (Object.keys(CONSTANT) as Kind[]).map(kind => [kind, ...rest]))
}

/** Whether an engine takes the instruction with some operands and some result. */
function isInstruction(name: PlainName): boolean {
  for (const count of [0, 1, 2, 3]) {
    for (const kinds of lists(count)) {
      for (const results of [['i32'], ['i64'], ['f32'], ['f64'], ['v128'], []] as const) {
        const f = new FunctionBuilder('f', [], results).add(op(name, ...kinds.map(kind => CONSTANT[kind])))
        if (WebAssembly.validate(encodeModule([f]))) return true
      }
    }
  }
  return false
}

describe('wasm: assembler', () => {
  it('writes whole numbers in LEB128', () => {
    assert.deepEqual(unsigned(0), [0])
    assert.deepEqual(unsigned(127), [127])
    assert.deepEqual(unsigned(128), [128, 1])
    assert.deepEqual(unsigned(624_485), [0xe5, 0x8e, 0x26])
    assert.deepEqual(unsigned(2 ** 32 - 1), [255, 255, 255, 255, 15])
    assert.deepEqual(signed(-1), [0x7f])
    assert.deepEqual(signed(64), [0xc0, 0])
    assert.deepEqual(signed(-123_456), [0xc0, 0xbb, 0x78])
    assert.deepEqual(signed64(-(2n ** 63n)), [128, 128, 128, 128, 128, 128, 128, 128, 128, 0x7f])
  })

  it('gives constants back', () => {
    for (const n of [0, 1, -1, 63, 64, -64, -65, 2 ** 31 - 1, -(2 ** 31)]) assert.equal(value('i32', i32(n)), n)
    for (const x of [0, -0, 1.5, -2.25, Infinity, NaN]) {
      assert.ok(Object.is(value('f32', f32(x)), x))
      assert.ok(Object.is(value('f64', f64(x)), x))
    }
    assert.equal(value('f32', lane('f32x4.extract_lane', 3, f32x4(7))), 7)
    assert.equal(value('f64', lane('f64x2.extract_lane', 1, f64x2(-7))), -7)
    assert.equal(value('i32', lane('i32x4.extract_lane', 2, i32x4(-7))), -7)
    assert.equal(value('f64', op('f64.reinterpret_i64', i64(0x3ff8000000000000n))), 1.5)
  })

  it('knows instructions that the engine knows', () => {
    const relaxed = hasRelaxedSimd()
    for (const name of Object.keys(PLAIN) as PlainName[]) {
      if (name.includes('relaxed') && !relaxed) continue
      assert.ok(isInstruction(name), name)
    }
  })

  it('computes with what it is given', () => {
    const f = new FunctionBuilder('hypotenuse', ['f64', 'f64'], ['f64'])
    const [a, b] = [f.param(0).get, f.param(1).get]
    f.add(op('f64.sqrt', op('f64.add', op('f64.mul', a, a), op('f64.mul', b, b))))
    assert.equal(compile([f], memory()).hypotenuse?.(3, 4), 5)
  })

  it('loops, tests and counts', () => {
    const sum = new FunctionBuilder('sum', ['i32'], ['i32'])
    const total = sum.local('i32')
    const n = sum.param(0)
    sum.add(
      loopWhile(n.get, total.set(op('i32.add', total.get, n.get)), n.set(op('i32.sub', n.get, i32(1)))),
      total.get,
    )
    const atLeastOnce = new FunctionBuilder('turns', ['i32'], ['i32'])
    const turns = atLeastOnce.local('i32')
    atLeastOnce.add(
      repeatWhile(op('i32.lt_s', turns.get, atLeastOnce.param(0).get), turns.set(op('i32.add', turns.get, i32(1)))),
      turns.get,
    )
    const sign = new FunctionBuilder('sign', ['f64'], ['i32'])
    const result = sign.local('i32')
    sign.add(when(op('f64.lt', sign.param(0).get, f64(0)), [result.set(i32(-1))], [result.set(i32(1))]), result.get)
    const code = compile([sum, atLeastOnce, sign], memory())
    assert.equal(code.sum?.(100), 5050)
    assert.equal(code.sum?.(0), 0)
    assert.equal(code.turns?.(5), 5)
    assert.equal(code.turns?.(0), 1)
    assert.deepEqual([code.sign?.(-3), code.sign?.(3)], [-1, 1])
  })

  it('reads, writes, copies and fills memory', () => {
    const heap = memory()
    const floats = new Float32Array(heap.buffer)
    floats.set([1, 2, 3, 4], 4)
    const turn = new FunctionBuilder('turn', ['i32', 'i32'])
    const x = turn.local('v128')
    turn.add(
      x.set(load('v128.load', turn.param(1).get, 16)),
      store('v128.store', turn.param(0).get, shuffle32(x.get, x.get, [3, 2, 1, 0]), 64),
    )
    const bytes = new FunctionBuilder('bytes', ['i32', 'i32', 'i32'])
    const [to, from, count] = [bytes.param(0).get, bytes.param(1).get, bytes.param(2).get]
    bytes.add(memoryCopy(to, from, count), memoryFill(op('i32.add', to, count), i32(255), i32(2)))
    const code = compile([turn, bytes], heap)
    code.turn?.(0, 0)
    assert.deepEqual([...floats.subarray(16, 20)], [4, 3, 2, 1])
    code.bytes?.(200, 64, 8)
    assert.deepEqual([...new Uint8Array(heap.buffer, 200, 11)], [0, 0, 128, 64, 0, 0, 64, 64, 255, 255, 0])
  })

  it('runs what a function begins with before all other code', () => {
    const f = new FunctionBuilder('f', [], ['i32'])
    const x = f.local('i32')
    f.add(op('i32.add', x.get, i32(1)))
    f.first(x.set(i32(41)))
    assert.equal(compile([f], memory()).f?.(), 42)
  })

  it('takes code back from a mark on', () => {
    const f = new FunctionBuilder('f', [], ['i32'])
    const x = f.local('i32')
    const mark = f.mark()
    f.add(x.set(i32(5)))
    const taken = f.since(mark)
    f.add(x.set(i32(6)), ...taken, x.get)
    assert.equal(compile([f], memory()).f?.(), 5)
  })
})

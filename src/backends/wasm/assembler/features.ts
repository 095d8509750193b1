// What the engine can do beyond plain SIMD.
import { lane, op } from './expression.js'
import { compile, encodeModule, FunctionBuilder } from './module.js'

interface Process {
  readonly env?: Readonly<Record<string, string | undefined>>
  getBuiltinModule?(name: string): { setFlagsFromString?(flags: string): void } | undefined
}

let relaxed: boolean | undefined

/**
 * Whether relaxed SIMD is there: `a * b + c` in one instruction, rounded once. In Node 20 it is behind a flag that can be set at run time;
 * later engines have it on. GRADLAB_RELAXED_SIMD=0 keeps it off.
 */
export function hasRelaxedSimd(): boolean {
  relaxed ??= findRelaxedSimd()
  return relaxed
}

function findRelaxedSimd(): boolean {
  const { process } = globalThis as { process?: Process }
  if (process?.env?.GRADLAB_RELAXED_SIMD === '0') return false
  if (accepted()) return true
  process?.getBuiltinModule?.('node:v8')?.setFlagsFromString?.('--experimental-wasm-relaxed-simd')
  return accepted()
}

/** Whether the engine takes a module with a relaxed instruction, and the machine rounds a * b + c once. */
function accepted(): boolean {
  const probe = new FunctionBuilder('probe', ['f32'], ['f32'])
  const a = op('f32x4.splat', probe.param(0).get)
  const lost = op('f32x4.relaxed_madd', a, a, op('f32x4.neg', op('f32x4.mul', a, a)))
  probe.add(lane('f32x4.extract_lane', 0, lost))
  if (!WebAssembly.validate(encodeModule([probe]))) return false
  const { probe: run } = compile([probe], new WebAssembly.Memory({ initial: 1 }))
  return run?.(1 + 2 ** -12) === 2 ** -24
}

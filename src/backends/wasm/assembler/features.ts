// What the engine can do beyond plain SIMD.
import { f32x4, op } from './expression.js'
import { encodeModule, FunctionBuilder } from './module.js'

interface Process {
  readonly env?: Readonly<Record<string, string | undefined>>
  getBuiltinModule?(name: string): { setFlagsFromString?(flags: string): void } | undefined
}

let relaxed: boolean | undefined

/**
 * Whether relaxed SIMD is there: `a * b + c` in one instruction. In Node 20 it is behind a flag that can be set at run time;
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

/** Whether the engine takes a module with one relaxed instruction. */
function accepted(): boolean {
  const probe = new FunctionBuilder('probe', [])
  probe.add(op('drop', op('f32x4.relaxed_madd', f32x4(1), f32x4(1), f32x4(1))))
  return WebAssembly.validate(encodeModule([probe]))
}

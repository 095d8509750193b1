// Code as expressions: each is the bytes that leave one value on the stack (or none), so that kernels read like formulas.
import { float32, float64, signed, signed64, unsigned } from './bytes.js'
import {
  LANE,
  type LaneName,
  MEMORY,
  MEMORY_LANE,
  type MemoryLaneName,
  type MemoryName,
  PLAIN,
  type PlainName,
} from './opcodes.js'

/** Bytes of code. */
export type Code = readonly number[]

/** An instruction without immediates, after its arguments: `op('f32.add', a, b)`. */
export function op(name: PlainName, ...args: readonly Code[]): Code {
  return [...args.flat(), ...PLAIN[name]]
}

export function load(name: Exclude<MemoryName, `${string}store${string}`>, address: Code, offset = 0): Code {
  const [code, align] = MEMORY[name]
  return [...address, ...code, ...unsigned(align), ...unsigned(offset)]
}

export function store(
  name: Extract<MemoryName, `${string}store${string}`>,
  address: Code,
  value: Code,
  offset = 0,
): Code {
  const [code, align] = MEMORY[name]
  return [...address, ...value, ...code, ...unsigned(align), ...unsigned(offset)]
}

export function memoryLane(name: MemoryLaneName, address: Code, vector: Code, lane: number, offset = 0): Code {
  const [code, align] = MEMORY_LANE[name]
  return [...address, ...vector, ...code, ...unsigned(align), ...unsigned(offset), lane]
}

export function lane(name: LaneName, index: number, ...args: readonly Code[]): Code {
  return [...args.flat(), ...LANE[name], index]
}

/** Picks 16 bytes out of the 32 of two vectors. */
export function shuffle(a: Code, b: Code, lanes: readonly number[]): Code {
  return [...a, ...b, 0xfd, 13, ...lanes]
}

/** Picks four of the eight 32-bit lanes of two vectors. */
export function shuffle32(a: Code, b: Code, lanes: readonly [number, number, number, number]): Code {
  return shuffle(
    a,
    b,
    lanes.flatMap(l => [4 * l, 4 * l + 1, 4 * l + 2, 4 * l + 3]),
  )
}

export const i32 = (value: number): Code => [0x41, ...signed(value)]
export const i64 = (value: bigint): Code => [0x42, ...signed64(value)]
export const f32 = (value: number): Code => [0x43, ...float32(value)]
export const f64 = (value: number): Code => [0x44, ...float64(value)]

/** A constant vector of 16 bytes. */
export function v128(bytes: ArrayLike<number>): Code {
  return [0xfd, 12, ...Array.from(bytes)]
}

export const f32x4 = (value: number): Code => v128(new Uint8Array(new Float32Array(4).fill(value).buffer))
export const f64x2 = (value: number): Code => v128(new Uint8Array(new Float64Array(2).fill(value).buffer))
export const i32x4 = (value: number): Code => v128(new Uint8Array(new Int32Array(4).fill(value).buffer))
export const i64x2 = (value: bigint): Code => v128(new Uint8Array(new BigInt64Array(2).fill(value).buffer))

/** A local variable of a function. */
export interface Local {
  readonly index: number
  /** Its value. */
  readonly get: Code
  set(value: Code): Code
  tee(value: Code): Code
}

export function local(index: number): Local {
  const number = unsigned(index)
  return {
    index,
    get: [0x20, ...number],
    set: value => [...value, 0x21, ...number],
    tee: value => [...value, 0x22, ...number],
  }
}

const EMPTY = 0x40

/** Runs `body` again and again while `condition` holds at its end; the body runs at least once. */
export function repeatWhile(condition: Code, ...body: readonly Code[]): Code {
  return [0x03, EMPTY, ...body.flat(), ...condition, 0x0d, 0, 0x0b]
}

/** Runs `body` while `condition` holds, tested first. */
export function loopWhile(condition: Code, ...body: readonly Code[]): Code {
  return [0x02, EMPTY, 0x03, EMPTY, ...condition, 0x45, 0x0d, 1, ...body.flat(), 0x0c, 0, 0x0b, 0x0b]
}

export function when(condition: Code, then: readonly Code[], otherwise: readonly Code[] = []): Code {
  const rest = otherwise.length === 0 ? [] : [0x05, ...otherwise.flat()]
  return [...condition, 0x04, EMPTY, ...then.flat(), ...rest, 0x0b]
}

export const memoryCopy = (to: Code, from: Code, bytes: Code): Code => [...to, ...from, ...bytes, 0xfc, 10, 0, 0]
export const memoryFill = (to: Code, byte: Code, bytes: Code): Code => [...to, ...byte, ...bytes, 0xfc, 11, 0]

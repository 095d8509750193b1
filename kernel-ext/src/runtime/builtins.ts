// The built-in objects that the kernel and Node themselves need: a cell that breaks them gets them back at its end.
// What a cell only replaces by something that works stays as the cell wants it.
import { inspect } from 'node:util'

type Holder = Record<PropertyKey, unknown>

interface Builtin {
  readonly where: string
  readonly holder: Holder
  readonly key: PropertyKey
  readonly value: unknown
  readonly descriptor: PropertyDescriptor
}

const { defineProperty, getOwnPropertyDescriptor } = Reflect
const own = Object.prototype

/** Restores what is broken; returns the names of what was. */
export type Restore = () => string[]

export function guardBuiltins(): Restore {
  const builtins = collect()
  return () => {
    // Plain loops and functions of this module alone: the built-in ones may be what is broken.
    const changed: Builtin[] = []
    let count = 0
    for (let i = 0; i < builtins.length; i += 1) {
      const builtin = builtins[i]!
      const now = getOwnPropertyDescriptor(builtin.holder, builtin.key)
      if (now !== undefined && isSame(builtin, now)) continue
      defineProperty(changed, count, { value: builtin, configurable: true, writable: true, enumerable: true })
      count += 1
    }
    const polluted = getOwnPropertyDescriptor(own, 'then') !== undefined
    if (polluted) delete (own as Holder).then
    if (count === 0) return polluted ? ['Object.prototype.then'] : []
    if (works()) return polluted ? ['Object.prototype.then'] : []
    for (let i = 0; i < count; i += 1) {
      const { holder, key, value, descriptor } = changed[i]!
      defineProperty(holder, key, descriptor)
      if (descriptor.set !== undefined) holder[key] = value
    }
    return changed.map(({ where }) => where)
  }
}

/** Node's `process` and `Buffer` are accessors, which take any value. */
function isSame({ holder, key, value, descriptor }: Builtin, now: PropertyDescriptor): boolean {
  if (descriptor.get === undefined) return now.value === value
  return now.get === descriptor.get && holder[key] === value
}

/** Whether the kernel can still do its work. */
function works(): boolean {
  try {
    const list = [3, 1, 2].map(x => x + 1).filter(x => x > 2)
    list.push(...[7].slice(), ...Array.from([8]))
    const map = new Map([[1, [...list]]])
    const set = new Set(map.keys())
    const text = JSON.stringify({ list: map.get(1), set: [...set], splice: list.splice(0, 1) })
    const again = JSON.parse(text) as { list: number[] }
    const joined = Object.entries(again)
      .flatMap(([key]) => key.split(''))
      .includes('l')
    inspect({ again, error: new Error('x'), symbol: Symbol('s') })
    const isConsole = typeof console.log === 'function' && typeof process.nextTick === 'function'
    Promise.resolve(1).then(() => {})
    void new Uint8Array(Buffer.from('é')).length
    const word = new Int32Array(new SharedArrayBuffer(4))
    Atomics.add(word, 0, 1)
    const called = Reflect.apply(String.prototype.slice, text, [0, 1]) === '{'
    return text === '{"list":[4,3,7,8],"set":[1],"splice":[4]}' && joined && isConsole && called && word[0] === 1
  } catch {
    return false
  }
}

const NAMES = [
  'Array',
  'ArrayBuffer',
  'Atomics',
  'Buffer',
  'Error',
  'Function',
  'Int32Array',
  'JSON',
  'Map',
  'Math',
  'Number',
  'Object',
  'Promise',
  'Proxy',
  'RangeError',
  'Reflect',
  'RegExp',
  'Set',
  'SharedArrayBuffer',
  'String',
  'Symbol',
  'TypeError',
  'Uint8Array',
  'WeakMap',
  'console',
  'globalThis',
  'process',
  'queueMicrotask',
]

function collect(): Builtin[] {
  const found: Builtin[] = []
  const add = (where: string, holder: object, key: PropertyKey): void => {
    const descriptor = getOwnPropertyDescriptor(holder, key)
    if (descriptor?.configurable !== true) return
    found.push({ where, holder: holder as Holder, key, value: (holder as Holder)[key], descriptor })
  }
  for (const name of NAMES) {
    add(name, globalThis, name)
    const value = (globalThis as Holder)[name]
    if (name === 'console' || name === 'process' || name === 'globalThis') continue
    for (const part of [value, (value as { prototype?: unknown } | undefined)?.prototype]) {
      if ((typeof part !== 'object' && typeof part !== 'function') || part === null) continue
      const prefix = part === value ? name : `${name}.prototype`
      for (const key of Reflect.ownKeys(part)) {
        if (typeof getOwnPropertyDescriptor(part, key)?.value === 'function') add(`${prefix}.${String(key)}`, part, key)
      }
    }
  }
  return found
}

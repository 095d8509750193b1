// Programs by their structure: what was decided and made out once is taken again, from memory or from disk.
import type { Backend } from '../tensor/backend.js'
import type { Decisions } from './decisions.js'
import { fromDisk, toDisk } from './disk.js'

/** All that is needed to make a program of a draft of the same structure, as plain data. */
export interface Blueprint {
  readonly decisions: Decisions
  /** What the backend makes the program from. */
  readonly recipe: unknown
}

/** Where a blueprint came from. */
export type Origin = 'made' | 'memory' | 'disk'

const MOST = 64
/** Keys are signatures: up to some 100,000 characters each. */
const MOST_CHARACTERS = 4_000_000

/** In the order of their last use. */
const known = new Map<string, Blueprint>()
let characters = 0

/** The blueprint of a structure for a backend. Only backends with recipes have what is worth to be kept. */
export function blueprintOf(
  backend: Backend,
  signature: string,
  make: () => Blueprint,
): { blueprint: Blueprint; origin: Origin } {
  if (backend.recipe === undefined) return { blueprint: make(), origin: 'made' }
  const key = `${backend.name} ${backend.dialect}\n${signature}`
  const before = known.get(key)
  if (before !== undefined) {
    known.delete(key)
    known.set(key, before)
    return { blueprint: before, origin: 'memory' }
  }
  const stored = fromDisk(key)
  const blueprint = stored ?? make()
  if (stored === undefined) toDisk(key, blueprint)
  keep(key, blueprint)
  return { blueprint, origin: stored === undefined ? 'made' : 'disk' }
}

/** Forgets those in memory, not those on disk. */
export function forgetBlueprints(): void {
  known.clear()
  characters = 0
}

function keep(key: string, blueprint: Blueprint): void {
  known.set(key, blueprint)
  characters += key.length
  for (const oldest of known.keys()) {
    if (known.size <= MOST && characters <= MOST_CHARACTERS) return
    known.delete(oldest)
    characters -= oldest.length
  }
}

// Tensors that are the same at every step (a causal mask, a table of angles), made once and kept as long as somebody holds them
// and a while longer: until the next collection of garbage.
import type { Tensor } from '../../tensor/tensor.js'

const known = new Map<string, WeakRef<readonly Tensor[]>>()

/** When there are so many names, those whose tensors are gone are forgotten. */
const CROWDED = 256

/** The tensors under a name, made where there are none. Nobody may write to them. */
export function remembered<T extends readonly Tensor[]>(key: string, make: () => T): T {
  const found = known.get(key)?.deref()
  if (found !== undefined) return found as T
  if (known.size >= CROWDED) forgetTheGone()
  const made = make()
  known.set(key, new WeakRef(made))
  return made
}

function forgetTheGone(): void {
  for (const [key, reference] of known) if (reference.deref() === undefined) known.delete(key)
}

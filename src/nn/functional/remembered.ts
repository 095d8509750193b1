// Tensors that are the same at every step (a causal mask, a table of angles), made once and kept as long as somebody holds them
// and a while longer: until the next collection of garbage.
import { hooks } from '../../tensor/graph.js'
import type { Tensor } from '../../tensor/tensor.js'

const known = new Map<string, WeakRef<readonly Tensor[]>>()

/** When there are so many names, those whose tensors are gone are forgotten. */
const CROWDED = 256

/** The tensors under a name, made where there are none. Nobody may write to them. A compiled step has them from before, and holds them. */
export function remembered<T extends readonly Tensor[]>(key: string, make: () => T): T {
  const { tracing } = hooks
  let tensors = known.get(key)?.deref() as T | undefined
  if (tensors === undefined) {
    if (known.size >= CROWDED) forgetTheGone()
    tensors = tracing === undefined ? make() : tracing.aside(make)
    known.set(key, new WeakRef(tensors))
  }
  tracing?.hold(tensors)
  return tensors
}

function forgetTheGone(): void {
  for (const [key, reference] of known) if (reference.deref() === undefined) known.delete(key)
}

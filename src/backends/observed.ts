// Kernels that tell what they do.
import type { Kernels, Observer } from '../tensor/backend.js'

type Run = (...args: never[]) => void

/** The kernels, each telling the observer when it has run; one that is called by another says nothing. */
export function observed(kernels: Kernels, observer: Observer): Kernels {
  let depth = 0
  const told =
    (name: string, kernel: Run): Run =>
    (...args) => {
      depth++
      try {
        kernel(...args)
      } finally {
        depth--
      }
      if (depth === 0) (observer.kernel as (name: string, ...args: never[]) => void)(name, ...args)
    }
  return Object.fromEntries(Object.entries(kernels).map(([name, kernel]) => [name, told(name, kernel as Run)])) as never
}

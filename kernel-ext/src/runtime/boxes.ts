// One box a name, shared by all cells: `acc` in a cell is `box.v` of the box named 'acc'.
import type { Box } from '../cell/cell.js'

/**
 * Makes the box of a name. Each box has a class of its own: V8 then keeps a number in it unboxed, so that a loop that
 * adds to a top-level name costs about twice a local (39 against 11 ms for 3 million additions). Until it has a value
 * the accessors of the prototype answer: they throw what JavaScript throws, or find a global that came later.
 */
function makeBox(name: string): Box {
  class NameBox {
    get v(): unknown {
      if (name in globalThis) return (globalThis as Record<string, unknown>)[name]
      throw new ReferenceError(`${name} is not defined`)
    }

    set v(value: unknown) {
      Object.defineProperty(this, 'v', { value, writable: true, enumerable: true, configurable: true })
    }
  }
  return new NameBox()
}

export class Boxes {
  readonly #boxes = new Map<string, Box>()

  get(name: string): Box {
    let box = this.#boxes.get(name)
    if (box === undefined) {
      box = makeBox(name)
      this.#boxes.set(name, box)
    }
    return box
  }

  has(name: string): boolean {
    const box = this.#boxes.get(name)
    return box !== undefined && isSet(box)
  }
}

export function isSet(box: Box): boolean {
  return Object.hasOwn(box, 'v')
}

/** The value for `typeof name`: undefined where the name has none. */
export function peek(box: Box): unknown {
  if (isSet(box)) return box.v
  try {
    return box.v
  } catch {
    return undefined
  }
}

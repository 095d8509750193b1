// Modules made of modules.
import type { Tensor } from '../tensor/tensor.js'
import { type Layer, Module, needModule } from './module.js'

/**
 * Layers one after the other: the output of each is the input of the next. x -> layers[n-1](... layers[0](x)).
 *
 * `model.at(0)` is the first layer, `model.at(-1)` the last; in a state dict they are '0', '1', ... Throws NOT_A_MODULE for anything
 * but a module.
 *
 * @example
 * const model = new nn.Sequential(new nn.Linear(2, 8), new nn.Linear(8, 1))
 * model.forward(zeros([5, 2])).shape // [5, 1]
 * @torch torch.nn.Sequential
 */
export class Sequential extends Module {
  readonly [index: number]: Layer
  #layers: Layer[] = []

  constructor(...layers: Layer[]) {
    super()
    for (const layer of layers) this.append(layer)
  }

  override forward(x: Tensor): Tensor {
    let y = x
    for (const layer of this.#layers) y = layer.forward(y)
    return y
  }

  /** Adds a layer at the end. Returns the module. */
  append(layer: Layer): this {
    needModule(`Sequential: layer ${this.length}`, layer)
    ;(this as Record<number, Layer>)[this.length] = layer
    this.#layers.push(layer)
    return this
  }

  /** How many layers there are. */
  get length(): number {
    return this.#layers.length
  }

  /** The layer at a place; from the end where it is negative. */
  at(index: number): Layer | undefined {
    return this.#layers.at(index)
  }

  /** The layers in their order. */
  [Symbol.iterator](): IterableIterator<Layer> {
    return this.#layers[Symbol.iterator]()
  }
}

/** Passes its input on: y = x. Stands in where a layer is left out.
 *
 * @example
 * new nn.Identity().forward(tensor([1, 2])) // tensor([1., 2.])
 * @torch torch.nn.Identity
 */
export class Identity extends Module {
  override forward(x: Tensor): Tensor {
    return x
  }
}

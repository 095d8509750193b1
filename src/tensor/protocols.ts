// How JavaScript itself meets a tensor: operators, text, loops, the console and a notebook's display door.
import { displayTensor, type MimeBundle } from './display/display.js'
import { shapeText, TensorError } from './errors.js'
import { type NestedArray, toArray } from './ops/read.js'
import { select, t, transpose } from './ops/views.js'
import { print } from './print/print.js'
import { Tensor } from './tensor.js'

declare module './tensor.js' {
  interface Tensor {
    /**
     * The transpose of a matrix, a view: x.t(). More than two axes throw BAD_DIM: there is mT.
     *
     * @torch torch.Tensor.T
     */
    readonly T: Tensor
    /**
     * The transpose of the last two axes, a view: matrices of a batch are transposed each. Fewer axes throw BAD_DIM.
     *
     * @torch torch.Tensor.mT
     */
    readonly mT: Tensor
    /** The rows: `for (const row of x)`. Views along the first axis. */
    [Symbol.iterator](): IterableIterator<Tensor>
    /**
     * The numbers as text, as `console.log` shows them.
     *
     * @torch torch.Tensor.__repr__
     */
    toString(): string
    [Symbol.toPrimitive](hint: string): string
    /**
     * What `JSON.stringify` writes of it: the numbers in nested arrays, as toArray gives them. JSON has no NaN and no Infinity:
     * it writes null. Dtype and graph are left out.
     *
     * @torch none
     * @example
     * JSON.stringify(tensor([[1, 2], [3, 4]])) // '[[1,2],[3,4]]'
     */
    toJSON(): NestedArray
  }
}

const methods = {
  *[Symbol.iterator](this: Tensor): IterableIterator<Tensor> {
    if (this.shape.length === 0) {
      throw new TensorError('BAD_DIM', 'A tensor of zero dimensions has no rows to go through.', {
        next: 'Read its number with item().',
      })
    }
    for (let i = 0; i < (this.shape[0] as number); i++) yield select(this, 0, i)
  },
  toString(this: Tensor): string {
    return print(this)
  },
  /** JavaScript asks for a number where an operator meets a tensor: there are no operators on tensors. */
  [Symbol.toPrimitive](this: Tensor, hint: string): string {
    if (hint === 'string') return print(this)
    throw new TensorError(
      'NOT_A_NUMBER',
      `JavaScript's operators (+ - * / < > ==) do not work on tensors; here one of shape ${shapeText(this.shape)} met one.`,
      {
        next: 'Use its methods: a.add(b), a.sub(b), a.mul(b), a.lt(b), a.eq(b); or read one number with item().',
      },
    )
  },
  toJSON(this: Tensor): NestedArray {
    return toArray(this)
  },
  [Symbol.for('nodejs.util.inspect.custom')](this: Tensor): string {
    return print(this)
  },
  [Symbol.for('Jupyter.display')](this: Tensor): MimeBundle {
    return displayTensor(this)
  },
}

for (const key of Reflect.ownKeys(methods)) {
  Object.defineProperty(Tensor.prototype, key, {
    value: methods[key as keyof typeof methods],
    writable: true,
    configurable: true,
  })
}

/** Properties that PyTorch's users write. */
const views: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  T: t,
  mT: x => transpose(x, -2, -1),
}

for (const [name, see] of Object.entries(views)) {
  Object.defineProperty(Tensor.prototype, name, {
    get(this: Tensor) {
      return see(this)
    },
    configurable: true,
  })
}

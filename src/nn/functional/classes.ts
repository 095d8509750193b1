// What losses of classes share: which axis holds the classes, and whether targets and weights fit.
import { isFloat } from '../../tensor/dtype.js'
import { shapeText, TensorError } from '../../tensor/errors.js'
import { gather } from '../../tensor/ops/gather.js'
import { reshape, squeeze, unsqueeze } from '../../tensor/ops/views.js'
import { sameShape } from '../../tensor/shape.js'
import { isTensor, type Tensor } from '../../tensor/tensor.js'

/** The axis of the classes: the second one, or the only one. Throws BAD_DTYPE, BAD_SHAPE. */
export function classAxis(operation: string, input: Tensor): number {
  if (!isTensor(input) || !isFloat(input.dtype)) {
    throw new TensorError('BAD_DTYPE', `${operation}: the input must be a float tensor of scores for each class.`)
  }
  if (input.shape.length === 0) {
    throw new TensorError('BAD_SHAPE', `${operation}: the input needs an axis of classes: [C], [N, C] or [N, C, ...].`)
  }
  return input.shape.length === 1 ? 0 : 1
}

/** Throws unless the target holds a class for each row of scores: NOT_A_TENSOR, BAD_DTYPE, SHAPE_MISMATCH. */
export function needClasses(operation: string, input: Tensor, target: Tensor, axis: number): void {
  const expected = input.shape.filter((_, i) => i !== axis)
  if (!isTensor(target)) throw new TensorError('NOT_A_TENSOR', `${operation}: the target must be a tensor.`)
  if (target.dtype !== 'int32') {
    const probabilities = isFloat(target.dtype) && operation === 'crossEntropy'
    throw new TensorError(
      probabilities ? 'SHAPE_MISMATCH' : 'BAD_DTYPE',
      `${operation}: classes are int32 of shape ${shapeText(expected)}${probabilities ? `, probabilities float of shape ${shapeText(input.shape)}` : ''}; the target is ${target.dtype} of shape ${shapeText(target.shape)}.`,
      { next: 'Classes of another dtype: target.int().' },
    )
  }
  if (sameShape(target.shape, expected)) return
  const column = target.shape.at(-1) === 1 && sameShape(target.shape.slice(0, -1), expected)
  throw new TensorError(
    'SHAPE_MISMATCH',
    `${operation}: input ${shapeText(input.shape)} needs a target of shape ${shapeText(expected)}, one class for each row of scores; it has ${shapeText(target.shape)}.`,
    {
      next: column
        ? 'Take its last axis away: target.squeeze(-1).'
        : 'The axis of classes is the second one of the input.',
    },
  )
}

/** Throws SHAPE_MISMATCH unless there is a weight for each class, or none. */
export function needWeight(
  operation: string,
  input: Tensor,
  axis: number,
  weight: Tensor | undefined,
  name = 'weight',
): void {
  if (weight === undefined || sameShape(weight.shape, [input.shape[axis] as number])) return
  throw new TensorError(
    'SHAPE_MISMATCH',
    `${operation}: ${name} needs a number for each of the ${input.shape[axis]} classes; it has shape ${shapeText(weight.shape)}.`,
  )
}

/** The number of each row that its class names. Throws BAD_INDEX. */
export function picked(operation: string, logs: Tensor, classes: Tensor, axis: number): Tensor {
  try {
    return squeeze(gather(logs, axis, unsqueeze(classes, axis)), axis)
  } catch (cause) {
    if (!(cause instanceof TensorError) || cause.code !== 'BAD_INDEX') throw cause
    const count = logs.shape[axis] as number
    throw new TensorError(
      'BAD_INDEX',
      `${operation}: a target is no class: there are ${count}, from 0 to ${count - 1}.`,
      {
        cause,
        next: 'Count classes from 0, or give the last layer more outputs; ignoreIndex is for targets that do not count.',
      },
    )
  }
}

/** Weights [C] in a shape that meets the classes of `x`. */
export function alongClasses(weight: Tensor, { shape }: Tensor, axis: number): Tensor {
  return reshape(
    weight,
    shape.slice(axis).map((n, i) => (i === 0 ? n : 1)),
  )
}

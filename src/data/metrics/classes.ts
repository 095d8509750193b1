// What was predicted and what was true, as whole numbers.
import { isTensor, type Tensor } from '../../tensor/tensor.js'
import { DataError } from '../errors.js'

/** Classes: an int32 or bool tensor, or a list of whole numbers. */
export type Classes = Tensor | ArrayLike<number>

/** Scores [..., K] (logits or probabilities: the greatest wins), or the classes themselves. */
export type Predictions = Classes

/** The classes of tensors and lists, row by row. Throws DATA_OPTION for floats and for what is below 0. */
function classesOf(where: string, what: string, given: Classes): Int32Array {
  if (isTensor(given) && given.dtype !== 'int32' && given.dtype !== 'bool') {
    throw new DataError('DATA_OPTION', `${where}: ${what} must be classes (int32 or bool), got ${given.dtype}.`, {
      next: "Scores of two classes become classes by x.gt(0.5), floats by x.to('int32').",
    })
  }
  const numbers = isTensor(given) ? (given.data() as ArrayLike<number>) : given
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] as number
    if (Number.isInteger(number) && number >= 0) continue
    throw new DataError('DATA_OPTION', `${where}: ${what} has ${number} at ${i}, which is no class.`, {
      next: 'Classes are whole numbers from 0.',
    })
  }
  return Int32Array.from(numbers)
}

/** Pairs of classes, predicted and true. Scores have one axis more than the targets. Throws DATA_SHAPE, DATA_OPTION. */
export function pairs(where: string, predicted: Predictions, target: Classes): [Int32Array, Int32Array] {
  const truth = classesOf(where, 'target', target)
  const guess = classesOf(where, 'predicted', isTensor(predicted) ? decided(predicted, target) : predicted)
  if (guess.length !== truth.length) throw misfit(where, predicted, target)
  return [guess, truth]
}

function decided(predicted: Tensor, target: Classes): Tensor {
  const axes = isTensor(target) ? target.shape.length : 1
  return predicted.shape.length === axes + 1 ? predicted.argmax(-1) : predicted
}

export interface ScoredRows {
  /** n rows of k scores. */
  readonly rows: ArrayLike<number>
  readonly k: number
  readonly truth: Int32Array
}

/** Scores [..., K] as rows of K numbers beside the true classes [...], each checked to be below K. */
export function scoredRows(where: string, scores: Tensor, target: Classes): ScoredRows {
  const truth = classesOf(where, 'target', target)
  const k = isTensor(scores) ? (scores.shape.at(-1) ?? 0) : 0
  if (!isTensor(scores) || scores.shape.length < 2 || scores.size !== truth.length * k)
    throw misfit(where, scores, target)
  const odd = truth.find(number => number >= k)
  if (odd !== undefined) {
    throw new DataError('DATA_OPTION', `${where}: there is a target of class ${odd}, and scores for ${k} classes.`)
  }
  return { rows: scores.double().data(), k, truth }
}

function misfit(where: string, predicted: unknown, target: unknown): DataError {
  const form = (x: unknown): string =>
    isTensor(x) ? `[${x.shape.join(', ')}]` : `a list of ${(x as ArrayLike<number>).length}`
  return new DataError('DATA_SHAPE', `${where}: predictions ${form(predicted)} do not fit targets ${form(target)}.`, {
    next: 'Give scores [n, classes] or classes [n], and targets [n].',
  })
}

// Metrics against scikit-learn, torchmetrics and sacrebleu, and at their edges.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { Average } from '#src/data/metrics/index.js'
import { data, softmax, type Tensor, tensor, zeros } from '#src/index.js'
import { raises } from '../raises.js'

const { accuracy, bleu, calibrationError, confusionMatrix, f1, perplexity, precision, recall, topKAccuracy } =
  data.metrics
const { Bleu, CalibrationError, classReport, ConfusionMatrix, Perplexity } = data.metrics

interface Golden {
  classification: {
    predicted: number[]
    target: number[]
    accuracy: number
    matrix: number[][]
    figures: {
      name: 'precision' | 'recall' | 'f1'
      average: Average
      zeroDivision?: number
      positive?: number
      value: number
    }[]
  }[]
  scores: {
    logits: number[][]
    target: number[]
    top: Record<string, number>
    calibration: { bins: number; norm: 'l1' | 'l2' | 'max'; value: number }[]
    perplexity: number
    ignored: { target: number[]; perplexity: number }
  }[]
  bleu: {
    candidates: string[]
    references: string[][]
    values: { maxN: number; smoothing: 'none' | 'exp' | 'floor' | 'add-one'; value: number }[]
  }[]
}

const golden: Golden = JSON.parse(
  readFileSync(new URL('../../../../test/golden/data/metrics.json', import.meta.url), 'utf8'),
)
const ints = (numbers: number[]): Tensor => tensor(numbers, { dtype: 'int32' })

/** Ratios of counts: a few roundings of 2^-53. */
function near(got: number, expected: number, what: string, tolerance = 1e-14): void {
  assert.ok(Math.abs(got - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${what}: ${got}, not ${expected}`)
}

describe('metrics of classes', () => {
  for (const [i, { predicted, target, accuracy: share, matrix, figures }] of golden.classification.entries()) {
    it(`are those of scikit-learn, set ${i}`, () => {
      near(accuracy(predicted, target), share, 'accuracy')
      assert.deepEqual(confusionMatrix(ints(predicted), ints(target)).toArray(), matrix)
      assert.ok(figures.length >= 18)
      for (const { name, value, ...options } of figures) {
        near({ precision, recall, f1 }[name](predicted, target, options), value, `${name} ${JSON.stringify(options)}`)
      }
    })
  }

  it('take the greatest of scores, the first of equals, and tensors of several axes', () => {
    const scores = tensor([
      [0.1, 0.9, 0],
      [0.4, 0.2, 0.4],
      [0, 0, 1],
    ])
    assert.equal(accuracy(scores, ints([1, 0, 1])), 2 / 3)
    assert.equal(accuracy(scores.reshape([1, 3, 3]), ints([1, 2, 2]).reshape([1, 3])), 2 / 3)
    assert.equal(accuracy(tensor([true, false]), tensor([true, true])), 0.5)
  })

  it('come batch by batch', () => {
    const matrix = new ConfusionMatrix()
    matrix.update([0, 1], [0, 0]).update(ints([2]), ints([0]))
    assert.deepEqual(matrix.compute().toArray(), [
      [1, 1, 1],
      [0, 0, 0],
      [0, 0, 0],
    ])
    assert.equal(matrix.compute().dtype, 'int32')
    matrix.reset()
    assert.deepEqual([...matrix.compute().shape], [0, 0])
    assert.deepEqual(new ConfusionMatrix(2).update([1], [1]).compute().toArray(), [
      [0, 0],
      [0, 1],
    ])
  })

  it('report each class', () => {
    const report = classReport([0, 1, 1, 1], [0, 1, 0, 1], { numClasses: 3 })
    assert.deepEqual(report, [
      { precision: 1, recall: 0.5, f1: 2 / 3, support: 2 },
      { precision: 2 / 3, recall: 1, f1: 0.8, support: 2 },
      { precision: 0, recall: 0, f1: 0, support: 0 },
    ])
  })

  it('refuse what does not fit', () => {
    raises(() => accuracy([1], [1, 0]), 'DATA_SHAPE', 'a list of 1', 'a list of 2')
    raises(() => accuracy(tensor([[1, 2]]), [0, 1]), 'DATA_SHAPE', '[1, 2]')
    raises(() => accuracy(tensor([0.2, 0.7]), [0, 1]), 'DATA_OPTION', 'gt(0.5)')
    raises(() => accuracy([0, -1], [0, 1]), 'DATA_OPTION', '-1 at 1')
    raises(() => accuracy([0, 0], [0, 0.5]), 'DATA_OPTION', 'target has 0.5 at 1')
    raises(() => precision([0, 1, 2], [0, 1, 2]), 'DATA_OPTION', "'macro'")
    raises(() => recall([0, 1], [0, 1], { average: 'mean' as Average }), 'DATA_OPTION', "'mean'")
    raises(() => recall([0, 1], [0, 1], { average: 'toString' as Average }), 'DATA_OPTION', "'toString'")
    raises(() => f1([0, 1], [0, 1], { positive: 2 }), 'DATA_OPTION', 'positive')
    raises(() => confusionMatrix([0, 3], [0, 1], { numClasses: 3 }), 'DATA_OPTION', 'class 3')
    raises(() => confusionMatrix([0, 20000], [0, 1]), 'DATA_OPTION', '20000')
    for (const count of [0, 1.5, 1e6]) raises(() => new ConfusionMatrix(count), 'DATA_OPTION', String(count))
  })

  it('have no accuracy without examples', () => assert.ok(Number.isNaN(accuracy([], []))))
})

describe('metrics of scores', () => {
  for (const { logits, target, top, calibration, perplexity: expected, ignored } of golden.scores) {
    const scores = tensor(logits, { dtype: 'float64' })

    it(`are those of scikit-learn and torchmetrics, ${target.length} examples`, () => {
      for (const [k, value] of Object.entries(top))
        near(topKAccuracy(scores, ints(target), Number(k)), value, `top ${k}`)
      // torchmetrics computes its bins in float32.
      const probabilities = softmax(scores.mul(2), -1)
      for (const { value, ...options } of calibration) {
        near(calibrationError(probabilities, ints(target), options), value, JSON.stringify(options), 1e-6)
      }
      near(perplexity(scores, ints(target)), expected, 'perplexity', 1e-12)
      near(perplexity(scores, ignored.target), ignored.perplexity, 'with ignored tokens', 1e-12)
    })
  }

  it('count a score that is not a number as worst, and equal ones in the order of classes', () => {
    const even = zeros([1, 4])
    assert.deepEqual(
      [0, 1, 2, 3].map(own => topKAccuracy(even, [own], 2)),
      [1, 1, 0, 0],
    )
    assert.equal(topKAccuracy(tensor([[Number.NaN, 1, 0]]), [0], 3), 0)
    assert.equal(topKAccuracy(tensor([[Number.NaN, 1, 0]]), [1], 1), 0)
    assert.equal(topKAccuracy(tensor([[Number.NaN, 1, 0]]), [1], 2), 1)
  })

  it('put confidences into bins that hold their upper end', () => {
    const error = new CalibrationError({ bins: 4 })
    error
      .update(
        tensor([
          [0.75, 0.25],
          [0.25, 0.75],
        ]),
        [0, 0],
      )
      .update(tensor([[0, 1]]), [1])
    assert.deepEqual(
      error.bins().map(({ count }) => count),
      [0, 0, 2, 1],
    )
    assert.deepEqual(error.bins()[2], { from: 0.5, to: 0.75, count: 2, confidence: 0.75, accuracy: 0.5 })
    near(error.compute(), (2 / 3) * 0.25, 'error')
    error.reset()
    assert.ok(Number.isNaN(error.compute()))
  })

  it('add up perplexity over batches of different length', () => {
    const score = new Perplexity()
    score.update(zeros([1, 3, 4]), zeros([1, 3], { dtype: 'int32' })).update(tensor([[0, 0]]), [-100])
    near(score.compute(), 4, 'perplexity')
    near(score.loss, Math.log(4), 'loss')
    score.update(tensor([[Math.log(3), 0]]), [1])
    near(score.loss, (4 * Math.log(4)) / 4, 'loss', 1e-7)
    score.reset()
    assert.ok(Number.isNaN(score.compute()))
    assert.equal(perplexity(tensor([[1000, 0]]), [0]), 1)
    assert.equal(perplexity(tensor([[1000, 0]]), [1]), Number.POSITIVE_INFINITY)
  })

  it('refuse what does not fit', () => {
    const scores = zeros([2, 3])
    raises(() => topKAccuracy(scores, [0, 1], 4), 'DATA_OPTION', 'from 1 to 3')
    raises(() => topKAccuracy(scores, [0, 3], 1), 'DATA_OPTION', 'class 3')
    raises(() => topKAccuracy(scores, [0], 1), 'DATA_SHAPE', '[2, 3]')
    raises(() => topKAccuracy(tensor([1, 2]), [0], 1), 'DATA_SHAPE', '[2]')
    raises(() => topKAccuracy([1, 2] as unknown as Tensor, [0], 1), 'DATA_SHAPE')
    raises(() => calibrationError(scores, [0, 1]), 'DATA_OPTION', 'sums to 0', 'softmax')
    raises(() => calibrationError(tensor([[2, -1]]), [0]), 'DATA_OPTION', 'there is 2')
    raises(() => calibrationError(tensor([[Number.NaN, 1]]), [0]), 'DATA_OPTION', 'NaN')
    raises(() => new CalibrationError({ bins: 0 }), 'DATA_OPTION', 'bins')
    raises(() => new CalibrationError({ norm: 'l3' as 'l1' }), 'DATA_OPTION', "'l3'")
    raises(() => perplexity(zeros([2, 3], { dtype: 'int32' }), [0, 1]), 'DATA_OPTION', 'float')
    raises(() => perplexity(scores, [0, 3]), 'DATA_OPTION', 'class 3')
  })
})

describe('BLEU', () => {
  for (const [i, { candidates, references, values }] of golden.bleu.entries()) {
    it(`is that of sacrebleu, corpus ${i}`, () => {
      for (const { value, ...options } of values) {
        near(bleu(candidates, references, options), value, JSON.stringify(options), 1e-13)
      }
    })
  }

  it("is Papineni's 2/7 for seven times 'the', which two times are allowed", () => {
    const score = new Bleu({ maxN: 1 })
    score.update('the the the the the the the', ['the cat is on the mat', 'there is a cat on the mat'])
    assert.deepEqual(score.precisions(), [2 / 7])
  })

  it('comes sentence by sentence, and cuts words as one likes', () => {
    const { candidates, references } = golden.bleu[0] as Golden['bleu'][number]
    const score = new Bleu()
    score
      .update(candidates[0] as string, references[0] as string[])
      .update(candidates[1] as string, references[1] as string[])
    assert.equal(score.compute(), bleu(candidates, references))
    score.reset()
    assert.equal(score.compute(), 0)
    assert.equal(score.brevityPenalty(), 0)
    assert.equal(bleu(['A-b'], [['a b']], { maxN: 2, tokenize: text => text.toLowerCase().split(/\W/) }), 1)
  })

  it('refuses what does not fit', () => {
    raises(() => bleu(['a'], []), 'DATA_SHAPE', '1 candidates')
    raises(() => bleu(['a'], [[]]), 'DATA_OPTION', 'one reference')
    raises(() => bleu(['a'], ['a'] as unknown as string[][]), 'DATA_OPTION', 'one reference')
    raises(() => new Bleu({ maxN: 0 }), 'DATA_OPTION', 'maxN')
    raises(() => new Bleu({ smoothing: 'add' as 'exp' }), 'DATA_OPTION', "'add'")
  })
})

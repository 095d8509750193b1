// Our side of bench/train: one thread, the models and trainings of test/training; with --compiled their steps are programs.
import { compile, F, optim, randint, randn } from '#src/index.js'
import { serve } from '../serve.mjs'

const folder = new URL('../../build/test/training/', import.meta.url)
const { conv, mlp, seeded, tiny } = await import(new URL('models.js', folder).href)
const { trainDigits } = await import(new URL('digits.js', folder).href)
const { trainNovel } = await import(new URL('novel.js', folder).href)

const compiled = process.argv.includes('--compiled')

/** One step: forward, backward, Adam. */
function stepOf(model, lossOf, x, y) {
  const optimizer = new optim.Adam(model.parameters())
  const plain = (a, b) => {
    const loss = lossOf(a, b)
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
    return loss
  }
  const step = compiled ? compile(plain) : plain
  return () => step(x, y)
}

function classifier(make, shape, classes) {
  const model = seeded(1, make)
  const [x, y] = [randn(shape), randint(classes, { shape: [shape[0]] })]
  return stepOf(model, (a, b) => F.crossEntropy(model.forward(a), b), x, y)
}

const digits = { epochs: 4, maxLr: 4e-3, compiled }
const novel = { steps: 1200, batchSize: 16, maxLr: 5e-3, seed: 1, compiled }

serve(
  {
    tiny: classifier(tiny, [16, 16], 4),
    trainMlp: () => ({ quality: trainDigits(seeded(1, mlp), [784], { ...digits, batchSize: 128 }) }),
    trainConv: () => ({ quality: trainDigits(seeded(1, conv), [1, 28, 28], { ...digits, batchSize: 64 }) }),
    trainNovel: () => {
      const { heldOutLoss, seconds } = trainNovel(novel)
      return { quality: heldOutLoss, ms: seconds * 1000 }
    },
  },
  0,
)

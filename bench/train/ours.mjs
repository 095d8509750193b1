// Our side of bench/train: eager, one thread, the models and trainings of test/training.
import { F, optim, randint, randn } from '#src/index.js'
import { serve } from '../serve.mjs'

const folder = new URL('../../build/test/training/', import.meta.url)
const { conv, mlp, seeded, tiny, Transformer } = await import(new URL('models.js', folder).href)
const { trainDigits } = await import(new URL('digits.js', folder).href)
const { trainNovel } = await import(new URL('novel.js', folder).href)

/** One step: forward, backward, Adam. */
function stepOf(model, loss) {
  const optimizer = new optim.Adam(model.parameters())
  return () => {
    const value = loss()
    optimizer.zeroGrad()
    value.backward()
    optimizer.step()
  }
}

function classifier(make, shape, classes) {
  const model = seeded(1, make)
  const [x, y] = [randn(shape), randint(classes, { shape: [shape[0]] })]
  return stepOf(model, () => F.crossEntropy(model.forward(x), y))
}

function transformer() {
  const vocabSize = 96
  const model = seeded(1, () => new Transformer({ vocabSize, contextLength: 64 }))
  const [tokens, next] = [randint(vocabSize, { shape: [8, 64] }), randint(vocabSize, { shape: [8, 64] })]
  return stepOf(model, () => F.crossEntropy(model.forward(tokens).reshape([-1, vocabSize]), next.reshape([-1])))
}

const novel = { steps: 1200, batchSize: 16, maxLr: 5e-3, seed: 1 }

serve(
  {
    tiny: classifier(tiny, [16, 16], 4),
    mlp: classifier(mlp, [64, 784], 10),
    conv: classifier(conv, [32, 1, 28, 28], 10),
    tr: transformer(),
    trainMlp: () => ({ quality: trainDigits(seeded(1, mlp), [784], { epochs: 4, batchSize: 128, maxLr: 4e-3 }) }),
    trainConv: () => ({
      quality: trainDigits(seeded(1, conv), [1, 28, 28], { epochs: 4, batchSize: 64, maxLr: 4e-3 }),
    }),
    trainNovel: () => {
      const { heldOutLoss, seconds } = trainNovel(novel)
      return { quality: heldOutLoss, ms: seconds * 1000 }
    },
  },
  0,
)

// Our side of bench/steps: one thread, the models of test/training; steps are programs, or eager with --eager. GRADLAB_BLAS chooses who makes
// products.
import { compile, F, memory, nn, optim, randint, randn } from '#src/index.js'
import { serve } from '../serve.mjs'

const folder = new URL('../../build/test/training/', import.meta.url)
const { conv, mlp, resnet, seeded, tiny, Transformer } = await import(new URL('models.js', folder).href)

const eager = process.argv.includes('--eager')

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
  const step = eager ? plain : compile(plain)
  return { step: () => step(x, y), isReady: () => eager || step.programs.length > 0 }
}

function classifier(make, shape, classes) {
  const model = seeded(1, make)
  const [x, y] = [randn(shape), randint(classes, { shape: [shape[0]] })]
  return stepOf(model, (a, b) => F.crossEntropy(model.forward(a), b), x, y)
}

function transformer(width, batch) {
  const vocabSize = 96
  const model = seeded(1, () => new Transformer({ vocabSize, contextLength: 64, dim: 64 * width }))
  const tokens = () => randint(vocabSize, { shape: [batch, 64] })
  const lossOf = (a, b) => F.crossEntropy(model.forward(a).reshape([-1, vocabSize]), b.reshape([-1]))
  return stepOf(model, lossOf, tokens(), tokens())
}

const STEPS = {
  tiny: (width, times) => classifier(() => tiny(width), [16 * times, 16], 4),
  mlp: (width, times) => classifier(() => mlp(width), [64 * times, 784], 10),
  conv: (width, times) => classifier(() => conv(width), [32 * times, 1, 28, 28], 10),
  tr: (width, times) => transformer(width, 8 * times),
  resnet: (width, times) => classifier(() => resnet(width), [32 * times, 3, 16, 16], 10),
}

const made = new Map()

/** Calls a step until its program has run for a second: of a large one a reading takes few calls, and memory is new at first. */
function warmed(made) {
  while (!made.isReady()) made.step()
  const start = performance.now()
  for (let i = 0; i < 3 || performance.now() - start < 1000; i++) made.step()
  return made
}

/** The step of `mlp`, `mlp width 4` or `mlp batch 16`, made when it is asked for; of large ones one at a time. */
function stepNamed(figure) {
  const [name, kind, factor = '1'] = figure.split(' ')
  if (!made.has(figure)) {
    if (kind !== undefined) made.clear()
    const [width, times] = ['width', 'batch'].map(one => (kind === one ? Number(factor) : 1))
    const one = STEPS[name](width, times)
    made.set(figure, kind === undefined ? one : warmed(one))
  }
  return made.get(figure)
}

/** The first calls of tr, until its program has run: traces, generated code, compiled code. */
function first() {
  const { step, isReady } = transformer(1, 8)
  const start = performance.now()
  while (!isReady()) step()
  step()
  return { quality: 0, ms: performance.now() - start }
}

/** Models that all differ, each made, compiled, run and dropped: milliseconds for one, and by how many megabytes the heap is larger afterwards. */
function many() {
  const one = i => {
    const model = new nn.Sequential(new nn.Linear(8 + (i % 10), 16 + i), new nn.Tanh(), new nn.Linear(16 + i, 3))
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 })
    const [x, y] = [randn([4, 8 + (i % 10)]), randint(3, { shape: [4] })]
    const step = compile((a, b) => {
      const loss = F.crossEntropy(model.forward(a), b)
      optimizer.zeroGrad()
      loss.backward()
      optimizer.step()
      return loss
    })
    while (step.programs.length === 0) step(x, y)
    step(x, y)
  }
  one(1000)
  const before = memory({ collect: true })
  const start = performance.now()
  for (let i = 0; i < 100; i++) one(i)
  const ms = (performance.now() - start) / 100
  const after = memory({ collect: true })
  return { quality: (after.bytes - before.bytes) / 1e6, ms }
}

const named = figure => () => stepNamed(figure).step()
const figures = Object.keys(STEPS).flatMap(name => [
  name,
  ...['width', 'batch'].flatMap(kind => [1, 4, 16].map(factor => `${name} ${kind} ${factor}`)),
])

serve({ ...Object.fromEntries(figures.map(figure => [figure, named(figure)])), first, again: first, many }, 0)

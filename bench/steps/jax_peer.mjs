// jax-js's side of bench/steps: its wasm backend; a whole step (forward, backward, Adam) compiled by jit. Arrays are used up by each operation,
// unless they are kept alive by `.ref`.
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { numbers, serve } from '../serve.mjs'

// jax-js calls methods of iterators, which Node has from 22 on.
const iterators = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()))
iterators.map ??= function (f) {
  return [...this].map(f)[Symbol.iterator]()
}
iterators.filter ??= function (f) {
  return [...this].filter(f)[Symbol.iterator]()
}
iterators.toArray ??= function () {
  return [...this]
}

const peers = fileURLToPath(new URL('../peers/ops/', import.meta.url))
const entry = join(peers, 'node_modules/@jax-js/jax/dist/index.js')
const { init, defaultDevice, jit, nn, numpy: np, valueAndGrad } = await import(pathToFileURL(entry).href)
await init('wasm')
defaultDevice('wasm')

const make = (...shape) => np.array(numbers(shape.reduce((a, b) => a * b, 1)).map(x => x / 8)).reshape(shape)
const zeros = shape => np.array(new Float32Array(shape.reduce((a, b) => a * b, 1))).reshape(shape)
const indices = (count, below) => np.array(Int32Array.from({ length: count }, (_, i) => (i * 7919) % below))

/** A step over lists of parameters and of Adam's two moments; corrections of the moments come as numbers of the host. */
function stepOf(parameters, lossOf) {
  const [rate, b1, b2, eps] = [1e-3, 0.9, 0.999, 1e-8]
  const run = jit((list, first, second, by1, by2) => {
    const [loss, grads] = valueAndGrad(lossOf)(list.map(p => p.ref))
    const out = { loss, list: [], first: [], second: [] }
    for (let i = 0; i < list.length; i++) {
      const m = first[i].mul(b1).add(grads[i].ref.mul(1 - b1))
      const v = second[i].mul(b2).add(grads[i].ref.mul(grads[i]).mul(1 - b2))
      const change = m.ref
        .mul(by1.ref)
        .div(np.sqrt(v.ref.mul(by2.ref)).add(eps))
        .mul(rate)
      out.list.push(list[i].sub(change))
      out.first.push(m)
      out.second.push(v)
    }
    by1.dispose()
    by2.dispose()
    return out
  })
  let [list, first, second, t] = [
    parameters,
    parameters.map(p => zeros(p.shape)),
    parameters.map(p => zeros(p.shape)),
    0,
  ]
  return async () => {
    t++
    const out = run(list, first, second, np.array(1 / (1 - b1 ** t)), np.array(1 / (1 - b2 ** t)))
    list = out.list
    first = out.first
    second = out.second
    await out.loss.blockUntilReady()
    out.loss.dispose()
  }
}

/** The mean cross entropy of scores and one-hot rows. */
const crossEntropy = (scores, hot, rows) =>
  nn
    .logSoftmax(scores, -1)
    .mul(hot)
    .sum()
    .mul(-1 / rows)

function perceptron(widths, batch) {
  const x = make(batch, widths[0])
  const hot = nn.oneHot(indices(batch, widths.at(-1)), widths.at(-1))
  const parameters = widths.slice(1).flatMap((out, i) => [make(widths[i], out), zeros([out])])
  return stepOf(parameters, list => {
    let h = x.ref
    for (let i = 0; i < list.length; i += 2) {
      h = np.matmul(h, list[i]).add(list[i + 1])
      if (i + 2 < list.length) h = nn.relu(h)
    }
    return crossEntropy(h, hot.ref, batch)
  })
}

function transformer() {
  const [vocabulary, length, d, heads, layers, batch] = [96, 64, 64, 4, 2, 8]
  const tokens = nn.oneHot(indices(batch * length, vocabulary), vocabulary)
  const hot = nn.oneHot(indices(batch * length, vocabulary), vocabulary)
  const ones = n => np.array(new Float32Array(n).fill(1))
  const block = () => [
    ones(d),
    zeros([d]),
    make(d, 3 * d),
    zeros([3 * d]),
    make(d, d),
    zeros([d]),
    ones(d),
    zeros([d]),
    make(d, 4 * d),
    zeros([4 * d]),
    make(4 * d, d),
    zeros([d]),
  ]
  const parameters = [
    make(vocabulary, d),
    make(length, d),
    ...Array.from({ length: layers }, block).flat(),
    ones(d),
    zeros([d]),
    make(d, vocabulary),
  ]
  const future = np
    .array(Float32Array.from({ length: length * length }, (_, i) => (i % length > Math.floor(i / length) ? -1e9 : 0)))
    .reshape([length, length])
  const linear = (x, w, b) => np.matmul(x, w).add(b)
  const norm = (x, scale, shift) => {
    const centred = x.ref.sub(np.mean(x, -1, { keepdims: true }))
    const variance = np.mean(centred.ref.mul(centred.ref), -1, { keepdims: true })
    return centred
      .div(np.sqrt(variance.add(1e-5)))
      .mul(scale)
      .add(shift)
  }
  return stepOf(parameters, list => {
    const take = (() => {
      let i = 0
      return () => list[i++]
    })()
    // A product with one-hot rows: its indexing has no gradient that is as fast.
    let x = np.matmul(tokens.ref, take()).reshape([batch, length, d]).add(take())
    for (let i = 0; i < layers; i++) {
      const inner = linear(norm(x.ref, take(), take()), take(), take()).reshape([batch, length, 3, heads, d / heads])
      const [q, k, v] = np.split(inner, 3, 2).map(part => part.reshape([batch, length, heads, d / heads]))
      const byHead = (part, axes) => np.transpose(part, axes)
      const scores = np.matmul(byHead(q, [0, 2, 1, 3]), byHead(k, [0, 2, 3, 1])).mul(1 / Math.sqrt(d / heads))
      const weights = nn.softmax(scores.add(future.ref), -1)
      const mixed = byHead(np.matmul(weights, byHead(v, [0, 2, 1, 3])), [0, 2, 1, 3]).reshape([batch, length, d])
      x = x.add(linear(mixed, take(), take()))
      x = x.ref.add(
        linear(nn.gelu(linear(norm(x, take(), take()), take(), take()), { approximate: false }), take(), take()),
      )
    }
    const scores = np.matmul(norm(x, take(), take()), take()).reshape([batch * length, vocabulary])
    return crossEntropy(scores, hot.ref, batch * length)
  })
}

/** Made when they are first asked for: the first call is a figure of its own. */
const lazily = make => {
  let step
  return () => {
    step ??= make()
    return step()
  }
}

serve(
  {
    tiny: lazily(() => perceptron([16, 32, 32, 4], 16)),
    mlp: lazily(() => perceptron([784, 256, 128, 10], 64)),
    tr: lazily(transformer),
    first: lazily(transformer),
  },
  0,
)

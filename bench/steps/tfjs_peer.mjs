// TensorFlow.js's side of bench/steps: its wasm backend with SIMD, one thread; models of its layers, its Adam.
import { createRequire } from 'node:module'
import { numbers, serve } from '../serve.mjs'

const require = createRequire(new URL('../peers/ops/package.json', import.meta.url))
const tf = require('@tensorflow/tfjs')
const wasm = require('@tensorflow/tfjs-backend-wasm')
wasm.setThreadsCount(1)
await tf.setBackend('wasm')
await tf.ready()

const make = (...shape) => tf.tensor(numbers(shape.reduce((a, b) => a * b, 1)), shape)

function classifier(layers, shape, classes) {
  const model = tf.sequential({ layers })
  const x = make(...shape)
  const labels = tf.tensor1d(
    Int32Array.from({ length: shape[0] }, (_, i) => i % classes),
    'int32',
  )
  const hot = tf.oneHot(labels, classes)
  const optimizer = tf.train.adam(1e-3)
  return () => optimizer.minimize(() => tf.losses.softmaxCrossEntropy(hot, model.apply(x, { training: true })))
}

const dense = (units, more) => tf.layers.dense({ units, ...more })

const tiny = () =>
  classifier(
    [dense(32, { inputShape: [16], activation: 'relu' }), dense(32, { activation: 'relu' }), dense(4)],
    [16, 16],
    4,
  )
const mlp = () =>
  classifier(
    [dense(256, { inputShape: [784], activation: 'relu' }), dense(128, { activation: 'relu' }), dense(10)],
    [64, 784],
    10,
  )
const conv = () =>
  classifier(
    [
      tf.layers.conv2d({ filters: 16, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu' }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      dense(10),
    ],
    [32, 28, 28, 1],
    10,
  )

const lazily = make => {
  let step
  return () => {
    step ??= make()
    step()
  }
}

serve({ tiny: lazily(tiny), mlp: lazily(mlp), conv: lazily(conv) }, 0)

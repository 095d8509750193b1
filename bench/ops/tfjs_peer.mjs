// TensorFlow.js's side of bench/ops: its wasm backend with SIMD, one thread; results are disposed of by hand.
import { createRequire } from 'node:module'
import { numbers, serve } from '../serve.mjs'

const require = createRequire(new URL('../peers/ops/package.json', import.meta.url))
const start = performance.now()
const tf = require('@tensorflow/tfjs')
const wasm = require('@tensorflow/tfjs-backend-wasm')
wasm.setThreadsCount(1)
await tf.setBackend('wasm')
await tf.ready()
const importMs = performance.now() - start

const make = (...shape) => tf.tensor(numbers(shape.reduce((a, b) => a * b, 1)), shape)
const [a16, b16, big, square] = [make(16), make(16), make(1 << 20), make(1024, 1024)]
const matrices = Object.fromEntries([64, 256, 1024].map(n => [n, [make(n, n), make(n, n)]]))
const dispose = f => () => f().dispose()
const gelu = x => tf.tidy(() => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)))
const recorded = tf.grad(x => tf.add(x, b16))

serve(
  {
    add16: dispose(() => tf.add(a16, b16)),
    // There is no tape to add to outside of grad: the smallest thing that records includes a backward pass.
    add16grad: dispose(() => recorded(a16)),
    matmul64: dispose(() => tf.matMul(...matrices[64])),
    matmul256: dispose(() => tf.matMul(...matrices[256])),
    matmul1024: dispose(() => tf.matMul(...matrices[1024])),
    exp: dispose(() => tf.exp(big)),
    gelu: dispose(() => gelu(big)),
    softmax: dispose(() => tf.softmax(square)),
    sumRows: dispose(() => tf.sum(square, 1)),
    sumColumns: dispose(() => tf.sum(square, 0)),
    mean: dispose(() => tf.mean(square, 1)),
    transpose: dispose(() => tf.transpose(square)),
  },
  importMs,
)

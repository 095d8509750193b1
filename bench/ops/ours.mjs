// Our side of bench/ops: eager, one thread, results left to the collector as a learner leaves them.
import { numbers, serve } from '../serve.mjs'

const start = performance.now()
const { conv2d, maxPool2d, relu, tensor } = await import('gradlab')
const importMs = performance.now() - start

const make = (...shape) => tensor(numbers(shape.reduce((a, b) => a * b, 1))).reshape(shape)
const [a16, b16, big, square] = [make(16), make(16), make(1 << 20), make(1024, 1024)]
const g16 = make(16).requiresGrad_()
const matrices = Object.fromEntries([64, 256, 1024].map(n => [n, [make(n, n), make(n, n)]]))
const image = make(32, 1, 28, 28)
const w1 = make(16, 1, 3, 3).clone().requiresGrad_()
const w2 = make(32, 16, 3, 3).clone().requiresGrad_()

function conv() {
  w1.grad = null
  w2.grad = null
  const h1 = maxPool2d(relu(conv2d(image, w1)), 2)
  const h2 = maxPool2d(relu(conv2d(h1, w2)), 2)
  h2.sum().backward()
}

serve(
  {
    add16: () => a16.add(b16),
    add16grad: () => g16.add(b16),
    matmul64: () => matrices[64][0].matmul(matrices[64][1]),
    matmul256: () => matrices[256][0].matmul(matrices[256][1]),
    matmul1024: () => matrices[1024][0].matmul(matrices[1024][1]),
    conv,
    exp: () => big.exp(),
    gelu: () => big.gelu(),
    softmax: () => square.softmax(1),
    sumRows: () => square.sum(1),
    sumColumns: () => square.sum(0),
    mean: () => square.mean(1),
    transpose: () => square.t().contiguous(),
  },
  importMs,
)

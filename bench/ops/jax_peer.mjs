// jax-js's side of bench/ops: its wasm backend, each probe compiled by jit once; arrays are kept alive by `.ref`.
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { numbers, serve } from '../serve.mjs'

const peers = fileURLToPath(new URL('../peers/ops/', import.meta.url))
const entry = join(peers, 'node_modules/@jax-js/jax/dist/index.js')
const start = performance.now()
const { init, defaultDevice, jit, nn, numpy: np } = await import(pathToFileURL(entry).href)
await init('wasm')
defaultDevice('wasm')
const importMs = performance.now() - start

const make = (...shape) => np.array(numbers(shape.reduce((a, b) => a * b, 1))).reshape(shape)
const [a16, b16, big, square] = [make(16), make(16), make(1 << 20), make(1024, 1024)]
const matrices = Object.fromEntries([64, 256, 1024].map(n => [n, [make(n, n), make(n, n)]]))
const compiled = {
  add: jit((x, y) => x.add(y)),
  matmul: jit((x, y) => np.matmul(x, y)),
  exp: jit(x => np.exp(x)),
  gelu: jit(x => nn.gelu(x, { approximate: false })),
  softmax: jit(x => nn.softmax(x, 1)),
  sumRows: jit(x => x.sum(1)),
  sumColumns: jit(x => x.sum(0)),
  mean: jit(x => np.mean(x, 1)),
  transpose: jit(x => np.transpose(x).add(0)),
}

/** Waits for the numbers and frees them. */
const done = async result => {
  await result.blockUntilReady()
  result.dispose()
}

serve(
  {
    add16: () => done(compiled.add(a16.ref, b16.ref)),
    matmul64: () => done(compiled.matmul(matrices[64][0].ref, matrices[64][1].ref)),
    matmul256: () => done(compiled.matmul(matrices[256][0].ref, matrices[256][1].ref)),
    matmul1024: () => done(compiled.matmul(matrices[1024][0].ref, matrices[1024][1].ref)),
    exp: () => done(compiled.exp(big.ref)),
    gelu: () => done(compiled.gelu(big.ref)),
    softmax: () => done(compiled.softmax(square.ref)),
    sumRows: () => done(compiled.sumRows(square.ref)),
    sumColumns: () => done(compiled.sumColumns(square.ref)),
    mean: () => done(compiled.mean(square.ref)),
    transpose: () => done(compiled.transpose(square.ref)),
  },
  importMs,
)

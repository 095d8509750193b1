// Who is measured in bench/steps: how each is started.
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findLibrary } from '#src/backends/blas/find.js'
import { BENCH, type Command, TORCH_PYTHON } from '../contender.js'

const PACKAGES = `${BENCH}peers/ops/node_modules`
const node = process.execPath
const ours = (env: Readonly<Record<string, string>>, ...options: readonly string[]): Command => ({
  program: node,
  args: ['steps/ours.mjs', ...options],
  env,
})
const torch = (...options: readonly string[]): Command => ({
  program: TORCH_PYTHON,
  args: ['steps/torch_peer.py', ...options],
  needs: TORCH_PYTHON,
  // The first call is measured without what an earlier process has left on disk.
  env: { TORCHINDUCTOR_FORCE_DISABLE_CACHES: '1' },
})
const packages = (file: string): Command => ({ program: node, args: [file], needs: PACKAGES })

const OFF = { GRADLAB_BLAS: 'off', GRADLAB_CACHE: 'off' }
/** Where programs of an earlier process are found. */
const CACHE = join(tmpdir(), `gradlab-bench-${process.pid}`)
process.on('exit', () => rmSync(CACHE, { recursive: true, force: true }))
const library = findLibrary(BENCH)

/** Programs in WebAssembly alone, with OpenBLAS for products, and eager calls in WebAssembly. */
export const OURS = ['wasm', 'blas', 'eager'] as const
/** PyTorch's three modes. */
export const TORCH = ['torch', 'torch fused', 'torch.compile'] as const
export const PEERS = [...TORCH, 'tfjs', 'jax-js'] as const

export type OurName = (typeof OURS)[number]
export type ContenderName = OurName | 'disk' | (typeof PEERS)[number]

export const COMMANDS: Readonly<Record<ContenderName, Command>> = {
  wasm: ours(OFF),
  blas: {
    ...ours({ ...OFF, ...(library === undefined ? {} : { GRADLAB_BLAS: library }) }),
    needs: library ?? 'OpenBLAS',
  },
  eager: ours(OFF, '--eager'),
  disk: ours({ ...OFF, GRADLAB_CACHE: CACHE }),
  torch: torch(),
  'torch fused': torch('--fused'),
  'torch.compile': torch('--compile'),
  tfjs: packages('steps/tfjs_peer.mjs'),
  'jax-js': packages('steps/jax_peer.mjs'),
}

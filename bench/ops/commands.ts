// Who is measured in bench/ops: how each is started.
import { BENCH, type Command, TORCH_PYTHON } from '../contender.js'

const PACKAGES = `${BENCH}peers/ops/node_modules`
const node = process.execPath

export const COMMANDS = {
  ours: { program: node, args: ['ops/ours.mjs'] },
  'ours, plain SIMD': { program: node, args: ['ops/ours.mjs'], env: { GRADLAB_RELAXED_SIMD: '0' } },
  torch: { program: TORCH_PYTHON, args: ['ops/torch_peer.py'], needs: TORCH_PYTHON },
  tfjs: { program: node, args: ['ops/tfjs_peer.mjs'], needs: PACKAGES },
  'jax-js': { program: node, args: ['ops/jax_peer.mjs'], needs: PACKAGES },
} as const satisfies Record<string, Command>

export type ContenderName = keyof typeof COMMANDS

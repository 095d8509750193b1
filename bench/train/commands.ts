// Who is measured in bench/train: how each is started.
import { type Command, TORCH_PYTHON } from '../contender.js'

export const COMMANDS = {
  ours: { program: process.execPath, args: ['train/ours.mjs'] },
  torch: { program: TORCH_PYTHON, args: ['train/torch_peer.py'], needs: TORCH_PYTHON },
  'torch, fused': { program: TORCH_PYTHON, args: ['train/torch_peer.py', '--fused'], needs: TORCH_PYTHON },
} as const satisfies Record<string, Command>

export type ContenderName = keyof typeof COMMANDS

// Who is measured in bench/train: how each is started.
import { type Command, TORCH_PYTHON } from '../contender.js'

const torch = (...options: readonly string[]): Command => ({
  program: TORCH_PYTHON,
  args: ['train/torch_peer.py', ...options],
  needs: TORCH_PYTHON,
})

/** Ours, each with the goals that it has. */
export const OURS = ['eager', 'compiled'] as const
export const PEERS = ['torch', 'torch fused', 'torch.compile'] as const

export type OurName = (typeof OURS)[number]
export type PeerName = (typeof PEERS)[number]
export type ContenderName = OurName | PeerName

export const COMMANDS: Readonly<Record<ContenderName, Command>> = {
  eager: { program: process.execPath, args: ['train/ours.mjs'] },
  compiled: { program: process.execPath, args: ['train/ours.mjs', '--compiled'] },
  torch: torch(),
  'torch fused': torch('--fused'),
  'torch.compile': torch('--compile'),
}

// The public face of checkpoints: training runs in files.
export {
  type CheckpointContent,
  type CheckpointParts,
  hasCheckpoint,
  type LoadCheckpointOptions,
  type LoadedCheckpoint,
  loadCheckpoint,
  type Stateful,
  saveCheckpoint,
} from './checkpoint.js'
export { CheckpointError, type CheckpointErrorCode } from './errors.js'
export type { Plain } from './tree.js'

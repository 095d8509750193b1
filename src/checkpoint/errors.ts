// What can go wrong with a checkpoint: one class, a code for each kind of mistake.
import { GradlabError, type GradlabErrorOptions } from '../errors.js'
import { captureOutside } from '../tensor/call-site.js'

export type CheckpointErrorCode =
  | 'CHECKPOINT_MISSING' // there is no file
  | 'CHECKPOINT_FOREIGN' // a file that is no checkpoint
  | 'CHECKPOINT_DAMAGED' // a checkpoint whose bytes are not those that were written
  | 'CHECKPOINT_VERSION' // a checkpoint of a newer gradlab
  | 'CHECKPOINT_PART' // a part that cannot be saved, that the file does not hold, or of another kind
  | 'CHECKPOINT_VALUE' // a value that a file cannot hold

/**
 * A checkpoint that cannot be written or read: `code` says why. Nothing was changed then.
 *
 * @torch none
 */
export class CheckpointError extends GradlabError {
  declare readonly code: CheckpointErrorCode

  constructor(code: CheckpointErrorCode, message: string, options: GradlabErrorOptions = {}) {
    super(code, message, options)
    captureOutside(this)
  }
}

// What the operating system refuses, in words that help: a full disk, a folder that may not be written.

import { CommandError } from './exit.js'
import { isCode } from './files.js'

/** An error of the system as one with a next step; any other error as it is. */
export function explainSystemError(error: unknown): unknown {
  if (isCode(error, 'ENOSPC') || isCode(error, 'EDQUOT')) {
    return new CommandError('DISK_FULL', `The disk is full${placeOf(error)}.`, {
      cause: error,
      next: 'Free some space (`gradlab doctor` tells how much there is), then try again.',
    })
  }
  if (isCode(error, 'EACCES') || isCode(error, 'EPERM') || isCode(error, 'EROFS')) {
    return new CommandError('NOT_WRITABLE', `A file may not be written or read${placeOf(error)}.`, {
      cause: error,
      next: 'Give it to your user (it may have been made as root), then try again.',
    })
  }
  return error
}

function placeOf(error: unknown): string {
  return error instanceof Error && 'path' in error && typeof error.path === 'string' ? `: ${error.path}` : ''
}

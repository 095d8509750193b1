// The one error of this room: types cannot be had for now.
import { KernelError } from '../errors.js'

export const TYPES_UNAVAILABLE = 'TYPES_UNAVAILABLE'

/**
 * The language server could not start, died or did not answer. When `check` throws it, `document` is the cell's
 * document all the same: committed, its names have types as soon as a server lives again.
 */
export class TypesUnavailableError extends KernelError {
  document: string | undefined
}

export interface UnavailableOptions {
  readonly cause?: unknown
  readonly next?: string
}

export function typesUnavailable(message: string, options: UnavailableOptions = {}): TypesUnavailableError {
  return new TypesUnavailableError(TYPES_UNAVAILABLE, message, {
    next: 'Cells run unchecked; `gradlab doctor` looks for the reason.',
    ...options,
  })
}

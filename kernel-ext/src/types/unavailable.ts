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

/** The language server ended before it had answered: a new one may. */
export class ServerEndedError extends TypesUnavailableError {}

export interface UnavailableOptions {
  readonly cause?: unknown
  readonly next?: string
}

export function typesUnavailable(message: string, options: UnavailableOptions = {}): TypesUnavailableError {
  return new TypesUnavailableError(TYPES_UNAVAILABLE, message, { next: NEXT, ...options })
}

export function serverEnded(why: string): ServerEndedError {
  return new ServerEndedError(TYPES_UNAVAILABLE, `TypeScript's language server ended (${why}).`, { next: NEXT })
}

const NEXT = 'Cells run unchecked; `gradlab doctor` looks for the reason.'

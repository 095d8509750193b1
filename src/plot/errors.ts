// What goes wrong where something is to be drawn.
import { GradlabError } from '../errors.js'

/** BAD_DATA: there is nothing that could be drawn, or lengths do not fit. BAD_OPTION: an option outside of its range. */
export type PlotErrorCode = 'BAD_DATA' | 'BAD_OPTION'

/**
 * A figure that cannot be drawn: `code` says why.
 *
 * @torch none
 */
export class PlotError extends GradlabError {
  declare readonly code: PlotErrorCode
}

export function badData(where: string, problem: string, next: string): PlotError {
  return new PlotError('BAD_DATA', `${where}: ${problem}.`, { next })
}

export function badOption(where: string, problem: string, next: string): PlotError {
  return new PlotError('BAD_OPTION', `${where}: ${problem}.`, { next })
}

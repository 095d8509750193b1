// What can go wrong with data: one class, a code for each kind of mistake.
import { GradlabError } from '../errors.js'

export type DataErrorCode =
  | 'DATA_MISSING' // a file or package that is not there
  | 'DATA_HASH' // a file that is not what it should be
  | 'DATA_NODE' // files are read here, and there is no Node
  | 'DATA_FORMAT' // a file that breaks the rules of its format
  | 'DATA_OPTION' // an argument that is unknown or outside of its range
  | 'DATA_INDEX' // an example that the data set does not have
  | 'DATA_SHAPE' // tensors or examples that do not fit each other
  | 'DATA_ASYNC' // an asynchronous data set, read by a loop that does not wait

/**
 * A data set that is missing, damaged or used in a way that it does not offer: `code` says which.
 *
 * @torch none
 */
export class DataError extends GradlabError {
  declare readonly code: DataErrorCode
}

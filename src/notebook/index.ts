// The public face of `gradlab/notebook`: read, validate, run and write notebooks.
export { CellError, type CellErrorKind } from './cell-error.js'
export { NotebookError, type NotebookErrorCode } from './errors.js'
export { type CellProgress, type ExecuteOptions, executeNotebook, type NotebookRun } from './execute.js'
export type {
  Attachments,
  Cell,
  CodeCell,
  DisplayData,
  ErrorOutput,
  ExecuteResult,
  Json,
  JsonObject,
  MarkdownCell,
  MimeBundle,
  Notebook,
  Output,
  RawCell,
  StreamOutput,
} from './format.js'
export { KernelStartError } from './kernel.js'
export { parseNotebook, readNotebook } from './read.js'
export { formatNotebook, writeNotebook } from './write.js'

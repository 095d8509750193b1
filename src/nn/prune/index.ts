// The public face of `nn.prune`: weights that are taken away.
export {
  customFromMask,
  type GlobalOptions,
  globalUnstructured,
  type ImportanceOptions,
  identity,
  isPruned,
  l1Unstructured,
  lnStructured,
  type RandomPruneOptions,
  randomUnstructured,
  remove,
  type StructuredOptions,
} from './choose.js'
export { type Place, weightsOf } from './mask.js'
export { SparsityReport, type SparsityRow, sparsity } from './report.js'
export { rewind } from './rewind.js'

// `data.metrics`: how good a model is, in numbers that people compare. Functions take all examples at once; classes take them batch by batch.
export { Bleu, type BleuOptions, bleu } from './bleu.js'
export { type CalibrationBin, CalibrationError, type CalibrationOptions, calibrationError } from './calibration.js'
export type { Classes, Predictions } from './classes.js'
export {
  type Average,
  type AverageOptions,
  accuracy,
  type ClassFigures,
  ConfusionMatrix,
  type ConfusionMatrixOptions,
  classReport,
  confusionMatrix,
  f1,
  precision,
  recall,
  type Tally,
  topKAccuracy,
} from './classification.js'
export { Perplexity, type PerplexityOptions, perplexity } from './perplexity.js'

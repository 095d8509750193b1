// The public face of `gradlab/data`: data sets for lessons.
export { type BytePairJson, type BytePairOptions, BytePairTokenizer } from './byte-pair.js'
export { CharacterTokenizer } from './characters.js'
export { collate } from './collate.js'
export { type CsvOptions, csv } from './csv.js'
export { type Batch, type Dataset, type Sample, TensorDataset } from './dataset.js'
export { DataError, type DataErrorCode } from './errors.js'
export { type ImageMode, type ImageOptions, image, pngBytes, writeImage } from './image.js'
export { type ImageFile, ImageFolder, type ImageFolderOptions, imageFolder } from './image-folder.js'
export { DataLoader, type DataLoaderOptions, type LoaderState } from './loader.js'
export * as metrics from './metrics/index.js'
export { type MnistOptions, mnist } from './mnist.js'
export { mobyDick } from './moby-dick.js'
export { npyBytes, type ReadNpyOptions, type ReadNpzOptions, readNpy, readNpz, writeNpy } from './npy.js'
export {
  PenguinDataset,
  type PenguinDatasetOptions,
  type PenguinFeature,
  penguinDataset,
} from './penguin-dataset.js'
export {
  type CompletePenguin,
  type Island,
  type Penguin,
  type PenguinOptions,
  penguins,
  type Sex,
  type Species,
} from './penguins.js'
export { type PhotographName, photograph } from './photographs.js'
export {
  openSafetensors,
  type ReadSafetensorsOptions,
  readSafetensors,
  type SafetensorsEntry,
  SafetensorsFile,
  safetensorsBytes,
  type WideIntegers,
  type WriteSafetensorsOptions,
  writeSafetensors,
} from './safetensors.js'
export { type Email, type EmailGroup, type SpamAssassinOptions, spamAssassin } from './spam-assassin.js'
export {
  ConcatDataset,
  type Fold,
  type KFoldOptions,
  kFold,
  randomSplit,
  type SplitOptions,
  Subset,
} from './split.js'
export {
  type BlobsOptions,
  blobs,
  type CirclesOptions,
  circles,
  type LabelledPoints,
  moons,
  type NoiseOptions,
  type SpiralsOptions,
  spirals,
  type TwoSineOptions,
  twoSine,
} from './synthetic.js'
export {
  type ColumnType,
  type CsvValue,
  Table,
  type TableTensors,
  type TableTensorsOptions,
} from './table.js'
export { type ToneOptions, tone, type Wave } from './tone.js'
export * as transforms from './transforms/index.js'
export { Windows, type WindowsOptions } from './windows.js'

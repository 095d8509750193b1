// `data.transforms`: examples changed in ways that leave their meaning, so that a model sees more of the world than was collected.
// Each is a function; random ones take a generator, and draw for each image of a batch.
export { addNoise, gain, type NoiseOptions, pitchShift, type StretchOptions, timeStretch } from './audio.js'
export {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  type ColorJitterOptions,
  colorJitter,
  type GrayscaleOptions,
  grayscale,
  normalize,
} from './colour.js'
export { compose, type Transform, type TransformOptions } from './compose.js'
export {
  centerCrop,
  horizontalFlip,
  type RandomCropOptions,
  type RandomFlipOptions,
  type RandomResizedCropOptions,
  type ResizeOptions,
  randomCrop,
  randomHorizontalFlip,
  randomResizedCrop,
  randomVerticalFlip,
  resize,
  verticalFlip,
} from './crops.js'
export { cutmix, type Mixed, type MixOptions, mixup, type RandomErasingOptions, randomErasing } from './mixing.js'
export {
  type DeletionOptions,
  randomDeletion,
  randomSwap,
  type SwapOptions,
  type SynonymOptions,
  synonymReplacement,
} from './text.js'
export {
  type AffineOptions,
  affine,
  type RandomAffineOptions,
  randomAffine,
  randomRotation,
  rotate,
  type WarpOptions,
} from './warp.js'

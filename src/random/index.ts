// The random room's door.
import './methods.js'

export type { RandomOptions } from './draw.js'
export { defaultGenerator, Generator, manualSeed, type RandomState } from './generator.js'
export { normal, type RandintOptions, rand, randint, randn, randperm, type SpreadOptions, uniform } from './make.js'
export {
  bernoulli,
  type GeneratorOption,
  type MultinomialOptions,
  multinomial,
  randintLike,
  randLike,
  randnLike,
} from './sample.js'

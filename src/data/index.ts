// The public face of `gradlab/data`: data sets for lessons.
export { DataError } from './hashed.js'
export {
  type CompletePenguin,
  type Island,
  type Penguin,
  type PenguinOptions,
  penguins,
  type Sex,
  type Species,
} from './penguins.js'

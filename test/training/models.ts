// The models that the tests train and the benchmarks measure.
import { manualSeed, nn, randn, type Tensor } from '#src/index.js'

/** A layer between each two widths, ReLU between the layers. */
function perceptron(...widths: readonly number[]): nn.Sequential {
  const layers = widths
    .slice(1)
    .flatMap((out, i): nn.Layer[] => [...(i > 0 ? [new nn.ReLU()] : []), new nn.Linear(widths[i] as number, out)])
  return new nn.Sequential(...layers)
}

// Each model can be made several times as wide: benchmarks measure how cost grows.

/** 16-32-32-4: so small that nothing counts but what a call costs. */
export const tiny = (width = 1): nn.Sequential => perceptron(16, 32 * width, 32 * width, 4)

/** 784-256-128-10: a row of pixels to ten digits. */
export const mlp = (width = 1): nn.Sequential => perceptron(784, 256 * width, 128 * width, 10)

/** Two 3 x 3 convolutions of 16 and 32 channels, each with a 2 x 2 pool: [N, 1, 28, 28] to ten digits. */
export const conv = (width = 1): nn.Sequential =>
  new nn.Sequential(
    new nn.Conv2d(1, 16 * width, 3),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(16 * width, 32 * width, 3),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(800 * width, 10),
  )

/** conv-norm-relu-conv-norm around which x goes, then ReLU. */
const residual = (channels: number): nn.Residual => {
  const conv = (): nn.Conv2d => new nn.Conv2d(channels, channels, 3, { padding: 1 })
  const norm = (): nn.BatchNorm2d => new nn.BatchNorm2d(channels)
  return new nn.Residual(new nn.Sequential(conv(), norm(), new nn.ReLU(), conv(), norm()), {
    activation: new nn.ReLU(),
  })
}

/** A stem, three residual blocks of 16 channels, the mean of each channel: [N, 3, 16, 16] to ten classes. */
export const resnet = (width = 1): nn.Sequential => {
  const channels = 16 * width
  return new nn.Sequential(
    new nn.Conv2d(3, channels, 3, { padding: 1 }),
    new nn.BatchNorm2d(channels),
    new nn.ReLU(),
    residual(channels),
    residual(channels),
    residual(channels),
    new nn.AdaptiveAvgPool2d(1),
    new nn.Flatten(),
    new nn.Linear(channels, 10),
  )
}

export interface TransformerSizes {
  readonly vocabSize: number
  readonly contextLength: number
  readonly dim?: number
  readonly heads?: number
  readonly layers?: number
}

/** A decoder of pre-norm blocks with learned positions and a head without bias: tokens [N, T] to scores [N, T, V] of the next ones. */
export class Transformer extends nn.Module {
  readonly contextLength: number
  readonly embed: nn.Embedding
  readonly positions: nn.Parameter
  readonly blocks: readonly nn.DecoderBlock[]
  readonly norm: nn.LayerNorm
  readonly head: nn.Linear

  constructor({ vocabSize, contextLength, dim = 64, heads = 4, layers = 2 }: TransformerSizes) {
    super()
    this.contextLength = contextLength
    this.embed = nn.Embedding.fromPretrained(randn([vocabSize, dim]).mul(0.02), { freeze: false })
    this.positions = new nn.Parameter(randn([contextLength, dim]).mul(0.02))
    this.blocks = Array.from({ length: layers }, () => new nn.DecoderBlock(dim, heads))
    this.norm = new nn.LayerNorm(dim)
    this.head = new nn.Linear(dim, vocabSize, { bias: false })
  }

  override forward(tokens: Tensor): Tensor {
    const length = tokens.shape[1] as number
    const start = this.embed.forward(tokens).add(this.positions.at([0, length]))
    const end = this.blocks.reduce((x, block) => block.forward(x), start)
    return this.head.forward(this.norm.forward(end))
  }
}

/** A model with the first values of a seed. */
export function seeded<M extends nn.Module>(seed: number, make: () => M): M {
  manualSeed(seed)
  return make()
}

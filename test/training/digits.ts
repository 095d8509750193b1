// Training on the 60,000 digits of MNIST, and the test on 10,000 others.
import { compile, data, F, type nn, noGrad, optim, type Tensor } from '#src/index.js'

export interface DigitsOptions {
  readonly epochs: number
  readonly batchSize: number
  readonly maxLr: number
  /** Whether the step is made one program. False. */
  readonly compiled?: boolean
  /** Sees the accuracy after each epoch. */
  readonly onEpoch?: (epoch: number, accuracy: number) => void
}

/** Trains by Adam with a one-cycle rate; returns the accuracy on the test digits. `shape` is that of one digit for the model. */
export function trainDigits(model: nn.Layer, shape: readonly number[], options: DigitsOptions): number {
  const { epochs, batchSize, maxLr, compiled = false, onEpoch } = options
  const loader = new data.DataLoader(data.mnist({ normalize: true }), { batchSize, shuffle: true })
  const test = data.mnist({ split: 'test', normalize: true })
  const optimizer = new optim.Adam(model.parameters())
  const schedule = new optim.OneCycleLR(optimizer, { maxLr, epochs, stepsPerEpoch: loader.length })
  const plain = (images: Tensor, labels: Tensor): void => {
    const loss = F.crossEntropy(model.forward(images.reshape([-1, ...shape])), labels)
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
  }
  const step = compiled ? compile(plain) : plain
  let accuracy = 0
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (const [images, labels] of loader) {
      step(images, labels)
      schedule.step()
    }
    accuracy = accuracyOf(model, shape, test)
    onEpoch?.(epoch, accuracy)
  }
  return accuracy
}

/** Share of the digits that the model names right. */
export function accuracyOf(
  model: nn.Layer,
  shape: readonly number[],
  digits: data.TensorDataset<[Tensor, Tensor]>,
): number {
  let right = 0
  noGrad(() => {
    for (const [images, labels] of new data.DataLoader(digits, { batchSize: 1000 })) {
      right += model
        .forward(images.reshape([-1, ...shape]))
        .argmax(1)
        .eq(labels)
        .sum()
        .item()
    }
  })
  return right / digits.length
}

// Spam or ham: emails -> byte pairs -> a bag of embeddings -> a linear classifier.
import { data, F, manualSeed, nn, noGrad, optim, type Tensor, tensor } from '#src/index.js'

export interface SpamRun {
  readonly vocabSize: number
  /** Tokens of an email that are read: the first ones. */
  readonly length: number
  readonly epochs: number
  readonly seed: number
}

/** The mean of the tokens' vectors, and a linear map: fast, and good at topics (Joulin et al. 2017, fastText). */
class BagClassifier extends nn.Module {
  readonly embedding: nn.Embedding
  readonly linear: nn.Linear
  readonly padding: number

  constructor(vocabSize: number, width: number) {
    super()
    this.padding = vocabSize
    this.embedding = new nn.Embedding(vocabSize + 1, width, { paddingIdx: vocabSize })
    this.linear = new nn.Linear(width, 2)
  }

  /** tokens [B, T] int32, filled up with `padding` -> logits [B, 2]. */
  forward(tokens: Tensor): Tensor {
    const counts = tokens.ne(this.padding).sum(1, { keepdim: true }).clamp({ min: 1 })
    return this.linear.forward(this.embedding.forward(tokens).sum(1).div(counts))
  }
}

/** Of the test emails: the share that is told right, and the F1 of spam. */
export function trainSpam({ vocabSize, length, epochs, seed }: SpamRun): { accuracy: number; f1: number } {
  manualSeed(seed)
  const emails = data.spamAssassin({ split: 'train' })
  const tokenizer = data.BytePairTokenizer.train(emails.map(textOf), vocabSize)
  const model = new BagClassifier(vocabSize, 32)
  const train = examples(emails, tokenizer, length, model.padding)
  const loader = new data.DataLoader(train, { batchSize: 64, shuffle: true })
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2 })
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const [tokens, labels] of loader) {
      const loss = F.crossEntropy(model.forward(tokens), labels)
      optimizer.zeroGrad()
      loss.backward()
      optimizer.step()
    }
  }
  const test = examples(data.spamAssassin({ split: 'test' }), tokenizer, length, model.padding)
  const [tokens, labels] = test.tensors
  const guesses = noGrad(() => model.forward(tokens)).argmax(1)
  return {
    accuracy: data.metrics.accuracy(guesses, labels),
    f1: data.metrics.f1(guesses, labels),
  }
}

/** Without headers, which tell where an email was collected. */
const textOf = ({ subject, body }: data.Email): string => `${subject}\n${body.slice(0, 4000)}`

function examples(
  emails: readonly data.Email[],
  tokenizer: data.BytePairTokenizer,
  length: number,
  padding: number,
): data.TensorDataset<[Tensor, Tensor]> {
  const rows = emails.map(email => {
    const tokens = Array.from(tokenizer.encode(textOf(email)).data() as Int32Array).slice(0, length)
    return [...tokens, ...Array<number>(length - tokens.length).fill(padding)]
  })
  const labels = emails.map(({ label }) => label)
  return new data.TensorDataset(tensor(rows, { dtype: 'int32' }), tensor(labels, { dtype: 'int32' }))
}

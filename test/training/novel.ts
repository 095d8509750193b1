// Training on the characters of Moby-Dick: the first nine tenths to learn from, the last to test with.
import { compile, data, F, manualSeed, nn, noGrad, optim, type Tensor } from '#src/index.js'
import { Transformer } from './models.js'

export interface NovelOptions {
  readonly steps: number
  readonly batchSize: number
  readonly maxLr: number
  readonly seed: number
  /** Whether the step is made one program. False. */
  readonly compiled?: boolean
  /** How many windows of the last tenth are tested with. All. */
  readonly heldOutWindows?: number
  readonly onProgress?: (step: number, loss: number) => void
}

export interface Novel {
  /** Mean cross entropy of a character of the last tenth, in nats. */
  readonly heldOutLoss: number
  /** What the model writes after 'Call me Ishmael.' */
  readonly sample: string
  readonly seconds: number
}

const CONTEXT = 64
const SAMPLE = 300

/** Trains the small transformer by AdamW with warmup and cosine. */
export function trainNovel(options: NovelOptions): Novel {
  const { steps, batchSize, maxLr, seed, compiled = false, heldOutWindows, onProgress } = options
  manualSeed(seed)
  const text = data.mobyDick()
  const letters = new data.CharacterTokenizer(text)
  const { learned, held } = parts(letters.encode(text))
  const model = new Transformer({ vocabSize: letters.vocabSize, contextLength: CONTEXT })
  const optimizer = new optim.AdamW(model.parameters(), { lr: maxLr, betas: [0.9, 0.99] })
  const schedule = optim.warmupCosine(optimizer, { warmup: Math.min(100, steps / 10), total: steps, floor: 0.1 })
  const loader = new data.DataLoader(learned, { batchSize, shuffle: true, dropLast: true })
  const plain = (tokens: Tensor, next: Tensor): Tensor => {
    const loss = lossOf(model, tokens, next)
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
    return loss
  }
  const train = compiled ? compile(plain) : plain
  const start = performance.now()
  let step = 0
  for (const [tokens, next] of loader) {
    const loss = train(tokens, next)
    schedule.step()
    step++
    if (onProgress !== undefined && step % 100 === 0) onProgress(step, loss.item())
    if (step === steps) break
  }
  const seconds = (performance.now() - start) / 1000
  const prompt = 'Call me Ishmael.'
  const written = nn.generate(model, letters.encode(prompt), {
    maxNewTokens: SAMPLE,
    temperature: 0.8,
    contextLength: CONTEXT,
  })
  return { heldOutLoss: heldOutLoss(model, held, heldOutWindows), sample: letters.decode(written), seconds }
}

function parts(tokens: Tensor): { learned: data.Windows; held: data.Windows } {
  const count = tokens.size
  const cut = Math.floor(0.9 * count)
  return {
    learned: new data.Windows(tokens.at([0, cut]), CONTEXT),
    held: new data.Windows(tokens.at([cut, count]), CONTEXT, { stride: CONTEXT }),
  }
}

function lossOf(model: Transformer, tokens: Tensor, next: Tensor): Tensor {
  const scores = model.forward(tokens)
  return F.crossEntropy(scores.reshape([-1, scores.shape[2] as number]), next.reshape([-1]))
}

/** Over windows of the part, one after the other. */
function heldOutLoss(model: Transformer, held: data.Windows, limit = held.length): number {
  const windows = new data.Subset(
    held,
    Array.from({ length: limit }, (_, i) => i),
  )
  let total = 0
  noGrad(() => {
    for (const [tokens, next] of new data.DataLoader(windows, { batchSize: 64 })) {
      total += lossOf(model, tokens, next).item() * (tokens.shape[0] as number)
    }
  })
  return total / limit
}

// Letting a language model write: one token after the other, each drawn by the odds that the model gives.
import { noGrad } from '../autograd/index.js'
import { type Generator, multinomial } from '../random/index.js'
import { shapeText, TensorError } from '../tensor/errors.js'
import { cat } from '../tensor/join.js'
import { where } from '../tensor/ops/choose.js'
import { needTensor } from '../tensor/ops/operand.js'
import { known, optionNames } from '../tensor/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { ModuleError } from './errors.js'
import type { Module } from './module.js'
import { needRange, needSize } from './sizes.js'

/** A model that gives logits [N, T, vocabulary] for tokens [N, T]; row t says what comes after token t. */
export type LanguageModel = Module & { forward(tokens: Tensor): Tensor }

export interface GenerateOptions {
  /** How many tokens are written. */
  readonly maxNewTokens: number
  /** Logits are divided by it: below 1 bolder, above 1 wilder; 0 takes the likeliest token each time. 1. */
  readonly temperature?: number | undefined
  /** Only the so many likeliest tokens are drawn from (Fan et al. 2018). All. */
  readonly topK?: number | undefined
  /** Only the likeliest tokens that together have this probability are drawn from (Holtzman et al. 2020): the nucleus. 1. */
  readonly topP?: number | undefined
  /** How many tokens the model may see; earlier ones are cut off. All. */
  readonly contextLength?: number | undefined
  /** Where tokens are drawn from. The default generator. */
  readonly generator?: Generator | undefined
  /** Sees each token as it is written: int32 [N]. Returning false ends the text. */
  readonly onToken?: ((token: Tensor, index: number) => unknown) | undefined
}

const GENERATE_OPTIONS = optionNames<GenerateOptions>()(
  'maxNewTokens temperature topK topP contextLength generator onToken',
)

/**
 * Continues a prompt: p = softmax(logits / temperature) among the tokens that topK and topP leave, one token is drawn, and the model reads on.
 *
 * prompt int32 [N, T] or [T], T at least 1 -> int32 [N, T + written] or [T + written]. Nothing is recorded for backward. The model is put into
 * eval mode and back into the modes that it had, also when something throws. The same seed and prompt write the same text. Throws BAD_OPTION for
 * options out of range, BAD_SHAPE for an empty prompt or for logits of another shape, BAD_DTYPE for a prompt that is not int32.
 *
 * @example
 * class Next extends nn.Module {
 *   override forward(tokens: Tensor): Tensor {
 *     return oneHot(tokens.add(1).remainder(5), 5).float() // after t comes t + 1
 *   }
 * }
 * nn.generate(new Next(), tensor([2], { dtype: 'int32' }), { maxNewTokens: 4, temperature: 0 }) // tensor([2, 3, 4, 0, 1])
 * @torch none
 */
export function generate(model: LanguageModel, prompt: Tensor, options: GenerateOptions): Tensor {
  known('generate', options, GENERATE_OPTIONS)
  needTensor('generate', prompt)
  check(prompt, options)
  const batch = prompt.ndim === 1 ? prompt.unsqueeze(0) : prompt
  const written = inEvalMode(model, () => noGrad(() => write(model, batch, options)))
  return prompt.ndim === 1 ? written.squeeze(0) : written
}

function write(model: LanguageModel, prompt: Tensor, options: GenerateOptions): Tensor {
  const { maxNewTokens, contextLength = Number.POSITIVE_INFINITY, onToken } = options
  let tokens = prompt
  for (let i = 0; i < maxNewTokens; i++) {
    const length = tokens.shape[1] as number
    const seen = Math.min(length, contextLength)
    const logits = model.forward(tokens.narrow(1, length - seen, seen))
    const next = pick(lastOf(logits, tokens, seen), options)
    tokens = cat([tokens, next.unsqueeze(1)], 1)
    if (onToken?.(next, i) === false) break
  }
  return tokens
}

/** The logits of what comes next: [N, vocabulary]. */
function lastOf(logits: Tensor, tokens: Tensor, seen: number): Tensor {
  const { shape } = logits
  if (shape.length === 3 && shape[0] === tokens.shape[0] && shape[1] === seen) return logits.select(1, -1)
  throw new TensorError(
    'BAD_SHAPE',
    `generate: the model must give logits [${tokens.shape[0]}, ${seen}, vocabulary]; it gave ${shapeText(shape)}.`,
    { next: 'Its forward takes tokens [N, T] and returns a row of logits for each.' },
  )
}

/** One token a row, int32 [N]. */
function pick(logits: Tensor, { temperature = 1, topK, topP = 1, generator }: GenerateOptions): Tensor {
  if (temperature === 0) return logits.argmax(1)
  let kept = logits.div(temperature)
  if (topK !== undefined) kept = likeliest(kept, topK)
  if (topP < 1) kept = nucleus(kept, topP)
  return multinomial(kept.softmax(-1), 1, { generator }).squeeze(1)
}

/** All but the k greatest logits of a row become -Infinity; equals of the last stay. */
function likeliest(logits: Tensor, k: number): Tensor {
  const least = logits
    .topk(Math.min(k, logits.shape[1] as number))
    .values.select(1, -1)
    .unsqueeze(1)
  return where(logits.ge(least), logits, Number.NEGATIVE_INFINITY)
}

/** Keeps the likeliest tokens until they have probability p: a token falls out where those above it have it already. */
function nucleus(logits: Tensor, p: number): Tensor {
  const order = logits.argsort(-1, { descending: true })
  const sorted = logits.takeAlongDim(order, -1)
  const odds = sorted.softmax(-1)
  const above = odds.cumsum(-1).sub(odds)
  const kept = where(above.lt(p), sorted, Number.NEGATIVE_INFINITY)
  return kept.takeAlongDim(order.argsort(-1), -1)
}

/** Runs `f` with dropout and the like switched off; each module gets back the mode that it had. */
function inEvalMode<T>(model: Module, f: () => T): T {
  const modes = model.modules().map(module => [module, module.training] as const)
  model.eval()
  try {
    return f()
  } finally {
    for (const [module, training] of modes) module.training = training
  }
}

function check(
  prompt: Tensor,
  { maxNewTokens, temperature = 1, topK, topP = 1, contextLength }: GenerateOptions,
): void {
  needSize('generate', 'maxNewTokens', maxNewTokens, 0)
  needRange('generate', 'temperature', temperature, 0, Number.MAX_VALUE)
  needRange('generate', 'topP', topP, 0, 1)
  if (topP === 0)
    throw new ModuleError('BAD_OPTION', 'generate: topP must be above 0.', {
      next: 'For the likeliest token alone give temperature 0.',
    })
  if (topK !== undefined) needSize('generate', 'topK', topK)
  if (contextLength !== undefined) needSize('generate', 'contextLength', contextLength)
  if (prompt.dtype !== 'int32') {
    throw new TensorError(
      'BAD_DTYPE',
      `generate: the prompt holds tokens, so it must be int32; it is ${prompt.dtype}.`,
      {
        next: "Give { dtype: 'int32' } where it is made.",
      },
    )
  }
  if ((prompt.ndim !== 1 && prompt.ndim !== 2) || prompt.shape.at(-1) === 0) {
    throw new TensorError(
      'BAD_SHAPE',
      `generate: the prompt must be [N, T] or [T] with a token; it is ${shapeText(prompt.shape)}.`,
      {
        next: 'Begin with at least one token, for example that of a line break.',
      },
    )
  }
}

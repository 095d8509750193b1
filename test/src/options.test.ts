// Options that do not exist: whoever takes options says so, and says which was meant.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import {
  compile,
  cosineSimilarity,
  data,
  F,
  loadCheckpoint,
  manualSeed,
  maxPool2d,
  nn,
  OptionError,
  ones,
  optim,
  rand,
  softplus,
  tensor,
  zeros,
} from '#src/index.js'
import { raises } from './raises.js'

const SOURCES = new URL('../../../src/', import.meta.url)

/** Interfaces of options that need no list of their own names, and why. */
const NO_LIST: Readonly<Record<string, string>> = {
  LayerOptions: 'part of others',
  GroupOptions: 'part of others',
  AttendOptions: 'internal',
}

const w = (): nn.Parameter => new nn.Parameter(ones([2, 2]))
const sgd = (): optim.SGD => new optim.SGD([w()], { lr: 0.1, momentum: 0.9 })
const tokens = tensor([[1, 2]], { dtype: 'int32' })

/** Calls with a name that does not exist, and the one that was meant. */
const MISSPELT: readonly (readonly [name: string, call: (misspelt: never) => unknown, wrong: string, meant: string])[] =
  [
    ['Linear', o => new nn.Linear(2, 2, o), 'baias', 'bias'],
    ['Conv2d', o => new nn.Conv2d(1, 2, 3, o), 'pading', 'padding'],
    ['Conv1d', o => new nn.Conv1d(1, 2, 3, o), 'padding_mode', 'paddingMode'],
    ['MaxPool2d', o => new nn.MaxPool2d(2, o), 'strides', 'stride'],
    ['Embedding', o => new nn.Embedding(3, 2, o), 'padding_idx', 'paddingIdx'],
    ['Embedding.fromPretrained', o => nn.Embedding.fromPretrained(zeros([2, 2]), o), 'freze', 'freeze'],
    ['BatchNorm1d', o => new nn.BatchNorm1d(2, o), 'momentun', 'momentum'],
    ['BatchNorm2d', o => new nn.BatchNorm2d(2, o), 'track_running_stats', 'trackRunningStats'],
    ['LayerNorm', o => new nn.LayerNorm(2, o), 'Eps', 'eps'],
    ['RMSNorm', o => new nn.RMSNorm(2, o), 'epss', 'eps'],
    ['Dropout', o => new nn.Dropout(0.5, o), 'generater', 'generator'],
    ['LSTM', o => new nn.LSTM(2, 2, o), 'num_layers', 'numLayers'],
    ['GRUCell', o => new nn.GRUCell(2, 2, o), 'bais', 'bias'],
    ['MultiheadAttention', o => new nn.MultiheadAttention(2, 1, o), 'batchfirst', 'batchFirst'],
    [
      'MultiheadAttention',
      o => new nn.MultiheadAttention(2, 1).forward(ones([1, 1, 2]), ones([1, 1, 2]), ones([1, 1, 2]), o),
      'is_causal',
      'isCausal',
    ],
    ['TransformerEncoderLayer', o => new nn.TransformerEncoderLayer(2, 1, o), 'norm_first', 'normFirst'],
    ['TransformerEncoderLayer', o => new nn.TransformerEncoderLayer(2, 1).forward(ones([1, 1, 2]), o), 'causal', ''],
    ['DecoderBlock', o => new nn.DecoderBlock(4, 2, o), 'kvheads', 'kvHeads'],
    ['LeakyReLU', o => new nn.LeakyReLU(o), 'negative_slope', 'negativeSlope'],
    ['RReLU', o => new nn.RReLU(o), 'uper', 'upper'],
    ['glu', o => F.glu(ones([2]), o), 'dims', 'dim'],
    ['CrossEntropyLoss', o => new nn.CrossEntropyLoss(o), 'label_smoothing', 'labelSmoothing'],
    ['crossEntropy', o => F.crossEntropy(ones([1, 3]), tensor([0], { dtype: 'int32' }), o), 'weigth', 'weight'],
    ['HuberLoss', o => new nn.HuberLoss(o), 'delt', 'delta'],
    ['BCEWithLogitsLoss', o => new nn.BCEWithLogitsLoss(o), 'pos_weight', 'posWeight'],
    ['klDiv', o => F.klDiv(ones([1, 2]), ones([1, 2]), o), 'log_target', 'logTarget'],
    ['sigmoidFocalLoss', o => F.sigmoidFocalLoss(ones([2]), ones([2]), o), 'gama', 'gamma'],
    ['infoNCE', o => F.infoNCE(ones([2, 2]), ones([2, 2]), o), 'temprature', 'temperature'],
    ['mseLoss', o => F.mseLoss(ones([1]), ones([1]), o), 'reduce', ''],
    ['layerNorm', o => F.layerNorm(ones([2]), [2], o), 'weigths', 'weight'],
    ['dropout', o => F.dropout(ones([2]), 0.5, o), 'train', ''],
    [
      'scaledDotProductAttention',
      o => F.scaledDotProductAttention(ones([1, 2]), ones([1, 2]), ones([1, 2]), o),
      'isCasual',
      'isCausal',
    ],
    ['generate', o => nn.generate({ forward: () => ones([1, 2, 3]) } as never, tokens, o), 'topk', 'topK'],
    ['conv2d', o => F.conv2d(ones([1, 3, 3]), ones([1, 1, 2, 2]), null, o), 'pading', 'padding'],
    ['maxPool2d', o => maxPool2d(ones([1, 4, 4]), 2, o), 'ceil_mode', 'ceilMode'],
    ['gelu', o => ones([1]).gelu(o), 'aproximate', 'approximate'],
    ['softplus', o => softplus(ones([1]), o), 'bata', 'beta'],
    ['cosineSimilarity', o => cosineSimilarity(ones([1, 2]), ones([1, 2]), o), 'axis', ''],
    ['compile', o => compile(() => ones([1]), o), 'max_traces', 'maxTraces'],
    ['loadCheckpoint', o => loadCheckpoint('none.ckpt', {}, o), 'rondom', 'random'],
    ['kaimingNormal_', o => nn.init.kaimingNormal_(w(), o), 'non_linearity', 'nonlinearity'],
    ['globalUnstructured', o => nn.prune.globalUnstructured(new nn.Linear(2, 2), 0.5, o), 'methods', 'method'],
    ['l2Penalty', o => nn.l2Penalty([w()], 1, o), 'weightOnly', 'weightsOnly'],
    ['loadStateDict', o => new nn.Linear(1, 1).loadStateDict({}, o), 'strikt', 'strict'],
    ['to', o => new nn.Linear(1, 1).to(o), 'dtyp', 'dtype'],
    ['Parameter', o => new nn.Parameter(ones([1]), o), 'requires_grad', 'requiresGrad'],
    ['SGD', o => new optim.SGD([w()], o), 'momentun', 'momentum'],
    ['AdamW', o => new optim.AdamW([w()], o), 'weight_decay', 'weightDecay'],
    ['Lion', o => new optim.Lion([w()], o), 'beta', 'betas'],
    ['SGD', o => new optim.SGD([Object.assign({ params: [w()] }, o)], { lr: 1 }), 'weightdecay', 'weightDecay'],
    ['clipGradNorm', o => optim.clipGradNorm([w()], 1, o), 'norm_type', 'normType'],
    ['EMA', o => new optim.EMA(new nn.Linear(1, 1), o), 'dekay', 'decay'],
    ['StepLR', o => new optim.StepLR(sgd(), 2, o), 'gama', 'gamma'],
    ['CosineAnnealingLR', o => new optim.CosineAnnealingLR(sgd(), 2, o), 'eta_min', 'etaMin'],
    ['warmupCosine', o => optim.warmupCosine(sgd(), o), 'warm_up', 'warmup'],
    ['OneCycleLR', o => new optim.OneCycleLR(sgd(), o), 'max_lr', 'maxLr'],
    ['ReduceLROnPlateau', o => new optim.ReduceLROnPlateau(sgd(), o), 'pacience', 'patience'],
    ['GradScaler', o => new optim.GradScaler(o), 'init_scale', 'initScale'],
    ['DataLoader', o => new data.DataLoader([1, 2] as never, o), 'batch_size', 'batchSize'],
    ['randomCrop', o => data.transforms.randomCrop(rand([1, 4, 4]), 2, o), 'pad', ''],
    ['f1', o => data.metrics.f1(tokens, tokens, o), 'avarage', 'average'],
  ]

describe('an option that does not exist', () => {
  beforeEach(() => manualSeed(0))

  for (const [name, call, wrong, meant] of MISSPELT) {
    it(`${name} { ${wrong} } is refused${meant === '' ? '' : `, and ${meant} named`}`, () => {
      const words = [
        `${name}: there is no option '${wrong}'.`,
        'There are: ',
        ...(meant === '' ? [] : [`Did you mean '${meant}'?`]),
      ]
      raises(() => call({ [wrong]: undefined } as never), 'BAD_OPTION', ...words)
    })
  }

  it('is an OptionError, which names the line of the caller', () => {
    try {
      new nn.Linear(2, 2, { baias: true } as never)
      assert.fail('took it')
    } catch (error) {
      assert.ok(error instanceof OptionError)
      assert.match(error.stack?.split('\n')[1] ?? '', /options\.test/)
    }
  })

  it('offers nothing where nothing is near', () => {
    assert.throws(
      () => new nn.Linear(2, 2, { colour: 1 } as never),
      (error: Error) => !error.message.includes('Did you mean'),
    )
    assert.throws(
      () => new nn.Conv2d(1, 1, 1, { k: 1 } as never),
      (error: Error) => !error.message.includes('Did you mean'),
    )
  })
})

describe('options that stand in no object', () => {
  it('are refused, as PyTorch would take them by their places', () => {
    raises(
      () => new nn.Linear(2, 2, false as never),
      'BAD_OPTION',
      'Linear: expected an object of options, got false',
      '{ bias: ... }',
    )
    raises(() => new nn.Conv2d(1, 2, 3, 2 as never), 'BAD_OPTION', 'got 2', 'stride, padding')
    raises(() => new optim.SGD([w()], 0.1 as never), 'BAD_OPTION', 'SGD', 'got 0.1', 'lr, momentum')
    raises(() => new nn.Linear(2, 2, null as never), 'BAD_OPTION', 'got null')
    raises(() => F.mseLoss(ones([1]), ones([1]), 'sum' as never), 'BAD_OPTION', "got 'sum'", 'reduction')
    raises(() => new nn.MaxPool2d(2, [1, 1] as never), 'BAD_OPTION', 'got a list')
    raises(
      () => F.crossEntropy(ones([1, 2]), tensor([0], { dtype: 'int32' }), ones([2]) as never),
      'BAD_OPTION',
      'got a tensor',
    )
  })
})

describe('an option that is undefined', () => {
  it('is its default', () => {
    const unset = { lr: undefined, weightDecay: undefined, momentum: undefined } as never
    assert.equal(new optim.SGD([w()], unset).paramGroups[0]?.lr, 1e-3)
    assert.equal(new optim.AdamW([w()], { weightDecay: undefined } as never).paramGroups[0]?.weightDecay, 1e-2)
    const group = { params: [w()], lr: undefined } as never
    assert.equal(new optim.SGD([group], { lr: 0.5 }).paramGroups[0]?.lr, 0.5)
    assert.equal(new nn.Linear(1, 1, { bias: undefined }).bias?.size, 1)
  })
})

describe('groups of parameters', () => {
  it('may have a name, and what a schedule has written', () => {
    const optimizer = new optim.SGD([{ params: [w()], name: 'slow', initialLr: 0.1 } as never], { lr: 0.1 })
    assert.equal((optimizer.paramGroups[0] as unknown as { name: string }).name, 'slow')
  })
})

describe('interfaces of options in nn and optim', () => {
  it('have their names listed where they are taken', () => {
    const texts = ['nn', 'optim'].flatMap(room =>
      readdirSync(new URL(`${room}/`, SOURCES), { recursive: true, encoding: 'utf8' })
        .filter(file => file.endsWith('.ts'))
        .map(file => readFileSync(new URL(`${room}/${file}`, SOURCES), 'utf8')),
    )
    const all = texts.join('\n')
    const names = [...all.matchAll(/^export interface (\w+Options)\b/gm)].map(([, name = '']) => name)
    const listed = (name: string): boolean =>
      new RegExp(`optionNames<${name}\\b`).test(all) || new RegExp(`extends (Optimizer|WithMoments)<${name}>`).test(all)
    assert.ok(names.length > 50, `only ${names.length}`)
    assert.deepEqual(
      names.filter(name => !listed(name) && !(name in NO_LIST)),
      [],
      'see src/tensor/options.ts',
    )
  })
})

// Pruning: masks against PyTorch's (prune.json), what stays 0 in training, state dicts, rewinding, and mistakes.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  compile,
  device,
  F,
  Generator,
  gradcheck,
  loadCheckpoint,
  manualSeed,
  nn,
  noGrad,
  optim,
  rand,
  randn,
  saveCheckpoint,
  setBackend,
  stack,
  type Tensor,
  tensor,
  zeros,
} from '#src/index.js'
import { raises } from '../raises.js'

const { prune } = nn

interface Golden {
  readonly cases: readonly {
    readonly method: 'l1Unstructured' | 'lnStructured' | 'globalUnstructured'
    readonly weights: readonly never[]
    readonly rounds: readonly {
      readonly amount: number
      readonly options: { readonly importanceScores?: never; readonly n?: number | 'Infinity'; readonly dim?: number }
      readonly masks: readonly number[][]
    }[]
  }[]
}

const golden = JSON.parse(
  readFileSync(new URL('../../../../test/golden/parameters/prune.json', import.meta.url), 'utf8'),
) as Golden

class Holder extends nn.Module {
  constructor(weights: readonly never[]) {
    super()
    for (const [i, weight] of weights.entries()) Object.assign(this, { [`w${i}`]: new nn.Parameter(tensor(weight)) })
  }
  forward(): void {}
}

function round(
  holder: Holder,
  { method, weights, rounds }: Golden['cases'][number],
  { amount, options }: Golden['cases'][number]['rounds'][number],
): void {
  assert.ok(rounds.length > 0)
  const { importanceScores, n, dim } = options
  if (method === 'globalUnstructured') {
    prune.globalUnstructured(
      weights.map((_, i) => [holder, `w${i}`] as const),
      amount,
    )
  } else if (method === 'lnStructured') {
    prune.lnStructured(holder, 'w0', amount, { n: Number(n), dim })
  } else {
    const scores = importanceScores === undefined ? {} : { importanceScores: tensor(importanceScores) }
    prune.l1Unstructured(holder, 'w0', amount, scores)
  }
}

const maskOf = (module: nn.Module, name = 'weight'): Tensor => module.stateDict()[`${name}Mask`] as Tensor
const sizes = (model: nn.Module): number[] => model.parameters().map(({ size }) => size)

class Net extends nn.Module {
  readonly hidden = new nn.Linear(2, 32)
  readonly middle = new nn.Linear(32, 32)
  readonly output = new nn.Linear(32, 2)

  forward(x: Tensor): Tensor {
    return this.output.forward(this.middle.forward(this.hidden.forward(x).tanh()).tanh())
  }
}

/** Two arms of a spiral. */
function spirals(count: number): { x: Tensor; y: Tensor } {
  const generator = new Generator(1)
  const arm = (turn: number): Tensor => {
    const r = rand([count], { generator })
    const angle = r.mul(4).add(turn)
    return stack([r.mul(angle.cos()), r.mul(angle.sin())], 1).add(randn([count, 2], { generator }).mul(0.01))
  }
  const x = stack([arm(0), arm(Math.PI)]).flatten(0, 1)
  return {
    x,
    y: stack([zeros([count]), zeros([count]).add(1)])
      .flatten()
      .int(),
  }
}

describe('nn.prune', () => {
  const backend = device()
  beforeEach(() => manualSeed(0))
  afterEach(() => setBackend(backend))

  for (const name of ['wasm', 'reference']) {
    it(`takes away what PyTorch takes away, round by round, on ${name}`, () => {
      setBackend(name)
      for (const one of golden.cases) {
        const holder = new Holder(one.weights)
        for (const [i, step] of one.rounds.entries()) {
          round(holder, one, step)
          const masks = step.masks.map((_, k) => maskOf(holder, `w${k}`).flatten().int().toArray())
          assert.deepEqual(masks, step.masks, `${one.method}, round ${i}`)
        }
      }
    })
  }

  it('makes of a parameter what it was times a mask, and masks its gradient', () => {
    const layer = new nn.Linear(3, 2, { dtype: 'float64' })
    const x = randn([4, 3], { dtype: 'float64' })
    prune.l1Unstructured(layer, 'weight', 2)
    const mask = maskOf(layer)
    assert.equal(mask.dtype, 'bool')
    const { weightOrig } = layer as unknown as { weightOrig: nn.Parameter }
    assert.ok(layer.weight.equal(weightOrig.mul(mask)))
    assert.ok(layer.forward(x).allclose(x.matmul(weightOrig.mul(mask).T).add(layer.bias as Tensor)))
    layer.forward(x).square().sum().backward()
    const gradient = weightOrig.grad as Tensor
    assert.ok(gradient.maskedSelect(mask.logicalNot()).eq(0).all().item())
    assert.ok(gradient.maskedSelect(mask).ne(0).all().item())
    const run = (weight: Tensor): Tensor => nn.functionalCall(layer, { weightOrig: weight }, x)
    assert.equal(gradcheck(run, [weightOrig.detach().clone().requiresGrad_()]), true)
  })

  it('keeps the parameter and its place, so that an optimizer made before goes on', () => {
    const net = new Net()
    const before = net.parameters()
    const optimizer = new optim.Adam(net.parameters())
    prune.globalUnstructured(net, 0.5)
    assert.deepEqual(
      net.parameters().map((parameter, i) => parameter === before[i]),
      before.map(() => true),
    )
    const names = Object.keys(net.stateDict())
    assert.deepEqual(names.slice(0, 3), ['hidden.weightOrig', 'hidden.bias', 'hidden.weightMask'])
    new optim.Adam(net.parameters()).loadStateDict(optimizer.stateDict())
    prune.remove(net)
    assert.deepEqual(Object.keys(net.stateDict()), Object.keys(new Net().stateDict()))
    assert.deepEqual(sizes(net), sizes(new Net()))
  })

  it('holds what is pruned at exactly 0 under momentum and decay that began before', () => {
    const { x, y } = spirals(50)
    for (const make of [
      (model: nn.Module) => new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9, weightDecay: 1e-3 }),
      (model: nn.Module) => new optim.AdamW(model.parameters(), { lr: 0.01 }),
    ]) {
      const net = new Net()
      const optimizer = make(net)
      const step = (): void => {
        optimizer.zeroGrad()
        F.crossEntropy(net.forward(x), y).backward()
        optimizer.step()
      }
      step()
      step()
      prune.globalUnstructured(net, 0.6)
      const { pruned } = prune.sparsity(net)
      const mask = maskOf(net.middle).clone()
      const before = net.middle.weight.detach().clone()
      for (let i = 0; i < 5; i++) step()
      assert.equal(prune.sparsity(net).pruned, pruned)
      assert.ok(net.middle.weight.maskedSelect(mask.logicalNot()).eq(0).all().item())
      assert.ok(net.middle.weight.sub(before).maskedSelect(mask).ne(0).all().item())
    }
  })

  it('finds a lottery ticket: pruned to 80 % in rounds, rewound and trained again, a network still learns', function () {
    this.timeout(20_000)
    const { x, y } = spirals(100)
    const net = new Net()
    const train = (steps: number): number => {
      const optimizer = new optim.Adam(net.parameters(), { lr: 0.02 })
      for (let i = 0; i < steps; i++) {
        optimizer.zeroGrad()
        F.crossEntropy(net.forward(x), y).backward()
        optimizer.step()
      }
      return net.forward(x).argmax(1).eq(y).float().mean().item()
    }
    const start = nn.cloneStateDict(net.stateDict())
    const size = prune.sparsity(net).size
    let accuracy = train(150)
    const masks: Tensor[] = []
    for (let left = 1; left > 0.21; left *= 0.585) {
      prune.globalUnstructured(net, 0.415)
      masks.push(maskOf(net.middle).clone())
      prune.rewind(net, start)
      const first = start['middle.weight'] as Tensor
      assert.ok(net.middle.weight.equal(first.mul(maskOf(net.middle))), 'the first values, without what is pruned')
      accuracy = train(150)
    }
    assert.equal(masks.length, 3)
    // Rounded in each round: within 3 of 1,152.
    assert.ok(Math.abs(prune.sparsity(net).pruned - size * (1 - 0.585 ** 3)) < 3)
    for (const [i, mask] of masks.slice(1).entries()) {
      const earlier = masks[i] as Tensor
      assert.ok(mask.logicalAnd(earlier).equal(mask), 'what is pruned stays pruned')
    }
    assert.ok(accuracy > 0.97, String(accuracy))
    const outputs = net.forward(x).detach()
    prune.remove(net)
    assert.ok(net.forward(x).equal(outputs))
    assert.ok(Math.abs(prune.sparsity(net).sparsity - 0.8) < 0.003)
  })

  it('is one program when compiled, also where more is pruned under it', () => {
    const { x, y } = spirals(20)
    const run = (compiled: boolean): unknown => {
      manualSeed(3)
      const net = prune.identity(new Net())
      const optimizer = new optim.SGD(net.parameters(), { lr: 0.1, momentum: 0.9 })
      const step = (input: Tensor, target: Tensor): Tensor => {
        const loss = F.crossEntropy(net.forward(input), target)
        optimizer.zeroGrad()
        loss.backward()
        optimizer.step()
        return loss
      }
      const used = compiled ? compile(step) : step
      const losses: unknown[] = []
      for (let i = 0; i < 12; i++) {
        if (i % 5 === 4) prune.globalUnstructured(net, 0.5)
        losses.push(used(x, y).item())
      }
      if (compiled) assert.equal((used as ReturnType<typeof compile>).programs.length, 1)
      return { losses, weight: net.middle.weight.toArray(), pruned: prune.sparsity(net).pruned }
    }
    assert.deepEqual(run(true), run(false))
  })

  it('goes on from a checkpoint as if nothing had been', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gradlab-prune-'))
    try {
      const { x, y } = spirals(20)
      const run = (net: Net, optimizer: optim.SGD, steps: number): unknown => {
        for (let i = 0; i < steps; i++) {
          optimizer.zeroGrad()
          F.crossEntropy(net.forward(x), y).backward()
          optimizer.step()
        }
        return net.middle.weight.toArray()
      }
      const sgd = (net: Net): optim.SGD => new optim.SGD(net.parameters(), { lr: 0.1, momentum: 0.9 })
      const model = prune.globalUnstructured(new Net(), 0.5)
      const optimizer = sgd(model)
      run(model, optimizer, 3)
      saveCheckpoint(join(folder, 'a.ckpt'), { model, optimizer })
      const expected = run(model, optimizer, 3)
      const again = prune.identity(new Net())
      const other = sgd(again)
      loadCheckpoint(join(folder, 'a.ckpt'), { model: again, optimizer: other })
      assert.equal(prune.sparsity(again).sparsity, 0.5)
      assert.deepEqual(run(again, other, 3), expected)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it("loads a state dict of PyTorch's pruned model, and writes one", () => {
    const layer = prune.identity(new nn.Linear(2, 1))
    layer.loadStateDict({ bias: tensor([0]), weight_orig: tensor([[3, 4]]), weight_mask: tensor([[1, 0]]) })
    assert.deepEqual(layer.forward(tensor([1, 1])).toArray(), [3])
    assert.deepEqual(Object.keys(nn.toTorchNames(layer.stateDict())), ['weight_orig', 'bias', 'weight_mask'])
  })

  it('rewinds to a moment between two prunings, buffers too, and refuses what is no earlier moment', () => {
    const net = prune.globalUnstructured(new Net(), 0.25)
    const moment = nn.cloneStateDict(net.stateDict())
    prune.globalUnstructured(net, 0.5)
    const { pruned } = prune.sparsity(net)
    noGrad(() => net.getParameter('hidden.bias').fill_(9))
    prune.rewind(net, moment)
    assert.equal(prune.sparsity(net).pruned, pruned)
    assert.ok(net.getParameter('hidden.bias').equal(moment['hidden.bias'] as Tensor))
    raises(() => prune.rewind(net, net.stateDict()), 'STATE_DICT', 'memory of the model', 'cloneStateDict')
    const { 'middle.bias': _, ...lacking } = moment
    raises(() => prune.rewind(net, lacking), 'STATE_DICT', '1 missing: middle.bias')
    const { 'middle.weightOrig': __, ...less } = moment
    raises(() => prune.rewind(net, less), 'STATE_DICT', '1 missing: middle.weightOrig')
    raises(() => prune.rewind(net, { ...moment, other: zeros([1]) }), 'STATE_DICT', '1 unexpected: other')
  })

  it('follows a model to another dtype, backend and mode', () => {
    const net = prune.globalUnstructured(new Net(), 0.5)
    const before = net.middle.weight.toArray()
    net.double()
    assert.equal(net.middle.weight.dtype, 'float64')
    assert.deepEqual(net.middle.weight.toArray(), before)
    net.to({ device: 'reference' }).eval()
    assert.equal(net.forward(zeros([1, 2], { dtype: 'float64', device: 'reference' })).device, 'reference')
    assert.equal(prune.sparsity(net).sparsity, 0.5)
  })

  it('prunes a shared weight in all its places, and counts it once', () => {
    class Tied extends nn.Module {
      readonly embed = new nn.Embedding(5, 4)
      readonly output = new nn.Linear(4, 5, { bias: false })
      constructor() {
        super()
        Object.assign(this.output, { weight: this.embed.weight })
      }
      forward(tokens: Tensor): Tensor {
        return this.output.forward(this.embed.forward(tokens))
      }
    }
    const tied = prune.globalUnstructured(new Tied(), 10)
    assert.equal(tied.embed.weight.eq(0).sum().item(), 10)
    assert.ok(tied.embed.weight.equal(tied.output.weight))
    assert.equal(tied.parameters().length, 1)
    tied
      .forward(tensor([[1]], { dtype: 'int32' }))
      .sum()
      .backward()
    assert.ok(tied.parameters()[0]?.grad !== null)
  })

  it('prunes recurrent networks and attention, of which it knows the weights by name', () => {
    const lstm = prune.globalUnstructured(new nn.LSTM(3, 4), 0.5)
    assert.deepEqual(
      prune.sparsity(lstm).rows.map(({ name }) => name),
      ['weightIhL0', 'weightHhL0'],
    )
    assert.deepEqual(lstm.forward(randn([5, 3])).output.shape, [5, 4])
    const attention = prune.globalUnstructured(new nn.MultiheadAttention(4, 2), 0.5)
    assert.equal(prune.sparsity(attention).sparsity, 0.5)
    const x = randn([3, 1, 4])
    assert.deepEqual(attention.forward(x, x, x).output.shape, [3, 1, 4])
  })

  it('prunes at random by a generator, and leaves other numbers as they are', () => {
    const masks = [1, 1, 2].map(seed => {
      const layer = new nn.Linear(10, 10)
      prune.randomUnstructured(layer, 'weight', 0.4, { generator: new Generator(seed) })
      return maskOf(layer)
    })
    assert.ok(masks[0]?.equal(masks[1] as Tensor))
    assert.ok(!masks[0]?.equal(masks[2] as Tensor))
    assert.equal(masks[0]?.sum().item(), 60)
    const net = prune.globalUnstructured(new Net(), 100, { method: 'random', generator: new Generator(1) })
    assert.equal(prune.sparsity(net).pruned, 100)
  })

  it('shows how much of each weight is gone', () => {
    const model = new nn.Sequential(new nn.Linear(4, 10), new nn.LayerNorm(10), new nn.Linear(10, 2))
    prune.l1Unstructured(model.at(0) as nn.Linear, 'weight', 0.25)
    const report = prune.sparsity(model)
    assert.deepEqual(report.rows, [
      { name: '0.weight', size: 40, pruned: 10, sparsity: 0.25 },
      { name: '2.weight', size: 20, pruned: 0, sparsity: 0 },
    ])
    assert.equal(
      String(report),
      ['0.weight  25.0% (10 of 40)', '2.weight  0.0% (0 of 20)', 'all       16.7% (10 of 60)'].join('\n'),
    )
    assert.deepEqual([prune.isPruned(model), prune.isPruned(new Net())], [true, false])
  })

  it('says what it cannot prune', () => {
    const layer = new nn.Linear(3, 2)
    raises(() => prune.l1Unstructured(layer, 'weigth', 0.5), 'NOT_FOUND', "'weigth'", 'weight, bias')
    raises(() => prune.l1Unstructured({} as nn.Linear, 'weight', 0.5), 'NOT_A_MODULE', 'l1Unstructured')
    raises(() => prune.l1Unstructured(layer, 'weight', 7), 'BAD_OPTION', '7 of 6')
    raises(() => prune.l1Unstructured(layer, 'weight', 1.5), 'BAD_OPTION', '1.5')
    raises(() => prune.l1Unstructured(layer, 'weight', -0.1), 'BAD_OPTION')
    raises(() => prune.l1Unstructured(layer, 'weight', Number.NaN), 'BAD_OPTION')
    raises(
      () => prune.l1Unstructured(layer, 'weight', 1, { importanceScores: zeros([3, 2]) }),
      'SHAPE_MISMATCH',
      '[2, 3]',
      '[3, 2]',
    )
    raises(() => prune.lnStructured(layer, 'bias', 1), 'BAD_SHAPE', 'l1Unstructured')
    raises(() => prune.lnStructured(layer, 'weight', 1, { dim: 2 }), 'BAD_DIM', 'no axis 2')
    raises(() => prune.customFromMask(layer, 'weight', zeros([3])), 'SHAPE_MISMATCH', '[2, 3]', '[3]')
    raises(() => prune.globalUnstructured(new nn.LayerNorm(3), 0.5), 'NOT_FOUND', 'no weights')
    raises(() => prune.globalUnstructured(layer, 0.5, { method: 'l2' as 'l1' }), 'BAD_OPTION', "'l2'")
    raises(() => prune.remove(layer, 'weight'), 'NOT_FOUND', 'not pruned')
    assert.ok(!prune.isPruned(layer), 'nothing was changed')
    prune.identity(layer)
    raises(() => Object.assign(layer, { weight: zeros([2, 3]) }), 'NOT_A_PARAMETER', 'weightOrig', 'remove')
  })
})

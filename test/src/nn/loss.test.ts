import assert from 'node:assert/strict'
import { autocast, F, grad, manualSeed, nn, ones, optim, randn, tensor } from '#src/index.js'

const int = (values: number[]) => tensor(values, { dtype: 'int32' })

describe('losses as layers', () => {
  it('say their options', () => {
    assert.equal(`${new nn.HuberLoss({ delta: 2 })}`, 'HuberLoss(delta=2)')
    assert.equal(`${new nn.BCEWithLogitsLoss({ posWeight: tensor([2]) })}`, 'BCEWithLogitsLoss()')
    assert.equal(`${new nn.KLDivLoss({ reduction: 'batchmean' })}`, 'KLDivLoss(reduction=batchmean)')
    assert.equal(`${new nn.InfoNCELoss({ form: 'ntXent' })}`, 'InfoNCELoss(form=ntXent)')
  })
})

describe('losses that are relatives', () => {
  const logits = tensor([
    [2, -1, 0.5],
    [-3, 0, 1],
  ])
  const truth = tensor([
    [1, 0, 1],
    [0, 0, 1],
  ])
  const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-6, `${a} and ${b}`)

  it('cross entropy is the entropy of the truth and the divergence from it', () => {
    const p = tensor([[0.5, 0.25, 0.25]])
    const q = tensor([[2, 0, 1]])
    const entropy = p.mul(p.log()).sum().neg()
    const divergence = F.klDiv(F.logSoftmax(q, -1), p, { reduction: 'batchmean' })
    close(F.crossEntropy(q, p).item(), entropy.add(divergence).item())
  })

  it('binary cross entropy is the same of logits and of their sigmoids, and that of two classes', () => {
    const ofLogits = F.binaryCrossEntropyWithLogits(logits, truth).item()
    close(F.binaryCrossEntropy(logits.sigmoid(), truth).item(), ofLogits)
    const two = logits.flatten().unsqueeze(1)
    close(F.crossEntropy(two.mul(tensor([[0, 1]])), truth.flatten().int()).item(), ofLogits)
  })

  it('a focal loss with gamma 0 is cross entropy, and a greater gamma counts the sure ones less', () => {
    const target = int([0, 2])
    close(F.focalLoss(logits, target, { gamma: 0 }).item(), F.crossEntropy(logits, target).item())
    const ofLogits = F.binaryCrossEntropyWithLogits(logits, truth).item()
    close(F.sigmoidFocalLoss(logits, truth, { gamma: 0, alpha: null }).item(), ofLogits)
    const losses = (gamma: number) => F.focalLoss(tensor([[4, 0]]), int([0]), { gamma }).item()
    assert.ok(losses(2) < losses(1) / 10 && losses(1) < losses(0) / 10)
  })

  it("Huber's loss is half the squared error of small errors, and smooth L1 is Huber's over beta", () => {
    const x = tensor([0.1, -0.3])
    close(F.huberLoss(x, x.mul(0)).item(), F.mseLoss(x, x.mul(0)).item() / 2)
    const far = tensor([0.1, -3])
    close(
      F.smoothL1Loss(far, far.mul(0), { beta: 0.5 }).item(),
      F.huberLoss(far, far.mul(0), { delta: 0.5 }).item() * 2,
    )
  })

  it('InfoNCE of vectors that are all alike is the logarithm of their number', () => {
    const same = ones([8, 3])
    close(F.infoNCE(same, same).item(), Math.log(8))
    close(F.infoNCE(same, same, { form: 'ntXent' }).item(), Math.log(15))
    close(F.infoNCE(same, same, { negatives: ones([4, 3]) }).item(), Math.log(12))
  })
})

describe('losses where numbers end', () => {
  it('of small surprise keep their digits in float32, and so do their slopes', () => {
    const x = tensor([12, -12], { requiresGrad: true })
    const losses = F.binaryCrossEntropyWithLogits(x, tensor([1, 0]), { reduction: 'none' })
    const surprise = Math.log1p(Math.exp(-12))
    for (const loss of losses.toArray() as number[]) assert.ok(Math.abs(loss / surprise - 1) < 1e-6)
    const [slope] = grad(losses.sum(), [x])
    const steepness = 1 / (1 + Math.exp(12))
    assert.ok(Math.abs((slope?.at(0).item() as number) / -steepness - 1) < 1e-6)
    assert.ok(Math.abs((slope?.at(1).item() as number) / steepness - 1) < 1e-6)
  })

  it('of an infinite logit on the wrong side are infinite', () => {
    const losses = F.binaryCrossEntropyWithLogits(tensor([Infinity, -Infinity]), tensor([0, 1]), { reduction: 'none' })
    assert.deepEqual(losses.toArray(), [Infinity, Infinity])
  })

  it('a focal loss has a finite slope where nothing is missing, for a gamma below 1, too', () => {
    const x = tensor([1e4, -1e4], { requiresGrad: true })
    const loss = F.sigmoidFocalLoss(x, tensor([1, 0]), { gamma: 0.5, reduction: 'sum' })
    assert.deepEqual(grad(loss, [x])[0]?.toArray(), [0, 0])
    const scores = tensor([[1e4, -1e4]], { requiresGrad: true })
    assert.deepEqual(grad(F.focalLoss(scores, int([0]), { gamma: 0.5 }), [scores])[0]?.toArray(), [[0, 0]])
  })

  it('are computed in float32 under autocast', () => {
    const [a, b] = [randn([2, 3]).half(), randn([2, 3]).half()]
    const share = a.sigmoid()
    const losses = autocast(() => [
      F.l1Loss(a, b),
      F.huberLoss(a, b),
      F.smoothL1Loss(a, b),
      F.binaryCrossEntropy(share, share),
      F.binaryCrossEntropyWithLogits(a, share),
      F.sigmoidFocalLoss(a, share),
      F.focalLoss(a, int([0, 1])),
      F.klDiv(a, share),
      F.hingeLoss(a, b),
      F.multiMarginLoss(a, int([0, 1])),
      F.gaussianNllLoss(a, b, share),
      F.contrastiveLoss(a, b, int([0, 1])),
      F.cosineEmbeddingLoss(a, b, int([1, -1])),
      F.tripletMarginLoss(a, b, share),
      F.infoNCE(a, b),
    ])
    assert.deepEqual(
      losses.map(({ dtype }) => dtype),
      losses.map(() => 'float32'),
    )
  })
})

describe('losses of vectors', () => {
  it('draw the similar together and push the dissimilar apart', () => {
    manualSeed(1)
    const points = randn([4, 2], { requiresGrad: true })
    const [first, second, same] = [int([0, 2, 0]), int([1, 3, 2]), int([0, 0, 1])]
    const optimizer = new optim.SGD([points], { lr: 0.2 })
    const loss = () => F.contrastiveLoss(points.at(first), points.at(second), same, { margin: 2 })
    for (let step = 0; step < 200; step++) {
      optimizer.zeroGrad()
      loss().backward()
      optimizer.step()
    }
    const distance = (i: number, j: number) => points.at(i).sub(points.at(j)).norm().item()
    assert.ok(distance(0, 1) < 0.05 && distance(2, 3) < 0.05)
    assert.ok(distance(0, 2) > 1.9)
  })
})

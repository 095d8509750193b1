// What all optimizers share: groups, states, closures, and what they refuse.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { isGradEnabled, isTensor, nn, optim, type Tensor, tensor, zeros } from '#src/index.js'
import { raises } from '../raises.js'

const leaf = (...values: number[]): Tensor => tensor(values, { requiresGrad: true })

const withGrad = (parameter: Tensor, ...values: number[]): Tensor => {
  parameter.grad = tensor(values)
  return parameter
}

/** A tensor of a state that must be there. */
function tensorIn(state: optim.ParamState | undefined, name: string): Tensor {
  const value = state?.[name]
  assert.ok(isTensor(value), name)
  return value
}

describe('optimizers', () => {
  it('update groups by their own options', () => {
    const [a, b] = [withGrad(leaf(1), 1), withGrad(leaf(1), 1)]
    const optimizer = new optim.SGD([{ params: [a] }, { params: [b], lr: 0.5 }], { lr: 0.25 })
    optimizer.step()
    assert.deepEqual([a.item(), b.item()], [0.75, 0.5])
    ;(optimizer.paramGroups[0] as { lr: number }).lr = 0
    optimizer.step()
    assert.deepEqual([a.item(), b.item()], [0.75, 0])
  })

  it('take a single tensor for a list of one', () => {
    const w = withGrad(leaf(1, 2), 1, 1)
    new optim.SGD(w, { lr: 1 }).step()
    assert.deepEqual(w.toArray(), [0, 1])
  })

  it('leave parameters without gradient alone, and their states empty', () => {
    const [a, b] = [withGrad(leaf(1), 1), leaf(5)]
    const optimizer = new optim.Adam([a, b], { lr: 0.1 })
    optimizer.step()
    assert.equal(b.item(), 5)
    assert.deepEqual([...optimizer.state.keys()], [a])
    optimizer.zeroGrad()
    assert.equal(a.grad, null)
  })

  it('run a closure with recording on, and return what it returns', () => {
    const w = leaf(3)
    const optimizer = new optim.SGD([w], { lr: 0.5 })
    const loss = optimizer.step(() => {
      assert.ok(isGradEnabled())
      optimizer.zeroGrad()
      const value = w.square().sum()
      value.backward()
      return value
    })
    assert.equal(loss.item(), 9)
    assert.equal(w.item(), 0)
  })

  it('take further groups later', () => {
    const [a, b] = [withGrad(leaf(1), 1), withGrad(leaf(1), 1)]
    const optimizer = new optim.SGD([a], { lr: 1 })
    optimizer.addParamGroup({ params: [b], lr: 0.25 })
    optimizer.step()
    assert.deepEqual([a.item(), b.item()], [0, 0.75])
    raises(() => optimizer.addParamGroup({ params: [a] }), 'BAD_PARAMETER', 'given twice')
  })

  it('give and take their state as plain data', () => {
    const [a, b] = [withGrad(leaf(1), 2), leaf(1)]
    const optimizer = new optim.SGD([{ params: [a], momentum: 0.5 }, { params: [b] }], { lr: 0.1 })
    optimizer.step()
    const { state, paramGroups } = optimizer.stateDict()
    assert.deepEqual(tensorIn(state[0], 'momentumBuffer').toArray(), [2])
    assert.deepEqual(
      paramGroups.map(({ params }) => params),
      [[0], [1]],
    )
    const other = new optim.SGD([{ params: [leaf(1)] }, { params: [leaf(1)] }])
    other.loadStateDict({ state, paramGroups })
    assert.equal((other.paramGroups[0] as { momentum: number }).momentum, 0.5)
    assert.deepEqual(tensorIn(other.stateDict().state[0], 'momentumBuffer').toArray(), [2])
  })

  it("take PyTorch's state dicts", () => {
    const w = withGrad(leaf(1, 2), 1, 1)
    const optimizer = new optim.AdamW([w])
    const moments = { step: tensor(3), exp_avg: tensor([1, 2]), exp_avg_sq: tensor([3, 4]) }
    optimizer.loadStateDict({
      state: { 0: moments as unknown as optim.ParamState },
      param_groups: [{ params: [0], lr: 0.5, weight_decay: 0.25 } as { params: number[] }],
    })
    assert.equal(optimizer.state.get(w)?.step, 3)
    assert.deepEqual(tensorIn(optimizer.state.get(w), 'expAvgSq').toArray(), [3, 4])
    assert.deepEqual([optimizer.paramGroups[0]?.lr, optimizer.paramGroups[0]?.weightDecay], [0.5, 0.25])
    optimizer.step()
    assert.equal(optimizer.state.get(w)?.step, 4)
  })

  it('refuse states of other parameters, and change nothing then', () => {
    const optimizer = new optim.SGD([withGrad(leaf(1, 2), 1, 1)], { lr: 0.1, momentum: 0.9 })
    optimizer.step()
    raises(
      () => optimizer.loadStateDict({ state: {}, paramGroups: [{ params: [0, 1] }] }),
      'STATE_DICT',
      'groups of 1',
      'got 2',
    )
    const wrong = {
      state: { 0: { momentumBuffer: zeros([3]) } },
      paramGroups: [{ params: [0], lr: 9 } as { params: number[] }],
    }
    raises(() => optimizer.loadStateDict(wrong), 'STATE_DICT', '[3]', '[2]')
    assert.equal(optimizer.paramGroups[0]?.lr, 0.1)
    assert.deepEqual([...optimizer.state.values()].length, 1)
  })

  it('refuse what they cannot optimise', () => {
    raises(() => new optim.SGD([]), 'NO_PARAMETERS', 'nn.Parameter')
    raises(() => new optim.SGD([1 as unknown as Tensor]), 'BAD_PARAMETER', 'is no tensor')
    raises(() => new optim.SGD([leaf(1).mul(2)]), 'BAD_PARAMETER', 'result of an operation')
    const w = leaf(1)
    raises(() => new optim.SGD([w, w]), 'BAD_PARAMETER', 'given twice')
    raises(() => new optim.SGD([{ params: [w] }, { params: [w] }]), 'BAD_PARAMETER', 'given twice')
  })

  it('refuse options out of range', () => {
    const w = leaf(1)
    const refused: [() => unknown, string][] = [
      [() => new optim.SGD([w], { lr: -1 }), 'lr'],
      [() => new optim.SGD([w], { lr: Number.NaN }), 'lr'],
      [() => new optim.SGD([w], { momentum: -1 }), 'momentum'],
      [() => new optim.SGD([w], { weightDecay: -1 }), 'weightDecay'],
      [() => new optim.SGD([w], { nesterov: true }), 'nesterov'],
      [() => new optim.Adam([w], { betas: [0.9, 1] }), 'betas'],
      [() => new optim.Adam([w], { eps: -1 }), 'eps'],
      [() => new optim.Adam([w], { weightDecay: -1 }), 'weightDecay'],
      [() => new optim.RMSprop([w], { alpha: -1 }), 'alpha'],
      [() => new optim.Adagrad([w], { lrDecay: -1 }), 'lrDecay'],
      [() => new optim.Adadelta([w], { rho: 2 }), 'rho'],
      [() => new optim.Adadelta([w], { eps: -1 }), 'eps'],
      [() => new optim.Adamax([w], { betas: [-1, 0.5] }), 'betas'],
      [() => new optim.NAdam([w], { eps: -1 }), 'eps'],
      [() => new optim.RAdam([w], { weightDecay: -1 }), 'weightDecay'],
      [() => new optim.Lion([w], { betas: [0.9, 1] }), 'betas'],
      [() => new optim.Lion([w], { weightDecay: -1 }), 'weightDecay'],
      [() => new optim.LARS([w], { trustCoefficient: -1 }), 'trustCoefficient'],
      [() => new optim.LAMB([w], { betas: [0.9, 1] }), 'betas'],
      [() => new optim.LAMB([w], { eps: -1 }), 'eps'],
      [() => new optim.SAM(new optim.SGD([w]), { rho: -1 }), 'rho'],
      [() => new optim.SAM(new optim.SGD([w])).step(undefined as unknown as () => void), 'step needs a function'],
    ]
    for (const [make, name] of refused) raises(make, 'BAD_OPTION', name)
  })

  it('show their groups', () => {
    assert.equal(
      String(new optim.Lion([leaf(1)])),
      'Lion(\n  group 0: 1 parameters, lr=0.0001, betas=0.9,0.99, weightDecay=0\n)',
    )
  })

  it('take a step as one act where a host offers that', () => {
    const program = `
      globalThis[Symbol.for('gradlab.host')] = { atomic: work => { console.log('begin'); const out = work(); console.log('end'); return out } }
      const { optim, tensor } = await import('gradlab')
      const w = tensor([1], { requiresGrad: true })
      w.grad = tensor([1])
      new optim.SGD([w], { lr: 1 }).step()
      console.log(w.item())`
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      cwd: process.cwd(),
    })
    assert.equal(said, 'begin\nend\n0\n')
  })

  it('do not tell a layer of zeros how far to go: LARS and LAMB', () => {
    for (const Class of [optim.LARS, optim.LAMB]) {
      const w = withGrad(leaf(0, 0), 1, -1)
      new Class([w], { lr: 0.5 }).step()
      assert.ok(
        Array.from(w.data()).every(value => Number.isFinite(value) && Math.abs(value) > 0.1),
        String(w),
      )
    }
  })

  it('put the weights back where SAM was thrown out of its second look', () => {
    const w = leaf(2)
    const optimizer = new optim.SAM(new optim.SGD([w], { lr: 0.1 }), { rho: 0.5 })
    let calls = 0
    assert.throws(() =>
      optimizer.step(() => {
        if (calls++ > 0) throw new Error('second')
        optimizer.zeroGrad()
        w.square().sum().backward()
      }),
    )
    assert.equal(w.item(), 2)
    const frozen = new optim.SAM(new optim.SGD([leaf(1)]))
    assert.equal(
      frozen.step(() => 7),
      7,
    )
    assert.equal(frozen.paramGroups.length, 1)
  })

  it('train a model of several layers', () => {
    const model = new nn.Sequential(new nn.Linear(2, 4), new nn.ReLU(), new nn.Linear(4, 1))
    const optimizer = new optim.SGD(model.parameters())
    assert.equal(optimizer.paramGroups[0]?.params.length, 4)
  })
})

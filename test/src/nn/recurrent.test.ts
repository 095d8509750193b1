// What the goldens do not say of recurrent networks: states that go on, dropout, names, mistakes.
import assert from 'node:assert/strict'
import { allclose, cat, Generator, manualSeed, nn, randn, type Tensor, zeros } from '#src/index.js'

const LAYERS = { RNN: nn.RNN, LSTM: nn.LSTM, GRU: nn.GRU }
type Network = nn.Module & { forward(x: Tensor, state?: unknown): { output: Tensor; state: unknown } }

describe('recurrent networks', () => {
  beforeEach(() => manualSeed(0))

  for (const [name, Layer] of Object.entries(LAYERS)) {
    const made = (...args: ConstructorParameters<typeof nn.GRU>) => new Layer(...args) as unknown as Network

    it(`${name} goes on from the state that it has returned`, () => {
      const net = made(2, 3, { numLayers: 2 })
      const x = randn([5, 4, 2])
      const whole = net.forward(x)
      const first = net.forward(x.narrow(0, 0, 2))
      const second = net.forward(x.narrow(0, 2, 3), first.state)
      assert.ok(allclose(cat([first.output, second.output]), whole.output))
    })

    it(`${name} reads a sequence from its end in the second direction`, () => {
      const net = made(2, 3, { bidirectional: true })
      const own = net.stateDict()
      const turned = made(2, 3)
      turned.loadStateDict(
        Object.fromEntries(Object.keys(turned.stateDict()).map(key => [key, own[`${key}Reverse`] as Tensor])),
      )
      const x = randn([4, 1, 2])
      const backwards = turned.forward(x.flip(0)).output.flip(0)
      assert.ok(allclose(net.forward(x).output.narrow(2, 3, 3), backwards))
    })

    it(`${name} drops between layers, in training alone`, () => {
      const x = randn([3, 2, 2])
      const net = made(2, 8, { numLayers: 2, dropout: 0.5, generator: new Generator(1) })
      assert.ok(!allclose(net.forward(x).output, net.forward(x).output))
      net.eval()
      assert.ok(allclose(net.forward(x).output, net.forward(x).output))
      const single = made(2, 8, { dropout: 0.9 })
      assert.ok(allclose(single.forward(x).output, single.forward(x).output))
    })

    it(`${name} follows its weights into another dtype`, () => {
      const net = made(2, 3).double()
      assert.equal(net.forward(randn([2, 1, 2], { dtype: 'float64' })).output.dtype, 'float64')
    })

    it(`${name} says what does not fit`, () => {
      const net = made(2, 3)
      assert.throws(() => net.forward(zeros([4, 1, 5])), { code: 'SHAPE_MISMATCH', message: /\[T, N, 2\]/ })
      assert.throws(() => net.forward(zeros([2])), { code: 'SHAPE_MISMATCH' })
      assert.throws(() => net.forward(zeros([0, 1, 2])), { code: 'BAD_SHAPE' })
      assert.throws(() => made(2, 3, { batchFirst: true }).forward(zeros([4, 0, 2])), { code: 'BAD_SHAPE' })
      const state = name === 'LSTM' ? { h: zeros([1, 1, 3]), c: zeros([1, 2, 3]) } : zeros([1, 2, 3])
      assert.throws(() => net.forward(zeros([4, 1, 2]), state), {
        code: 'SHAPE_MISMATCH',
        message: /\[1, 1, 3\]/,
      })
      assert.throws(() => made(0, 3), { code: 'BAD_OPTION' })
      assert.throws(() => made(2, 0), { code: 'BAD_OPTION' })
      assert.throws(() => made(2, 3, { numLayers: 0 }), { code: 'BAD_OPTION' })
      assert.throws(() => made(2, 3, { dropout: 1.5 }), { code: 'BAD_OPTION' })
    })
  }

  it("have PyTorch's names for weights, and their first values", () => {
    const lstm = new nn.LSTM(5, 4, { numLayers: 2, bidirectional: true })
    const names = Object.keys(nn.toTorchNames(lstm.stateDict()))
    assert.deepEqual(names.slice(0, 8), [
      'weight_ih_l0',
      'weight_hh_l0',
      'bias_ih_l0',
      'bias_hh_l0',
      'weight_ih_l0_reverse',
      'weight_hh_l0_reverse',
      'bias_ih_l0_reverse',
      'bias_hh_l0_reverse',
    ])
    assert.deepEqual(lstm.weightIhL1?.shape, [16, 8])
    const bounds = lstm.parameters().map(p => p.abs().max().item() as number)
    assert.ok(
      bounds.every(bound => bound <= 0.5 && bound > 0.3),
      `${bounds}`,
    )
  })

  it('print what differs from the defaults', () => {
    assert.equal(`${new nn.GRU(2, 3)}`, 'GRU(2, 3)')
    assert.equal(`${new nn.LSTM(2, 3, { numLayers: 2, batchFirst: true })}`, 'LSTM(2, 3, numLayers=2, batchFirst=true)')
    assert.equal(`${new nn.GRUCell(2, 3)}`, 'GRUCell(2, 3)')
  })

  it('refuse what bends nothing', () => {
    assert.throws(() => new nn.RNN(2, 3, { nonlinearity: 'sine' as 'tanh' }), { code: 'BAD_OPTION', message: /'sine'/ })
    assert.throws(() => new nn.RNNCell(2, 3, { nonlinearity: 'sine' as 'tanh' }), { code: 'BAD_OPTION' })
  })

  it('take a generator for their first values', () => {
    const draw = () => new nn.GRU(2, 3, { generator: new Generator(5) }).weightHhL0.toArray()
    assert.deepEqual(draw(), draw())
  })
})

describe('cells of recurrent networks', () => {
  it('looped by hand do what the network does', () => {
    const net = new nn.LSTM(2, 3)
    const cell = new nn.LSTMCell(2, 3)
    cell.loadStateDict(
      Object.fromEntries(Object.entries(net.stateDict()).map(([name, value]) => [name.replace('L0', ''), value])),
    )
    const x = randn([3, 4, 2])
    let state: nn.LSTMState | undefined
    for (const token of x) state = cell.forward(token, state)
    const { h, c } = net.forward(x).state
    assert.ok(allclose(h.squeeze(0), state?.h as Tensor))
    assert.ok(allclose(c.squeeze(0), state?.c as Tensor))
  })

  it('say what does not fit', () => {
    const cell = new nn.LSTMCell(2, 3)
    assert.throws(() => cell.forward(zeros([4, 3])), { code: 'SHAPE_MISMATCH', message: /state none/ })
    assert.throws(() => cell.forward(zeros([4, 2]), { h: zeros([4, 3]), c: zeros([1, 3]) }), { code: 'SHAPE_MISMATCH' })
    assert.throws(() => new nn.GRUCell(0, 3), { code: 'BAD_OPTION' })
    assert.throws(() => new nn.GRUCell(2, 0), { code: 'BAD_OPTION' })
  })
})

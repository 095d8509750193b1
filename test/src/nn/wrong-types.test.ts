// What programs without types do to modules: lists instead of tensors, functions instead of modules, numbers in quotes.
import assert from 'node:assert/strict'
import { nn, ones, randn, zeros } from '#src/index.js'
import { raises } from '../raises.js'

const wrong = (value: unknown): never => value as never

describe('layers that are given no tensor', () => {
  it('say which layer, and what they got', () => {
    raises(() => new nn.Linear(2, 1).forward(wrong([[1, 2]])), 'NOT_A_TENSOR', 'Linear', 'an array', 'tensor([...])')
    raises(() => new nn.Linear(2, 1).forward(wrong(undefined)), 'NOT_A_TENSOR', 'Linear', 'undefined')
    raises(
      () => new nn.MultiheadAttention(4, 2).forward(ones([2, 1, 4]), wrong(undefined), wrong(undefined)),
      'NOT_A_TENSOR',
      'MultiheadAttention',
    )
    raises(() => new nn.LSTM(3, 4).forward(wrong([1])), 'NOT_A_TENSOR', 'LSTM')
    raises(() => new nn.GRUCell(3, 4).forward(wrong([1])), 'NOT_A_TENSOR', 'GRUCell')
    raises(() => new nn.CausalSelfAttention(4, 2).forward(wrong([1])), 'NOT_A_TENSOR', 'CausalSelfAttention')
    raises(
      () => nn.generate(wrong(new nn.Embedding(5, 5)), wrong([1, 2]), { maxNewTokens: 1 }),
      'NOT_A_TENSOR',
      'generate',
    )
  })

  it("name the state's parts where PyTorch has a pair", () => {
    const pair = wrong([zeros([1, 1, 4]), zeros([1, 1, 4])])
    raises(() => new nn.LSTM(3, 4).forward(randn([2, 1, 3]), pair), 'NOT_A_TENSOR', '{ h, c }')
    raises(() => new nn.LSTMCell(3, 4).forward(randn([1, 3]), pair), 'NOT_A_TENSOR', '{ h, c }')
    raises(() => new nn.GRU(3, 4).forward(randn([2, 1, 3]), wrong({ h: zeros([1, 1, 4]) })), 'NOT_A_TENSOR', 'a state')
  })
})

describe('constructors that are given something else', () => {
  it('do not take a text for a number', () => {
    raises(() => new nn.Linear(wrong('2'), 1), 'BAD_OPTION', "it is '2'")
    raises(() => new nn.Dropout(wrong('0.5')), 'BAD_OPTION', "it is '0.5'")
    raises(() => new nn.Conv2d(1, 2, wrong(undefined)), 'BAD_OPTION', 'kernelSize', 'undefined')
  })

  it('know dtypes and generators', () => {
    raises(() => new nn.Linear(2, 1, { dtype: wrong('float') }), 'BAD_DTYPE', "'float'", "'float32'")
    raises(() => new nn.Linear(2, 1, { generator: wrong(3) }), 'BAD_VALUE', 'new Generator(42)')
  })

  it('take layers one by one', () => {
    raises(() => new nn.Sequential(wrong([new nn.ReLU()])), 'NOT_A_MODULE', 'a list', '...layers')
  })
})

describe('methods of a module that are given something else', () => {
  const layer = new nn.Linear(2, 1)

  it('ask for functions', () => {
    raises(() => layer.apply(wrong('x')), 'BAD_OPTION', "got 'x'")
    raises(() => layer.registerForwardHook(wrong(undefined)), 'BAD_OPTION', 'hook', 'undefined')
  })

  it('ask for tensors by name', () => {
    raises(() => layer.loadStateDict(wrong(undefined)), 'STATE_DICT', 'got undefined', 'stateDict()')
    raises(() => layer.loadStateDict(wrong(null)), 'STATE_DICT', 'got null')
    raises(() => layer.loadStateDict(wrong(new nn.Linear(2, 1))), 'STATE_DICT', 'got a module', 'other.stateDict()')
  })

  it('make buffers of tensors alone, under names of fields', () => {
    class Holder extends nn.Module {
      constructor(name: string, value: unknown) {
        super()
        this.registerBuffer(name, wrong(value))
      }
      forward(): void {}
    }
    raises(() => new Holder('seen', [1]), 'NOT_A_TENSOR', 'registerBuffer')
    raises(() => new Holder('a.b', zeros([1])), 'BAD_OPTION', "'a.b'", 'no name of a field')
    raises(() => new Holder('forward', zeros([1])), 'BAD_OPTION', "'forward'", 'a method')
    assert.deepEqual(Object.keys(new Holder('seen', zeros([1])).stateDict()), ['seen'])
  })
})

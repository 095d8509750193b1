// What programs without types do to optimizers: a model for its parameters, numbers in quotes, a state that is none.
import assert from 'node:assert/strict'
import { nn, ones, optim } from '#src/index.js'
import { raises } from '../raises.js'

const wrong = (value: unknown): never => value as never
const layer = new nn.Linear(2, 1)
const sgd = (): optim.SGD => new optim.SGD(layer.parameters(), { lr: 0.1 })

describe('parameters that are none', () => {
  it('are told from models, functions and nothing', () => {
    const model = new nn.Sequential(layer)
    raises(() => new optim.SGD(wrong(layer)), 'BAD_PARAMETER', 'SGD', 'a module', 'model.parameters()')
    raises(() => new optim.SGD(wrong(model)), 'BAD_PARAMETER', 'a module', 'model.parameters()')
    raises(() => new optim.SGD(wrong(layer.parameters)), 'BAD_PARAMETER', 'a function')
    raises(() => new optim.SGD(wrong(undefined)), 'BAD_PARAMETER', 'undefined')
    raises(() => new optim.SGD([{ params: wrong(layer) }]), 'BAD_PARAMETER', 'a module')
    raises(() => optim.clipGradNorm(wrong(model), 1), 'BAD_PARAMETER', 'a module')
    raises(() => optim.clipGradValue(wrong(layer.namedParameters()), 1), 'BAD_PARAMETER', 'no tensor')
  })

  it('may be one tensor, in a group, too', () => {
    const w = new nn.Parameter(ones([2, 2]))
    assert.deepEqual(new optim.SGD([{ params: w }]).paramGroups[0]?.params, [w])
  })
})

describe('options of another kind', () => {
  it('are refused: a text is no number, a number no pair', () => {
    raises(() => new optim.SGD(layer.parameters(), { lr: wrong('0.1') }), 'BAD_OPTION', "lr = '0.1'")
    raises(
      () => new optim.SGD([{ params: layer.parameters(), momentum: wrong('0.9') }]),
      'BAD_OPTION',
      "momentum = '0.9'",
    )
    raises(() => new optim.Adam(layer.parameters(), { betas: wrong(0.9) }), 'BAD_OPTION', 'betas = 0.9')
    raises(() => new optim.Adam(layer.parameters(), { betas: wrong([0.9]) }), 'BAD_OPTION', 'betas = [0.9]')
    raises(
      () => optim.clipGradNorm(layer.parameters(), wrong('1')),
      'BAD_OPTION',
      "maxNorm must be a number from 0; it is '1'",
    )
    raises(() => optim.clipGradValue(layer.parameters(), -1), 'BAD_OPTION', 'clipValue')
    raises(() => new optim.MultiStepLR(sgd(), wrong(3)), 'BAD_OPTION', 'milestones')
  })
})

describe('helpers that are given no optimizer, model or state', () => {
  it('say what they need', () => {
    raises(() => new optim.GradScaler().step(wrong(layer)), 'BAD_OPTION', 'an optimizer')
    raises(() => new optim.GradScaler().unscale_(wrong(layer)), 'BAD_OPTION', 'an optimizer')
    raises(() => new optim.SAM(wrong(layer.parameters())), 'BAD_OPTION', 'an optimizer')
    raises(() => new optim.EMA(wrong(layer.parameters())), 'NOT_A_MODULE', 'EMA')
    raises(() => sgd().loadStateDict(wrong(undefined)), 'STATE_DICT', 'undefined', 'stateDict()')
    raises(() => sgd().loadStateDict(wrong({})), 'STATE_DICT')
  })
})

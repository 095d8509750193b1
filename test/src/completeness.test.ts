// Nothing public without its proof: a golden from PyTorch, gradients of first and second order by differences, a docstring.
import assert from 'node:assert/strict'
import { device, gradcheck, gradgradcheck, isTensor, setBackend, type Tensor } from '#src/index.js'
import { docstringOf } from './api/docstrings.js'
import { NO_GOLDEN, NOT_DIFFERENTIABLE } from './api/exceptions.js'
import { type PublicName, publicNames } from './api/names.js'
import { PAGES, RENEW, written } from './api/page.js'
import { argumentsOf, casesByName, type GoldenCase, substituted } from './golden/cases.js'
import { callable, flat, isThere } from './golden/run.js'

const names = publicNames()
const cases = casesByName()
/** Of each name so many cases are differentiated: the Jacobian of a case costs a backward pass a number. */
const CHECKED = 3

/** Another name for the same function counts. */
function namesOf({ name, value }: PublicName): string[] {
  return value === undefined ? [name] : names.filter(other => other.value === value).map(other => other.name)
}

function goldensOf(entry: PublicName): GoldenCase[] {
  return namesOf(entry).flatMap(name => cases.get(name) ?? [])
}

function differentiable(list: readonly GoldenCase[]): GoldenCase[] {
  return list.filter(
    golden => golden.generic === 1 && golden.grads !== undefined && (golden.only ?? 'float64') === 'float64',
  )
}

describe('completeness', () => {
  it('every public name has goldens from PyTorch, or a reason why not', () => {
    const without = names.filter(entry => goldensOf(entry).length === 0 && !NO_GOLDEN.has(entry.name))
    none(without.map(({ name }) => name))
  })

  it('every public name has a case for gradcheck, or a reason why not', () => {
    const without = names.filter(
      ({ name, ...entry }) =>
        !NO_GOLDEN.has(name) &&
        !NOT_DIFFERENTIABLE.has(name) &&
        differentiable(goldensOf({ name, ...entry })).length === 0,
    )
    none(without.map(({ name }) => name))
  })

  it('no exception is made for a name with goldens and gradients', () => {
    const needless = names.filter(entry => NO_GOLDEN.has(entry.name) && goldensOf(entry).some(golden => !golden.throws))
    none(needless.map(({ name }) => name))
    const smooth = names.filter(
      entry => NOT_DIFFERENTIABLE.has(entry.name) && differentiable(goldensOf(entry)).some(moves),
    )
    none(smooth.map(({ name }) => name))
  })

  it('every public name has a docstring that says more than its name', () => {
    const without = names.filter(({ name }) => (docstringOf(name)?.text.length ?? 0) < 12)
    none(without.map(({ name }) => name))
  })

  it('every docstring of a function shows an example', () => {
    const without = names.filter(
      ({ name, onTensor }) => onTensor !== 'property' && name !== 'toString' && !docstringOf(name)?.tags.example,
    )
    none(without.map(({ name }) => `${name} (${docstringOf(name)?.file})`))
  })

  it("every docstring names PyTorch's counterpart", () => {
    const without = names.filter(({ name, onTensor }) => onTensor !== 'property' && !docstringOf(name)?.tags.torch)
    none(without.map(({ name }) => `${name} (${docstringOf(name)?.file})`))
  })

  for (const [name, page] of Object.entries(PAGES)) {
    it(`docs/${name} is current`, () => {
      assert.ok(page() === written(name), `docs/${name} is not what the docstrings say: renew it by ${RENEW}`)
    })
  }
})

function none(left: readonly string[]): void {
  assert.ok(left.length === 0, `${left.length}: ${left.join(' ')}`)
}

/** Whether some golden gradient is not zero. */
function moves({ grads = [] }: GoldenCase): boolean {
  return grads.some(gradient => gradient?.some(value => value !== 0))
}

describe('gradients by central differences', () => {
  let chosen: string
  before(() => {
    chosen = device()
    setBackend('reference')
  })
  after(() => setBackend(chosen))

  for (const [name, list] of cases) {
    const checked = differentiable(list).filter(moves).slice(0, CHECKED)
    if (checked.length === 0 || !isThere(name)) continue
    it(`${name}: first and second order, forward mode`, () => {
      for (const golden of checked) {
        const { args, leaves } = argumentsOf(golden, { dtype: 'float64', strided: false, requiresGrad: true })
        const f = (...xs: Tensor[]): Tensor[] => smoothOutputs(golden, substituted(args, leaves, xs))
        assert.equal(gradcheck(f, leaves), true)
        assert.equal(gradgradcheck(f, leaves), true)
      }
    })
  }
})

/** Of symmetric matrices only one triangle is read, while gradients are symmetric: so differences move both places alike. */
const symmetric = (a: Tensor): Tensor => a.add(a.transpose(-1, -2)).mul(0.5)
const PREPARED: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  'linalg.cholesky': symmetric,
  'linalg.eigh': symmetric,
}

function smoothOutputs(golden: GoldenCase, args: unknown[]): Tensor[] {
  const call = callable(golden.name, 'free') ?? callable(golden.name, 'method')
  assert.ok(call)
  const [first] = args
  const prepared = PREPARED[golden.name]
  const given = prepared !== undefined && isTensor(first) ? prepared(first) : first
  const target = golden.inplace === 1 && isTensor(given) ? given.clone() : given
  const result = call(target, ...args.slice(1))
  const outs = flat(result === undefined && golden.inplace === 1 ? target : result)
  return golden.out.flatMap((json, i) => ('r' in json ? [outs[i] as Tensor] : []))
}

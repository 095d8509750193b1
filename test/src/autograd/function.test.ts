// Custom functions: their rule instead of the automatic one, and mistakes in it.
import assert from 'node:assert/strict'
import * as c from '#src/autograd/rules/calculus.js'
import {
  backward,
  customFunction,
  type FunctionContext,
  grad,
  gradcheck,
  gradgradcheck,
  jvp,
  noGrad,
  type Tensor,
  TensorError,
} from '#src/index.js'
import { float64, increase, int32, numbers, on, total } from './points.js'

const raises = (f: () => unknown, code: string, words: RegExp): void => {
  assert.throws(f, (error: unknown) => error instanceof TensorError && error.code === code && words.test(error.message))
}

/** x^3, with everything said. */
const cube = customFunction({
  name: 'cube',
  forward(context, x: Tensor) {
    context.save(x)
    return x.mul(x).mul(x)
  },
  backward(context, g) {
    const [x] = context.saved as [Tensor]
    return g.mul(x).mul(x).mul(3)
  },
  jvp(context, t) {
    const [x] = context.saved as [Tensor]
    return (t as Tensor).mul(x).mul(x).mul(3)
  },
})

const straight = customFunction({
  name: 'straight',
  forward: (_, x: Tensor, limit: number) => x.clamp(-limit, limit),
  backward: (_, g) => [g, null],
})

/** Sum and difference; notes what came. */
const twins = (seen: FunctionContext[] = []) =>
  customFunction({
    name: 'twins',
    forward(context, a: Tensor, b: Tensor) {
      seen.push(context)
      return [a.add(b), a.sub(b)]
    },
    backward: (_, s, d) => [(s as Tensor).add(d as Tensor), (s as Tensor).sub(d as Tensor)],
  })

describe('customFunction', () => {
  on('reference')

  it('uses its own rule instead of that of what it computes', () => {
    const x = float64([0.5, 3])
    const y = straight(x, 1)
    assert.deepEqual(numbers(y), [0.5, 1])
    backward(total(y))
    assert.deepEqual(numbers(x.grad as Tensor), [1, 1])
    assert.equal(y.gradFn?.name, 'straight')
  })

  it('has right first and second derivatives, forward too, where its rule has', () => {
    assert.equal(gradcheck(cube, [float64([0.5, 2, -1])]), true)
    assert.equal(gradgradcheck(cube, [float64([0.5, 2, -1])]), true)
  })

  it('gives zeros for outputs that no gradient comes for, and says what wants one', () => {
    const seen: FunctionContext[] = []
    const [a, b] = [float64([1, 2]), float64([3, 4], [2], false)]
    const [s] = twins(seen)(a, b) as [Tensor, Tensor]
    assert.deepEqual(numbers(grad(total(s), [a])[0] as Tensor), [1, 1])
    assert.deepEqual(seen[0]?.needs, [true, false])
    const b2 = float64([3, 4])
    const [s2, d2] = twins()(a, b2) as [Tensor, Tensor]
    assert.deepEqual(
      grad(total(s2.add(d2.mul(10))), [a, b2]).map(g => numbers(g)),
      [
        [11, 11],
        [-9, -9],
      ],
    )
  })

  it('records nothing without a leaf, and under noGrad', () => {
    assert.equal(cube(float64([1], [1], false)).requiresGrad, false)
    assert.equal(noGrad(() => cube(float64([1]))).requiresGrad, false)
  })

  it('may return an argument or a view of it: that has the custom gradient, the argument its own', () => {
    const scale = customFunction({ name: 'reverse', forward: (_, x: Tensor) => x, backward: (_, g) => g.neg() })
    const x = float64([1, 2])
    const y = scale(x)
    assert.notEqual(y, x)
    assert.deepEqual(numbers(grad(total(y.add(x.mul(10))), [x])[0] as Tensor), [9, 9])
    const flat = customFunction({
      name: 'flat',
      forward: (_, x: Tensor) => c.reshape(x, [2, 1]),
      backward: (_, g) => c.reshape(g.mul(7), [2]),
    })
    assert.deepEqual(numbers(grad(total(flat(x)), [x])[0] as Tensor), [7, 7])
  })

  it('remembers notes from forward to backward', () => {
    const scaled = customFunction({
      name: 'scaled',
      forward(context, x: Tensor, by: number) {
        context.notes.by = by
        return x.mul(by)
      },
      backward: (context, g) => [g.mul(context.notes.by as number), null],
    })
    const x = float64([1, 2])
    assert.deepEqual(numbers(grad(total(scaled(x, 5)), [x])[0] as Tensor), [5, 5])
  })

  it('refuses a second derivative where backward is said to have none', () => {
    const once = customFunction({
      name: 'once',
      forward: (context, x: Tensor) => {
        context.save(x)
        return x.mul(x)
      },
      backward: (context, g) => g.mul(context.saved[0] as Tensor).mul(2),
      onceDifferentiable: true,
    })
    const x = float64([3])
    const [dx] = grad(total(once(x)), [x], { createGraph: true }) as [Tensor]
    assert.deepEqual(numbers(dx), [6])
    raises(() => grad(total(dx), [x]), 'BAD_RULE', /cannot be differentiated/)
  })

  it('notices that a saved tensor was written to', () => {
    const x = float64([1, 2])
    const h = x.mul(2)
    const y = cube(h)
    increase(h)
    raises(() => backward(total(y)), 'VERSION', /saved tensor 0/)
  })

  it('tells a wrong number, form or shape of gradients', () => {
    const wrong = (gradients: unknown) =>
      customFunction({
        name: 'wrong',
        forward: (_, x: Tensor, _n: unknown) => x.mul(1),
        backward: () => gradients as Tensor,
      })
    const run =
      (gradients: unknown, second: unknown = 3) =>
      () =>
        backward(total(wrong(gradients)(float64([1, 2]), second)))
    raises(run([float64([1, 2])]), 'BAD_RULE', /1 gradient\(s\) for 2 argument\(s\)/)
    raises(run([float64([1]), null]), 'BAD_RULE', /\[1\] for argument 0, which has shape \[2\]/)
    raises(run([5, null]), 'BAD_RULE', /number instead of a tensor/)
    raises(run([null, float64([1])]), 'BAD_RULE', /argument 1, which is no float tensor/)
    raises(run([null, int32([1])], int32([1])), 'BAD_RULE', /argument 1, which is no float tensor/)
    raises(
      () => customFunction({ name: 'no', forward: () => 3 as unknown as Tensor, backward: () => null })(),
      'NOT_A_TENSOR',
      /number/,
    )
  })

  it('needs a jvp in forward mode, which is checked too', () => {
    const v = float64([1], [1], false)
    raises(() => jvp(x => straight(x, 1), v, v), 'BAD_RULE', /forward mode/)
    assert.deepEqual(numbers(jvp(x => straight(v, 1).add(x), v, v)[1]), [1])
    const with2 = (jvpRule: unknown) =>
      customFunction({
        name: 'odd',
        forward: (_, x: Tensor) => x.mul(1),
        backward: (_, g) => g,
        jvp: () => jvpRule as Tensor,
      })
    raises(() => jvp(with2([v, v]), v, v), 'BAD_RULE', /2 tangent\(s\) for 1 output/)
    raises(() => jvp(with2(float64([1, 2])), v, v), 'BAD_RULE', /\[2\] for output 0/)
    assert.deepEqual(numbers(jvp(with2(null), v, v)[1]), [0])
    const flat = customFunction({
      name: 'flat',
      forward: (_, x: Tensor) => c.reshape(x, [1, 1]),
      backward: (_, g) => c.reshape(g, [1]),
      jvp: (_, t) => c.reshape((t as Tensor).mul(5), [1, 1]),
    })
    assert.deepEqual(numbers(jvp(x => c.reshape(flat(x), [1]), v, v)[1]), [5])
  })

  it('wants a name, forward and backward', () => {
    const wrong = (definition: unknown, words: RegExp) =>
      assert.throws(
        () => customFunction(definition as Parameters<typeof customFunction>[0]),
        (error: unknown) => error instanceof TensorError && error.code === 'BAD_RULE' && words.test(error.message),
      )
    const [forward, backward] = [(_: unknown, x: Tensor) => x, (_: unknown, g: Tensor) => g]
    wrong({ forward, backward }, /a name is missing.*customFunction\(\{ name/s)
    wrong({ name: '', forward, backward }, /a name/)
    wrong({ name: 'f', backward }, /the function forward/)
    wrong({ name: 'f', forward }, /the function backward/)
    wrong(forward, /the function forward/)
    wrong(undefined, /the function forward/)
  })
})

// What a rule may look at: only what it said that it saves.
import assert from 'node:assert/strict'
import { PrimitiveNode } from '#src/autograd/node.js'
import { tensor } from '#src/index.js'

describe('a node whose rule forgot to say what it saves', () => {
  const x = (): ReturnType<typeof tensor> => tensor([1, 2], { requiresGrad: true })

  it('says so for an input and for the result', () => {
    const [a, out] = [x(), tensor([1, 4])]
    const node = new PrimitiveNode(
      'square',
      { kind: 'elementwise', saves: {}, partials: [] },
      {},
      [a],
      [undefined],
      out,
    )
    assert.throws(() => node.input(0), /gradient rule of square asks for input 0, which it does not list in 'saves'/)
    assert.throws(() => node.output(), /gradient rule of square asks for its result, which it does not list in 'saves'/)
  })
})

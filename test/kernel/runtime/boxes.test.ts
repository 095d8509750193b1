import assert from 'node:assert/strict'
import { Boxes, peek } from '#kernel/runtime/boxes.js'

describe('a box', () => {
  it('throws what JavaScript throws until it has a value', () => {
    const box = new Boxes().get('nobody')
    assert.throws(() => box.v, { name: 'ReferenceError', message: 'nobody is not defined' })
    assert.equal(peek(box), undefined)
    box.v = undefined
    assert.equal(box.v, undefined)
    box.v = 3
    assert.equal(box.v, 3)
  })

  it('is one for each name', () => {
    const boxes = new Boxes()
    boxes.get('a').v = 1
    assert.equal(boxes.get('a').v, 1)
    assert.equal(boxes.has('a'), true)
    assert.equal(boxes.has('b'), false)
  })

  it('finds a global that was made later', () => {
    const box = new Boxes().get('gradlabTestGlobal')
    Object.defineProperty(globalThis, 'gradlabTestGlobal', { value: 5, configurable: true })
    assert.equal(box.v, 5)
    assert.equal(peek(box), 5)
    Reflect.deleteProperty(globalThis, 'gradlabTestGlobal')
    assert.throws(() => box.v, ReferenceError)
  })
})

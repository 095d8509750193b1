// The derivative of digamma against its closed forms.
import assert from 'node:assert/strict'
import { trigamma } from '#src/autograd/rules/trigamma.js'
import { float64, numbers, on } from './points.js'

const PI2 = Math.PI ** 2
const CATALAN = 0.915965594177219

/** Abramowitz and Stegun 6.4: at halves and quarters, by recurrence and reflection. */
const KNOWN = [
  [1, PI2 / 6],
  [0.5, PI2 / 2],
  [0.25, PI2 + 8 * CATALAN],
  [0.75, PI2 - 8 * CATALAN],
  [2, PI2 / 6 - 1],
  [4, PI2 / 6 - 1 - 1 / 4 - 1 / 9],
  [-0.5, PI2 / 2 + 4],
  [-1.5, PI2 / 2 + 4 + 4 / 9],
  [1e8, 1e-8 + 0.5e-16],
  [1e-8, 1e16 + PI2 / 6],
] as const

describe('trigamma', () => {
  on('reference')
  it('agrees with its closed forms to a few ulp', () => {
    const got = numbers(trigamma(float64(KNOWN.map(([x]) => x))))
    KNOWN.forEach(([x, expected], i) => {
      assert.ok(Math.abs((got[i] as number) / expected - 1) < 4e-15, `${x}: ${got[i]}, ${expected}`)
    })
  })

  it('has poles at 0 and below, vanishes at Infinity and keeps NaN', () => {
    const [zero, minus, far, nan] = numbers(trigamma(float64([0, -3, Number.POSITIVE_INFINITY, Number.NaN]))) as [
      number,
      number,
      number,
      number,
    ]
    assert.deepEqual([zero, minus, far, nan], [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0, Number.NaN])
  })
})

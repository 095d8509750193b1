import { equal } from 'node:assert/strict'
import { callSite, siteIn } from '#src/tensor/call-site.js'

describe('callSite', () => {
  it('names the line that called, also in a function without a name', () => {
    equal(callSite()?.includes('call-site.test.'), true)
  })

  it('passes over what has no line of its own', () => {
    const stack = [
      'Error',
      '    at Array.map (<anonymous>)',
      '    at process.processImmediate (node:internal/timers:483:21)',
      '    at Object.<anonymous> (/home/ada/train.js:3:7)',
      '    at /home/ada/other.js:9:1',
    ]
    equal(siteIn(stack.join('\n')), '/home/ada/train.js:3:7')
    equal(siteIn(stack.slice(0, 3).join('\n')), undefined)
    equal(siteIn(['Error', ...stack.slice(4)].join('\n')), '/home/ada/other.js:9:1')
  })
})

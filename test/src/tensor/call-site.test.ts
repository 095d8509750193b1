import { equal, match, ok } from 'node:assert/strict'
import { detectAnomaly, noGrad, type TensorError, tensor } from '#src/index.js'
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

describe('the stack of an error', () => {
  const wrong = (): unknown => tensor([1, 2]).reshape([3, 5])

  function stackOf(run: () => unknown): string[] {
    try {
      run()
    } catch (error) {
      const { stack = '', message } = error as TensorError
      ok(stack.startsWith(`Error: ${message}\n`) || stack.startsWith(`TensorError: ${message}\n`), stack)
      return stack.split('\n').filter(line => /^\s+at /.test(line))
    }
    throw new Error('nothing was thrown')
  }

  it('names the lines of the caller alone, also behind callbacks', () => {
    for (const run of [wrong, () => noGrad(wrong), () => detectAnomaly(() => noGrad(wrong))]) {
      const frames = stackOf(run)
      match(frames[0] ?? '', /wrong .*call-site\.test/)
      equal(frames.filter(line => /[\\/]dist[\\/]/.test(line)).length, 0, frames.join('\n'))
    }
  })

  it('is as long as the program asks', () => {
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = 2
    try {
      equal(stackOf(wrong).length, 2)
    } finally {
      Error.stackTraceLimit = limit
    }
  })

  it('has the lines of the library on demand', () => {
    process.env.GRADLAB_STACK = 'full'
    try {
      match(stackOf(wrong)[0] ?? '', /[\\/]dist[\\/]/)
    } finally {
      delete process.env.GRADLAB_STACK
    }
  })
})

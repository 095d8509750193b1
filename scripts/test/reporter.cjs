// Mocha's `spec` reporter, and the counts as JSON for the driver, which adds the suites up.
const { writeFileSync } = require('node:fs')
const { reporters, Runner } = require('mocha')

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    const pending = []
    runner.on(Runner.constants.EVENT_TEST_PENDING, test => pending.push(test.fullTitle()))
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures } = this.stats
      const file = process.env.GRADLAB_TEST_STATS
      if (file !== undefined) writeFileSync(file, JSON.stringify({ passes, failures, pending }))
    })
  }
}

import assert from 'node:assert/strict'
import type { CheckResult } from '#src/cli/checks/all.js'
import { replyBanner } from '#src/cli/checks/kernel-answers.js'
import { isHealthy } from '#src/cli/doctor.js'
import { gradlab } from './command.js'

const NAMES = [
  'node',
  'packages',
  'typescript',
  'build',
  'kernel',
  'python',
  'jupyterlab',
  'kernelspec',
  'labextension',
  'disk',
]

describe('gradlab doctor', function () {
  this.timeout(90_000)

  it('looks at everything, names a mend for what is not in order, and counts it in its exit code', () => {
    const { code, out, err } = gradlab(['doctor', '--json'])
    assert.equal(err, '')
    const report = JSON.parse(out) as { ok: boolean; checks: CheckResult[] }
    assert.deepEqual(
      report.checks.map(({ name }) => name),
      NAMES,
    )
    for (const { name, state, detail, mend } of report.checks) {
      assert.ok(['ok', 'missing', 'broken'].includes(state), name)
      assert.notEqual(detail, '', name)
      assert.equal(mend === undefined, state === 'ok', `${name}: a mend, and only where it is needed`)
    }
    assert.equal(code, report.ok ? 0 : 1)
  })

  it('starts the kernel and hears from it', () => {
    const { checks } = JSON.parse(gradlab(['doctor', '--json']).out) as { checks: CheckResult[] }
    const kernel = checks.find(({ name }) => name === 'kernel')
    assert.match(kernel?.detail ?? '', /^\S+ \d+\.\d+\.\d+ answers, after \d+ ms$/)
  })

  it('prints a line a check', () => {
    const { out } = gradlab(['doctor'])
    for (const name of NAMES) assert.match(out, new RegExp(`^(ok|missing|broken) +${name} `, 'm'))
  })

  it('forgives what only JupyterLab needs and is not set up yet, and nothing that is broken', () => {
    const check = (state: CheckResult['state'], required: boolean): CheckResult => ({
      name: 'x',
      state,
      required,
      detail: '',
    })
    assert.ok(isHealthy([check('ok', true), check('missing', false)]))
    assert.ok(!isHealthy([check('missing', true)]))
    assert.ok(!isHealthy([check('broken', false)]))
  })

  it("hears the kernel's answer among its other messages", () => {
    const content = { implementation: 'gradlab', implementation_version: '1.2.3' }
    assert.equal(
      replyBanner(JSON.stringify({ header: { msg_type: 'kernel_info_reply' }, content })),
      'gradlab 1.2.3 answers',
    )
    for (const line of ['', 'log', '[]', '{}', '{"header":{"msg_type":"status"}}']) {
      assert.equal(replyBanner(line), undefined)
    }
  })
})

// Our kernel judged by Jupyter's own conformance tests, and used by clients that nobody here wrote.
import assert from 'node:assert/strict'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PROJECT } from '../clients/stdio.js'
import { type PythonClients, startPythonClients } from './python.js'

describe('Jupyter clients of others', function () {
  // The first run installs them.
  this.timeout(300_000)
  let clients: PythonClients

  before(async function () {
    clients = await startPythonClients(this)
  })
  after(() => clients?.close())

  it('pass jupyter_kernel_test: all that applies, and what does not is named', async () => {
    const { code, stdout, stderr } = await clients.run('conformance.py')
    const told = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { test: string; outcome: string; why: string })
    const of = (outcome: string): string[] => told.filter(one => one.outcome === outcome).map(({ test }) => test)
    assert.deepEqual(of('failed'), [], stderr)
    assert.equal(code, 0, stderr)
    // No pager, and no XPUB socket: kernel_info claims neither.
    assert.deepEqual(of('skipped'), ['test_pager', 'test_recv_iopub_welcome_msg'])
    assert.deepEqual(of('passed').sort(), [
      'test_clear_output',
      'test_completion',
      'test_display_data',
      'test_error',
      'test_execute_result',
      'test_execute_stderr',
      'test_execute_stdout',
      'test_history',
      'test_inspect',
      'test_is_complete',
      'test_kernel_info',
    ])
  })

  const tells = async (story: string, ...args: string[]): Promise<Record<string, unknown>> => {
    const { code, stdout, stderr } = await clients.run('clients.py', story, ...args)
    assert.equal(code, 0, stderr)
    const told = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>
    assert.equal(told.story, story)
    return told
  }

  it('run the welcome notebook: nbclient', async () => {
    const notebook = join(clients.folder, '00-welcome.ipynb')
    for (const name of ['00-welcome.ipynb', 'tsconfig.json']) {
      copyFileSync(fileURLToPath(new URL(`notebooks/${name}`, PROJECT)), join(clients.folder, name))
    }
    const { cells, outputs } = await tells('welcome', notebook)
    assert.ok(Number(cells) > 0 && Number(outputs) > 0)
  })

  it('are told of a failing cell, or go on where they wish so: nbclient', () => tells('errors'))

  it('stop a cell at its time limit and go on with its names: nbclient', () => tells('time_limit'))

  it('execute, answer a prompt, complete, and look back: jupyter_client', () => tells('interactive'))

  it('restart five times: jupyter_client', () => tells('restarts'))

  it('interrupt a loop, an await and a prompt: jupyter_client', () => tells('interrupts'))
})

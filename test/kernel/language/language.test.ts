// The table of language features, each run as cells by the headless kernel.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type CellOutcome, execute, plainTraceback } from '../clients/request.js'
import { type StdioClient, startStdioKernel } from '../clients/stdio.js'
import { ASYNC } from './async.js'
import { CLASSES } from './classes.js'
import { ERRORS } from './errors.js'
import type { Failure, Files, Step, Theme } from './feature.js'
import { FUNCTIONS } from './functions.js'
import { HABITS } from './habits.js'
import { MODULES } from './modules.js'
import { NAMES } from './names.js'
import { PACKAGES } from './packages.js'
import { PLATFORM } from './platform.js'
import { RESULTS } from './results.js'
import { SCOPES } from './scopes.js'
import { SYNTAX } from './syntax.js'
import { TYPES } from './types.js'

const THEMES: readonly Theme[] = [
  RESULTS,
  SYNTAX,
  NAMES,
  SCOPES,
  FUNCTIONS,
  CLASSES,
  TYPES,
  ASYNC,
  MODULES,
  PACKAGES,
  PLATFORM,
  ERRORS,
  HABITS,
]

describe('the language of cells', function () {
  this.timeout(60_000)

  for (const { theme, files = {}, features } of THEMES) {
    describe(theme, () => {
      let folder: string
      let kernel: StdioClient

      before(() => {
        folder = realpathSync(mkdtempSync(join(tmpdir(), 'gradlab-language-')))
        writeFiles(folder, files)
        kernel = startStdioKernel(folder)
      })

      after(async () => {
        await kernel.close()
        rmSync(folder, { recursive: true, force: true })
      })

      for (const { title, cells } of features) {
        it(title, async () => {
          for (const cell of cells) {
            if (typeof cell === 'string') succeeds(cell, await execute(kernel, cell))
            else {
              writeFiles(folder, cell.files ?? {})
              compare(cell, await execute(kernel, cell.run))
            }
          }
        })
      }
    })
  }
})

function writeFiles(folder: string, files: Files): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
}

function succeeds(code: string, outcome: CellOutcome): void {
  assert.equal(plainTraceback(outcome), '', code)
  assert.equal(outcome.stderr, '', code)
}

function compare(step: Step, outcome: CellOutcome): void {
  const { run, shows, prints = '', warns, fails } = step
  if (fails === undefined) assert.equal(plainTraceback(outcome), '', run)
  else compareFailure(run, fails, outcome)
  same(outcome.stdout, prints, run)
  if (warns === undefined) assert.equal(outcome.stderr, '', run)
  else assert.match(outcome.stderr, warns, run)
  same(outcome.results[0]?.['text/plain'], shows, run)
}

function compareFailure(code: string, fails: Failure, outcome: CellOutcome): void {
  assert.equal(outcome.error?.ename, fails.name, `${code}\n${plainTraceback(outcome)}`)
  if (fails.message !== undefined) same(outcome.error?.evalue, fails.message, code)
  if (fails.at === undefined) return
  const place = plainTraceback(outcome).match(/Cell \[\d+\]:(\d+):(\d+)/)
  assert.deepEqual([Number(place?.[1]), Number(place?.[2])], fails.at, `${code}\n${plainTraceback(outcome)}`)
}

function same(found: unknown, expected: string | RegExp | undefined, code: string): void {
  if (expected instanceof RegExp) assert.match(String(found), expected, code)
  else assert.equal(found, expected, code)
}

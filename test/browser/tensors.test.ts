// Tensors in JupyterLab, as a learner meets them: the view of a tensor, help while one types, a finding under a wrong call,
// an error. A real JupyterLab in a real Chromium; pictures are left in build/pictures for people to look at.
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { type GradlabLab, startGradlabLab } from './gradlab.js'
import {
  DARK,
  eventually,
  type LabPage,
  LIGHT,
  newCell,
  openNotebook,
  runCell,
  screenshot,
  scrollToCell,
  startBrowser,
  switchTheme,
  untilIdle,
} from './lab.js'
import { ROOT } from './lab-server.js'
import { notebook } from './notebook.js'
import { contrast, textColours } from './pixels.js'

const PICTURES = join(ROOT, 'build/pictures')

const CELLS = [
  'import { manualSeed, noGrad, randn, tensor } from "gradlab"',
  'manualSeed(0)\nconst x = tensor([[1, 2], [3, 4]], { requiresGrad: true })\nx',
  'randn([3, 28, 28])',
  `const xs = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]), ys = tensor([[0], [1], [1], [0]])
const w1 = randn([2, 8], { requiresGrad: true }), w2 = randn([8, 1], { requiresGrad: true })
for (let step = 0; step < 400; step++) {
  const logits = xs.sub(0.5).matmul(w1).add(0.5).tanh().matmul(w2)
  logits.softplus().sub(logits.mul(ys)).mean().backward()
  noGrad(() => {
    for (const w of [w1, w2]) {
      w.sub_(w.grad!)
      w.grad = null
    }
  })
}
console.log(xs.sub(0.5).matmul(w1).add(0.5).tanh().matmul(w2).gt(0).int().t())`,
  'x.matmul(tensor([1, 2, 3]))',
]

describe('tensors in JupyterLab', function () {
  this.timeout(60_000)
  let lab: GradlabLab
  let browser: Browser
  let seen: LabPage
  let page: Page

  before(async () => {
    await mkdir(PICTURES, { recursive: true })
    lab = await startGradlabLab()
    browser = await startBrowser()
    await writeFile(join(lab.notebooks, 'tensors.ipynb'), notebook(CELLS))
    seen = await openNotebook(browser, lab.server, 'tensors.ipynb', { width: 1100 })
    page = seen.page
    await untilIdle(page)
  })
  after(async () => {
    await browser?.close()
    await lab?.stop()
  })

  it('learn XOR', async () => {
    for (let i = 0; i < 3; i++) await runCell(page, i)
    const [output] = await runCell(page, 3)
    assert.equal(String(output?.text).trimEnd(), 'tensor([[0, 1, 1, 0]])')
  })

  it('do not fit: the error shows the line of the cell', async () => {
    const [output] = await runCell(page, 4)
    assert.match(String(output?.evalue), /matmul: shapes \[2, 2\] and \[3\] do not fit/)
    assert.doesNotMatch(String(output?.traceback), /bundle/)
  })

  for (const theme of [LIGHT, DARK]) {
    it(`are shown as tables that can be read in the theme ${theme}`, async () => {
      await switchTheme(page, theme)
      for (const i of [1, 2]) {
        await scrollToCell(page, i)
        const view = await page.waitForSelector(`[data-windowed-list-index="${i}"] .gl-tensor`)
        for (const { text, colour, ground } of await textColours(view)) {
          assert.ok(contrast(colour, ground) >= 3, `'${text}' is ${colour} on ${ground}`)
        }
      }
      const lines = await page.$$eval('.gl-scale', found => found.map(scale => scale.getBoundingClientRect().height))
      assert.ok(lines.length > 0)
      for (const height of lines) assert.ok(height < 24, `the legend takes ${height} pixels: more than one line`)
      await scrollToCell(page, 1)
      await screenshot(page, join(PICTURES, `tensors-${theme.split(' ')[1]!.toLowerCase()}.png`))
    })
  }

  describe('help while one types', () => {
    before(async () => {
      await switchTheme(page, LIGHT)
      await scrollToCell(page, CELLS.length - 1)
    })
    beforeEach(() => newCell(page))

    it('with formula, shapes and an example by Shift+Tab', async () => {
      await page.keyboard.insertText('x.matmul')
      await page.keyboard.press('Shift+Tab')
      const text = (await (await page.waitForSelector('.jp-Tooltip')).textContent()) ?? ''
      assert.match(text, /Tensor\.matmul\(b: Tensor\): Tensor/)
      assert.match(text, /out\[i, j\] = sum over k of a\[i, k\] b\[k, j\]/)
      assert.match(text, /tensor\(\[\[1, 2\], \[3, 4\]\]\)\.matmul/)
      await screenshot(page, join(PICTURES, 'tensors-tooltip.png'))
      await page.keyboard.press('Escape')
    })

    it('with their methods', async () => {
      await page.keyboard.insertText('x.softm')
      await page.keyboard.press('Tab')
      await eventually(async () => {
        const matches = await page.$$eval('.jp-Completer-match', found => found.map(({ textContent }) => textContent))
        return matches.join() === 'softmax,softmin'
      })
      await screenshot(page, join(PICTURES, 'tensors-completion.png'))
      await page.keyboard.press('Escape')
    })

    it('with a mark under an operator, and what to write instead where the pointer rests', async () => {
      await page.keyboard.insertText('x * 2')
      const mark = await page.waitForSelector('.jp-mod-active .cm-lintRange')
      await mark.hover()
      const tooltip = await page.waitForSelector('.cm-tooltip-lint')
      assert.match(
        (await tooltip.textContent()) ?? '',
        /objects such as tensors have methods, as a\.add\(b\), a\.mul\(b\)/,
      )
      await page.screenshot({ path: join(PICTURES, 'tensors-mark.png') })
    })
  })

  it('leave no error on the console', () => assert.deepEqual([seen.errors, seen.foreign], [[], []]))
})

// Figures in JupyterLab, drawn by its own Vega in a real Chromium, light and dark; pictures are left in build/pictures for people to look at.
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
import { countPixels, hex } from './pixels.js'

const PICTURES = join(ROOT, 'build/pictures')

const CELLS = [
  'import { data, manualSeed, nn, plot, rand, randn, type Tensor } from "gradlab"\nmanualSeed(0)\nconst steps = Array.from({ length: 200 }, (_, i) => i)',
  `plot.line(
  { train: steps.map(i => 2 * Math.exp(-i / 40) + 0.1), test: steps.map(i => 2 * Math.exp(-i / 60) + 0.2) },
  { title: 'Loss', subtitle: 'two curves', yLabel: 'loss, nats' },
)`,
  `plot.beside([
  plot.histogram(randn([5000]), { title: 'Activations', xLabel: 'activation', width: 220 }),
  plot.heatmap(randn([4, 4]), { title: 'Weights' }),
])`,
  `const x = randn([150, 2])
const model = new nn.Sequential(new nn.Linear(2, 16), new nn.Tanh(), new nn.Linear(16, 3))
plot.decisionBoundary(model, { x, y: x.at(null, 0).gt(0).int() }, { title: 'Before training' })`,
  `plot.imageGrid(rand([10, 8, 8]), { labels: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], predicted: [0, 1, 2, 3, 4, 5, 6, 7, 8, 8], title: 'Noise' })`,
]

describe('figures in JupyterLab', function () {
  this.timeout(60_000)
  let lab: GradlabLab
  let browser: Browser
  let seen: LabPage
  let page: Page

  before(async () => {
    await mkdir(PICTURES, { recursive: true })
    lab = await startGradlabLab()
    browser = await startBrowser()
    await writeFile(join(lab.notebooks, 'figures.ipynb'), notebook(CELLS))
    seen = await openNotebook(browser, lab.server, 'figures.ipynb', { width: 1024 })
    page = seen.page
    await untilIdle(page)
  })
  after(async () => {
    await browser?.close()
    await lab?.stop()
  })

  it('are data for Vega-Lite, with a line of text', async () => {
    await runCell(page, 0)
    for (let i = 1; i < CELLS.length; i++) {
      const [output] = await runCell(page, i)
      const bundle = output?.data as Record<string, unknown> | undefined
      // JupyterLab may have put a picture beside them by now.
      const types = Object.keys(bundle ?? {}).filter(type => type !== 'image/png')
      assert.deepEqual(types.sort(), ['application/vnd.vegalite.v5+json', 'text/plain'])
    }
  })

  for (const theme of [LIGHT, DARK]) {
    it(`are drawn whole in the theme ${theme}`, async () => {
      await switchTheme(page, theme)
      for (let i = 1; i < CELLS.length; i++) {
        await scrollToCell(page, i)
        const canvas = await page.waitForSelector(`[data-windowed-list-index="${i}"] .jp-RenderedVegaCommon5 canvas`)
        const box = await canvas.boundingBox()
        assert.ok(box !== null && box.x + box.width <= 1024, `figure ${i} ends at ${(box?.x ?? 0) + (box?.width ?? 0)}`)
        if (i === 1) {
          // The first two colours, whatever the page's are.
          await eventually(async () => {
            const wanted = ['#2f7fc1', '#d06a1b'].map(colour => ({ colour: hex(colour), within: 12 }))
            const { counts } = await countPixels(page, canvas, wanted)
            return counts.every(count => count > 100)
          })
        }
        await screenshot(page, join(PICTURES, `figures-${i}-${theme.split(' ')[1]!.toLowerCase()}.png`))
      }
    })
  }

  it('leave no error on the console', () => assert.deepEqual([seen.errors, seen.foreign], [[], []]))
})

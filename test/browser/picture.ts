// Takes the picture of the README, docs/images/welcome.png: a real JupyterLab on the welcome notebook.
// Run it after `npx tsc -b` by `node build/test/browser/picture.js`, look at what it wrote, and commit it.
import { mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { parseNotebook } from '#src/notebook/read.js'
import { executedByCommand, runToEnd, startGradlabLab, WELCOME } from './gradlab.js'
import { type LabWindow, openNotebook, screenshot, scrollToCell, startBrowser } from './lab.js'
import { ROOT } from './lab-server.js'

const FILE = join(ROOT, 'docs/images/welcome.png')
const LIMIT_KB = 300
/** Of the picture; the page is wider, so that neither panel is cramped. */
const WIDTH = 1280

/** On the left the slips and what is said of them, on the right what was learned. */
async function arrange(page: Page, labels: readonly string[]): Promise<void> {
  const at = (label: string): number => labels.indexOf(label)
  await page.evaluate(
    async ({ surface, curve }) => {
      const { commands, shell } = (globalThis as unknown as PictureWindow).jupyterapp
      const notebook = shell.currentWidget
      await commands.execute('application:toggle-left-area')
      const views: Widget[] = []
      for (const index of [curve, surface]) {
        notebook.content.activeCellIndex = index
        await commands.execute('notebook:create-output-view')
        const view = [...shell.widgets('main')].find(widget => widget !== notebook && !views.includes(widget))
        if (view === undefined) throw new Error('JupyterLab opened no view of the output.')
        const [ref, mode] = views.length === 0 ? [notebook, 'split-right'] : [views[0]!, 'split-bottom']
        shell.add(view, 'main', { ref: ref.id, mode, activate: false })
        views.push(view)
        shell.activateById(notebook.id)
      }
      notebook.content.activeCellIndex = 0
    },
    { surface: at('surface'), curve: at('network-curve') },
  )
  await drag(page, '.lm-DockPanel-handle[data-orientation="horizontal"]:not(.lm-mod-hidden)', 62, 0)
  await drag(page, '.lm-DockPanel-handle[data-orientation="vertical"]:not(.lm-mod-hidden)', 0, -128)
  // The cells above take another height in their new width.
  await sleep(1000)
  await scrollToCell(page, at('types'))
  await sleep(1000)
  await scrollToCell(page, at('types'))
}

/** Moves the bar between two panels. */
async function drag(page: Page, bar: string, right: number, down: number): Promise<void> {
  const box = await (await page.waitForSelector(bar)).boundingBox()
  if (box === null) throw new Error(`There is no bar ${bar}.`)
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + right, y + down, { steps: 4 })
  await page.mouse.up()
}

interface Widget {
  readonly id: string
}

interface PictureWindow {
  readonly jupyterapp: {
    readonly commands: LabWindow['jupyterapp']['commands']
    readonly shell: {
      readonly currentWidget: Widget & { readonly content: { activeCellIndex: number } }
      widgets(area: string): Iterable<Widget>
      add(widget: Widget, area: string, options: object): void
      activateById(id: string): void
    }
  }
}

const lab = await startGradlabLab()
const browser = await startBrowser()
try {
  const { page } = await openNotebook(browser, lab.server, WELCOME, {
    width: 1440,
    height: 990,
    scale: WIDTH / 1440,
  })
  await runToEnd(page)
  const { cells } = parseNotebook(await executedByCommand(join(lab.notebooks, WELCOME)))
  await arrange(
    page,
    cells.map(({ metadata }) => String(metadata.label)),
  )
  await page.waitForSelector('.jp-LinkedOutputView .js-plotly-plot .gl-container canvas')
  // The plot follows the size of its panel, and the colours of WebGL come last.
  await sleep(4000)
  await mkdir(dirname(FILE), { recursive: true })
  await screenshot(page, FILE)
  const kilobytes = Math.ceil((await stat(FILE)).size / 1024)
  console.log(`${FILE}: ${kilobytes} KB`)
  if (kilobytes > LIMIT_KB) throw new Error(`The picture has ${kilobytes} KB; ${LIMIT_KB} are the limit.`)
} finally {
  await browser.close()
  await lab.stop()
}

// The welcome notebook as a learner meets it: a real JupyterLab in a real Chromium, 1280 pixels wide. Pictures of what
// was seen are left in build/pictures for people to look at.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, ElementHandle, Page } from 'playwright-core'
import type { CodeCell, Output } from '#src/notebook/format.js'
import { parseNotebook } from '#src/notebook/read.js'
import { executedByCommand, type GradlabLab, runToEnd, startGradlabLab, untilAllHaveRun, WELCOME } from './gradlab.js'
import {
  DARK,
  eventually,
  type LabPage,
  type LabWindow,
  LIGHT,
  newCell,
  openLab,
  openNotebook,
  outputsWhen,
  runActive,
  screenshot,
  scrollToCell,
  startBrowser,
  switchTheme,
  untilIdle,
} from './lab.js'
import { ROOT } from './lab-server.js'
import { type Colour, contrast, countPixels, hex, luminance, over, textColours } from './pixels.js'

const PICTURES = join(ROOT, 'build/pictures')
const NOTEBOOK = parseNotebook(readFileSync(join(ROOT, 'notebooks', WELCOME), 'utf8'))
const LABELS = NOTEBOOK.cells.map(({ metadata }) => String(metadata.label))
const CODE = NOTEBOOK.cells.filter(cell => cell.cell_type === 'code').map(({ metadata }) => String(metadata.label))

/** What a learner must read, whatever else changes. */
const SAID: Readonly<Record<string, readonly (string | RegExp)[]>> = {
  first: ['hello from TypeScript', '[ 1, 4, 9, 16 ]'],
  load: [/^333 penguins/, /^\{\n {2}species: 'Adelie',\n {2}island: 'Torgersen',\n {2}billLength: 39.1,/],
  standardise: ['spread before 5.46 mm, after 1.00', '333'],
  'neuron-train': [/^loss 0.693 -> 0.093\n326 of 333 penguins/],
  'type-error': [/^Cell \[7\]:1:1 - error TS2322: Type 'string' is not assignable to type 'number'./],
  'type-error-after': ['0.5'],
  'runtime-error': [
    'Ada 39',
    /^TypeError: Cannot read .*\n {2}at billOf Cell \[9\]:5:15\n(.*\n)+ {2}at Cell \[10\]:4:26\n/,
  ],
  'network-train': [/^loss 0.289 -> 0.122\n320 of 333 penguins/, '0.960960960960961'],
  'digits-load': ['60000 digits to learn from, 10000 to test with', '[ [ 60000, 1, 28, 28 ], [ 60000 ] ]'],
  'digits-model': [/235,146 parameters, 234,752 multiply-adds/],
  'digits-train': [/^epoch 1 \.{18} 9\d\.\d %(.*\n)+epoch 4 \.{18} 98\.\d % of the unseen digits are right$/],
  'digits-wrong': [/^1\d\d of 10000 are wrong/],
}

/** The Vega charts, and how many marks each must draw. */
const CHARTS = [
  { label: 'scatter', symbols: 333, lines: [] },
  { label: 'neuron-curve', symbols: 0, lines: [201] },
  { label: 'network-curve', symbols: 60, lines: [60] },
  { label: 'digits-show', symbols: 1058, lines: [] },
  { label: 'digits-curve', symbols: 0, lines: [72] },
] as const

describe('the welcome notebook in JupyterLab', function () {
  this.timeout(120_000)
  let lab: GradlabLab
  let browser: Browser
  let seen: LabPage
  let page: Page

  before(async () => {
    await mkdir(PICTURES, { recursive: true })
    lab = await startGradlabLab()
    browser = await startBrowser()
  })
  after(async () => {
    await browser?.close()
    await lab?.stop()
  })

  describe('before it is opened', () => {
    before(async () => {
      seen = await openLab(browser, lab.server, '/lab')
      page = seen.page
      await page.waitForSelector('.jp-LauncherCard')
    })
    after(() => seen.close())

    it('finds a launcher with our kernel, its logo drawn, and no Python', async () => {
      const cards = await page.$$eval('.jp-LauncherCard', found =>
        found.map(card => {
          const logo = card.querySelector('img')
          const drawn = logo?.complete === true && logo.naturalWidth > 0
          const kind = card.getAttribute('data-category')
          return { kind, text: card.textContent, logo: logo === null ? '' : new URL(logo.src).pathname, drawn }
        }),
      )
      const ours = { text: 'TypeScript (Gradlab)', logo: '/kernelspecs/gradlab/logo-svg.svg', drawn: true }
      assert.deepEqual(
        cards.filter(({ kind }) => kind === 'Notebook' || kind === 'Console'),
        [
          { kind: 'Notebook', ...ours },
          { kind: 'Console', ...ours },
        ],
      )
      assert.doesNotMatch((await page.textContent('.jp-Launcher')) ?? '', /Python/)
      await screenshot(page, join(PICTURES, 'launcher.png'))
    })

    it('finds our kernel in the picker, and no Python', async () => {
      await page.click('.jp-LauncherCard[data-category="Notebook"]')
      await untilIdle(page)
      assert.equal(await page.textContent('.jp-KernelName'), 'TypeScript (Gradlab)')
      await page.click('.jp-KernelName')
      const groups = await page.$$eval('.jp-Dialog optgroup', found =>
        found.map(group => [...group.querySelectorAll('option')].map(option => option.textContent)),
      )
      assert.deepEqual(groups.slice(0, 2), [['TypeScript (Gradlab)'], ['No Kernel']])
      assert.doesNotMatch((await page.textContent('.jp-Dialog')) ?? '', /Python/)
      await page.click('.jp-Dialog .jp-mod-reject')
    })

    it('asks nothing of another host and leaves no error on the console', () => assertQuiet(seen))
  })

  describe('opened', () => {
    let executed = new Map<string, CodeCell>()

    before(async () => {
      const { cells } = parseNotebook(await executedByCommand(join(lab.notebooks, WELCOME)))
      executed = new Map(
        cells.flatMap(cell => (cell.cell_type === 'code' ? [[String(cell.metadata.label), cell]] : [])),
      )
      seen = await openNotebook(browser, lab.server, WELCOME)
      page = seen.page
      await untilIdle(page)
    })
    after(() => seen.close())

    describe('and looked at', () => {
      it('has our kernel without being asked', async () => {
        assert.equal(await page.textContent('.jp-KernelName'), 'TypeScript (Gradlab)')
        assert.equal(await page.$('.jp-Dialog'), null)
        const { url, token } = lab.server
        const answer = await fetch(`${url}/api/sessions`, { headers: { Authorization: `token ${token}` } })
        const sessions = (await answer.json()) as { path: string; kernel: { name: string } }[]
        const names = sessions.filter(({ path }) => path === WELCOME).map(({ kernel }) => kernel.name)
        assert.deepEqual(names, ['gradlab'])
      })

      it('is coloured as TypeScript: keywords of JavaScript, and those that only TypeScript has', async () => {
        const colour = (label: string, word: string): Promise<string> =>
          cellOf(page, label).then(cell =>
            cell.$$eval(
              '.cm-line span',
              (spans, text) => {
                const span = spans.find(({ textContent }) => textContent === text)
                return span === undefined ? 'not marked' : getComputedStyle(span).color
              },
              word,
            ),
          )
        const keyword = await colour('first', 'const')
        const string = await colour('first', "'hello'")
        assert.match(keyword, /^rgb/)
        assert.match(string, /^rgb/)
        assert.notEqual(keyword, string)
        assert.equal(await colour('standardise', 'type'), keyword)
      })
    })

    describe('and run from top to bottom', () => {
      before(() => runToEnd(page))

      for (const label of CODE) {
        it(`shows the output of the cell '${label}'`, async () => {
          const cell = executed.get(label)
          assert.ok(cell)
          const shown = await shownTexts(page, label)
          const expected = cell.outputs.map(textOf)
          assert.equal(shown.length, expected.length)
          expected.forEach((text, i) => {
            if (text !== undefined) assert.equal(shown[i], text)
          })
          const said = SAID[label] ?? []
          said.forEach((text, i) => {
            if (typeof text === 'string') assert.equal(shown[i], text)
            else assert.match(shown[i] ?? '', text)
          })
          assert.equal(await promptOf(page, label), `[${cell.execution_count}]:`)
        })
      }

      it('draws the scatter so that each species is seen in its colour', async () => {
        const spec = vegaSpec(executed.get('scatter'))
        const canvas = await drawn(page, 'scatter', '.vega-embed canvas')
        const { corner } = await countPixels(page, canvas, [])
        const colours = spec.encoding.color.scale.range.map(text => over(hex(text), spec.mark.opacity, corner))
        const wanted = colours.map(colour => ({ colour, within: 8 }))
        const { counts } = await countPixels(page, canvas, wanted)
        // 68 marks of 30 square pixels are the fewest; some lie over others, and their edges are mixed colours.
        for (const count of counts) assert.ok(count > 500, `pixels by species: ${counts}`)
      })

      for (const { label, symbols, lines } of CHARTS) {
        it(`draws every mark of the chart '${label}'`, async () => {
          assert.deepEqual(await vegaMarks(page, label), { symbols, lines })
        })
      }

      it('draws the surface and every penguin on it', async () => {
        const plot = await drawn(page, 'surface', '.js-plotly-plot')
        assert.notEqual(await plot.$('.main-svg'), null)
        assert.notEqual(await plot.$('.gl-container canvas'), null)
        const traces = await plot.evaluate(node =>
          (node as unknown as { data: { type: string; z: unknown[] }[] }).data.map(({ type, z }) => [type, z.length]),
        )
        assert.deepEqual(traces, [
          ['surface', 41],
          ['scatter3d', 146],
          ['scatter3d', 68],
          ['scatter3d', 119],
        ])
      })

      it('draws the surface so that its height and the species are seen', async () => {
        const scene = await drawn(page, 'surface', '.js-plotly-plot')
        const markers = plotlyMarkers(executed.get('surface')).map(text => ({ colour: hex(text), within: 12 }))
        // Viridis, shaded by the light on the surface: yellow where it is sure of a Gentoo, violet where not.
        const sure = { colour: [235, 215, 45] as const, within: 45 }
        const not = { colour: [85, 25, 95] as const, within: 30 }
        const { counts } = await countPixels(page, scene, [...markers, sure, not])
        for (const count of counts) assert.ok(count > 200, `pixels by species, of the top, of the bottom: ${counts}`)
      })
    })

    describe('helps while one types', () => {
      beforeEach(() => newCell(page))

      it('with completions by themselves', async () => {
        await page.keyboard.type('squares.ma', { delay: 30 })
        // JupyterLab forgets an answer that takes more than a second, as it may on a busy machine, and asks again at the next letter.
        for (let tries = 0; tries < 10; tries++) {
          const shown = page.waitForSelector(`${COMPLETER} >> text="map"`, { timeout: 5000 }).catch(() => undefined)
          if ((await shown) !== undefined) return
          await page.keyboard.press('Backspace')
          await page.keyboard.type('a')
        }
        assert.fail('no completions came by themselves')
      })

      it('with completions by Tab, one of which is taken by Enter', async () => {
        await page.keyboard.insertText('squares.')
        await page.keyboard.press('Tab')
        await page.waitForSelector(`${COMPLETER} >> text="map"`)
        await screenshot(page, join(PICTURES, 'completion.png'))
        await page.keyboard.type('ma')
        await page.waitForFunction(() => document.querySelectorAll('.jp-Completer-item').length === 1)
        await page.keyboard.press('Enter')
        await page.waitForFunction(
          () => document.querySelector('.jp-mod-active .cm-content')?.textContent === 'squares.map',
        )
      })

      it('with the type of a name by Shift+Tab', async () => {
        await page.keyboard.insertText('squares')
        await page.keyboard.press('Shift+Tab')
        const tooltip = await page.waitForSelector('.jp-Tooltip')
        assert.match((await tooltip.textContent()) ?? '', /const squares: number\[\]/)
        await screenshot(page, join(PICTURES, 'tooltip.png'))
        await page.keyboard.press('Escape')
      })
    })

    describe('obeys', () => {
      it('the stop button, and keeps the names of the loop', async () => {
        await newCell(page)
        await page.keyboard.insertText("let spins = 0\nconsole.log('go')\nfor (;;) spins++")
        const looping = await runActive(page)
        await page.waitForFunction(
          () => document.querySelector('.jp-mod-active .jp-OutputArea')?.textContent === 'go\n',
        )
        await page.click('[data-jp-item-name="interrupt"] jp-button')
        const [said, error] = await outputsWhen(page, looping, 2)
        assert.equal(said?.text, 'go\n')
        assert.equal(error?.ename, 'Interrupted')
        await newCell(page)
        await page.keyboard.insertText('[spins > 0, squares.length, lr]')
        const after = await runActive(page)
        assert.deepEqual((await outputsWhen(page, after, 1))[0]?.data, { 'text/plain': '[ true, 4, 0.5 ]' })
      })

      it('the button that restarts and runs all: the same outputs again', async () => {
        await page.evaluate(async () => {
          const { commands } = (globalThis as unknown as LabWindow).jupyterapp
          await commands.execute('notebook:clear-all-cell-outputs')
        })
        await removeAddedCells(page)
        await page.click('[data-jp-item-name="restart-and-run"] jp-button')
        await page.click('.jp-Dialog .jp-mod-accept')
        await untilAllHaveRun(page)
        for (const label of CODE) {
          const cell = executed.get(label)
          const shown = await shownTexts(page, label)
          const expected = cell?.outputs.map(textOf) ?? []
          assert.deepEqual(
            shown.map((text, i) => (expected[i] === undefined ? undefined : text)),
            expected,
          )
          assert.equal(await promptOf(page, label), `[${cell?.execution_count}]:`)
        }
      })
    })

    for (const theme of [DARK, LIGHT]) {
      describe(`in the theme ${theme}`, () => {
        const picture = (name: string): string => join(PICTURES, `${theme.split(' ')[1]?.toLowerCase()}-${name}.png`)
        const isDark = (colour: Colour): boolean => luminance(colour) < 0.18

        before(() => switchTheme(page, theme))

        for (const { label } of CHARTS) {
          it(`draws the chart '${label}' on the ground of the theme`, async () => {
            const canvas = await drawn(page, label, '.vega-embed canvas')
            await eventually(async () => isDark((await countPixels(page, canvas, [])).corner) === (theme === DARK))
            await screenshot(page, picture(label))
          })
        }

        it('draws the surface on the ground of the theme', async () => {
          const plot = await drawn(page, 'surface', '.js-plotly-plot')
          await eventually(async () => isDark((await countPixels(page, plot, [])).corner) === (theme === DARK))
          await screenshot(page, picture('surface'))
        })

        for (const label of ['type-error', 'runtime-error']) {
          it(`shows the error of the cell '${label}' in colours that can be read`, async () => {
            const error = await drawn(page, label, '[data-mime-type="application/vnd.jupyter.stderr"]')
            const pairs = await textColours(error)
            assert.ok(pairs.length > 0)
            for (const { text, colour, ground } of pairs) {
              const ratio = contrast(colour, ground)
              // What WCAG 2 asks for as its level AA.
              assert.ok(ratio >= 4.5, `'${text}' is ${colour} on ${ground}: ${ratio.toFixed(2)}`)
            }
            await screenshot(page, picture(label))
          })
        }
      })
    }

    describe('all that time', () => {
      it('asked nothing of another host and left no error on the console', () => assertQuiet(seen))
    })
  })
})

// ---- the page ----

const COMPLETER = '.jp-Completer:not(.lm-mod-hidden)'

function assertQuiet({ errors, foreign }: LabPage): void {
  assert.deepEqual(foreign, [])
  assert.deepEqual(errors, [])
}

/** The element of a cell. */
async function cellOf(page: Page, label: string): Promise<ElementHandle> {
  const index = LABELS.indexOf(label)
  // Cells far below are not in the page before they are first seen.
  await scrollToCell(page, index)
  const handle = await page.evaluateHandle(
    i => (globalThis as unknown as LabWindow).jupyterapp.shell.currentWidget?.content.widgets[i]?.node,
    index,
  )
  const element = handle.asElement()
  assert.ok(element, `There is no cell '${label}'.`)
  // Playwright does not know that a node of the page is no text node here.
  return element as ElementHandle
}

/** The texts of a cell's outputs as they stand in the page. */
async function shownTexts(page: Page, label: string): Promise<string[]> {
  const cell = await cellOf(page, label)
  return cell.$$eval('.jp-OutputArea-output', found => found.map(({ textContent }) => (textContent ?? '').trimEnd()))
}

async function promptOf(page: Page, label: string): Promise<string> {
  const cell = await cellOf(page, label)
  return cell.$eval('.jp-InputPrompt', ({ textContent }) => textContent ?? '')
}

/** An element of a cell's output, in the middle of the view. */
async function drawn(page: Page, label: string, selector: string): Promise<ElementHandle> {
  const cell = await cellOf(page, label)
  const element = await cell.waitForSelector(selector)
  await element.evaluate(node => (node as Element).scrollIntoView({ block: 'center' }))
  return element
}

/**
 * How many symbols a Vega chart has drawn, and of how many points each of its lines consists. JupyterLab draws on a
 * canvas, in which nothing can be counted: its own renderer is asked to draw the same output once more, as SVG.
 */
async function vegaMarks(page: Page, label: string): Promise<{ symbols: number; lines: number[] }> {
  const index = LABELS.indexOf(label)
  const marks = await page.evaluate(async i => {
    const panel = (globalThis as unknown as LabWindow).jupyterapp.shell.currentWidget!
    const area = (panel.content.widgets[i] as unknown as { outputArea: OutputArea }).outputArea
    const renderer = area.widgets[0]?.widgets?.[1]
    const { data } = area.model.get(0)
    const mime = Object.keys(data).find(name => name.startsWith('application/vnd.vega'))
    if (renderer === undefined || mime === undefined) throw new Error('The cell has no Vega output.')
    const draw = (metadata: object): Promise<void> =>
      renderer.renderModel({ data, metadata, trusted: true, setData: () => undefined })
    await draw({ [mime]: { embed_options: { renderer: 'svg' } } })
    const paths = (kind: string): Element[] => [...renderer.node.querySelectorAll(`.mark-${kind}.role-mark path`)]
    const points = (path: Element): number => path.getAttribute('d')?.match(/[ML]/g)?.length ?? 0
    const counted = { symbols: paths('symbol').length, lines: paths('line').map(points) }
    await draw({})
    return counted
  }, index)
  return marks
}

interface OutputArea {
  readonly model: { get(index: number): { readonly data: Record<string, unknown> } }
  readonly widgets: readonly { readonly widgets?: readonly Renderer[] }[]
}

interface Renderer {
  readonly node: HTMLElement
  renderModel(model: object): Promise<void>
}

async function removeAddedCells(page: Page): Promise<void> {
  await page.evaluate(async count => {
    const { commands, shell } = (globalThis as unknown as LabWindow).jupyterapp
    const content = shell.currentWidget!.content
    while (content.widgets.length > count) {
      content.activeCellIndex = content.widgets.length - 1
      await commands.execute('notebook:delete-cell')
    }
  }, LABELS.length)
}

// ---- what is expected ----

// biome-ignore lint/suspicious/noControlCharactersInRegex: ANSI colours are made of them
const ANSI = /\u001b\[[\d;]*m/g

/** The text that an output shows; undefined for one that is drawn. */
function textOf(output: Output): string | undefined {
  if (output.output_type === 'stream') return joined(output.text).trimEnd()
  if (output.output_type === 'error') return output.traceback.join('\n').replace(ANSI, '').trimEnd()
  const drawn = Object.keys(output.data).some(mime => /vega|plotly/.test(mime))
  return drawn ? undefined : joined(output.data['text/plain']).trimEnd()
}

function joined(text: unknown): string {
  return Array.isArray(text) ? text.join('') : String(text)
}

interface ScatterSpec {
  readonly mark: { readonly opacity: number }
  readonly encoding: { readonly color: { readonly scale: { readonly range: readonly string[] } } }
}

function vegaSpec(cell: CodeCell | undefined): ScatterSpec {
  return dataOf(cell, 'application/vnd.vegalite.v5+json') as ScatterSpec
}

/** The colours of the species in the plotly figure. */
function plotlyMarkers(cell: CodeCell | undefined): string[] {
  const { data } = dataOf(cell, 'application/vnd.plotly.v1+json') as { data: { marker?: { color: string } }[] }
  return data.flatMap(({ marker }) => (marker === undefined ? [] : [marker.color]))
}

function dataOf(cell: CodeCell | undefined, mime: string): unknown {
  const output = cell?.outputs.find(output => 'data' in output && mime in output.data)
  assert.ok(output !== undefined && 'data' in output, `The cell shows no ${mime}.`)
  return output.data[mime]
}

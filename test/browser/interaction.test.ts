// What a learner does in JupyterLab and sees there: type errors while typing, input, the stop button, a restart, help
// beside the notebook. A real JupyterLab in a real Chromium; pictures are left in build/pictures for people to look at.
import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, ElementHandle, Page } from 'playwright-core'
import { type GradlabLab, startGradlabLab } from './gradlab.js'
import {
  DARK,
  eventually,
  type LabPage,
  type LabWindow,
  LIGHT,
  newCell,
  openNotebook,
  outputs,
  outputsWhen,
  runActive,
  runCell,
  screenshot,
  startBrowser,
  switchTheme,
  untilIdle,
} from './lab.js'
import { ROOT } from './lab-server.js'
import { contrast, countPixels, hex, textColours } from './pixels.js'

const PICTURES = join(ROOT, 'build/pictures')
/** JupyterLab leaves an answered box in its cell for half a second. */
const ACTIVE_BOX = '.jp-mod-active .jp-Stdin-input'

describe('a notebook in JupyterLab', function () {
  this.timeout(60_000)
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

  /** Opens a notebook with these cells, of which none has run. */
  const open = async (name: string, ...cells: string[]): Promise<void> => {
    await writeFile(join(lab.notebooks, name), notebook(cells))
    seen = await openNotebook(browser, lab.server, name)
    page = seen.page
    await untilIdle(page)
  }
  const close = async (): Promise<void> => {
    const { errors, foreign } = seen
    await seen.close()
    assert.deepEqual({ errors, foreign }, { errors: [], foreign: [] })
  }

  describe('underlines type errors', () => {
    before(async () => {
      await open('types.ipynb', 'const squares: number[] = [1, 4, 9]', 'squares.push(16)', '')
    })
    after(close)

    it('while one types, and not before something is wrong', async () => {
      await editCell(page, 2)
      const height = await lineHeight(page, 2)
      await page.keyboard.type("let n: number = 'x'", { delay: 5 })
      await untilUnderlined(page, 2, ['n'])
      assert.deepEqual([await underlined(page, 0), await underlined(page, 1)], [[], []])
      assert.equal(await lineHeight(page, 2), height)
      assert.equal(await page.$eval('.jp-mod-active .jp-InputPrompt', ({ textContent }) => textContent), '[ ]:')
    })

    it('and says what is wrong where the pointer rests', async () => {
      const tooltip = await hover(page, 2)
      assert.equal(await tooltip.textContent(), "TS2322: Type 'string' is not assignable to type 'number'.")
      await page.screenshot({ path: join(PICTURES, 'light-squiggle.png') })
      await page.mouse.move(1, 1)
      await tooltip.waitForElementState('hidden')
    })

    for (const [theme, colour] of [
      [DARK, '#ff6b64'],
      [LIGHT, '#d3121a'],
    ] as const) {
      it(`in a red that is seen in the theme ${theme}`, async () => {
        await switchTheme(page, theme)
        const line = await cellElement(page, 2, '.cm-line')
        const { counts, corner } = await countPixels(page, line, [{ colour: hex(colour), within: 40 }])
        assert.ok((counts[0] ?? 0) >= 8, `${counts[0]} pixels of the wave`)
        // What WCAG 2 asks for of what is drawn and is no text.
        assert.ok(contrast(hex(colour), corner) >= 3)
        const tooltip = await hover(page, 2)
        for (const { text, colour, ground } of await textColours(tooltip)) {
          assert.ok(contrast(colour, ground) >= 4.5, `'${text}' is ${colour} on ${ground}`)
        }
        await page.screenshot({ path: join(PICTURES, `${theme.split(' ')[1]!.toLowerCase()}-squiggle.png`) })
        await page.mouse.move(1, 1)
        await tooltip.waitForElementState('hidden')
      })
    }

    it('until they are mended', async () => {
      await editCell(page, 2)
      await page.keyboard.press('End')
      for (let i = 0; i < 3; i++) await page.keyboard.press('Backspace')
      await page.keyboard.type('7')
      await untilUnderlined(page, 2, [])
    })

    it('over cells, of which none has run', async () => {
      await newCell(page)
      await page.keyboard.type('n.toFixed(2)\nn.length', { delay: 5 })
      await untilUnderlined(page, 3, ['length'])
      await replaceCell(page, 2, "let n: string = 'x'")
      await untilUnderlined(page, 3, ['toFixed'])
      await replaceCell(page, 2, 'let n = 7')
      await untilUnderlined(page, 3, ['length'])
    })

    it('while a cell is busy', async () => {
      await newCell(page)
      await page.keyboard.insertText('for (;;) {}')
      await runActive(page)
      await untilBusy(page)
      await replaceCell(page, 3, 'n.toUpperCase()')
      await untilUnderlined(page, 3, ['toUpperCase'])
      await page.click('[data-jp-item-name="interrupt"] jp-button')
      await untilIdle(page)
      assert.deepEqual(await underlined(page, 3), ['toUpperCase'])
    })

    it('in a cell that is set to warn in amber, and in one that is set to off not at all', async () => {
      await setTypecheck(page, 3, 'warn')
      await page.waitForSelector('.jp-Cell:nth-child(4) .cm-lintRange-warning')
      await setTypecheck(page, 3, 'off')
      await untilUnderlined(page, 3, [])
      await setTypecheck(page, 3, undefined)
      await untilUnderlined(page, 3, ['toUpperCase'])
    })

    it('again after a lost connection', async () => {
      await page.evaluate(async () => {
        const { sessionContext } = (globalThis as unknown as LabWindow).jupyterapp.shell.currentWidget!.context
        const { kernel } = sessionContext.session as unknown as { kernel: { reconnect(): Promise<void> } }
        await kernel.reconnect()
      })
      await replaceCell(page, 3, 'n.toLowerCase()')
      await untilUnderlined(page, 3, ['toLowerCase'])
      await replaceCell(page, 3, 'n.toUpperCase()')
      await untilUnderlined(page, 3, ['toUpperCase'])
    })

    it('again after a restart, and not while there is no kernel', async () => {
      await restart(page)
      await untilUnderlined(page, 3, ['toUpperCase'])
      await kernel(page, 'shutdown')
      await untilUnderlined(page, 3, [])
    })
  })

  describe('asks for input', () => {
    before(() => open('input.ipynb', "const name = prompt('your name')\n'hello, ' + name", "'after ' + name"))
    after(close)

    it('in a box below the cell, whose text reaches the cell', async () => {
      await editCell(page, 0)
      await runActive(page)
      const box = await page.waitForSelector(ACTIVE_BOX)
      assert.match((await page.textContent('.jp-Stdin-prompt')) ?? '', /^your name/)
      await screenshot(page, join(PICTURES, 'input.png'))
      await box.type('Ada')
      await box.press('Enter')
      assert.deepEqual(texts(await outputsWhen(page, 0, 2)).at(-1), "'hello, Ada'")
      await untilIdle(page)
    })

    it('masked where it is a password', async () => {
      await newCell(page)
      await page.keyboard.insertText("const secret = prompt.password('key')\nsecret.length")
      const index = await runActive(page)
      const box = await page.waitForSelector(ACTIVE_BOX)
      assert.equal(await box.getAttribute('type'), 'password')
      // The kernel answers beside the cell that waits, and is idle for it: the box stays.
      await page.evaluate(async () => {
        const { sessionContext } = (globalThis as unknown as LabWindow).jupyterapp.shell.currentWidget!.context
        const { kernel } = sessionContext.session as unknown as {
          kernel: { requestComplete(content: object): Promise<unknown> }
        }
        await kernel.requestComplete({ code: 'Math.', cursor_pos: 5 })
        await new Promise(done => setTimeout(done, 300))
      })
      await box.type('hidden')
      await box.press('Enter')
      const found = await outputsWhen(page, index, 2)
      assert.equal(texts(found).at(-1), '6')
      assert.doesNotMatch(JSON.stringify(found), /hidden/)
      await untilIdle(page)
    })

    it('which the stop button ends', async () => {
      await newCell(page)
      await page.keyboard.insertText("prompt('never answered')")
      const index = await runActive(page)
      await page.waitForSelector(ACTIVE_BOX)
      await page.click('[data-jp-item-name="interrupt"] jp-button')
      await eventually(async () => (await outputs(page, index)).some(({ ename }) => ename === 'Interrupted'))
      await untilIdle(page)
      await eventually(async () => (await page.$$('.jp-Stdin-input')).length === 0)
      assert.deepEqual(texts(await runCell(page, 1)), ["'after Ada'"])
    })
  })

  describe('forgets', () => {
    before(() => open('restart.ipynb', 'let kept = 1', 'kept'))
    after(close)

    it('names at a restart, and nothing else', async () => {
      await runCell(page, 0)
      assert.deepEqual(texts(await runCell(page, 1)), ['1'])
      await restart(page)
      const [error] = await runCell(page, 1)
      assert.match(String(error?.ename ?? error?.text), /Error/)
      await runCell(page, 0)
      assert.deepEqual(texts(await runCell(page, 1)), ['1'])
    })
  })

  describe('explains', () => {
    before(() => open('help.ipynb', 'const squares: number[] = [1, 4, 9]', ''))
    after(close)

    it('what is at the cursor in the contextual help, as the cursor moves', async () => {
      await runCell(page, 0)
      await editCell(page, 1)
      await page.evaluate(() => (globalThis as unknown as LabWindow).jupyterapp.commands.execute('inspector:open'))
      await page.click('.jp-Notebook .jp-Cell:nth-child(2) .cm-content')
      await page.keyboard.type('squares.map(Math.abs)', { delay: 5 })
      const help = await page.waitForSelector('.jp-Inspector')
      const shows = (text: RegExp): Promise<unknown> =>
        eventually(async () => text.test((await help.textContent()) ?? ''))
      // Behind `abs`, before the bracket.
      await page.keyboard.press('ArrowLeft')
      await shows(/abs\(x: number\): number[\s\S]*absolute value/)
      for (let i = 0; i < 12; i++) await page.keyboard.press('ArrowLeft')
      await shows(/map<[\s\S]*Calls a defined callback function/)
      await page.keyboard.press('Home')
      await shows(/const squares: number\[\]/)
      await screenshot(page, join(PICTURES, 'contextual-help.png'))
    })
  })

  describe('draws a long output', () => {
    const LINES = 100_000
    before(() =>
      open(
        'lines.ipynb',
        `for (let i = 0; i < ${LINES}; i++) {\n  console.log(\`line \${i}\`)\n` +
          '  if (i % 1000 === 0) await new Promise(done => setTimeout(done, 40))\n}',
        '',
        "console.log('a'.repeat(1e6))",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the cell's own template
        'for (let i = 0; i < 3000; i++) console.error(`\\x1b[31mred ${i}`)\n',
      ),
    )
    after(close)

    it('as its first 2,000 and last 500 lines, while the page answers', async () => {
      await editCell(page, 0)
      await runActive(page)
      const first = await page.waitForSelector('.gradlab-Stream-piece')
      // The page takes keys while lines come in.
      await editCell(page, 1)
      await page.keyboard.type('let typed = 1', { delay: 10 })
      assert.equal(await source(page, 1), 'let typed = 1')
      const answered = await lineCount(page, 0)
      assert.ok(answered < LINES, 'The cell had ended before the page answered: the test shows nothing.')
      await untilIdle(page)
      await eventually(async () => (await drawnLines(page, 0)).at(-1) === `line ${LINES - 1}`)
      const lines = await drawnLines(page, 0)
      const expected = (from: number, to: number): string[] =>
        Array.from({ length: to - from }, (_, i) => `line ${from + i}`)
      assert.deepEqual(lines, [...expected(0, 2000), ...expected(LINES - 500, LINES)])
      assert.equal(await gapText(page, 0), '97,500 lines are not drawnShow all 100,000 lines')
      // What was drawn first is still there: it was not drawn again.
      assert.equal(await first.evaluate(node => node.isConnected), true)
    })

    it('and keeps all of them in the notebook', async () => {
      await page.evaluate(() => (globalThis as unknown as LabWindow).jupyterapp.commands.execute('docmanager:save'))
      const saved = await readFile(join(lab.notebooks, 'lines.ipynb'), 'utf8')
      const { cells } = JSON.parse(saved) as { cells: { outputs: { text: string[] }[] }[] }
      assert.equal(cells[0]?.outputs[0]?.text.length, LINES)
      assert.equal(await lineCount(page, 0), LINES)
    })

    it('with what is left out where the text is copied', async () => {
      const copied = await page.evaluate(() => {
        const output = document.querySelector('.gradlab-Stream')!
        getSelection()!.selectAllChildren(output)
        const event = new ClipboardEvent('copy', { clipboardData: new DataTransfer(), bubbles: true, cancelable: true })
        output.querySelector('pre')!.dispatchEvent(event)
        getSelection()!.removeAllRanges()
        return event.clipboardData!.getData('text/plain')
      })
      assert.equal(copied, Array.from({ length: LINES }, (_, i) => `line ${i}\n`).join(''))
    })

    it('and all of them when asked', async () => {
      const button = await cellElement(page, 0, '.gradlab-Stream-gap button')
      await button.scrollIntoViewIfNeeded()
      await screenshot(page, join(PICTURES, 'light-show-all.png'))
      await button.click()
      await eventually(async () => (await drawnLines(page, 0)).length === LINES)
      assert.equal(await gapText(page, 0), '')
    })

    it('with a line of a million characters cut in its middle, and whole when asked', async () => {
      await runCell(page, 2)
      const drawn = (): Promise<number> => outputText(page, 2).then(text => text.match(/a/g)?.length ?? 0)
      await eventually(async () => (await gapText(page, 2)).includes('995,001 characters'))
      assert.ok((await drawn()) < 6000)
      await (await cellElement(page, 2, '.gradlab-Stream-gap button')).click()
      await eventually(async () => (await gapText(page, 2)) === '')
      assert.equal(await drawn(), 1e6)
    })

    it('in the colours that are in force behind the gap, on the ground of stderr', async () => {
      await runCell(page, 3)
      await eventually(async () => (await gapText(page, 3)).startsWith('500 lines'))
      const last = await (await cellElement(page, 3, '.gradlab-Stream > :last-child')).$$eval('span', spans =>
        spans.map(span => span.className).filter((name, i, all) => all.indexOf(name) === i),
      )
      assert.deepEqual(last, ['ansi-red-fg'])
      const ground = await page.$eval(
        '.jp-RenderedText[data-mime-type="application/vnd.jupyter.stderr"]',
        node => getComputedStyle(node).backgroundColor,
      )
      assert.notEqual(ground, 'rgba(0, 0, 0, 0)')
      await switchTheme(page, DARK)
      await (await cellElement(page, 3, '.gradlab-Stream-gap')).scrollIntoViewIfNeeded()
      for (const { text, colour, ground } of await textColours(await cellElement(page, 3, '.gradlab-Stream-gap'))) {
        assert.ok(contrast(colour, ground) >= 4.5, `'${text}' is ${colour} on ${ground}`)
      }
      await screenshot(page, join(PICTURES, 'dark-show-all.png'))
    })
  })
})

// ---- the page ----

type Shell = LabWindow['jupyterapp']

/** A cell's editor, with the cursor at the end of its text. */
async function editCell(page: Page, index: number): Promise<void> {
  await page.evaluate(async i => {
    const { commands, shell } = (globalThis as unknown as { jupyterapp: Shell }).jupyterapp
    const { content } = shell.currentWidget!
    content.activeCellIndex = i
    await content.scrollToItem(i)
    await commands.execute('notebook:enter-edit-mode')
  }, index)
  await (await cellElement(page, index, '.cm-content')).focus()
  await page.keyboard.press('Control+End')
}

async function replaceCell(page: Page, index: number, code: string): Promise<void> {
  await editCell(page, index)
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(code)
}

async function cellElement(page: Page, index: number, selector: string): Promise<ElementHandle> {
  const handle = await page.evaluateHandle(
    ({ i, selector }) =>
      (globalThis as unknown as LabWindow).jupyterapp.shell.currentWidget?.content.widgets[i]?.node.querySelector(
        selector,
      ),
    { i: index, selector },
  )
  const element = handle.asElement()
  assert.ok(element, `The cell ${index} has no ${selector}.`)
  // Playwright does not know that a node of the page is no text node here.
  return element as ElementHandle
}

/** The texts that are underlined in a cell. */
function underlined(page: Page, index: number): Promise<string[]> {
  return page.evaluate(
    i =>
      [
        ...((globalThis as unknown as LabWindow).jupyterapp.shell.currentWidget?.content.widgets[
          i
        ]?.node.querySelectorAll('.cm-lintRange') ?? []),
      ].map(({ textContent }) => textContent ?? ''),
    index,
  )
}

async function untilUnderlined(page: Page, index: number, expected: readonly string[]): Promise<void> {
  const wanted = JSON.stringify(expected)
  let last = ''
  await eventually(async () => {
    last = JSON.stringify(await underlined(page, index))
    return last === wanted
  }).catch((cause: unknown) => {
    throw new Error(`Cell ${index} should underline ${wanted}; it underlines ${last}.`, { cause })
  })
}

async function lineHeight(page: Page, index: number): Promise<number | undefined> {
  return (await (await cellElement(page, index, '.cm-line')).boundingBox())?.height
}

/** Rests the pointer on what is underlined in a cell; the tooltip. */
async function hover(page: Page, index: number): Promise<ElementHandle> {
  const mark = await cellElement(page, index, '.cm-lintRange')
  await page.mouse.move(1, 1)
  await mark.hover()
  return page.waitForSelector('.cm-tooltip-lint')
}

async function untilBusy(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const panel = (globalThis as unknown as LabWindow).jupyterapp.shell.currentWidget
    return panel?.context.sessionContext.session?.kernel?.status === 'busy'
  })
}

async function restart(page: Page): Promise<void> {
  await kernel(page, 'restart')
  await untilIdle(page)
}

/** What the menu does, without its question. */
async function kernel(page: Page, what: 'restart' | 'shutdown'): Promise<void> {
  await page.evaluate(async name => {
    const { sessionContext } = (globalThis as unknown as LabWindow).jupyterapp.shell.currentWidget!.context
    const session = sessionContext.session as unknown as { kernel: { restart(): Promise<void> } }
    if (name === 'restart') await session.kernel.restart()
    else await (sessionContext as unknown as { shutdown(): Promise<void> }).shutdown()
  }, what)
}

async function setTypecheck(page: Page, index: number, typecheck: string | undefined): Promise<void> {
  await page.evaluate(
    ({ i, typecheck }) => {
      const cell = (globalThis as unknown as LabWindow).jupyterapp.shell.currentWidget!.content.widgets[i]!
      const { sharedModel } = cell.model as unknown as {
        sharedModel: { setMetadata(name: string, value: object): void; deleteMetadata(name: string): void }
      }
      if (typecheck === undefined) sharedModel.deleteMetadata('gradlab')
      else sharedModel.setMetadata('gradlab', { typecheck })
    },
    { i: index, typecheck },
  )
}

function source(page: Page, index: number): Promise<string> {
  return page.evaluate(
    i =>
      (globalThis as unknown as LabWindow).jupyterapp.shell.currentWidget!.content.widgets[
        i
      ]!.model.sharedModel.getSource(),
    index,
  )
}

/** How many lines of stdout the notebook holds by now. */
async function lineCount(page: Page, index: number): Promise<number> {
  const [stream] = await outputs(page, index)
  return String(stream?.text ?? '').split('\n').length - 1
}

/** The text of a cell's outputs as it is drawn, without the controls in it. */
function outputText(page: Page, index: number): Promise<string> {
  return page.evaluate(i => {
    const cell = (globalThis as unknown as LabWindow).jupyterapp.shell.currentWidget?.content.widgets[i]
    const parts = [...(cell?.node.querySelectorAll('.jp-OutputArea pre') ?? [])]
    return parts.map(({ textContent }) => textContent).join('')
  }, index)
}

async function drawnLines(page: Page, index: number): Promise<string[]> {
  return (await outputText(page, index)).trimEnd().split('\n')
}

function gapText(page: Page, index: number): Promise<string> {
  return page.evaluate(
    i =>
      (globalThis as unknown as LabWindow).jupyterapp.shell.currentWidget?.content.widgets[i]?.node.querySelector(
        '.gradlab-Stream-gap',
      )?.textContent ?? '',
    index,
  )
}

// ---- notebooks ----

function notebook(cells: readonly string[]): string {
  return JSON.stringify({
    cells: cells.map((source, i) => ({
      cell_type: 'code',
      id: `cell-${i}`,
      metadata: {},
      execution_count: null,
      outputs: [],
      source,
    })),
    metadata: {
      kernelspec: { name: 'gradlab', display_name: 'TypeScript (Gradlab)', language: 'typescript' },
      language_info: { name: 'typescript' },
    },
    nbformat: 4,
    nbformat_minor: 5,
  })
}

/** What a cell shows as text. */
function texts(found: readonly Record<string, unknown>[]): string[] {
  return found.map(({ text, data }) => String(text ?? (data as Record<string, unknown>)?.['text/plain'] ?? ''))
}

// Drives a real JupyterLab in a real Chromium: a page, and what a person does there.
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Browser, chromium, type Page } from 'playwright-core'
import type { LabServer } from './lab-server.js'

export { descendants, freePort, type LabOptions, type LabServer, ROOT, startLab } from './lab-server.js'

const PAGE_LIMIT_MS = 60_000

/** Chromium or Chrome of this machine, or undefined: then a suite says so by name. `GRADLAB_CHROMIUM` names another. */
export function findChromium(): string | undefined {
  const places = [
    process.env.GRADLAB_CHROMIUM,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    'C:/Program Files/Google/Chrome/Application/chrome.exe',
  ]
  return places.find(place => place !== undefined && place !== '' && existsSync(place))
}

/** Starts Chromium with WebGL in software, which 3-D plots need. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined) {
    throw new Error('No Chromium was found. Install the package chromium, or name one in GRADLAB_CHROMIUM.')
  }
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return chromium.launch({
    executablePath,
    args: [...asRoot, '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-dev-shm-usage'],
  })
}

/** A page of JupyterLab, and what went wrong in it. */
export interface LabPage {
  readonly page: Page
  /** Errors on the console and uncaught ones. */
  readonly errors: string[]
  /** Addresses that the page asked of other hosts than its server. */
  readonly foreign: string[]
  close(): Promise<void>
}

export interface OpenOptions {
  readonly width?: number
  readonly height?: number
  /** Pixels of a picture for each pixel of the page. */
  readonly scale?: number
}

/** Opens a notebook (its path under the server's folder) and waits until JupyterLab has restored its layout. */
export async function openNotebook(
  browser: Browser,
  server: LabServer,
  path: string,
  options: OpenOptions = {},
): Promise<LabPage> {
  return openLab(browser, server, `/lab/tree/${path.split('/').map(encodeURIComponent).join('/')}`, options)
}

/** Opens an address of the server in a fresh browser profile. */
export async function openLab(
  browser: Browser,
  server: LabServer,
  address: string,
  options: OpenOptions = {},
): Promise<LabPage> {
  const { width = 1280, height = 900, scale = 1 } = options
  const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: scale })
  const errors: string[] = []
  const foreign: string[] = []
  page.on('console', message => {
    if (message.type() === 'error') errors.push(`${message.text()} (${message.location().url})`)
  })
  page.on('pageerror', error => errors.push(error.stack ?? error.message))
  page.on('request', request => {
    if (isForeign(request.url(), server.url)) foreign.push(request.url())
  })
  page.setDefaultTimeout(PAGE_LIMIT_MS)
  // `reset`: not the tabs of an earlier page.
  await page.goto(`${server.url}${address}?token=${server.token}&reset`)
  await untilRestored(page)
  return { page, errors, foreign, close: () => page.close() }
}

function isForeign(url: string, own: string): boolean {
  return /^(https?|wss?):/.test(url) && new URL(url).host !== new URL(own).host
}

/** The little of JupyterLab's own objects that is used in the page. */
export interface LabWindow {
  readonly jupyterapp: {
    readonly restored: Promise<void>
    readonly commands: { execute(id: string, args?: unknown): Promise<unknown> }
    readonly shell: { readonly currentWidget: LabNotebook | null }
  }
}

interface LabNotebook {
  readonly context: {
    readonly sessionContext: {
      readonly isReady: boolean
      readonly session: {
        readonly kernel: { readonly connectionStatus: string; readonly status: string } | null
      } | null
    }
  }
  readonly content: {
    activeCellIndex: number
    readonly widgets: readonly LabCell[]
    scrollToItem(index: number, align?: string): Promise<void>
  }
}

interface LabCell {
  readonly node: HTMLElement
  readonly model: {
    readonly type: string
    readonly executionCount: number | null
    readonly sharedModel: { getSource(): string }
    readonly outputs?: { toJSON(): Record<string, unknown>[] }
  }
}

async function untilRestored(page: Page): Promise<void> {
  await page.waitForFunction(() => 'jupyterapp' in globalThis)
  await page.evaluate(() => (globalThis as unknown as LabWindow).jupyterapp.restored)
  await page.waitForSelector('#jupyterlab-splash', { state: 'detached' })
}

/** Waits until the notebook in front has a connected kernel with nothing to do. */
export async function untilIdle(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const panel = (globalThis as unknown as LabWindow).jupyterapp.shell.currentWidget
    const context = panel?.context?.sessionContext
    const kernel = context?.session?.kernel
    return context?.isReady === true && kernel?.connectionStatus === 'connected' && kernel.status === 'idle'
  })
}

/** Runs one cell of the notebook in front and waits for its end; returns its outputs as the notebook file has them. */
export async function runCell(page: Page, index: number, limit = PAGE_LIMIT_MS): Promise<Record<string, unknown>[]> {
  const run = page.evaluate(async i => {
    const { commands, shell } = (globalThis as unknown as LabWindow).jupyterapp
    shell.currentWidget!.content.activeCellIndex = i
    await commands.execute('notebook:run-cell')
  }, index)
  // The command has been seen to hang, and a page that hangs says nothing.
  const late = sleep(limit, 'late', { ref: false })
  if ((await Promise.race([run, late])) === 'late') throw new Error(`Cell ${index} did not end within ${limit} ms.`)
  return outputs(page, index)
}

/** Runs the notebook in front from top to bottom. */
export async function runAll(page: Page): Promise<void> {
  await page.evaluate(() => (globalThis as unknown as LabWindow).jupyterapp.commands.execute('notebook:run-all-cells'))
}

/** The outputs of one cell of the notebook in front, as the notebook file has them. */
export async function outputs(page: Page, index: number): Promise<Record<string, unknown>[]> {
  return page.evaluate(i => {
    const panel = (globalThis as unknown as LabWindow).jupyterapp.shell.currentWidget
    return panel?.content.widgets[i]?.model.outputs?.toJSON() ?? []
  }, index)
}

/** Brings one cell of the notebook in front to the top of the view. */
export async function scrollToCell(page: Page, index: number): Promise<void> {
  await page.evaluate(async i => {
    await (globalThis as unknown as LabWindow).jupyterapp.shell.currentWidget!.content.scrollToItem(i, 'start')
  }, index)
}

export const LIGHT = 'JupyterLab Light'
export const DARK = 'JupyterLab Dark'

/** Switches the theme, for instance to `DARK`, and waits until it is in force. */
export async function switchTheme(page: Page, theme: string): Promise<void> {
  await page.evaluate(
    name => (globalThis as unknown as LabWindow).jupyterapp.commands.execute('apputils:change-theme', { theme: name }),
    theme,
  )
  await page.waitForFunction(name => document.body.dataset.jpThemeName === name, theme)
  await page.waitForSelector('#jupyterlab-splash', { state: 'detached' })
}

/** Writes a picture of the page, for people to look at. */
export async function screenshot(page: Page, file: string): Promise<void> {
  // A pointer left over a plot would show its toolbar and a label.
  await page.mouse.move(1, 1)
  await page.screenshot({ path: file, animations: 'disabled' })
}

/** An empty code cell below the last one, with the cursor in it. */
export async function newCell(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { commands, shell } = (globalThis as unknown as LabWindow).jupyterapp
    const content = shell.currentWidget!.content
    content.activeCellIndex = content.widgets.length - 1
    await commands.execute('notebook:insert-cell-below')
    await commands.execute('notebook:change-cell-to-code')
    await commands.execute('notebook:enter-edit-mode')
  })
  await page.waitForFunction(() => document.activeElement?.closest('.jp-mod-active .cm-content') !== null)
}

/** Starts the active cell as a learner does; returns its index. */
export async function runActive(page: Page): Promise<number> {
  const index = await page.evaluate(
    () => (globalThis as unknown as LabWindow).jupyterapp.shell.currentWidget!.content.activeCellIndex,
  )
  await page.keyboard.press('Control+Enter')
  return index
}

/** The outputs of a cell, when there are so many. */
export async function outputsWhen(page: Page, index: number, count: number): Promise<Record<string, unknown>[]> {
  await eventually(async () => (await outputs(page, index)).length >= count)
  return outputs(page, index)
}

/** Waits for what the page is still drawing. */
export async function eventually(condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`It did not come about within 20 s: ${condition}`)
  }
}

// The library in a browser page: the file that package.json names, by an import map, with nothing of Node's.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, normalize } from 'node:path'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { ROOT, startBrowser } from './lab.js'

const DIST = join(ROOT, 'dist')
const PAGE = `<!doctype html><script type="importmap">{ "imports": { "gradlab": "/dist/bundle/index.js" } }</script>`

/** Serves the built library, and an empty page that knows it by name. */
function serve(): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    if (!path.startsWith('/dist/')) {
      response.setHeader('content-type', 'text/html').end(PAGE)
      return
    }
    const file = normalize(join(DIST, path.slice('/dist/'.length)))
    if (!file.startsWith(DIST)) {
      response.writeHead(403).end()
      return
    }
    try {
      response.setHeader('content-type', 'text/javascript').end(readFileSync(file))
    } catch {
      response.writeHead(404).end()
    }
  })
  return new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(server)))
}

describe('the library in a browser', function () {
  this.timeout(60_000)
  let server: Server
  let browser: Browser
  let page: Page
  const errors: string[] = []

  before(async () => {
    server = await serve()
    browser = await startBrowser()
    page = await browser.newPage()
    page.on('pageerror', error => errors.push(String(error)))
    page.on('console', message => {
      if (message.type() === 'error') errors.push(message.text())
    })
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  })

  after(async () => {
    await browser?.close()
    server?.close()
  })

  /** Runs a module's body in the page; what it returns comes back as JSON. */
  const run = <T>(body: string): Promise<T> =>
    page.evaluate(`(async () => { const gradlab = await import('gradlab'); ${body} })()`) as Promise<T>

  it('computes in WebAssembly and gives the right gradient', async () => {
    const found = await run<{ device: string; loss: number; gradient: number[]; second: number[] }>(`
      const { tensor, grad, device } = gradlab
      const w = tensor([[1, 2], [3, 4]], { requiresGrad: true })
      const x = tensor([1, -1])
      const loss = w.matmul(x).tanh().square().sum()
      const [g] = grad(loss, [w], { createGraph: true })
      const [h] = grad(g.square().sum(), [w])
      return { device: device(), loss: loss.item(), gradient: [...g.data()], second: [...h.data()] }
    `)
    // w x = [-1, -1]; d tanh(z)^2 / dz = 2 tanh(z) (1 - tanh(z)^2)
    const t = Math.tanh(-1)
    const slope = 2 * t * (1 - t * t)
    assert.equal(found.device, 'wasm')
    close([found.loss], [2 * t * t])
    close(found.gradient, [slope, -slope, slope, -slope])
    // d/dw of the sum of squares of [s, -s] for each row: 2 (2 s) s' x
    const bend = 2 * (1 - t * t) * (1 - 3 * t * t)
    close(found.second, [4 * slope * bend, -4 * slope * bend, 4 * slope * bend, -4 * slope * bend])
  })

  it('gives the same numbers as in Node on both backends', async () => {
    const body = `
      const { manualSeed, randn, conv2d, setBackend, device } = gradlab
      const was = device()
      const out = ['wasm', 'reference'].map(name => {
        setBackend(name)
        manualSeed(7)
        const x = randn([2, 1, 6, 6]), w = randn([3, 1, 3, 3])
        return [...conv2d(x, w).gelu().softmax(1).sum([0, 2, 3]).data()]
      })
      setBackend(was)
      return out
    `
    const [wasm, reference] = await run<[number[], number[]]>(body)
    const inNode = (await new (Object.getPrototypeOf(async () => {}).constructor)('gradlab', body)(
      await import('#src/index.js'),
    )) as [number[], number[]]
    close(wasm, reference)
    close(wasm, inNode[0])
    assert.deepEqual(reference.map(Math.fround), inNode[1].map(Math.fround))
  })

  it('shows tensors without a scroll bar in the width that JupyterLab leaves', async () => {
    const scrolls = await run<string[]>(`
      const { randn, zeros, arange, eye, tensor, manualSeed } = gradlab
      manualSeed(1)
      const cases = {
        list: arange(40), matrix: randn([3, 4]), wide: randn([40, 60]), large: randn([1000, 1000]), deep: randn([2, 3, 28, 28]),
        small: randn([5, 5]).mul(1e-9), huge: randn([5, 9]).mul(1e30), bools: randn([9, 20]).gt(0), eye: eye(16),
        odd: tensor([NaN, Infinity, 1]), empty: zeros([0, 3]), number: tensor(1), recorded: randn([2, 2]).requiresGrad_().exp(),
      }
      const frame = document.createElement('div')
      frame.style.cssText = 'width:830px;overflow:auto'
      document.body.append(frame)
      const found = []
      for (const [name, x] of Object.entries(cases)) {
        frame.innerHTML = x[Symbol.for('Jupyter.display')]()['text/html']
        if (frame.scrollWidth > frame.clientWidth || frame.clientHeight < 20) found.push(name)
        for (const strip of frame.querySelectorAll('svg')) if (strip.getBoundingClientRect().width < 14) found.push(name)
      }
      frame.remove()
      return found
    `)
    assert.deepEqual(scrolls, [])
  })

  it('compiles a step of training, with the numbers of the eager one', async () => {
    const [eager, compiled, programs] = await run<[number[], number[], number]>(`
      const { compile, F, manualSeed, nn, optim, randint, randn } = gradlab
      const train = make => {
        manualSeed(3)
        const model = new nn.Sequential(new nn.Linear(8, 16), new nn.GELU(), new nn.Dropout(0.1), new nn.Linear(16, 3))
        const optimizer = new optim.AdamW(model.parameters())
        const step = make((x, y) => {
          const loss = F.crossEntropy(model.forward(x), y)
          optimizer.zeroGrad()
          loss.backward()
          optimizer.step()
          return loss
        })
        return [Array.from({ length: 9 }, () => step(randn([4, 8]), randint(3, { shape: [4] })).item()), step.programs?.length]
      }
      const [eager] = train(step => step)
      const [compiled, programs] = train(compile)
      return [eager, compiled, programs]
    `)
    assert.deepEqual(compiled, eager)
    assert.equal(programs, 1)
  })

  it("reads files of one's own from their bytes, as Node does", async () => {
    const { png, jpeg } = JSON.parse(readFileSync(join(ROOT, 'test/golden/files/images.json'), 'utf8')) as Record<
      string,
      { name: string; bytes: string }[]
    >
    const pictures = [png, jpeg].flatMap(list => (list ?? []).slice(-2).map(({ bytes }) => bytes))
    const body = `
      const { data, tensor } = gradlab
      const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0))
      const images = ${JSON.stringify(pictures)}.map(text => [...data.image(bytes(text)).data()])
      const table = data.csv('a,b\\n1.5,"x, y"\\n')
      const array = data.readNpy(data.npyBytes(tensor([[1, 2], [3, 4]])))
      const picture = data.image(data.pngBytes(tensor([[0, 1]])))
      return { images, row: table.row(0), numbers: [...array.data(), ...picture.data()] }
    `
    interface Found {
      images: number[][]
      row: unknown
      numbers: number[]
    }
    const found = await run<Found>(body)
    const inNode = (await new (Object.getPrototypeOf(async () => {}).constructor)('gradlab', body)(
      await import('#src/index.js'),
    )) as Found
    assert.deepEqual(found, inNode)
    assert.deepEqual([found.row, found.numbers], [{ a: 1.5, b: 'x, y' }, [1, 2, 3, 4, 0, 1]])
    assert.ok(found.images.length === 4 && found.images.every(image => image.length > 900))
  })

  for (const format of ['esm', 'iife'] as const) {
    it(`runs in a page from one file that a bundler has made, as ${format}`, async () => {
      const contents = `import { tensor } from 'gradlab'
        const x = tensor([1, 2, 3], { requiresGrad: true })
        x.mul(x).sum().backward()
        globalThis.bundled_${format} = JSON.stringify(x.grad)`
      const { outputFiles, warnings } = await build({
        stdin: { contents, resolveDir: ROOT },
        bundle: true,
        minify: true,
        format,
        write: false,
        logLevel: 'silent',
      })
      // A classic script has no import.meta, which esbuild says.
      assert.deepEqual(
        warnings.map(({ id }) => id).filter(id => format === 'esm' || id !== 'empty-import-meta'),
        [],
      )
      const [file] = outputFiles
      const type = format === 'esm' ? 'module' : 'text/javascript'
      await page.addScriptTag({ content: file?.text ?? '', type })
      await page.waitForFunction(name => name in globalThis, `bundled_${format}`)
      assert.equal(await page.evaluate(`bundled_${format}`), '[2,4,6]')
    })
  }

  it('says what only Node can do', async () => {
    const message = await run<{ code: string }>(`
      try { gradlab.data.penguins() } catch (error) { return { code: error.code } }
      return { code: 'none' }
    `)
    assert.equal(message.code, 'DATA_NODE')
  })

  it('leaves no error on the console', () => assert.deepEqual(errors, []))
})

function close(actual: readonly number[], expected: readonly number[]): void {
  assert.equal(actual.length, expected.length)
  actual.forEach((value, i) => {
    const wanted = expected[i] as number
    assert.ok(Math.abs(value - wanted) <= 1e-6 * Math.max(1, Math.abs(wanted)), `${i}: ${value}, expected ${wanted}`)
  })
}

import assert from 'node:assert/strict'
import { Notebook } from './notebook.js'

describe('types: while a cell is typed', function () {
  this.timeout(60_000)
  let notebook: Notebook
  before(async () => {
    notebook = new Notebook()
    notebook.write('neighbour.ts', 'export const near = 1')
    await notebook.run('/** The learning rate. */\nlet learningRate = 0.1; const losses = [0.5]')
    await notebook.run(
      '/**\n * Trains a model.\n * @param epochs how often\n */\nfunction train(epochs: number, options?: { lr: number }): number { return epochs }',
    )
    await notebook.run(
      'class Net { weights = [1]; forward(x: number) { return x } }\nconst net = new Net(); interface Shape { rows: number }',
    )
  })
  after(() => notebook.dispose())

  /** Completes at `|`, or at the end. */
  async function complete(marked: string): Promise<{ texts: string[]; kinds: Map<string, string>; replaced: string }> {
    const offset = marked.includes('|') ? marked.indexOf('|') : marked.length
    const code = marked.replace('|', '')
    const { matches, start, end } = await notebook.types.complete(code, offset)
    return {
      texts: matches.map(({ text }) => text),
      kinds: new Map(matches.map(({ text, kind }) => [text, kind])),
      replaced: code.slice(start, end),
    }
  }

  async function inspect(marked: string, detail: 0 | 1 = 0): ReturnType<typeof notebook.types.inspect> {
    const offset = marked.includes('|') ? marked.indexOf('|') : marked.length
    return notebook.types.inspect(marked.replace('|', ''), offset, detail)
  }

  describe('completion', () => {
    it('offers members', async () => {
      const { texts, kinds, replaced } = await complete('losses.ma')
      assert.deepEqual(texts, ['map'])
      assert.equal(kinds.get('map'), 'method')
      assert.equal(replaced, 'ma')
      assert.deepEqual((await complete('net.')).texts, ['forward', 'weights'])
    })

    it("offers earlier cells' names, globals and keywords, near ones first", async () => {
      const { texts, kinds } = await complete('ne')
      assert.deepEqual(texts.slice(0, 1), ['net'])
      assert.deepEqual(
        ['Net', 'net', 'new'].map(text => kinds.get(text)),
        ['class', 'instance', 'keyword'],
      )
      assert.deepEqual((await complete('tra')).kinds.get('train'), 'function')
      assert.ok((await complete('Mat')).texts.includes('Math'))
      assert.deepEqual((await complete('displ')).texts, ['display'])
      assert.deepEqual((await complete('let s: Sha')).kinds.get('Shape'), 'interface')
    })

    it('ignores case, but prefers it', async () => {
      assert.deepEqual((await complete('LEARN')).texts, ['learningRate'])
      assert.equal((await complete('Ne')).texts[0], 'Net')
    })

    it('works in text that does not parse', async () => {
      assert.deepEqual((await complete('for (const x of los')).texts, ['losses'])
      assert.deepEqual((await complete('function f() {\n  if (true { net.for|\n')).texts, ['forward'])
      assert.deepEqual((await complete('const s = `a ${learn|')).texts, ['learningRate'])
      assert.deepEqual((await complete('const text = "unfinished\nlos')).texts, ['losses'])
    })

    it("knows the cell's own names better than older ones", async () => {
      assert.deepEqual((await complete('const losses = "text"; losses.charC')).texts, ['charCodeAt'])
      assert.deepEqual((await complete('import { near as net } from "./neighbour"; net.toF')).texts, ['toFixed'])
      assert.deepEqual((await complete('const { net } = { net: "" }; net.charC')).texts, ['charCodeAt'])
    })

    it('offers files and packages in imports, and none of our own', async () => {
      assert.deepEqual((await complete('import { near } from "./')).texts, ['neighbour'])
      assert.ok((await complete('import fs from "node:f|"')).texts.includes('node:fs'))
      assert.deepEqual((await complete('import fs from "cel|"')).texts, [])
      assert.deepEqual((await complete('import { n| } from "./neighbour"')).texts, ['near'])
    })

    it('offers the values of a union, and of an optional object', async () => {
      const code = 'let mode: "train" | "test" = "'
      const { matches } = await notebook.types.complete(code, code.length)
      assert.deepEqual(
        matches.map(({ text }) => text),
        ['test', 'train'],
      )
      const { texts, replaced } = await complete('const o: { a?: { b: number } } = {}; o.a.')
      assert.deepEqual(texts, ['?.b'])
      assert.equal(replaced, '.')
    })

    it('offers nothing in comments, strings and commands', async () => {
      assert.deepEqual((await complete('// los')).texts, [])
      assert.deepEqual((await complete('"los')).texts, [])
      assert.deepEqual((await complete('!npm los')).texts, [])
    })

    it('offers the own members of a function first', async () => {
      assert.deepEqual((await complete('display.')).texts.slice(0, 3), ['html', 'json', 'latex'])
    })

    it('takes a cursor beyond the text, and counts an emoji as two', async () => {
      const { matches, start } = await notebook.types.complete('"😀"; los', 99)
      assert.deepEqual(
        matches.map(({ text }) => text),
        ['losses'],
      )
      assert.equal(start, 6)
    })
  })

  describe('inspection', () => {
    it('tells the type and the documentation, as text and as Markdown', async () => {
      assert.deepEqual(await inspect('learning|Rate * 2'), {
        text: 'let learningRate: number\n\nThe learning rate.',
        markdown: '```typescript\nlet learningRate: number\n```\n\nThe learning rate.',
      })
      assert.match(
        (await inspect('train'))!.text,
        /^function train\(epochs: number, .*\): number\n\nTrains a model\.\n\n@param epochs/s,
      )
      assert.match((await inspect('net.forw|ard(1)'))!.text, /^\(method\) Net\.forward\(x: number\): number$/)
      assert.match((await inspect('display.ht|ml'))!.text, /Shows HTML/)
    })

    it('tells the signature of the call around the cursor', async () => {
      assert.match(
        (await inspect('train('))!.text,
        /^train\(epochs: number, options\?: \{ lr: number;? \}\): number\n\nTrains a model\./,
      )
      assert.match((await inspect('train('))!.text, /\n\n@param epochs — how often$/)
      assert.match((await inspect('Math.max(1, |)'))!.text, /^max\(\.\.\.values: number\[\]\): number/)
    })

    it('tells where a name was defined, if asked for more', async () => {
      assert.match((await inspect('learningRate', 1))!.text, /Defined in Cell \[1\]:2:5$/)
      assert.match((await inspect('import { near } from "./neighbour"; ne|ar', 1))!.text, /neighbour\.ts:1:14$/)
    })

    it('knows nothing of spaces and unknown names', async () => {
      assert.equal(await inspect('  |  '), undefined)
      assert.equal(await inspect('unheardOf'), undefined)
      assert.equal(await inspect(''), undefined)
    })

    it('takes a cursor beyond the text', async () => {
      assert.match((await notebook.types.inspect('learningRate', 500))!.text, /^let learningRate/)
    })
  })

  it('leaves the checker alone: what is typed does not count in cells that run', async () => {
    await complete('declare global { interface Array<T> { draftOnly: 1 } }\n[].dr')
    assert.equal((await notebook.run('[1].draftOnly')).length, 1)
  })
})

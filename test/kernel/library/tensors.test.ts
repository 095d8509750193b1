// The library in the cells of a real kernel: what a learner reads of a tensor, of its methods and of a mistake with it.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Cells, startCells } from '../clients/cells.js'
import { type CellOutcome, type Json, plainTraceback } from '../clients/request.js'

describe('tensors in cells', function () {
  this.timeout(60_000)
  let cells: Cells
  const run = (code: string): Promise<CellOutcome> => cells.run(code)
  const failure = async (code: string): Promise<string> => plainTraceback(await run(code))
  const shown = async (code: string): Promise<unknown> => (await run(code)).results[0]?.['text/plain']
  const ask = async (type: string, content: Json): Promise<Json> =>
    (await cells.kernel.request('shell', type, content)).reply.content

  before(async () => {
    cells = startCells()
    await run('import { detectAnomaly, isGradEnabled, memory, noGrad, randn, setGradEnabled, tensor } from "gradlab"')
    await run('const x = tensor([[1, 2], [3, 4]], { requiresGrad: true })')
  })
  after(() => cells.close())

  it('are printed and shown', async () => {
    const text = 'tensor([[1., 2.],\n        [3., 4.]], requiresGrad=true)'
    const { results } = await run('x')
    assert.equal(results[0]?.['text/plain'], text)
    assert.match(String(results[0]?.['text/html']), /<table/)
    assert.equal((await run('console.log(x)')).stdout, `${text}\n`)
    assert.equal((await run('console.log(String(x))')).stdout, `${text}\n`)
  })

  it('are completed by their methods', async () => {
    const code = 'x.ma'
    const { matches } = await ask('complete_request', { code, cursor_pos: code.length })
    for (const name of ['matmul', 'max', 'maskedFill']) assert.ok((matches as string[]).includes(name), name)
  })

  for (const [code, signature, words] of [
    ['x.softmax', '(method) Tensor.softmax(dim: number | DimOption): Tensor', /sum_j e\^x_j[\s\S]*softmax\(tensor/],
    ['x.max', '(method) Tensor.max<D extends Axis = undefined>(', /Greatest element/],
    ['x.backward', '(method) Tensor.backward(', /gradient/],
    ['x.normal_', '(method) Tensor.normal_(', /normal/],
    ['tensor', '(alias) function tensor(', /nested arrays/],
  ] as const) {
    it(`say at ${code} what it computes, with its signature`, async () => {
      const { data } = await ask('inspect_request', { code, cursor_pos: code.length, detail_level: 0 })
      const text = String((data as Json)['text/plain'])
      assert.ok(text.startsWith(signature.replace('(alias) ', '')), text)
      assert.match(text, words)
    })
  }

  it("that do not fit fail at the cell's line, without the library's own lines", async () => {
    const text = await failure('function f() {\n  return x.matmul(tensor([1, 2, 3]))\n}\nf()')
    assert.match(text, /^TensorError: matmul: shapes \[2, 2\] and \[3\] do not fit/)
    assert.match(text, /at f Cell \[\d+\]:2:12\n.*\n {2}> 2 \| {3}return x\.matmul/)
    assert.doesNotMatch(text.replace(/^ +/gm, ''), /index\.js|bundle/)
    assert.equal(text.match(/inner sizes k must be equal/g)?.length, 1)
  })

  it('are no numbers: the type checker says what to write instead of an operator', async () => {
    for (const code of ['x + 1', 'x * 2', '2 * x', 'x > 0']) {
      assert.match(
        await failure(code),
        /error TS236[235]: .* objects such as tensors have methods, as a\.add\(b\)/,
        code,
      )
    }
    const text = await failure('const left: number = 1, right: string = "", sum = left - right')
    assert.match(text, /TS2363/)
    assert.doesNotMatch(await failure('const c = 1 as number; c < "2"'), /tensors/)
  })

  it('are guarded by types whose findings say what to write', async () => {
    assert.match(await failure('x.grad.mul(2)'), /TS18047.*write x\.grad!; else ask with if/)
    assert.match(await failure('import { zeros } from "gradlab"\nzeros(2, 3)'), /TS2559.*as in zeros\(\[2, 3\]\)/)
    assert.match(await failure('x.sum(1, true)'), /TS2559.*\{ keepdim: true \}/)
    assert.match((await run('x[0]')).stderr, /TS7053[\s\S]*read by at: x\.at\(0\)/)
  })

  it('that become NaN are named, with the line that made them, in forward and in backward', async () => {
    const forward = 'detectAnomaly(() => {\n  const a = tensor([-1, 4])\n  return a.sqrt()\n})'
    assert.match(await failure(forward), /sqrt made NaN.*Cell \[\d+\]:3:12/)
    const backward =
      'detectAnomaly(() => {\n  const a = tensor([0, 1], { requiresGrad: true })\n  const b = a.sqrt()\n  b.mul(0).sum().backward()\n})'
    assert.match(await failure(backward), /gradient of sqrt is NaN.*called at Cell \[\d+\]:3:15/)
  })

  it('are recorded again in the cell after one that threw or was interrupted', async () => {
    assert.match(await failure('noGrad(() => {\n  throw new Error("inside")\n})'), /inside/)
    assert.equal(await shown('isGradEnabled()'), 'true')
    const loops = {
      'noGrad(() => {': 'randn([200, 200]).matmul(randn([200, 200]))',
      'detectAnomaly(() => {': 'randn([30, 30], { requiresGrad: true }).exp().sum().backward()',
      '{': 'randn([300, 300], { requiresGrad: true }).exp().tanh().sum().backward()',
    }
    for (const [scope, work] of Object.entries(loops)) {
      const close = scope === '{' ? '}' : '})'
      const running = run(`console.log("go")\n${scope}\n  for (;;) ${work}\n${close}`)
      await cells.seen('go')
      await sleep(150)
      await cells.kernel.request('control', 'interrupt_request', {})
      assert.equal((await running).error?.ename, 'Interrupted')
      assert.equal(await shown('isGradEnabled()'), 'true', scope)
      assert.equal(await shown('tensor([-1]).sqrt()'), 'tensor([nan])', scope)
      assert.equal(await shown('x.mul(x).sum().backward(); x.grad!.sum().item()'), '20', scope)
      await run('x.grad = null')
    }
  })

  it('stay unrecorded where a cell has chosen so', async () => {
    await run('setGradEnabled(false)')
    assert.equal(await shown('x.mul(2).requiresGrad'), 'false')
    await run('setGradEnabled(true)')
    assert.equal(await shown('x.mul(2).requiresGrad'), 'true')
  })

  it('free themselves over many cells', async () => {
    for (let i = 0; i < 60; i++) await run(`const big = randn([512, 512]).mul(${i}); big.mean()`)
    assert.ok(Number(await shown('memory().bytes / 2 ** 20')) < 16)
    assert.match(String(await shown('memory()')), /^[\d.]+ MiB in \d+ storage\(s\)\n/)
  })
})

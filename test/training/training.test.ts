// The three trainings that the toolbox must be good enough for, to their accuracies and losses. Minutes: only with --long.
import assert from 'node:assert/strict'
import { F, optim, randint, randn } from '#src/index.js'
import { trainDigits } from './digits.js'
import { conv, mlp, seeded, tiny } from './models.js'
import { trainNovel } from './novel.js'

/** Better than any such network has been seen: then something was learned from the test. */
const SUSPICIOUS = 0.998

describe('training', () => {
  it('lowers the loss of a tiny network from about ln 4 to almost nothing', () => {
    const model = seeded(0, tiny)
    const [x, y] = [randn([16, 16]), randint(4, { shape: [16] })]
    const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2 })
    const losses = Array.from({ length: 200 }, () => {
      const loss = F.crossEntropy(model.forward(x), y)
      optimizer.zeroGrad()
      loss.backward()
      optimizer.step()
      return loss.item()
    })
    assert.ok(Math.abs((losses[0] as number) - Math.log(4)) < 0.1, `${losses[0]}`)
    assert.ok((losses.at(-1) as number) < 0.01, `${losses.at(-1)}`)
  })

  it('learns the same in a second run of the same seed, to the last bit', () => {
    const run = (): unknown => {
      const { heldOutLoss, sample } = trainNovel({ steps: 3, batchSize: 2, maxLr: 1e-3, seed: 5, heldOutWindows: 4 })
      return [heldOutLoss, sample]
    }
    assert.deepEqual(run(), run())
  })

  if (process.env.GRADLAB_LONG === '1') {
    it('brings an MLP to 98 % of the test digits', function () {
      this.timeout(300_000)
      const accuracy = trainDigits(seeded(1, mlp), [784], { epochs: 4, batchSize: 128, maxLr: 4e-3 })
      console.log(`      MLP: ${(100 * accuracy).toFixed(2)} %`)
      assert.ok(accuracy >= 0.98 && accuracy < SUSPICIOUS, `${accuracy}`)
    })

    it('brings a small convolutional network to 99 % of the test digits', function () {
      this.timeout(900_000)
      const accuracy = trainDigits(seeded(1, conv), [1, 28, 28], { epochs: 4, batchSize: 64, maxLr: 4e-3 })
      console.log(`      convolutions: ${(100 * accuracy).toFixed(2)} %`)
      assert.ok(accuracy >= 0.99 && accuracy < SUSPICIOUS, `${accuracy}`)
    })

    it('brings a character transformer to 2.0 nats on the part of Moby-Dick that it has not read', function () {
      this.timeout(900_000)
      const { heldOutLoss, sample } = trainNovel({ steps: 1200, batchSize: 16, maxLr: 5e-3, seed: 1 })
      console.log(
        `      held-out loss ${heldOutLoss.toFixed(3)} nats; it writes:\n${sample.replace(/^/gm, '        ')}`,
      )
      // Below 1.2 nats no model of this size can be: it would have read the end of the book.
      assert.ok(heldOutLoss <= 2.0 && heldOutLoss > 1.2, `${heldOutLoss}`)
      assert.equal(sample.length, 'Call me Ishmael.'.length + 300)
    })
  }
})

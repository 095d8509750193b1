// The three trainings that the toolbox must be good enough for, to their accuracies and losses. Minutes: only with --long.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { data, F, optim, randint, randn } from '#src/index.js'
import { trainDigits } from './digits.js'
import { conv, mlp, seeded, tiny } from './models.js'
import { trainNovel } from './novel.js'
import { trainSpam } from './spam.js'

/** Better than any such network has been seen: then something was learned from the test. */
const SUSPICIOUS = 0.998

/** Shapes, and the means of red, green and blue as Pillow 12 reads them. */
const PHOTOGRAPHS: Readonly<Record<string, readonly [readonly number[], readonly number[]]>> = {
  'allium-oreophilum': [
    [3, 1024, 807],
    [0.74371764, 0.70172388, 0.63877131],
  ],
  'french-alpine-landscape': [
    [3, 484, 1024],
    [0.37163577, 0.33864439, 0.28616265],
  ],
  'nagasaki-boats': [
    [3, 819, 1024],
    [0.5827388, 0.54760704, 0.49340652],
  ],
}

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

    describe('on sets that come over the network', () => {
      before(function () {
        this.timeout(300_000)
        const command = fileURLToPath(new URL('../../../bin/gradlab.mjs', import.meta.url))
        execFileSync(process.execPath, [command, 'data', 'get', 'spam-assassin', ...Object.keys(PHOTOGRAPHS)])
      })

      it('tells spam from ham by a bag of byte pairs, more than 95 % of the test emails', function () {
        this.timeout(300_000)
        const begun = performance.now()
        const { accuracy, f1 } = trainSpam({ vocabSize: 2000, length: 256, epochs: 5, seed: 1 })
        const seconds = (performance.now() - begun) / 1000
        console.log(`      spam: ${(100 * accuracy).toFixed(2)} %, F1 ${f1.toFixed(3)}, ${seconds.toFixed(0)} s`)
        assert.ok(accuracy > 0.95 && accuracy < SUSPICIOUS && f1 > 0.92, `${accuracy}, ${f1}`)
      })

      it('has emails in five groups, of which no body stands on both sides', () => {
        const [all, train, test] = (['all', 'train', 'test'] as const).map(split => data.spamAssassin({ split }))
        const groups = ['easy-ham-1', 'easy-ham-2', 'hard-ham-1', 'spam-1', 'spam-2']
        assert.deepEqual(
          groups.map(name => all?.filter(({ group }) => group === name).length),
          [2500, 1400, 250, 500, 1396],
        )
        assert.deepEqual([train?.length, test?.length], [4782, 1264])
        const bodies = new Set(train?.map(({ body }) => body))
        assert.ok(test?.every(({ body }) => !bodies.has(body)))
        assert.equal(all?.[0]?.subject, 'Re: New Sequences Window')
      })

      for (const [name, [shape, colours]] of Object.entries(PHOTOGRAPHS)) {
        it(`has the photograph ${name}`, () => {
          const photo = data.photograph(name as data.PhotographName)
          assert.deepEqual(photo.shape, shape)
          const means = photo.mean([1, 2]).toArray() as number[]
          // Pillow's means; JPEG's decoders differ by less than half a step of 255.
          for (const [c, mean] of means.entries()) {
            assert.ok(Math.abs(mean - (colours[c] as number)) < 0.002, `${mean}`)
          }
        })
      }
    })
  }
})

// Transforms of texts and sounds: what they change, what they keep, how often, and by the same seed the same.
import assert from 'node:assert/strict'
import { cat, data, Generator, manualSeed, randn, stack, type Tensor, tensor, zeros } from '#src/index.js'
import { raises } from '../raises.js'

const { addNoise, compose, gain, pitchShift, randomDeletion, randomSwap, synonymReplacement, timeStretch } =
  data.transforms

const SENTENCE = 'The quick dog, often happy, walked home; it was a beautiful old house.'
const words = (text: string): string[] => text.toLowerCase().match(/\p{L}+/gu) ?? []
const seeded = (seed: number): { generator: Generator } => ({ generator: new Generator(seed) })

describe('transforms of texts', () => {
  it('replace words by synonyms of the list, in the same form, and leave all else', () => {
    let changed = 0
    for (let seed = 0; seed < 200; seed++) {
      const [before, after] = [words(SENTENCE), words(synonymReplacement(SENTENCE, { alpha: 0.3, ...seeded(seed) }))]
      assert.equal(after.length, before.length)
      const places = before.flatMap((word, i) => (word === after[i] ? [] : [i]))
      // 13 words: round(0.3 13) = 4 of the 7 that have synonyms.
      assert.equal(places.length, 4)
      changed += places.length
      assert.ok(
        places.every(i =>
          ['quick', 'often', 'happy', 'walked', 'home', 'beautiful', 'old', 'house'].includes(before[i] as string),
        ),
      )
    }
    assert.equal(changed, 800)
    assert.match(synonymReplacement('Quick!', seeded(1)), /^(Fast|Rapid|Swift)!$/)
    assert.match(synonymReplacement('VERY good', { alpha: 1, ...seeded(1) }), /^(EXTREMELY|REALLY) (fine|decent)$/)
  })

  it('take a list of one’s own, and leave texts without a known word', () => {
    const synonyms = { hund: ['köter'] }
    assert.equal(synonymReplacement('Der Hund bellt.', { synonyms }), 'Der Köter bellt.')
    assert.equal(synonymReplacement('xyzzy constructor', { synonyms }), 'xyzzy constructor')
    assert.equal(synonymReplacement(''), '')
  })

  it('leave words out at their rate, spaces and large letters mended, one word always there', () => {
    const text = Array.from({ length: 1000 }, (_, i) => `w${i}`).join(' ')
    const kept = randomDeletion(text, { p: 0.3, ...seeded(2) }).split(' ')
    // 5 standard deviations of a binomial with n = 1000, p = 0.7.
    assert.ok(Math.abs(kept.length - 700) < 73, `${kept.length} kept`)
    assert.deepEqual(
      kept,
      [...kept].sort((a, b) => Number(a.slice(1)) - Number(b.slice(1))),
    )
    for (let seed = 0; seed < 50; seed++) {
      const shorter = randomDeletion('The cat, it sat.', { p: 0.6, ...seeded(seed) })
      assert.match(shorter, /^\p{Lu}\S*|^,/u)
      assert.doesNotMatch(shorter, / {2}|^ /)
      assert.ok(shorter.endsWith('.') && words(shorter).length >= 1)
      assert.equal(words(randomDeletion('all go away', { p: 1, ...seeded(seed) })).length, 1)
    }
    assert.equal(randomDeletion('... !'), '... !')
  })

  it('exchange words, as often as told, and keep punctuation and the first large letter', () => {
    for (let seed = 0; seed < 50; seed++) {
      const swapped = randomSwap(SENTENCE, seeded(seed))
      assert.deepEqual(words(swapped).sort(), words(SENTENCE).sort())
      assert.match(swapped, /^\p{Lu}/u)
      assert.deepEqual(swapped.match(/[,;.]/g), SENTENCE.match(/[,;.]/g))
      const moved = words(swapped).filter((word, i) => word !== words(SENTENCE)[i]).length
      assert.equal(moved, 2)
    }
    assert.equal(randomSwap('Come here!'), 'Here come!')
    assert.equal(randomSwap('Alone'), 'Alone')
  })

  it('give the same text by the same seed, and go one after the other', () => {
    const augment = compose<string>([synonymReplacement, randomDeletion, randomSwap])
    assert.equal(augment(SENTENCE, seeded(9)), augment(SENTENCE, seeded(9)))
    const different = new Set(Array.from({ length: 20 }, (_, i) => augment(SENTENCE, seeded(i))))
    assert.ok(different.size > 15)
  })

  it('refuse shares out of range, and what is no text', () => {
    raises(() => synonymReplacement(SENTENCE, { alpha: 2 }), 'DATA_OPTION', 'between 0 and 1')
    raises(() => randomDeletion(SENTENCE, { p: -0.1 }), 'DATA_OPTION')
    raises(() => randomSwap(tensor([1]) as never), 'DATA_OPTION', 'expected a text, got object')
  })
})

/** The strongest frequency of a signal in Hz: the greatest part of its discrete Fourier transform, refined by a parabola. */
function frequencyOf(x: Tensor, sampleRate: number): number {
  const samples = Array.from(x.data())
  const n = samples.length
  const windowed = samples.map((value, i) => value * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / n)))
  const power = (k: number): number => {
    let [re, im] = [0, 0]
    for (const [i, value] of windowed.entries()) {
      re += value * Math.cos((2 * Math.PI * k * i) / n)
      im += value * Math.sin((2 * Math.PI * k * i) / n)
    }
    return Math.log(re * re + im * im + 1e-30)
  }
  let top = 1
  const powers = Array.from({ length: Math.min(n / 2, 1500) }, (_, k) => power(k))
  for (const [k, value] of powers.entries()) if (value > (powers[top] as number)) top = k
  const [a, b, c] = [power(top - 1), power(top), power(top + 1)]
  return ((top + (a - c) / (2 * (a - 2 * b + c))) * sampleRate) / n
}

describe('transforms of sounds', function () {
  this.timeout(60_000)
  const sampleRate = 8000
  const tone = (hz: number): Tensor => data.tone(hz, { sampleRate, seconds: 0.5 })
  const level = (x: Tensor): number =>
    Math.sqrt(
      x
        .narrow(0, 400, x.size - 800)
        .square()
        .mean()
        .item(),
    )

  it('stretch time and leave the pitch, within 1 %', () => {
    for (const rate of [0.5, 0.8, 1, 1.3, 2]) {
      const y = timeStretch(tone(440), rate)
      assert.equal(y.size, Math.round(4000 / rate))
      assert.ok(Math.abs(frequencyOf(y, sampleRate) / 440 - 1) < 0.01, `${frequencyOf(y, sampleRate)} Hz at ${rate}`)
      // A sine of amplitude 1 has the level sqrt(1/2).
      assert.ok(Math.abs(level(y) / Math.SQRT1_2 - 1) < 0.1, `level ${level(y)} at ${rate}`)
    }
  })

  it('give the signal itself at rate 1', () => {
    const x = randn([3000], { dtype: 'float64' })
    const y = timeStretch(x, 1)
    assert.ok(y.narrow(0, 0, 2000).allclose(x.narrow(0, 0, 2000), { atol: 1e-9 }))
  })

  it('shift the pitch by semitones and leave the length, within 1 %', () => {
    for (const semitones of [-12, -5, 0, 4, 12]) {
      const y = pitchShift(tone(440), semitones)
      const wanted = 440 * 2 ** (semitones / 12)
      assert.equal(y.size, 4000)
      assert.ok(Math.abs(frequencyOf(y, sampleRate) / wanted - 1) < 0.01, `${frequencyOf(y, sampleRate)} for ${wanted}`)
      assert.ok(Math.abs(level(y) / Math.SQRT1_2 - 1) < 0.1, `level ${level(y)} at ${semitones}`)
    }
  })

  it('let nothing fold back: a tone that would rise above half the sample rate falls silent', () => {
    assert.ok(level(pitchShift(tone(3000), 12)) < 0.05)
  })

  it('add noise at a ratio in decibels, exactly', () => {
    manualSeed(1)
    const x = tone(440)
    for (const snr of [-5, 0, 20]) {
      const noise = addNoise(x, snr).sub(x)
      const ratio = 10 * Math.log10(x.square().mean().item() / noise.square().mean().item())
      assert.ok(Math.abs(ratio - snr) < 1e-3, `${ratio} dB`)
    }
    const street = tone(100)
    assert.ok(addNoise(x, 6, { noise: street }).sub(x).div(street.add(1e-9)).std().item() < 1)
    assert.ok(addNoise(zeros([10]), 3).equal(zeros([10])))
    assert.ok(addNoise(x, 10, seeded(4)).equal(addNoise(x, 10, seeded(4))))
  })

  it('take batches, each signal by itself, and keep the dtype', () => {
    const both = stack([tone(440), tone(700)])
    const y = pitchShift(both.to('float16').reshape([2, 1, 4000]), 3)
    assert.deepEqual([y.shape, y.dtype], [[2, 1, 4000], 'float16'])
    const single = timeStretch(tone(700), 1.5)
    assert.ok(timeStretch(both, 1.5).at(1).equal(single))
    assert.ok(gain(both, 6).allclose(both.mul(10 ** 0.3)))
    assert.deepEqual(timeStretch(zeros([2, 0]), 2).shape, [2, 0])
    assert.deepEqual(timeStretch(tensor([1, 2, 3]), 3).shape, [1])
  })

  it('refuse what is no sound, and rates and shifts out of range', () => {
    raises(() => timeStretch(tone(440), 0), 'DATA_OPTION', 'rate must be a number above 0')
    raises(() => timeStretch(tone(440), 2, { frame: 15 }), 'DATA_OPTION', 'frame must be an even number')
    raises(() => pitchShift(tone(440), 60), 'DATA_OPTION', 'semitones')
    raises(() => addNoise(tone(440), Number.NaN), 'DATA_OPTION', 'decibels')
    raises(() => addNoise(cat([tone(1), tone(2)]), 3, { noise: tone(3) }), 'DATA_SHAPE', 'the shape of x')
    raises(() => gain(tensor([1], { dtype: 'int32' }), 3), 'DATA_SHAPE', 'float samples')
    raises(() => gain(tensor(1), 3), 'DATA_SHAPE')
    raises(() => gain(tone(440), Number.POSITIVE_INFINITY), 'DATA_OPTION')
  })
})

// Makes the pictures of docs/transforms.md: each transform of an image on a photograph or a digit, each of a sound as its waveform. By hand:
//   npm run build && npx gradlab data get nagasaki-boats && node build/test/src/data/gallery.js
import { mkdirSync } from 'node:fs'
import { cat, data, Generator, manualSeed, ones, type Tensor, tensor } from '#src/index.js'

const FOLDER = new URL('../../../../docs/images/transforms/', import.meta.url)
const t = data.transforms
const [HEIGHT, WIDTH] = [80, 100]
const seeded = (seed: number): { generator: Generator } => ({ generator: new Generator(seed) })

/** A row of pictures with a light gap between them, so that it stands on light and dark pages. */
function row(name: string, pictures: readonly Tensor[]): void {
  const gap = ones([3, HEIGHT, 4]).mul(0.75)
  const parts = pictures.flatMap((picture, i) => [...(i > 0 ? [gap] : []), fitted(picture)])
  data.writeImage(new URL(`${name}.png`, FOLDER), cat(parts, 2).clamp({ min: 0, max: 1 }))
}

const fitted = (x: Tensor): Tensor => {
  const coloured = x.shape[0] === 1 ? cat([x, x, x], 0) : x
  return t.resize(coloured, [HEIGHT, WIDTH])
}

/** A waveform: time to the right, from -1 to 1 upwards. */
function wave(x: Tensor, samples: number): Tensor {
  const shown: number[] = x.narrow(0, 0, Math.min(samples, x.size)).toArray()
  const picture = Array.from({ length: HEIGHT }, () => new Array<number>(WIDTH).fill(1))
  let before: number | undefined
  for (const [i, value] of shown.entries()) {
    const column = Math.min(WIDTH - 1, Math.floor((i / samples) * WIDTH))
    const line = Math.min(HEIGHT - 1, Math.max(0, Math.round((0.5 - value * 0.42) * HEIGHT)))
    for (let y = Math.min(line, before ?? line); y <= Math.max(line, before ?? line); y++)
      (picture[y] as number[])[column] = 0.15
    before = line
  }
  const dark = tensor(picture)
  return cat(
    [dark.mul(0.9).unsqueeze(0), dark.mul(0.95).unsqueeze(0), dark.add(0.25).clamp({ max: 1 }).unsqueeze(0)],
    0,
  )
}

mkdirSync(FOLDER, { recursive: true })
manualSeed(0)
const boats = t.centerCrop(t.resize(data.photograph('nagasaki-boats', { mode: 'rgb' }), [160, 200]), [160, 200])
const size = [160, 200] as const
row('crops', [
  boats,
  t.resize(t.randomCrop(boats, [110, 140], seeded(2)), size),
  t.randomCrop(boats, size, { padding: 40, ...seeded(5) }),
  t.randomResizedCrop(boats, size, seeded(3)),
  t.horizontalFlip(boats),
  t.verticalFlip(boats),
])
row('warps', [
  boats,
  t.rotate(boats, 20),
  t.randomRotation(boats, 30, seeded(4)),
  t.affine(boats, { degrees: 10, translate: [20, 10], scale: 0.8 }),
  t.randomAffine(boats, { degrees: 25, translate: [0.1, 0.1], scale: [0.7, 1.2], ...seeded(7) }),
  t.randomErasing(boats, { p: 1, ...seeded(6) }),
])
row('colours', [
  boats,
  t.adjustBrightness(boats, 1.4),
  t.adjustContrast(boats, 1.8),
  t.adjustSaturation(boats, 3),
  t.adjustHue(boats, 0.35),
  t.grayscale(boats),
])
row(
  'jitter',
  Array.from({ length: 6 }, (_, i) =>
    t.colorJitter(boats, { brightness: 0.4, contrast: 0.4, saturation: 1.5, hue: 0.3, ...seeded(i) }),
  ),
)
const [digits, labels] = data.mnist({ split: 'train', count: 64 }).tensors
const pair = [7, 13].map(i => digits.at([i, i + 1]))
const batch = cat(pair, 0)
const target = cat(
  [7, 13].map(i => labels.at([i, i + 1])),
  0,
)
const mixed = [
  t.mixup(batch, target, { numClasses: 10, alpha: 1, ...seeded(8) }),
  t.cutmix(batch, target, { numClasses: 10, alpha: 1, ...seeded(3) }),
]
row('mixing', [batch.at(0), batch.at(1), ...mixed.flatMap(({ x }) => [x.at(0), x.at(1)])])
const voice = data
  .tone(220, { sampleRate: 8000, seconds: 0.5 })
  .mul(0.6)
  .add(data.tone(660, { sampleRate: 8000, seconds: 0.5 }).mul(0.3))
row('sounds', [
  wave(voice, 200),
  wave(t.timeStretch(voice, 1.5), 200),
  wave(t.pitchShift(voice, 12), 200),
  wave(t.pitchShift(voice, -12), 200),
  wave(t.addNoise(voice, 10, seeded(1)), 200),
  wave(t.gain(voice, -8), 200),
])
process.stdout.write('Pictures are in docs/images/transforms.\n')

// Convolutions that read windows where they lie, without columns: each step of a product takes neighbours of a row of the image, shifted by a
// place of the window. For that the image is copied once, within a frame of zeros.
import { type Compiled, compile } from '../assembler/module.js'
import type { KernelHeap } from '../ground.js'
import { type Convolution, eachPart, type Plan, zeroed } from './plan.js'
import {
  copyPlanes,
  fold,
  offsets,
  PAIR,
  PLACES,
  PLANES,
  packPlanes,
  packWeights,
  slide,
  TILE_BYTES,
  weigh,
} from './windows-code.js'

const FUNCTIONS = { copyPlanes, offsets, packWeights, slide, packPlanes, weigh, fold }

type Functions = { readonly [F in keyof typeof FUNCTIONS]: Compiled }

/** What a tile reads beyond the last place, in elements. */
const SLACK = 2 * PLACES

/** Gradients of weights with fewer places than this spend more time on their sums than on products. */
const LEAST_PLACES = 32

/**
 * The gradient of an image reads windows that lie partly outside of the result: where they are so many more than the result's places, columns
 * are faster.
 */
const MOST_WASTE = 1.5

/** An image within its frame: sizes in elements. */
interface Framed {
  readonly channels: number
  readonly height: number
  readonly width: number
  /** Where the image begins. */
  readonly top: number
  readonly left: number
}

/** The frame for windows forward, or for those of the gradient of the image, which are turned around. */
function frameOf({ shape, channels, outputs }: Plan, makes: keyof Convolution): Framed {
  const { height, width, outH, outW, kernelH, kernelW, dilationH, dilationW, padH, padW } = shape
  const [reachH, reachW] = [(kernelH - 1) * dilationH, (kernelW - 1) * dilationW]
  return makes === 'input'
    ? { channels: outputs, height: height + reachH, width: width + reachW, top: reachH - padH, left: reachW - padW }
    : { channels, height: outH + reachH, width: outW + reachW, top: padH, left: padW }
}

/** Whether windows step from place to place, and nothing is cut off: else columns do it. */
export function isInPlace(plan: Plan, makes: keyof Convolution): boolean {
  const { strideH, strideW, height, width, outH, outW } = plan.shape
  if (strideH !== 1 || strideW !== 1 || plan.window === 0 || plan.places === 0) return false
  const frame = frameOf(plan, makes)
  const [rows, columns] = makes === 'input' ? [outH, outW] : [height, width]
  const fits =
    frame.top >= 0 && frame.left >= 0 && frame.top + rows <= frame.height && frame.left + columns <= frame.width
  if (!fits) return false
  if (makes === 'weight') return plan.places >= LEAST_PLACES
  return makes === 'forward' || frame.width * height <= MOST_WASTE * plan.places
}

/** `size` rounded up to whole steps. */
const upTo = (size: number, step: number): number => Math.ceil(size / step) * step

export function inPlace(heap: KernelHeap): Convolution {
  let functions: Functions | undefined
  const code = (): Functions => {
    functions ??= compile(
      Object.values(FUNCTIONS).map(make => make()),
      heap.memory,
    ) as Functions
    return functions
  }
  const withRooms = (elements: readonly number[], run: (...addresses: number[]) => void): void => {
    const rooms = elements.map(count => heap.allocate('float32', count))
    run(...rooms.map(({ pointer }) => pointer))
    for (const room of rooms) heap.release(room)
  }
  const frameSize = ({ channels, height, width }: Framed): number => channels * height * width + SLACK

  /** Copies an image of `rows` x `columns` into its frame. */
  const enframe = (frame: Framed, image: number, rows: number, columns: number, room: number): void => {
    const { channels, height, width, top, left } = frame
    const start = room + 4 * (top * width + left)
    code().copyPlanes(
      channels,
      rows,
      columns,
      image,
      4 * columns,
      4 * rows * columns,
      start,
      4 * width,
      4 * height * width,
    )
  }

  /** Where the places of a window lie; for the gradient of the image from the last one to the first. */
  const listOffsets = ({ shape }: Plan, frame: Framed, turned: boolean, list: number): void => {
    const { kernelH, kernelW, dilationH, dilationW } = shape
    const [row, column] = [4 * dilationH * frame.width, 4 * dilationW]
    const last = (kernelH - 1) * row + (kernelW - 1) * column
    const plane = 4 * frame.height * frame.width
    if (turned) code().offsets(list, frame.channels, kernelH, kernelW, last, plane, -row, -column)
    else code().offsets(list, frame.channels, kernelH, kernelW, 0, plane, row, column)
  }

  /** What forward and the gradient of the image have in common: planes of height x width out of a framed image. */
  const correlate = (plan: Plan, makes: 'forward' | 'input', x: number, w: number, out: number): void => {
    const turned = makes === 'input'
    const { channels, outputs, window, shape } = plan
    const { height, width, outH, outW, kernelH, kernelW } = shape
    const frame = frameOf(plan, makes)
    const [rows, columns] = turned ? [height, width] : [outH, outW]
    const [fromRows, fromColumns] = turned ? [outH, outW] : [height, width]
    const [planes, depth] = turned ? [channels, outputs * kernelH * kernelW] : [outputs, window]
    // Row by row, or all rows as one line with the frame between them: whatever makes fewer places that nobody needs.
    const byRow = columns >= PLACES && upTo(columns, PLACES) <= frame.width
    const [lines, length] = byRow ? [rows, columns] : [1, Math.max(PLACES, (rows - 1) * frame.width + columns)]
    const straight = byRow && planes % PLANES === 0
    const panels = upTo(planes, PLANES)
    const planeOut = byRow ? rows * columns : length
    const sizes = [frameSize(frame), depth + 1, panels * depth, straight ? 0 : panels * planeOut]
    withRooms(sizes, (room = 0, list = 0, weights = 0, made = 0) => {
      zeroed(heap, room, frameSize(frame))
      listOffsets(plan, frame, turned, list)
      let packed: number | undefined
      eachPart(plan, x, w, out, (image, weight, result) => {
        // Groups have weights of their own; images share them.
        if (packed !== weight) {
          const inner = kernelH * kernelW
          if (turned) code().packWeights(planes, outputs, inner, weight, 4 * inner, 4 * window, 4, weights)
          else code().packWeights(planes, 1, depth, weight, 4 * depth, 0, 4, weights)
          packed = weight
        }
        const [from, to] = turned ? [result, image] : [image, result]
        enframe(frame, from, fromRows, fromColumns, room)
        const target = straight ? to : made
        const line = byRow ? columns : 0
        code().slide(
          lines,
          length,
          depth,
          panels / PLANES,
          room,
          4 * frame.width,
          list,
          weights,
          target,
          4 * line,
          4 * planeOut,
        )
        if (straight) return
        const pitch = byRow ? columns : frame.width
        code().copyPlanes(planes, rows, columns, made, 4 * pitch, 4 * planeOut, to, 4 * columns, 4 * rows * columns)
      })
    })
  }

  return {
    forward: (plan, x, w, out) => correlate(plan, 'forward', x, w, out),
    input: (plan, x, w, out) => correlate(plan, 'input', x, w, out),
    weight(plan, x, w, out) {
      const { groups, outputs, window, shape } = plan
      const { height, width, outH, outW } = shape
      const frame = frameOf(plan, 'weight')
      const [panels, pairs] = [upTo(outputs, PLANES) / PLANES, Math.ceil(window / PAIR)]
      const tiles = (panels * pairs * TILE_BYTES) / 4
      const gradients = panels * PLANES * outH * upTo(outW, 4)
      withRooms(
        [frameSize(frame), window + 1, gradients, groups * tiles],
        (room = 0, list = 0, packed = 0, sums = 0) => {
          zeroed(heap, room, frameSize(frame))
          zeroed(heap, sums, groups * tiles)
          listOffsets(plan, frame, false, list)
          eachPart(plan, x, w, out, (image, weight, gradient) => {
            const group = (weight - w) / (4 * outputs * window)
            enframe(frame, image, height, width, room)
            code().packPlanes(outputs, outH, outW, gradient, packed)
            const [blocks, rest] = [Math.floor(outW / 4), outW % 4]
            const own = sums + 4 * group * tiles
            code().weigh(outH, blocks, rest, pairs, panels, room, 4 * frame.width, list, packed, own)
          })
          for (let group = 0; group < groups; group++) {
            code().fold(outputs, window, sums + 4 * group * tiles, w + 4 * group * outputs * window)
          }
        },
      )
    },
  }
}

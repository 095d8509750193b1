// What a model says at every place of the plane, and the points that it learned from.
import { noGrad } from '../../autograd/index.js'
import type { Layer } from '../../nn/index.js'
import { fromArray } from '../../tensor/create.js'
import { known, optionNames } from '../../tensor/options.js'
import { isTensor, type Tensor } from '../../tensor/tensor.js'
import { axis, hint } from '../axes.js'
import { badData, badOption } from '../errors.js'
import { Figure } from '../figure.js'
import { digitsOf, type Matrix, matrixOf, type Numbers, numbersOf, rangeOf, shortened } from '../numbers.js'
import { checkOptions, FIGURE_OPTIONS, type FigureOptions } from '../options.js'
import { thinned } from '../sample.js'
import { colours } from './points.js'

export interface DecisionBoundaryOptions extends FigureOptions {
  /** Names of the classes. Their numbers. */
  readonly classes?: readonly string[] | undefined
  /** Places along each axis at which the model is asked. 60. */
  readonly resolution?: number | undefined
}

type Own = Omit<DecisionBoundaryOptions, keyof FigureOptions>
const BOUNDARY_OPTIONS = { ...FIGURE_OPTIONS, ...optionNames<Own>()('classes resolution') }

/** Points of two numbers [N, 2], and the class of each [N]. */
export interface PlaneData {
  readonly x: Matrix
  readonly y: Numbers
}

/**
 * The class that a model gives to each place of the plane, in pale colours, and the points x [N, 2] in those of their classes y [N]. The model takes
 * [M, 2] and gives scores [M, K], or one [M, 1] or [M], of which more than 0 is class 1. A module is asked as in use (eval), without gradients.
 *
 * Throws PlotError: BAD_DATA where points are not [N, 2] or scores have another shape; BAD_OPTION.
 *
 * @example
 * const right = (x: Tensor) => x.at(null, 0) // class 1 where the first number is above 0
 * plot.decisionBoundary(right, { x: [[-1, 0], [1, 0]], y: [0, 1] }).alt // 'Decision boundary of 2 classes with 2 points: 2 on the right side.'
 * @torch none
 */
export function decisionBoundary(
  model: Layer | ((x: Tensor) => Tensor),
  data: PlaneData,
  options: DecisionBoundaryOptions = {},
): Figure {
  const where = 'decisionBoundary'
  known(where, options, BOUNDARY_OPTIONS)
  checkOptions(where, options)
  const { resolution = 60 } = options
  if (!(Number.isInteger(resolution) && resolution >= 4 && resolution <= 200)) {
    throw badOption(where, `resolution is ${resolution}`, 'It is a whole number from 4 to 200.')
  }
  const points = matrixOf(where, data.x)
  const truth = numbersOf(where, 'y', data.y)
  if (points[0]?.length !== 2 || points.length !== truth.length) {
    throw badData(
      where,
      `x is [${points.length}, ${points[0]?.length ?? 0}] and y has ${truth.length}`,
      'Points are x [N, 2] with classes y [N].',
    )
  }
  const [xs, ys] = [0, 1].map(i => Float64Array.from(points, row => row[i] as number)) as [Float64Array, Float64Array]
  const [across, up] = [widened(xs, options.xDomain), widened(ys, options.yDomain)]
  const at = ([first, last]: readonly [number, number], i: number): number =>
    first + ((i + 0.5) / resolution) * (last - first)
  const places = Array.from({ length: resolution ** 2 }, (_, i) => [
    at(across, i % resolution),
    at(up, Math.floor(i / resolution)),
  ])
  const field = classesOf(where, ask(model, places))
  const guesses = classesOf(
    where,
    ask(
      model,
      points.map(row => [...row]),
    ),
  )
  const count = Math.max(1, ...field, ...guesses, ...truth) + 1
  const { classes = Array.from({ length: count }, (_, i) => String(i)) } = options
  if (classes.length < count)
    throw badData(where, `there are ${classes.length} names for ${count} classes`, 'Each has one.')
  const [dx, dy] = [(across[1] - across[0]) / resolution / 2, (up[1] - up[0]) / resolution / 2]
  const [wide, high] = [digitsOf(across), digitsOf(up)]
  const regions = runsOf(field, resolution).map(({ row, from, to, value }) => ({
    x: shortened(at(across, from) - dx, wide),
    x2: shortened(at(across, to) + dx, wide),
    y: shortened(at(up, row) - dy, high),
    y2: shortened(at(up, row) + dy, high),
    c: classes[value] as string,
  }))
  const cloud = Array.from(thinned(points.length, 2000), i => ({
    x: shortened(xs[i] as number, wide),
    y: shortened(ys[i] as number, high),
    c: classes[truth[i] as number] as string,
  }))
  // Without the white rim that points have.
  const color = { ...colours(classes.slice(0, count), 'class'), legend: { symbolLimit: 40, symbolStrokeWidth: 0 } }
  const x = axis('x', { ...options, xDomain: across }, across, { label: undefined })
  const y = axis('y', { ...options, yDomain: up }, up, { label: undefined })
  const content = {
    kind: 'view',
    title: options.title,
    subtitle: options.subtitle,
    width: options.width ?? 360,
    height: options.height ?? 360,
    layers: [
      {
        data: { values: regions },
        mark: { type: 'rect', opacity: 0.25, clip: true },
        encoding: { x, x2: { field: 'x2' }, y, y2: { field: 'y2' }, color },
      },
      {
        data: { values: cloud },
        mark: {
          type: 'point',
          filled: true,
          size: 40,
          opacity: 1,
          stroke: 'white',
          strokeWidth: 0.6,
          clip: true,
        },
        encoding: {
          x,
          y,
          color,
          tooltip: [hint('c', 'class', 'nominal'), hint('x', options.xLabel), hint('y', options.yLabel)],
        },
      },
    ],
  } as const
  const right = guesses.reduce((sum, guess, i) => sum + (guess === truth[i] ? 1 : 0), 0)
  const alt = `Decision boundary of ${count} classes with ${points.length} points: ${right} on the right side.`
  return new Figure(content, options.alt ?? alt)
}

/** A tenth beyond the outermost points. */
function widened(numbers: Float64Array, domain: readonly [number, number] | undefined): readonly [number, number] {
  if (domain !== undefined) return domain
  const { least, greatest, count } = rangeOf(numbers)
  if (count === 0) throw badData('decisionBoundary', 'no point is finite', 'Look at what was computed before.')
  const margin = greatest > least ? (greatest - least) / 10 : 1
  return [least - margin, greatest + margin]
}

function ask(model: Layer | ((x: Tensor) => Tensor), places: readonly (readonly number[])[]): Tensor {
  const x = fromArray(Float32Array.from(places.flat()), [places.length, 2])
  return noGrad(() => {
    if (typeof model === 'function') return model(x)
    // Parents come before their children, and train() is passed on to these.
    const before = [...model.modules()].map(module => [module, module.training] as const)
    model.eval()
    try {
      return model.forward(x)
    } finally {
      for (const [module, training] of before) module.train(training)
    }
  })
}

function classesOf(where: string, scores: Tensor): Int32Array {
  if (!isTensor(scores))
    throw badData(where, 'the model gives no tensor', 'It takes [M, 2] and gives scores [M, K], [M, 1] or [M].')
  const { shape } = scores
  if (shape.length === 2 && (shape[1] as number) > 1) return Int32Array.from(scores.argmax(1).data() as Int32Array)
  if (shape.length > 2)
    throw badData(
      where,
      `the model gives [${shape.join(', ')}]`,
      'It takes [M, 2] and gives scores [M, K], [M, 1] or [M].',
    )
  return Int32Array.from(scores.reshape([-1]).to('float32').data() as Float32Array, score => (score > 0 ? 1 : 0))
}

/** Neighbours of one class in a row are one rectangle. */
function runsOf(field: Int32Array, resolution: number): { row: number; from: number; to: number; value: number }[] {
  const runs: { row: number; from: number; to: number; value: number }[] = []
  for (let row = 0; row < resolution; row++) {
    for (let column = 0; column < resolution; column++) {
      const value = field[row * resolution + column] as number
      const last = runs.at(-1)
      if (last !== undefined && last.row === row && last.value === value) last.to = column
      else runs.push({ row, from: column, to: column, value })
    }
  }
  return runs
}

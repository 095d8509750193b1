import { apply, view } from '../tensor/engine.js'
import { NONE } from '../tensor/primitives.js'
import { rowMajor } from '../tensor/shape.js'
import type { Rules } from './rule.js'
export const RULES = {
  copy: { kind: 'linear', vjp: g => [g] },

  add: { kind: 'elementwise', saves: {}, partials: [g => g, g => g] },
  mul: {
    kind: 'elementwise',
    saves: { inputs: [0, 1] },
    partials: [(g, c) => apply('mul', [g, c.input(1)], NONE), (g, c) => apply('mul', [g, c.input(0)], NONE)],
  },
  asStrided: {
    kind: 'linear',
    vjp: (g, c) => {
      const f = apply('asStridedScatter', [g], {
        length: c.metas[0]!.shape.reduce((a, b) => a * b, 1),
        strides: c.params.strides,
        offset: c.params.offset,
      })
      const s = c.metas[0]!.shape
      return [view('reshape', f, { shape: s }, s, rowMajor(s), 0)]
    },
  },
  slice: {
    kind: 'linear',
    vjp: (g, c) => [
      apply('sliceScatter', [g], { shape: c.metas[0]!.shape, start: c.params.start, step: c.params.step }),
    ],
  },
} as Partial<Rules> as Rules

// Random bits, uniforms and normals.
import type { Kernels, Operand } from '../../../tensor/backend.js'
import { DTYPES } from '../../../tensor/dtype.js'
import type { RandomParams } from '../../../tensor/primitives.js'
import { sizeOf } from '../../../tensor/shape.js'
import { compiledBy, type Ground, withScratch } from '../ground.js'
import { flatCopy, type Width } from '../move/strided.js'
import { addressOf } from '../walk.js'
import { type Draw, philoxTurns, TURN_BLOCKS, TURN_BYTES } from './philox.js'

type Names = 'randomBits' | 'uniform' | 'normal'

export function randomKernels(ground: Ground): Pick<Kernels, Names> {
  const turnsOf = compiledBy<Draw>(ground, philoxTurns)
  const copyOf = compiledBy<Width>(ground, flatCopy)

  const fill = (draw: Draw, out: Operand, { key, counter }: RandomParams): void => {
    const width = DTYPES[out.dtype].bytes as Width
    const bytes = sizeOf(out.shape) * width
    const whole = Math.floor(bytes / TURN_BYTES)
    const code = turnsOf(draw)
    const turns = (target: number, count: number, block: number): void => {
      code(target, count, block % 2 ** 32, Math.floor(block / 2 ** 32), key[0], key[1])
    }
    if (whole > 0) turns(addressOf(out), whole, counter)
    const done = whole * TURN_BYTES
    if (done === bytes) return
    // The last turn makes more than there is room for.
    withScratch(out, 'float64', [TURN_BYTES / 8], scratch => {
      turns(addressOf(scratch), 1, counter + whole * TURN_BLOCKS)
      copyOf(width)(addressOf(out) + done, addressOf(scratch), bytes - done)
    })
  }

  return {
    randomBits: (_, out, params) => fill('bits', out, params),
    uniform(inputs, out, params) {
      if (out.dtype === 'float32') fill('uniform', out, params)
      else if (out.dtype === 'float64') fill('uniform64', out, params)
      else ground.loops.uniform(inputs, out, params)
    },
    normal(inputs, out, params) {
      if (out.dtype === 'float32') fill('normal', out, params)
      else ground.loops.normal(inputs, out, params)
    },
  }
}

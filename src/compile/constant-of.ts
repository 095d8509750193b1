// Which buffers hold a number for good.
import { constantIn } from '../tensor/ops/operand.js'
import type { TracedBuffer } from './trace.js'

/** The number that a buffer holds for good. */
export function constantOf({ source }: TracedBuffer): number | undefined {
  return source.kind === 'kept' ? constantIn(source.storage) : undefined
}

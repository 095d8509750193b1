// One gradient rule for each primitive, exhaustive by type; the rules themselves stand in rules/, by family.
import type { NoRule, Rules } from './rule.js'
import { BINARY_RULES, CHOOSE_RULES, COMPARE_RULES } from './rules/binary.js'
import { MOVE_RULES, VIEW_RULES } from './rules/move.js'
import { REDUCE_RULES } from './rules/reduce.js'
import { TEST_RULES, UNARY_RULES } from './rules/unary.js'

const none: NoRule = { kind: 'none' }

/** What is made from nothing has no gradient. */
const MAKE_RULES: Pick<Rules, 'full' | 'arange' | 'randomBits' | 'uniform' | 'normal'> = {
  full: none,
  arange: none,
  randomBits: none,
  uniform: none,
  normal: none,
}

const COMPLETE: Omit<Rules, Products> = {
  ...UNARY_RULES,
  ...TEST_RULES,
  ...BINARY_RULES,
  ...COMPARE_RULES,
  ...CHOOSE_RULES,
  ...REDUCE_RULES,
  ...VIEW_RULES,
  ...MOVE_RULES,
  ...MAKE_RULES,
}

// biome-ignore format: a list
type Products =
  | 'matmul' | 'conv2d' | 'conv2dInput' | 'conv2dWeight' | 'maxPool2dIndex' | 'sumPool2d' | 'sumPool2dInput'
  | 'cholesky' | 'triangularSolve' | 'solve' | 'slogdet' | 'eigh' | 'svd' | 'qr'

export const RULES = COMPLETE as Rules

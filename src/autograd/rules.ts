// One gradient rule for each primitive, exhaustive by type; the rules themselves stand in rules/, by family.
import type { NoRule, Rules } from './rule.js'
import { BINARY_RULES, CHOOSE_RULES, COMPARE_RULES } from './rules/binary.js'
import { LINALG_RULES } from './rules/linalg.js'
import { MOVE_RULES, VIEW_RULES } from './rules/move.js'
import { PRODUCT_RULES } from './rules/products.js'
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

export const RULES: Rules = {
  ...UNARY_RULES,
  ...TEST_RULES,
  ...BINARY_RULES,
  ...COMPARE_RULES,
  ...CHOOSE_RULES,
  ...REDUCE_RULES,
  ...VIEW_RULES,
  ...MOVE_RULES,
  ...PRODUCT_RULES,
  ...LINALG_RULES,
  ...MAKE_RULES,
}

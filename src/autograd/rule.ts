// The form of a gradient rule. rules.ts has one for each primitive, exhaustive by type; forward and backward mode both read it.
import type { Meta, PrimitiveName, PrimitiveParams } from '../tensor/primitives.js'
import type { Tensor } from '../tensor/tensor.js'

/** An input without its numbers. */
export interface InputMeta extends Meta {
  readonly layout: Tensor['layout']
}

/** What a rule may look at. Tensors are there only where the rule says in `saves` that it needs them. */
export interface RuleContext<P extends PrimitiveName> {
  readonly params: PrimitiveParams[P]
  /** Shape, dtype and layout of each input. */
  readonly metas: readonly InputMeta[]
  /** Whether each input wants a gradient. */
  readonly needs: readonly boolean[]
  /** An input that the rule saves. */
  input(i: number): Tensor
  /** The result, where the rule saves it. */
  output(): Tensor
}

/** Which tensors are kept from forward to backward. */
export interface Saves {
  /** Places of the inputs; those of a partial are kept only where some input wants a gradient. */
  readonly inputs?: readonly number[]
  readonly output?: boolean
  /**
   * Instead of the two above, what the gradient of each input needs by itself: in a product with a constant, only the
   * constant is kept, and the other factor may be freed or written to.
   */
  readonly each?: readonly Saves[]
}

/** No gradient: the result is a bool or an index, or the derivative is zero almost everywhere by definition of the operation. */
export interface NoRule {
  readonly kind: 'none'
}

/**
 * out[i] = f(a[i], b[i], ...): each partial returns g * df/d(input k), in the shape of the result. Backward sums it over the
 * broadcast axes; forward mode calls the same function with the tangent in the place of g.
 */
export interface ElementwiseRule<P extends PrimitiveName> {
  readonly kind: 'elementwise'
  readonly saves: Saves
  readonly partials: readonly (((g: Tensor, context: RuleContext<P>) => Tensor) | undefined)[]
}

/** Linear in all of its inputs together: forward mode is the primitive itself, applied to the tangents. */
export interface LinearRule<P extends PrimitiveName> {
  readonly kind: 'linear'
  readonly vjp: (g: Tensor, context: RuleContext<P>) => readonly (Tensor | undefined)[]
}

/** Linear in each input alone (a product): forward mode is a sum of the primitive with one input replaced by its tangent. */
export interface MultilinearRule<P extends PrimitiveName> {
  readonly kind: 'multilinear'
  readonly saves: Saves
  readonly vjp: (g: Tensor, context: RuleContext<P>) => readonly (Tensor | undefined)[]
}

/** Anything else says both directions. */
export interface GeneralRule<P extends PrimitiveName> {
  readonly kind: 'general'
  readonly saves: Saves
  readonly vjp: (g: Tensor, context: RuleContext<P>) => readonly (Tensor | undefined)[]
  /** Tangents are undefined where an input has none; at least one is there. */
  readonly jvp: (tangents: readonly (Tensor | undefined)[], context: RuleContext<P>) => Tensor
}

export type Rule<P extends PrimitiveName> =
  | NoRule
  | ElementwiseRule<P>
  | LinearRule<P>
  | MultilinearRule<P>
  | GeneralRule<P>

/** One rule a primitive; a missing one does not compile. Rules are written in differentiable operations. */
export type Rules = { readonly [P in PrimitiveName]: Rule<P> }

// A door for products of matrices: somebody else may make them, on the heap's memory.
import type { Compiled, Signature } from './assembler/module.js'

/**
 * c = a b, or c += a b where `add` is 1: (rows, columns, depth, a, aTurned, aStep, b, bTurned, bStep, c, cStep, add). a, b and c are addresses;
 * steps are elements from row to row, or from column to column where a matrix is turned: then its columns lie together.
 */
export interface Products {
  readonly f32x4: Compiled
  readonly f64x2: Compiled
}

export const PRODUCT: Signature = { params: Array.from({ length: 12 }, () => 'i32' as const), results: [] }

/** Finds one for a memory; undefined where there is none. */
export type FindProducts = (memory: WebAssembly.Memory) => Products | undefined

/** Who makes large products: 'auto' whoever is there, 'wasm' the backend itself, 'blas' the other one, or it is an error. */
export type ProductChoice = 'auto' | 'wasm' | 'blas'

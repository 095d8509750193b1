// A program as plain data: which functions it calls, with which numbers, wherever its memory will lie.
import type { Signature } from '../assembler/module.js'
import type { Call, Callee, Module } from './recorder.js'

/** A call of a function, by its number, with symbols for addresses; or an operation that the host runs, by its number. */
export type RecipeStep = { readonly callee: number; readonly args: readonly number[] } | { readonly host: number }

/** A function: of a module by its number, or, where that is -1, of those who make products. */
export interface RecipeCallee extends Signature {
  readonly module: number
  readonly name: string
}

/** All of it can be written to a file and read again by another process. */
export interface Recipe {
  readonly modules: readonly Uint8Array<ArrayBuffer>[]
  readonly callees: readonly RecipeCallee[]
  /** What each operation of the program does. */
  readonly parts: readonly (readonly RecipeStep[])[]
  /** Bytes of memory for a moment. */
  readonly scratchBytes: number
  /** Bytes of each piece of memory that kernels keep. */
  readonly workspaces: readonly number[]
}

/** Numbers for what calls name. */
export class RecipeWriter {
  private readonly modules = new Map<Module, number>()
  private readonly callees = new Map<Callee, number>()
  private readonly parts: RecipeStep[][] = []

  /** The next operation is these calls. */
  calls(calls: readonly Call[]): void {
    this.parts.push(calls.map(({ callee, args }) => ({ callee: numberOf(callee, this.callees), args })))
  }

  /** The next operation runs itself. */
  host(): void {
    this.parts.push([{ host: this.parts.length }])
  }

  recipe(scratchBytes: number, workspaces: readonly number[]): Recipe {
    const callees = Array.from(this.callees.keys(), ({ module, name, params, results }) => {
      return { module: module === undefined ? -1 : numberOf(module, this.modules), name, params, results }
    })
    const modules = Array.from(this.modules.keys(), ({ bytes }) => bytes)
    return { modules, callees, parts: this.parts, scratchBytes, workspaces: [...workspaces] }
  }
}

function numberOf<T>(item: T, known: Map<T, number>): number {
  let number = known.get(item)
  if (number === undefined) {
    number = known.size
    known.set(item, number)
  }
  return number
}

// The places of a cell that become something else in its program, in the order in which they open.
import type { Node } from 'oxc-parser'
import type { Identifier, NodeOf } from './ast.js'
import type { Command } from './commands.js'
import type { Scope } from './scope.js'

/** What is done with a name where it stands. */
export type NameUse = 'read' | 'call' | 'typeof' | 'assign' | 'declare'

/** The parenthesis of a call. */
export interface Opening {
  readonly end: number
  /** `f?.(x)`. */
  readonly optional: boolean
}

export type Site =
  /** A name, which may turn out to be a top-level one. */
  | {
      readonly kind: 'name'
      readonly use: NameUse
      readonly name: string
      readonly start: number
      readonly end: number
      readonly scope: Scope
      /** `{ name }`. */
      readonly shorthand: boolean
      readonly inEnum: boolean
      /** For a callee whose parenthesis follows it. */
      readonly opens: Opening | undefined
    }
  /** `name = value` and the like; a target that is no plain name is made of `name` sites. */
  | {
      readonly kind: 'assignment'
      readonly node: NodeOf<'AssignmentExpression'>
      readonly target: Identifier
      readonly scope: Scope
    }
  /** `name++`. */
  | {
      readonly kind: 'update'
      readonly node: NodeOf<'UpdateExpression'>
      readonly target: Identifier
      readonly scope: Scope
    }
  /** A function or class without a name that is called after `target`. */
  | { readonly kind: 'naming'; readonly value: Node; readonly target: string; readonly scope: Scope }
  /** `let`, `const`, `var` or `using` of top-level names. */
  | {
      readonly kind: 'variables'
      readonly node: NodeOf<'VariableDeclaration'>
      readonly place: 'statement' | 'head'
      /** The progress mark of each declarator, for those directly at the top level. */
      readonly marks: readonly number[] | undefined
    }
  | { readonly kind: 'await'; readonly node: NodeOf<'AwaitExpression'> }
  | { readonly kind: 'for await'; readonly node: NodeOf<'ForOfStatement'>; readonly end: number | undefined }
  | { readonly kind: 'this'; readonly node: NodeOf<'ThisExpression'> }
  | { readonly kind: 'dynamic import'; readonly node: NodeOf<'ImportExpression'> }
  | { readonly kind: 'import.meta'; readonly node: NodeOf<'MetaProperty'> }
  | { readonly kind: 'decorator'; readonly node: NodeOf<'Decorator'> }
  | TopSite

/** Sites that only whole statements of the top level make. */
export type TopSite =
  | {
      readonly kind: 'import'
      readonly node: NodeOf<'ImportDeclaration' | 'ExportNamedDeclaration' | 'ExportAllDeclaration'>
      readonly mark: number | undefined
      /** Where it has to move to come before all other statements. */
      readonly moveTo: number | undefined
    }
  | { readonly kind: 'import alias'; readonly node: NodeOf<'TSImportEqualsDeclaration'>; readonly mark: number }
  /** A function: hoisted. */
  | { readonly kind: 'function'; readonly name: string }
  /** A class, enum or namespace stays a local of the program and is copied to its box when it is there. */
  | { readonly kind: 'copy'; readonly name: string; readonly end: number; readonly mark: number | undefined }
  /** Names that a statement declares by a `var` inside it. */
  | { readonly kind: 'mark'; readonly end: number; readonly mark: number }
  | { readonly kind: 'result'; readonly node: Node }
  /** `export default VALUE`. */
  | {
      readonly kind: 'value'
      readonly start: number
      readonly node: Node
      readonly end: number
      readonly last: boolean
    }
  | { readonly kind: 'replace'; readonly start: number; readonly end: number; readonly text: string }
  | { readonly kind: 'command'; readonly command: Command }

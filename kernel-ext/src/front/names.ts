// Which names live, and where: the runtime holds their values, the type server their types, this what both were told.
import type { CellEnvironment, Declaration, DeclarationKind } from '../cell/cell.js'

export class Names implements CellEnvironment {
  readonly live = new Map<string, DeclarationKind>()
  readonly globals = new Set<string>()

  addGlobals(names: readonly string[]): void {
    for (const name of names) this.globals.add(name)
  }

  /** Takes over the declarations of a cell that took effect. */
  take(declarations: readonly Declaration[], set: ReadonlySet<string>): void {
    for (const { name, kind, typeOnly } of declarations) {
      if (!typeOnly && set.has(name)) this.live.set(name, kind)
    }
  }

  /** The runtime has been replaced: nothing has a value any more. */
  clear(): void {
    this.live.clear()
    this.globals.clear()
  }
}

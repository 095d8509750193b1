// Names and where they are visible: values and types apart, as TypeScript keeps them.

/** What a name stands for where it is mentioned; `either` for the left side of `A.B` in a type. */
export type Space = 'value' | 'type' | 'either'

export class Scope {
  readonly parent: Scope | undefined
  /** A `var` in this scope or below it belongs here. */
  readonly holdsVars: boolean
  /** The object whose members are the names of this scope: what an enum or a namespace exports. */
  readonly object: string | undefined
  readonly #values = new Set<string>()
  readonly #types = new Set<string>()
  readonly #merged = new Map<string, Scope>()

  constructor(parent?: Scope, options: { readonly holdsVars?: boolean; readonly object?: string } = {}) {
    this.parent = parent
    this.holdsVars = options.holdsVars ?? parent === undefined
    this.object = options.object
  }

  declare(name: string, space: Space): void {
    if (space !== 'type') this.#values.add(name)
    if (space !== 'value') this.#types.add(name)
  }

  has(name: string, space: Space): boolean {
    return (space !== 'type' && this.#values.has(name)) || (space !== 'value' && this.#types.has(name))
  }

  /** The nearest scope that declares the name. */
  ownerOf(name: string, space: Space): Scope | undefined {
    return this.has(name, space) ? this : this.parent?.ownerOf(name, space)
  }

  /** Where a `var` goes. */
  varScope(): Scope {
    return this.holdsVars || this.parent === undefined ? this : this.parent.varScope()
  }

  /** The scope that all bodies of one enum or namespace share: its own name and what it exports. */
  merged(name: string): Scope {
    let scope = this.#merged.get(name)
    if (scope === undefined) {
      scope = new Scope(this, { object: name })
      scope.declare(name, 'either')
      this.#merged.set(name, scope)
    }
    return scope
  }
}

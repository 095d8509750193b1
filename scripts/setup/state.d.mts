// The door from the `gradlab` command (TypeScript) to the set-up (plain JavaScript).

export interface NotReady {
  readonly ok: false
  readonly reason: string
}

/** Is node_modules as the lock file says? */
export function packagesState(root: string): { readonly ok: true; readonly count: number } | NotReady

/** Was what is built made from the present sources? */
export function buildState(root: string): { readonly ok: true } | NotReady

/** Is .venv whole? `foreign`: it was made by someone else. */
export function venvState(
  root: string,
): { readonly ok: true; readonly python: string; readonly version: string } | (NotReady & { readonly foreign: boolean })

/** The environment's own interpreter, whether it exists or not. */
export function venvPython(root: string): string

/** The machine's best Python; rejects with an error that lists what was looked for and has a `next`. */
export function findPython(): Promise<{ readonly version: string; readonly executable: string }>

/** Free space at a path, in megabytes. */
export function freeMegabytes(path: string): Promise<number>

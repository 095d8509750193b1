// Node's modules, asked for when the code runs: what asks for them loads in a page as well, and does without.

/** What is used of them. */
export interface Modules {
  readonly fs: {
    existsSync(path: string): boolean
    mkdirSync(path: string, options: { recursive: true }): unknown
    readdirSync(path: string): string[]
    readFileSync(path: string): Uint8Array<ArrayBuffer>
    readFileSync(path: string, encoding: 'utf8'): string
    renameSync(from: string, to: string): void
    rmSync(path: string, options: { force: true }): void
    statSync(path: string): { readonly size: number; readonly mtimeMs: number }
    utimesSync(path: string, accessed: Date, modified: Date): void
    writeFileSync(path: string, data: Uint8Array): void
  }
  readonly os: { availableParallelism?(): number }
  readonly path: {
    basename(path: string): string
    dirname(path: string): string
    join(...parts: string[]): string
    resolve(path: string): string
  }
  readonly url: { fileURLToPath(url: string): string }
  readonly module: { createRequire(file: string): (name: string) => unknown }
  readonly crypto: { createHash(name: 'sha256'): Hash }
  readonly v8: { serialize(value: unknown): Uint8Array; deserialize(data: Uint8Array): unknown }
}

interface Hash {
  update(data: string | Uint8Array): Hash
  digest(): Uint8Array
  digest(encoding: 'hex'): string
}

interface Process {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: string
  readonly pid: number
  readonly version: string
  getBuiltinModule?(name: string): unknown
}

export const host = (): Process | undefined => (globalThis as { process?: Process }).process

/** A module of Node; undefined in a browser. */
export function node<N extends keyof Modules>(name: N): Modules[N] | undefined {
  return host()?.getBuiltinModule?.(`node:${name}`) as Modules[N] | undefined
}

// The set-up's modules are plain JavaScript outside every TypeScript project: the tests reach them by their address.

/** The project's root; this file runs from build/test/start/. */
export const ROOT = new URL('../../../', import.meta.url)

/** A module of scripts/setup, with the types that the test expects of it. */
export async function setupModule<T>(name: string): Promise<T> {
  return (await import(new URL(`scripts/setup/${name}`, ROOT).href)) as T // plain JavaScript: nobody else can tell
}

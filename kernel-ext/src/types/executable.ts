// Where TypeScript's native program is: npm's `typescript` package only names it, a package per platform holds it.
// Found as TypeScript's own launcher does, but without a Node process between us and it.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { typesUnavailable } from './unavailable.js'

/** The absolute path of the native `tsc`. */
export function findTypeScript(): string {
  const platformPackage = `@typescript/typescript-${process.platform}-${process.arch}`
  let folder: string
  try {
    const launcher = createRequire(import.meta.url).resolve('typescript/package.json')
    folder = join(dirname(createRequire(launcher).resolve(`${platformPackage}/package.json`)), 'lib')
  } catch (cause) {
    throw typesUnavailable(`TypeScript's package for this machine, ${platformPackage}, is not installed.`, { cause })
  }
  const exe = join(folder, process.platform === 'win32' ? 'tsc.exe' : 'tsc')
  if (!existsSync(exe)) throw typesUnavailable(`TypeScript's program is missing: ${exe}.`)
  return exe
}

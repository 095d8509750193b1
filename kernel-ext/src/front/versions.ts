// The versions that kernel_info tells, read from the packages themselves.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

export const KERNEL_VERSION = versionOf('../../package.json')
export const TYPESCRIPT_VERSION = versionOf('typescript/package.json')

function versionOf(path: string): string {
  return (require(path) as { version: string }).version
}

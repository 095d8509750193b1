// `npm run build`: the library, the kernel, and, where the developers' packages are installed, tests and benchmarks.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stampAfterBuild } from './setup/build.mjs'
import { bundle } from './setup/bundle.mjs'
import { declareMethods } from './setup/methods.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '')
const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')

if (existsSync(compiler)) {
  const projects = existsSync(join(ROOT, 'node_modules/mocha')) ? [] : ['src', 'kernel-ext/src']
  const stamp = stampAfterBuild(ROOT)
  const { status } = spawnSync(process.execPath, [compiler, '-b', ...projects], { cwd: ROOT, stdio: 'inherit' })
  if (status === 0) {
    declareMethods(ROOT)
    await bundle(ROOT)
    stamp()
  }
  process.exitCode = status ?? 1
} else {
  console.error('TypeScript is not installed yet. Run npm start, or npm test: both set up and build.')
  process.exitCode = 1
}

// `npm run test:nodes`: the suites once more, each on another Node. The binaries come from npm, into build/nodes.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { npmCommand } from './setup/packages.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '')
const MAJORS = ['22', '24']

/**
 * @param {string} major
 * @returns {string} the binary's path
 */
function installNode(major) {
  const system = process.platform === 'win32' ? 'win' : process.platform
  const name = `node-${system}-${process.arch}`
  const folder = join(ROOT, 'build/nodes', major)
  const binary = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(binary)) return binary
  mkdirSync(folder, { recursive: true })
  // A package.json of its own, or npm would install into the project above.
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const [command, ...args] = npmCommand()
  const result = spawnSync(
    command,
    [...args, 'install', '--no-save', '--ignore-scripts', '--loglevel=error', `${name}@${major}`],
    {
      cwd: folder,
      stdio: 'inherit',
    },
  )
  if (result.status !== 0 || !existsSync(binary))
    throw new Error(`npm could not install ${name}@${major}; its message is above`)
  return binary
}

const results = MAJORS.map(major => {
  console.log(`\n==== Node ${major}`)
  const node = installNode(major)
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` }
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()
  const { status } = spawnSync(node, [join(ROOT, 'scripts/test.mjs'), ...process.argv.slice(2)], {
    cwd: ROOT,
    stdio: 'inherit',
    env,
  })
  return { version, ok: status === 0 }
})
console.log('')
for (const { version, ok } of results) console.log(`${version}: ${ok ? 'passed' : 'failed'}`)
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1

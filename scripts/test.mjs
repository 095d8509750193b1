// `npm test`: set-up, lint, types, and the suites; `--long` adds the heavy and repeated ones.
import { nodeProblem } from './setup/node-version.mjs'

const problem = nodeProblem(process.versions.node)
if (problem) {
  console.error(problem)
  process.exitCode = 1
} else {
  const { test } = await import('./test/main.mjs')
  process.exitCode = await test(process.argv.slice(2))
}

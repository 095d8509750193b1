// `npm start`: installs what is missing, builds, and opens JupyterLab.
// Parses in any Node that knows modules, so that an old one is told what to do instead of failing at a syntax error.
import { nodeProblem } from './setup/node-version.mjs'

const problem = nodeProblem(process.versions.node)
if (problem) {
  console.error(problem)
  process.exitCode = 1
} else {
  import('./setup/main.mjs')
    .then(setup => setup.start(process.argv.slice(2)))
    .then(code => {
      process.exitCode = code
    })
}

#!/usr/bin/env node
// The `gradlab` command: hands over to what was built, or says what to do where nothing was.
import { existsSync } from 'node:fs'

const main = new URL('../dist/cli/main.js', import.meta.url)
const packages = new URL('../node_modules/commander/package.json', import.meta.url)
// Installed as a package, commander may lie further up; in a clone without node_modules nothing below would load.
const inClone = existsSync(new URL('../scripts/start.mjs', import.meta.url))

if (!existsSync(main) || (inClone && !existsSync(packages))) {
  const what = existsSync(main) ? 'its packages are not installed' : 'it is not built'
  console.error(`error: gradlab cannot run: ${what}.\nnext: run npm start (or npm ci and npm run build) in its folder.`)
  process.exitCode = 3
} else {
  import(main.href)
    .then(({ main }) => main(process.argv.slice(2)))
    .then(code => {
      process.exitCode = code
    })
}

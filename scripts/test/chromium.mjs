// Where the browser is that the tests drive.
import { existsSync } from 'node:fs'

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** @returns {string | undefined} */
export function findChromium() {
  const named = process.env.GRADLAB_CHROMIUM
  return named ?? PLACES.find(place => existsSync(place))
}

/** @returns {string | undefined} why there is none, and what to do */
findChromium.missing = () =>
  findChromium() === undefined
    ? `no Chromium or Chrome at ${PLACES.join(', ')}; install one (apt-get install chromium) or name it in GRADLAB_CHROMIUM`
    : undefined

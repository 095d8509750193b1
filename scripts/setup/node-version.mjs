// Is this Node new enough? Old syntax only: an old Node must be able to read this file.

/** The oldest Node that runs Gradlab, as in package.json's `engines`. */
export const OLDEST_NODE = '20.19.0'

/**
 * What is wrong with a Node of this version, and the next step; an empty string where nothing is.
 * @param {string} version as in `process.versions.node`
 * @returns {string}
 */
export function nodeProblem(version) {
  if (isAtLeast(version, OLDEST_NODE)) return ''
  return (
    'error: Gradlab needs Node ' +
    OLDEST_NODE.replace(/\.0$/, '') +
    ' or later, and this is Node ' +
    version +
    '.\nnext: install the current LTS release from https://nodejs.org (or with nvm, fnm or volta), then run npm start again.'
  )
}

/**
 * @param {string} version
 * @param {string} oldest
 * @returns {boolean}
 */
function isAtLeast(version, oldest) {
  const have = version.split('.').map(Number)
  const need = oldest.split('.').map(Number)
  for (let i = 0; i < 3; i++) {
    const difference = Number(have[i]) - Number(need[i])
    if (difference !== 0) return difference > 0
  }
  return true
}

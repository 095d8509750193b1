// What of the set-up is in place: how `gradlab doctor` and `gradlab lab` ask (their types: state.d.mts).
import { buildState } from './build.mjs'
import { freeMegabytes } from './disk.mjs'
import { packagesState } from './packages.mjs'
import { findPython } from './python.mjs'
import { venvPython, venvState } from './venv.mjs'

export { buildState, findPython, freeMegabytes, packagesState, venvPython, venvState }

// The first module of a worker that a cell starts from a TypeScript file: its URL carries the loader's options.
import type { LoaderOptions } from './loader.js'
import { registerLoader } from './register.js'

registerLoader(JSON.parse(decodeURIComponent(new URL(import.meta.url).search.slice(1))) as LoaderOptions)

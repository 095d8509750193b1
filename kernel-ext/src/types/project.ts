// The virtual TypeScript project of a notebook. It shadows `tsconfig.json` in the notebook's folder, so that cells lie
// beside the notebook's neighbours: `./x` and `../x` are what they say. Nothing is written to disk.
import { existsSync, readdirSync } from 'node:fs'
import { builtinModules, createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stateOf } from './file-state.js'
import { fallbackPaths } from './package-types.js'
import { ancestors, isRecord, readUserConfig, toSlashes } from './user-config.js'

/** A tsconfig in the making. */
export interface Project {
  /** Its text. */
  readonly config: string
  /** Files and folders on whose state the text, or what the server keeps of packages, depends. */
  readonly watched: readonly string[]
}

export interface ProjectOptions {
  readonly notebookDir: string
  readonly roots: readonly string[]
  /** The native `tsc`. */
  readonly exe: string
  readonly log: (text: string) => void
}

/** Options of a user's config that mean nothing for cells, or would break them. */
const NEUTRALISED = [
  'baseUrl',
  'composite',
  'declaration',
  'declarationDir',
  'declarationMap',
  'emitDeclarationOnly',
  'importHelpers',
  'incremental',
  'inlineSourceMap',
  'inlineSources',
  'isolatedDeclarations',
  'isolatedModules',
  'mapRoot',
  'noEmitOnError',
  'noUnusedLocals',
  'noUnusedParameters',
  'outDir',
  'outFile',
  'plugins',
  'rootDir',
  'sourceMap',
  'sourceRoot',
  'tsBuildInfoFile',
  'verbatimModuleSyntax',
]

/** What cells need, whatever the user's config says. */
const NEEDED = {
  target: 'esnext',
  module: 'esnext',
  moduleResolution: 'bundler',
  moduleDetection: 'force',
  noEmit: true,
  allowJs: true,
  checkJs: false,
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  skipLibCheck: true,
  allowSyntheticDefaultImports: true,
  esModuleInterop: true,
}

const OWN_MODULES = ['./.gradlab-cells.ts', './.gradlab-draft.ts', './.gradlab-globals.ts', './.gradlab-written.ts']

const CELL_PREFIX = '.gradlab-cell-'

/** The virtual files, all in the notebook's folder. */
export class VirtualFiles {
  readonly config: string
  /** A module that imports every cell: what makes them part of the project. */
  readonly index: string
  /** The cell being typed, for completion and tooltips. */
  readonly draft: string
  /** What code has put into the global object. */
  readonly globals: string
  /** A module that imports every cell that is open as it is written now. */
  readonly written: string
  readonly #folder: string

  constructor(notebookDir: string) {
    this.#folder = notebookDir
    this.config = join(notebookDir, 'tsconfig.json')
    this.index = join(notebookDir, '.gradlab-cells.ts')
    this.draft = join(notebookDir, '.gradlab-draft.ts')
    this.globals = join(notebookDir, '.gradlab-globals.ts')
    this.written = join(notebookDir, '.gradlab-written.ts')
  }

  /** The file of the document `cell:7`, or `cell:w7`. */
  cell(document: string): string {
    return join(this.#folder, `${CELL_PREFIX}${document.replace('cell:', '')}.ts`)
  }

  /** The document of a file or module specifier, if it is a cell's. */
  documentOf(path: string): string | undefined {
    const name = /\.gradlab-cell-(w?\d+)(?:\.ts)?$/.exec(path)?.[1]
    return name === undefined ? undefined : `cell:${name}`
  }
}

export async function readProject({ notebookDir, roots, exe, log }: ProjectOptions): Promise<Project> {
  const user = await readUserConfig(notebookDir, exe, log)
  const { paths, types, customConditions, ...others } = user.compilerOptions
  const options = Object.fromEntries(Object.entries(others).filter(([key]) => !NEUTRALISED.includes(key)))
  const node = nodeTypes(notebookDir)
  const config = {
    compilerOptions: {
      lib: ['esnext'],
      ...options,
      ...NEEDED,
      types: namedTypes(types, notebookDir),
      // As Node resolves: without it a browser's half of a package could be chosen.
      customConditions: [...new Set(['node', ...(Array.isArray(customConditions) ? customConditions : [])])],
      paths: {
        ...builtinPaths(node),
        ...fallbackPaths(notebookDir, roots),
        ...(isRecord(paths) ? paths : {}),
        'cell:*': [`./${CELL_PREFIX}*.ts`],
      },
    },
    typeAcquisition: { enable: false },
    include: [],
    exclude: [],
    // The config names itself so that it is a file of its own project: a text that belongs to none would make the
    // server load a second set of libraries.
    files: ['./tsconfig.json', ...OWN_MODULES, node, GLOBALS],
  }
  return { config: JSON.stringify(config), watched: watchedFiles(notebookDir, user.files) }
}

/** The state of watched files, to be compared. */
export function fingerprint(files: readonly string[]): string {
  return files.map(file => stateOf(file) ?? '-').join(' ')
}

/** The kernel's own `globals.d.ts`, beside `src/` and `dist/`. */
const GLOBALS = toSlashes(fileURLToPath(new URL('../../globals.d.ts', import.meta.url)))

/** The types of Node: the notebook's own where it has them, so that no second set meets them, else the kernel's. */
function nodeTypes(notebookDir: string): string {
  const own = ancestors(notebookDir)
    .map(folder => join(folder, 'node_modules', '@types', 'node', 'index.d.ts'))
    .find(file => existsSync(file))
  const require = createRequire(import.meta.url)
  return toSlashes(own ?? join(dirname(require.resolve('@types/node/package.json')), 'index.d.ts'))
}

/**
 * The types of Node import each other by some three hundred specifiers, all of which the server would look for in every
 * `node_modules` each time that a cell is added: a tenth of a check or more. A file that is there ends the search; what
 * counts is the module that they declare.
 */
function builtinPaths(nodeTypes: string): Record<string, string[]> {
  const declared = builtinModules.filter(name => existsSync(join(dirname(nodeTypes), `${name}.d.ts`)))
  return Object.fromEntries(declared.flatMap(name => [name, `node:${name}`]).map(name => [name, [GLOBALS]]))
}

/** The user's `types`, `*` spelt out: the server would look for it in other folders than the user meant. */
function namedTypes(types: unknown, notebookDir: string): string[] {
  if (!Array.isArray(types)) return []
  const names = types.flatMap((name: unknown) => (name === '*' ? installedTypes(notebookDir) : [String(name)]))
  return [...new Set(names)].filter(name => name !== 'node')
}

function installedTypes(notebookDir: string): string[] {
  return ancestors(notebookDir).flatMap(folder => {
    const types = join(folder, 'node_modules', '@types')
    return existsSync(types) ? readdirSync(types).filter(name => !name.startsWith('.')) : []
  })
}

/** What changes when npm, pnpm or yarn has installed something. */
function watchedFiles(notebookDir: string, configs: readonly string[]): string[] {
  const installed = ancestors(notebookDir).flatMap(folder =>
    ['', '.package-lock.json', '.modules.yaml', '.yarn-integrity'].map(name => join(folder, 'node_modules', name)),
  )
  return [join(notebookDir, 'tsconfig.json'), join(notebookDir, 'package.json'), ...configs, ...installed]
}

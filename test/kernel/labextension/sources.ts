// The labextension's own modules, for tests of what needs no browser. They are a package of their own, whose compiler a
// clone need not have: the kernel's translator takes their types out here.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { removeTypes } from '#kernel/cell/lower.js'

const SOURCES = fileURLToPath(new URL('../../../../kernel-ext/labextension/src/', import.meta.url))
const NO_MAP = { version: 3, sources: [], names: [], mappings: '' } as const

export interface Sources {
  load(module: string): Promise<unknown>
  remove(): void
}

/** Translates a folder of the sources. */
export function translate(folder: string): Sources {
  const target = mkdtempSync(join(tmpdir(), 'gradlab-labextension-'))
  writeFileSync(join(target, 'package.json'), '{ "type": "module" }')
  mkdirSync(join(target, folder), { recursive: true })
  for (const name of readdirSync(join(SOURCES, folder)).filter(name => name.endsWith('.ts'))) {
    const text = readFileSync(join(SOURCES, folder, name), 'utf8')
    const { code } = removeTypes(text, { map: { ...NO_MAP, sources: [], names: [] }, oldDecorators: false })
    writeFileSync(join(target, folder, name.replace(/\.ts$/, '.js')), code)
  }
  return {
    load: module => import(pathToFileURL(join(target, folder, module)).href),
    remove: () => rmSync(target, { recursive: true, force: true }),
  }
}

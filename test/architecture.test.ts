// The one-way arrows of docs/architecture.md, asserted on the import statements of the sources.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Rooms that each room of the library may import; `errors` is open to all. */
const LIBRARY: Record<string, string[]> = {
  tensor: [],
  random: ['tensor'],
  autograd: ['tensor'],
  backends: ['tensor'],
  nn: ['tensor', 'random', 'autograd'],
  optim: ['tensor', 'random', 'autograd', 'nn'],
  compile: ['tensor', 'autograd'],
  data: ['tensor', 'random', 'autograd', 'nn'],
  plot: ['tensor', 'autograd', 'nn', 'optim', 'data'],
  checkpoint: ['tensor', 'random', 'data'],
  notebook: [],
  cli: ['notebook', 'data'],
  index: ['tensor', 'random', 'autograd', 'backends', 'compile', 'nn', 'optim', 'data', 'plot', 'checkpoint'],
}

/** Rooms that load where there is no Node and no package: a page, a worker, a phone. */
const EVERYWHERE = ['tensor', 'random', 'autograd', 'backends', 'compile', 'nn', 'optim', 'plot']

/** The same for the kernel. */
const KERNEL: Record<string, string[]> = {
  protocol: [],
  cell: [],
  types: ['cell'],
  runtime: ['cell'],
  front: ['protocol', 'cell', 'types', 'runtime'],
}

/** What the front may take from the runtime: the words of the pipe between them, no code that runs cells. */
const OPEN_TO_FRONT = new Set(['runtime/link.ts', 'runtime/frames.ts', 'runtime/marks.ts'])

interface Import {
  from: string
  to: string
  typeOnly?: boolean
}

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map(name => name.replaceAll('\\', '/'))
    .sort()
}

function specifiers(text: string): { specifier: string; typeOnly: boolean }[] {
  return [
    ...text.matchAll(
      /^(?:import|export)\b(\s+type\b)?[^'"`;]*?from\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm,
    ),
  ].map(match => ({ specifier: match[2] ?? match[3] ?? '', typeOnly: match[1] !== undefined }))
}

function imports(folder: string): { inner: Import[]; outer: Import[] } {
  const inner: Import[] = []
  const outer: Import[] = []
  for (const file of sources(folder)) {
    for (const { specifier, typeOnly } of specifiers(readFileSync(join(ROOT, folder, file), 'utf8'))) {
      if (!specifier.startsWith('.')) {
        outer.push({ from: file, to: specifier })
        continue
      }
      const to = relative(join(ROOT, folder), join(ROOT, folder, dirname(file), specifier)).replaceAll('\\', '/')
      const target = { from: file, to: to.replace(/\.js$/, '.ts'), typeOnly }
      if (target.to.startsWith('..')) outer.push(target)
      else inner.push(target)
    }
  }
  return { inner, outer }
}

function room(file: string): string {
  const [first = ''] = file.split('/')
  return first.replace(/\.ts$/, '')
}

function assertArrows(folder: string, rules: Record<string, string[]>): void {
  const { inner } = imports(folder)
  assert.ok(inner.length > 0, `${folder}: no imports were found; the test reads the wrong place`)
  for (const { from, to } of inner) {
    if (room(from) === room(to) || room(to) === 'errors') continue
    const allowed = rules[room(from)]
    assert.ok(allowed !== undefined, `${folder}/${from}: the room '${room(from)}' is not in the rules of this test`)
    assert.ok(allowed.includes(room(to)), `${folder}/${from} imports ${to}: not allowed from '${room(from)}'`)
  }
}

function findCycle(arrows: Import[]): string[] | undefined {
  const next = new Map<string, string[]>()
  for (const { from, to } of arrows) next.set(from, [...(next.get(from) ?? []), to])
  const done = new Set<string>()
  const walk = (file: string, path: string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file)) return undefined
    for (const to of next.get(file) ?? []) {
      const cycle = walk(to, [...path, file])
      if (cycle !== undefined) return cycle
    }
    done.add(file)
    return undefined
  }
  for (const file of next.keys()) {
    const cycle = walk(file, [])
    if (cycle !== undefined) return cycle
  }
  return undefined
}

describe('architecture', () => {
  it('lets the rooms of the library import one way', () => assertArrows('src', LIBRARY))

  it('lets the rooms of the kernel import one way', () => assertArrows('kernel-ext/src', KERNEL))

  it('keeps library and kernel apart', () => {
    for (const folder of ['src', 'kernel-ext/src']) {
      for (const { from, to } of imports(folder).outer) {
        // The command asks the set-up of `npm start` what is in place, so that both judge alike.
        if (folder === 'src' && room(from) === 'cli' && to.startsWith('../scripts/setup/')) continue
        assert.doesNotMatch(to, /^\.\.|^gradlab|^#/, `${folder}/${from} imports ${to}`)
      }
    }
  })

  it('keeps Node and packages out of the rooms that compute', () => {
    const { inner, outer } = imports('src')
    assert.deepEqual(
      EVERYWHERE.filter(name => inner.some(({ from }) => room(from) === name)),
      EVERYWHERE,
    )
    assert.deepEqual(
      outer.filter(({ from }) => EVERYWHERE.includes(room(from))),
      [],
    )
  })

  it('keeps the front away from the code that runs cells', () => {
    for (const { from, to } of imports('kernel-ext/src').inner) {
      if (room(from) === 'front' && room(to) === 'runtime') assert.ok(OPEN_TO_FRONT.has(to), `${from} imports ${to}`)
    }
  })

  it('has no cycles between rooms, nor at run time between files', () => {
    for (const folder of ['src', 'kernel-ext/src']) {
      const { inner } = imports(folder)
      const rooms = inner
        .map(({ from, to }) => ({ from: room(from), to: room(to) }))
        .filter(({ from, to }) => from !== to)
      assert.equal(findCycle(rooms), undefined)
      assert.equal(findCycle(inner.filter(({ typeOnly }) => typeOnly !== true)), undefined)
    }
  })
})

// Draws docs/images/growth.svg from the table of growth in docs/performance.md.
//
//   npm run build && node bench/growth-figure.mjs
import { readFileSync, writeFileSync } from 'node:fs'
import { parse, View } from 'vega'
import { compile } from 'vega-lite'
import { plot } from '#src/index.js'

const page = new URL('../docs/performance.md', import.meta.url)
const NAMES = { wasm: 'gradlab, wasm alone', blas: 'gradlab, OpenBLAS', torch: 'PyTorch, eager' }

/** Rows such as `| tr width 4 | 110 | 59.3 | 63.6 | ... |`. */
const rows = readFileSync(page, 'utf8')
  .split('\n')
  .map(line => line.split('|').map(cell => cell.trim()))
  .flatMap(([, what = '', ...cells]) => {
    const [step, kind, factor] = what.split(' ')
    if (!['width', 'batch'].includes(kind ?? '')) return []
    const [wasm, blas, torch] = cells.map(Number)
    return Object.entries({ wasm, blas, torch }).map(([who, ms]) => {
      return { figure: `${step}, ${kind}`, factor: Number(factor), who: NAMES[who], ms }
    })
  })

const figure = plot.facet(
  rows,
  part =>
    plot.line(part, {
      x: 'factor',
      y: 'ms',
      color: 'who',
      xScale: 'log',
      xDomain: [0.9, 18],
      yScale: 'log',
      xLabel: `times the ${part[0].figure.split(', ')[1]}`,
      yLabel: 'ms a step',
      title: part[0].figure,
      width: 260,
      height: 180,
    }),
  { by: 'figure', columns: 2 },
)
const { spec } = compile({ ...figure.toSpec(), background: 'white' })
const svg = await new View(parse(spec), { renderer: 'none' }).toSVG()
writeFileSync(new URL('../docs/images/growth.svg', import.meta.url), `${svg}\n`)

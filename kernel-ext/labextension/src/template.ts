// The template under each figure: the look that a figure has where it says nothing itself.
import type { Layout, Template } from 'plotly.js-dist-min'
import type { ChartColors } from './colors.js'

// The same hues in the same order, so that a series keeps its identity when the theme is switched. Contrast with the
// background is at least 3:1 on white and 6:1 on #111.
const LIGHT_COLORWAY = [
  '#1f77b4',
  '#d95f02',
  '#2b8a3e',
  '#c92a2a',
  '#7b52ab',
  '#8c564b',
  '#c2459b',
  '#5f6b76',
  '#857b00',
]
const DARK_COLORWAY = [
  '#5aa9e6',
  '#ff9a4d',
  '#62c370',
  '#ff7b7b',
  '#b799e8',
  '#cfa48b',
  '#f08cc8',
  '#a9b4be',
  '#cfc64a',
]

// Perceptually even and readable by the colour-blind on light and dark alike; plotly.js's own default is red and blue.
const COLORSCALE = 'Viridis'
const SCALED_TRACES = ['heatmap', 'surface', 'contour', 'histogram2d', 'histogram2dcontour'] as const

// plotly.js paints an active button almost white whatever the figure says, so its text is dark in both themes.
const BUTTON = { bgcolor: '#e4e8ec', bordercolor: '#9aa4ad', font: { color: '#212121' } }

// A little further off than plotly.js's own 1.25: in a wide cell the nearest corner's labels were cut.
const CAMERA = { eye: { x: 1.4, y: 1.4, z: 1.2 }, center: { x: 0, y: 0, z: -0.1 } }

/** The template in the given colours. */
export function chartTemplate(colors: ChartColors): Template {
  return { layout: layoutDefaults(colors), data: traceDefaults(colors) }
}

function layoutDefaults(colors: ChartColors): Partial<Layout> {
  const axis = axisDefaults(colors)
  const layout = {
    paper_bgcolor: colors.paper,
    plot_bgcolor: colors.paper,
    font: { color: colors.text, family: colors.font, size: 13 },
    colorway: colors.dark ? DARK_COLORWAY : LIGHT_COLORWAY,
    colorscale: { sequential: COLORSCALE, sequentialminus: COLORSCALE },
    coloraxis: { colorscale: COLORSCALE, colorbar: colorbar(colors) },
    margin: { t: 50, r: 30, b: 50, l: 60 },
    hovermode: 'closest',
    modebar: { bgcolor: 'rgba(0, 0, 0, 0)', color: colors.mutedText, activecolor: colors.text },
    xaxis: { ...axis, automargin: true },
    yaxis: { ...axis, automargin: true },
    scene: { camera: CAMERA, xaxis: sceneAxis(colors), yaxis: sceneAxis(colors), zaxis: sceneAxis(colors) },
    polar: { bgcolor: colors.paper, angularaxis: axis, radialaxis: axis },
    ternary: { bgcolor: colors.paper, aaxis: axis, baxis: axis, caxis: axis },
    annotationdefaults: { arrowcolor: colors.mutedText },
    shapedefaults: { line: { color: colors.mutedText } },
    sliderdefaults: {
      bgcolor: colors.paper,
      bordercolor: colors.line,
      activebgcolor: colors.line,
      tickcolor: colors.line,
    },
    updatemenudefaults: BUTTON,
  }
  // The `*defaults` members belong to templates alone, so the published type of a layout does not name them.
  return layout as Partial<Layout>
}

function traceDefaults(colors: ChartColors): NonNullable<Template['data']> {
  const cells = { fill: { color: colors.paper }, line: { color: colors.line }, font: { color: colors.text } }
  return {
    ...Object.fromEntries(SCALED_TRACES.map(type => [type, [{ colorscale: COLORSCALE, colorbar: colorbar(colors) }]])),
    table: [{ type: 'table', header: { ...cells, fill: { color: colors.grid } }, cells }],
  }
}

function axisDefaults(colors: ChartColors): { gridcolor: string; linecolor: string; zerolinecolor: string } {
  return { gridcolor: colors.grid, linecolor: colors.line, zerolinecolor: colors.line }
}

function sceneAxis(colors: ChartColors): Record<string, unknown> {
  return { ...axisDefaults(colors), backgroundcolor: colors.paper, showbackground: true }
}

function colorbar(colors: ChartColors): Record<string, unknown> {
  return { outlinewidth: 0, ticks: 'outside', tickcolor: colors.line }
}

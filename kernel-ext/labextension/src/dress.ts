// A figure as the learner wrote it -> what plotly.js is given here: themed, sized to its cell, offline.
import type { Config, Layout } from 'plotly.js-dist-min'
import { type ChartColors, colorsOn } from './colors.js'
import type { Figure } from './figure.js'
import { chartTemplate } from './template.js'

const HEIGHT = 450
const LEAST_HEIGHT = 280
const ASPECT = 0.6

/** The figure with our defaults under it; whatever the figure says itself wins. */
export function dress(figure: Figure, page: ChartColors): Figure {
  return { ...figure, layout: dressLayout(figure.layout, page), config: dressConfig(figure.config) }
}

/** How high a figure is drawn in a cell of this width: 450 pixels, less in a narrow one, or as the figure says. */
export function heightFor(layout: Partial<Layout>, width: number): number {
  if (typeof layout.height === 'number') return layout.height
  return Math.round(Math.min(HEIGHT, Math.max(LEAST_HEIGHT, width * ASPECT)))
}

function dressLayout(layout: Partial<Layout>, page: ChartColors): Partial<Layout> {
  const background = layout.paper_bgcolor
  const colors = typeof background === 'string' ? colorsOn(background, page) : page
  return {
    // Constant, so that a redraw (an update of the display, a switch of the theme) keeps the reader's zoom and camera.
    uirevision: 'gradlab',
    template: chartTemplate(colors),
    ...layout,
  }
}

function dressConfig(config: Partial<Config>): Partial<Config> {
  return {
    displaylogo: false,
    ...config,
    // The cell's size is watched here, with the notebook's hidden and detached states in mind.
    responsive: false,
    // Since plotly.js 4 a button uploads the chart to a service by default. A notebook, trusted or not, gets no such button.
    showSendToCloud: false,
  }
}

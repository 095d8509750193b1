// Colours of the page, and what is needed to choose others that can be read on them.

/** The colours and the font of one chart; every colour is an opaque `rgb(...)`. */
export interface ChartColors {
  readonly dark: boolean
  readonly paper: string
  readonly text: string
  readonly mutedText: string
  readonly grid: string
  readonly line: string
  readonly font: string
}

/** For charts on a background of their own, which the Lab's colours may not suit. */
const OWN_BACKGROUND = {
  light: { text: '#212121', mutedText: '#616161', grid: 'rgba(0, 0, 0, 0.12)', line: 'rgba(0, 0, 0, 0.3)' },
  dark: { text: '#ededed', mutedText: '#b0b0b0', grid: 'rgba(255, 255, 255, 0.16)', line: 'rgba(255, 255, 255, 0.36)' },
} as const

/** The colours of JupyterLab's theme as they are now. */
export function labColors(): ChartColors {
  const style = getComputedStyle(document.body)
  const read = (name: string, fallback: string): string => style.getPropertyValue(name).trim() || fallback
  const paper = flatten(read('--jp-layout-color0', 'white'), 'white')
  const over = (name: string, fallback: string): string => rgb(flatten(read(name, fallback), rgb(paper)))
  return {
    dark: isDark(paper),
    paper: rgb(paper),
    text: over('--jp-content-font-color1', '#212121'),
    mutedText: over('--jp-content-font-color2', '#757575'),
    grid: over('--jp-border-color2', '#e0e0e0'),
    line: over('--jp-border-color1', '#bdbdbd'),
    font: read('--jp-content-font-family', 'system-ui, sans-serif'),
  }
}

/** The same chart on another background: the page's colours if they suit it, else ones that do. */
export function colorsOn(background: string, page: ChartColors): ChartColors {
  if (!CSS.supports('color', background)) return page
  const paper = flatten(background, page.paper)
  const dark = isDark(paper)
  if (dark === page.dark) return { ...page, paper: rgb(paper) }
  const own = dark ? OWN_BACKGROUND.dark : OWN_BACKGROUND.light
  const over = (color: string): string => rgb(flatten(color, rgb(paper)))
  return {
    dark,
    paper: rgb(paper),
    text: over(own.text),
    mutedText: over(own.mutedText),
    grid: over(own.grid),
    line: over(own.line),
    font: page.font,
  }
}

type Rgb = readonly [red: number, green: number, blue: number]

/**
 * What a CSS colour looks like over another one. It is painted, since themes write colours in forms that plotly.js does
 * not read (`color-mix()`, `oklch()`).
 */
function flatten(color: string, over: string): Rgb {
  const context = onePixel()
  for (const fill of [over, color]) {
    context.fillStyle = fill
    context.fillRect(0, 0, 1, 1)
  }
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data
  return [red, green, blue]
}

function onePixel(): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })
  if (context === null) throw new Error('This browser offers no 2D canvas, which plotly.js needs too.')
  return context
}

function rgb([red, green, blue]: Rgb): string {
  return `rgb(${red}, ${green}, ${blue})`
}

/** Dark where white text reads better than black (relative luminance of WCAG 2). */
function isDark(color: Rgb): boolean {
  const [red, green, blue] = color.map(linear) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.179
}

function linear(channel: number): number {
  const c = channel / 255
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
}

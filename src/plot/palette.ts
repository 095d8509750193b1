// Colours that those who see few colours can tell apart, on white and on black alike.

/**
 * For kinds, in this order. Neighbours differ in lightness, too; all have a contrast of 3 to 1 and more with JupyterLab's light and its dark
 * page, as WCAG 2.1 asks of graphics.
 */
export const CATEGORIES = [
  '#2f7fc1',
  '#d06a1b',
  '#1f9474',
  '#b65fa6',
  '#8d7a1e',
  '#d3485c',
  '#6f7fd8',
  '#77808c',
] as const

/** For sizes from small to large: as light as they are large. */
export const SEQUENTIAL = 'viridis'

/** For sizes on both sides of 0, which is pale. */
export const DIVERGING = 'blueorange'

/** Of what only guides the eye. */
export const NEUTRAL = '#808080'

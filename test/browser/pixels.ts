// What a person sees of a plot: the pixels of a picture, counted by colour.
import type { ElementHandle, Page } from 'playwright-core'

export type Colour = readonly [red: number, green: number, blue: number]

/** A colour and how far each of its channels may be off. */
export interface Wanted {
  readonly colour: Colour
  readonly within: number
}

export interface Counted {
  readonly width: number
  readonly height: number
  /** The colour of the picture's upper left corner. */
  readonly corner: Colour
  /** How many pixels have each of the wanted colours. */
  readonly counts: readonly number[]
}

/** Takes a picture of an element of the page and counts its colours; the page itself reads the PNG. */
export async function countPixels(page: Page, element: ElementHandle, wanted: readonly Wanted[]): Promise<Counted> {
  const png = (await element.screenshot({ animations: 'disabled' })).toString('base64')
  return page.evaluate(
    async ({ png, wanted }) => {
      const image = new Image()
      image.src = `data:image/png;base64,${png}`
      await image.decode()
      const { width, height } = image
      const context = new OffscreenCanvas(width, height).getContext('2d')
      if (context === null) throw new Error('This browser offers no 2D canvas.')
      context.drawImage(image, 0, 0)
      const { data } = context.getImageData(0, 0, width, height)
      const counts = wanted.map(() => 0)
      for (let at = 0; at < data.length; at += 4) {
        wanted.forEach(({ colour, within }, i) => {
          if (colour.every((channel, k) => Math.abs(channel - (data[at + k] ?? 0)) <= within)) counts[i]! += 1
        })
      }
      return { width, height, corner: [data[0] ?? 0, data[1] ?? 0, data[2] ?? 0] as const, counts }
    },
    { png, wanted },
  )
}

/** `#rrggbb` */
export function hex(text: string): Colour {
  const value = Number.parseInt(text.slice(1), 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}

/** What a colour becomes that is painted with an opacity below 1. */
export function over(colour: Colour, opacity: number, ground: Colour): Colour {
  const [red, green, blue] = colour.map((channel, i) => channel * opacity + (ground[i] ?? 0) * (1 - opacity))
  return [red ?? 0, green ?? 0, blue ?? 0]
}

/** How well text of one colour is read on another: the contrast ratio of WCAG 2, from 1 to 21. */
export function contrast(one: Colour, other: Colour): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

export function luminance([red, green, blue]: Colour): number {
  const linear = (channel: number): number => {
    const c = channel / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/** The colour of each piece of text and of what is painted behind it. */
export function textColours(element: ElementHandle): Promise<{ text: string; colour: Colour; ground: Colour }[]> {
  return element.evaluate(root => {
    const parse = (colour: string): [number, number, number, number] => {
      const [red = 0, green = 0, blue = 0, alpha = 1] = (colour.match(/[\d.]+/g) ?? []).map(Number)
      return [red, green, blue, alpha]
    }
    const groundOf = (from: Element): Colour => {
      for (let at: Element | null = from; at !== null; at = at.parentElement) {
        const [red, green, blue, alpha] = parse(getComputedStyle(at).backgroundColor)
        if (alpha === 1) return [red, green, blue]
      }
      return [255, 255, 255]
    }
    const walker = document.createTreeWalker(root as Element, NodeFilter.SHOW_TEXT)
    const found: { text: string; colour: Colour; ground: Colour }[] = []
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const { parentElement, textContent } = node
      if (parentElement === null || (textContent ?? '').trim() === '') continue
      const [red, green, blue] = parse(getComputedStyle(parentElement).color)
      found.push({
        text: (textContent ?? '').slice(0, 40),
        colour: [red, green, blue],
        ground: groundOf(parentElement),
      })
    }
    return found
  })
}

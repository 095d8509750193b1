// The control in the place of lines that are not drawn: it says how many they are, and draws them when it is asked to.
import { withoutAnsi } from './ansi.js'

export interface Gap {
  readonly node: HTMLElement
  say(words: GapWords): void
}

export interface GapWords {
  readonly what: string
  readonly offer: string
  /** The text that is left out, for those who copy it. */
  readonly hidden: () => string
}

const CLASS = 'gradlab-Stream-gap'
const hiddenTexts = new WeakMap<Element, () => string>()

export function gap(show: () => void): Gap {
  const node = document.createElement('div')
  node.className = CLASS
  // Else JupyterLab takes Enter on the button for its own 'edit the cell'.
  node.dataset.lmSuppressShortcuts = 'true'
  const what = document.createElement('span')
  const button = document.createElement('button')
  button.type = 'button'
  button.addEventListener('click', show)
  node.append(what, button)
  return {
    node,
    say(words) {
      if (what.textContent !== words.what) what.textContent = words.what
      if (button.textContent !== words.offer) button.textContent = words.offer
      hiddenTexts.set(node, words.hidden)
    },
  }
}

/** Whoever copies a text with a gap in it gets what is left out, too. */
export function copyWhole(event: ClipboardEvent, root: HTMLElement): void {
  const selection = document.getSelection()
  if (selection === null || selection.rangeCount === 0 || event.clipboardData === null) return
  const range = selection.getRangeAt(0)
  const gaps = [...root.querySelectorAll(`.${CLASS}`)].filter(node => range.intersectsNode(node))
  if (gaps.length === 0) return
  const copy = range.cloneContents()
  const copies = [...copy.querySelectorAll(`.${CLASS}`)]
  if (copies.length !== gaps.length) return
  copies.forEach((node, i) => {
    const hidden = hiddenTexts.get(gaps[i]!)
    node.replaceWith(withoutAnsi(hidden?.() ?? ''))
  })
  event.clipboardData.setData('text/plain', copy.textContent ?? '')
  event.preventDefault()
}

// JupyterLab's theme as a renderer can see it: a MIME renderer is given no theme manager, but the page's body is marked.

/** Calls back after each change of the theme, when its style sheet is in force; returns the way to stop. */
export function onThemeChange(callback: () => void): () => void {
  let frame = 0
  // At the mark itself JupyterLab still hides the page, and a plot would find no width to fill.
  const observer = new MutationObserver(() => {
    cancelAnimationFrame(frame)
    frame = requestAnimationFrame(callback)
  })
  observer.observe(document.body, { attributeFilter: ['data-jp-theme-name', 'data-jp-theme-light'] })
  return () => {
    observer.disconnect()
    cancelAnimationFrame(frame)
  }
}

import type { Attachment } from 'svelte/attachments'

const covered = { top: new Map<HTMLElement, number>(), bottom: new Map<HTMLElement, number>() }

/**
 * What sticks to an edge of the window tells the page how much of it it covers
 * (`--covered-top`, `--covered-bottom` of the root, for base.css's
 * scroll-padding): what focus or scrolling brings up is then in the open.
 */
export function stuck(edge: keyof typeof covered): Attachment<HTMLElement> {
  return (element) => {
    const tell = (): void => {
      const sum = [...covered[edge].values()].reduce((all, height) => all + height, 0)
      document.documentElement.style.setProperty(`--covered-${edge}`, `${sum}px`)
    }
    const seen = new ResizeObserver(() => {
      covered[edge].set(element, element.offsetHeight)
      tell()
    })
    seen.observe(element)
    return () => {
      seen.disconnect()
      covered[edge].delete(element)
      tell()
    }
  }
}

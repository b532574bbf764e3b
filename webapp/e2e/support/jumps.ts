import type { Page } from '@playwright/test'
import { expect } from './fixtures'

/** How far things jumped since the page began, as browsers measure it (CLS, its worst window), and what did. */
interface Jumped {
  worst: number
  what: string[]
}
type Shift = PerformanceEntry & {
  value: number
  hadRecentInput: boolean
  sources: { node?: Node; previousRect: DOMRect; currentRect: DOMRect }[]
}
const jumped = (page: Page): Promise<Jumped> => page.evaluate(() => (window as unknown as { jumped: Jumped }).jumped)

/** Watches every page that is opened from now on. */
export async function watchJumps(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const jumped = { worst: 0, sum: 0, began: 0, last: 0, what: [] as string[] }
    Object.assign(window, { jumped })
    new PerformanceObserver((list) => {
      for (const e of list.getEntries() as Shift[]) {
        if (e.hadRecentInput) continue
        const goesOn = e.startTime - jumped.last < 1000 && e.startTime - jumped.began < 5000
        jumped.sum = goesOn ? jumped.sum + e.value : e.value
        if (!goesOn) jumped.began = e.startTime
        jumped.last = e.startTime
        jumped.worst = Math.max(jumped.worst, jumped.sum)
        for (const { node, previousRect: a, currentRect: b } of e.sources)
          jumped.what.push(
            `${e.value.toFixed(3)} from ${a.top}+${a.height} to ${b.top}+${b.height}: ${node?.textContent?.slice(0, 60)}`,
          )
      }
    }).observe({ type: 'layout-shift', buffered: true })
  })
}

/** Nothing jumped far since the page began. */
export async function still(page: Page, start: string): Promise<void> {
  await page.waitForTimeout(1500)
  const { worst, what } = await jumped(page)
  expect.soft(worst, `${start}: ${what.join(' | ')}`).toBeLessThanOrEqual(0.1)
}

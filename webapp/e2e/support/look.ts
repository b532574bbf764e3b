import axe from 'axe-core'
import { expect, type Page } from '@playwright/test'

export const sizes = { phone: { width: 360, height: 740 }, desk: { width: 1366, height: 768 } }

/**
 * A screen that only a longer story reaches, in both sizes. LOOK=<folder> keeps
 * a picture of each.
 */
export async function look(page: Page, screen: string): Promise<void> {
  const before = page.viewportSize()
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport)
    await inspect(page, `${screen}, ${size}`)
    const folder = process.env['LOOK']
    if (folder)
      await page.screenshot({ path: `${folder}/${screen}-${size}.png`, animations: 'disabled', fullPage: true })
  }
  if (before) await page.setViewportSize(before)
}

/** Nothing on the screen breaks WCAG 2.2 AA, runs into its neighbour or scrolls sideways. */
export async function inspect(page: Page, screen: string): Promise<void> {
  await page.evaluate(axe.source)
  const { violations, passes } = await page.evaluate(async () => {
    const run = await (window as unknown as { axe: typeof axe }).axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
      rules: { 'target-size': { enabled: true } },
    })
    return {
      passes: run.passes.length,
      violations: run.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(' | ')}`),
    }
  })
  expect.soft(violations, screen).toEqual([])
  expect(passes, `${screen}: axe found nothing to look at`).toBeGreaterThan(5)
  // No list runs into what follows it (long ones are laid out by hand).
  const over = await page.evaluate(() =>
    [...document.querySelectorAll('main ul')].map((list) =>
      Math.round((list.lastElementChild?.getBoundingClientRect().bottom ?? 0) - list.getBoundingClientRect().bottom),
    ),
  )
  expect.soft(Math.max(0, ...over), `${screen}: a list runs over its end`).toBe(0)
  // Nothing makes a person scroll sideways.
  const spill = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect.soft(spill, `${screen} is wider than the window`).toBeLessThanOrEqual(0)
}

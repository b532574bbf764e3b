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
  const { passes, violations: first } = await broken(page)
  // A row cut by a bar that sticks is whole a little further up or down.
  const cut = (v: string): boolean => v.startsWith('target-size')
  const began = await page.evaluate(() => scrollY)
  let violations = first
  for (let tries = 0; tries < 2 && violations.some(cut); tries++) {
    if ((await nudge(page)) === 0) break
    const still = (await broken(page)).violations
    violations = violations.filter((v) => !cut(v) || still.includes(v))
  }
  await page.evaluate((y) => scrollTo(0, y), began)
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

/** Scrolls by a part of a row; by how much. */
function nudge(page: Page): Promise<number> {
  return page.evaluate(() => {
    const before = scrollY
    scrollBy(0, 40)
    if (scrollY < before + 40) scrollTo(0, before - 40)
    return scrollY - before
  })
}

/** What axe finds on the screen as it is scrolled now. */
function broken(page: Page): Promise<{ passes: number; violations: string[] }> {
  return page.evaluate(async () => {
    const run = await (window as unknown as { axe: typeof axe }).axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
      rules: { 'target-size': { enabled: true } },
    })
    return {
      passes: run.passes.length,
      violations: run.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html.slice(0, 160)}`)),
    }
  })
}

import axe from 'axe-core'
import type { Page } from '@playwright/test'
import { expect, test } from './support/fixtures'
import { tours } from './support/tour'

const sizes = { phone: { width: 360, height: 740 }, desk: { width: 1366, height: 768 } }
const themes = ['normal', 'sol']

for (const [role, tour] of Object.entries(tours)) {
  for (const theme of themes) {
    // Phones are what supervisors have; the office has both.
    for (const size of role === 'supervisor' || role === 'executor'
      ? (['phone'] as const)
      : (['phone', 'desk'] as const)) {
      test(`${role}, theme ${theme}, ${size}: no screen breaks WCAG 2.2 AA`, async ({ page }) => {
        await page.setViewportSize(sizes[size])
        await page.addInitScript((t) => localStorage.setItem('chaski-theme', t), theme)
        const seen: string[] = []
        await tour(page, async (p, screen, heart) => {
          seen.push(screen)
          await heart?.scrollIntoViewIfNeeded()
          await expect(p.locator('html')).toHaveAttribute('data-theme', theme)
          await inspect(p, screen)
        })
        expect(new Set(seen).size).toBe(seen.length)
      })
    }
  }
}

async function inspect(page: Page, screen: string): Promise<void> {
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

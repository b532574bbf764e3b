import { expect, test } from './support/fixtures'
import { inspect, sizes } from './support/look'
import { tours } from './support/tour'

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

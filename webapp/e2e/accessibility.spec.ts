import { expect, test } from './support/fixtures'
import { inspect, sizes } from './support/look'
import { tours } from './support/tour'

const themes = ['normal', 'sol']

for (const [role, tour] of Object.entries(tours)) {
  // Phones are what supervisors have; the office has both.
  for (const size of role === 'supervisor' || role === 'executor'
    ? (['phone'] as const)
    : (['phone', 'desk'] as const)) {
    test(`${role}, ${size}: no screen breaks WCAG 2.2 AA in any theme`, async ({ page }) => {
      await page.setViewportSize(sizes[size])
      const seen: string[] = []
      await tour(page, async (p, screen, heart) => {
        seen.push(screen)
        await heart?.scrollIntoViewIfNeeded()
        for (const theme of themes) {
          await p.evaluate((t) => (document.documentElement.dataset['theme'] = t), theme)
          await inspect(p, `${screen}, theme ${theme}`)
        }
      })
      expect(new Set(seen).size).toBe(seen.length)
    })
  }
}

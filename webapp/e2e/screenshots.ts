import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from './support/fixtures'
import { sizes } from './support/look'
import { tours } from './support/tour'

const folder = fileURLToPath(new URL('../../docs/screenshots', import.meta.url))

mkdirSync(folder, { recursive: true })

for (const [role, tour] of Object.entries(tours)) {
  for (const [size, viewport] of Object.entries(sizes)) {
    test(`${role}, ${size}`, async ({ page }) => {
      await page.setViewportSize(viewport)
      await page.emulateMedia({ reducedMotion: 'reduce' })
      await tour(page, async (p, screen, heart) => {
        if (heart && size === 'phone')
          await heart.evaluate((e) => window.scrollTo(0, e.getBoundingClientRect().top + window.scrollY - 150))
        else await p.evaluate(() => window.scrollTo(0, 0))
        await p.screenshot({ path: `${folder}/${screen}-${size}.png`, animations: 'disabled', caret: 'hide' })
      })
    })
  }
}

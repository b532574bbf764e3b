import { test } from './support/fixtures'
import { still, watchJumps } from './support/jumps'
import { administrator, analyst, auditor, coordinator, executor, password } from './support/people'

const sizes = { phone: { width: 360, height: 740 }, desk: { width: 1366, height: 768 } }

// A supervisor's: phone-screen.spec.ts.
for (const who of [executor, coordinator, analyst, auditor, administrator])
  for (const [size, viewport] of Object.entries(sizes))
    test(`nothing jumps when ${who} starts, ${size}`, async ({ page }) => {
      await watchJumps(page)
      await page.setViewportSize(viewport)
      await page.goto('/')
      await page.getByLabel('Correo').fill(who)
      await page.getByLabel('Contraseña').fill(password)
      await page.getByRole('button', { name: 'Entrar' }).click()
      await still(page, 'first')
      await page.reload()
      await still(page, 'again')
    })

import { Api } from './support/api'
import { test } from './support/fixtures'
import { still, watchJumps } from './support/jumps'
import { look, sizes } from './support/look'
import { administrator, analyst, auditor, coordinator, executor, password } from './support/people'

/** The demo has none: an analyst becomes one. */
const reviewer = 'central reviewer'

// A supervisor's: phone-screen.spec.ts.
for (const who of [executor, coordinator, analyst, reviewer, auditor, administrator])
  for (const [size, viewport] of Object.entries(sizes))
    test(`nothing jumps when ${who} starts, ${size}`, async ({ page, server }) => {
      if (who === reviewer) {
        const root = await Api.superuser(server.url)
        const [user] = await root.records('users', `email = "${analyst}"`)
        await root.update('users', user?.id ?? '', { role: 'central_reviewer' })
      }
      await watchJumps(page)
      await page.setViewportSize(viewport)
      await page.goto('/')
      await page.getByLabel('Correo').fill(who === reviewer ? analyst : who)
      await page.getByLabel('Contraseña').fill(password)
      await page.getByRole('button', { name: 'Entrar' }).click()
      await still(page, 'first')
      await page.reload()
      await still(page, 'again')
      if (who === reviewer && size === 'phone') await look(page, 'start-reviewer')
    })

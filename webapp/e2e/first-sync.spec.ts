import { expect, test } from './support/fixtures'
import { supervisor } from './support/people'
import { Phone } from './support/phone'
import { stored } from './support/storage'

test.use({ viewport: { width: 360, height: 740 } })

test('while the first rows come nothing is counted, and no visit begins on a roster in part', async ({
  page,
  network,
}) => {
  network.ration('/api/chaski/v1/sync/pull', 1)
  const phone = new Phone(page)
  const waiting = page.getByText('Todavía no llegan sus actividades')
  const card = page.getByTestId(/^aii-/)
  await phone.signIn(supervisor)
  await expect.poll(async () => (await stored(page, 'chaski-replica-', 'rows')).length).toBeGreaterThan(0)
  await expect(phone.syncLine).toContainText('Sin conexión')
  await expect(waiting).toBeVisible()
  await expect(card).toHaveCount(0)
  await page.getByRole('link', { name: 'Actividades' }).click()
  await expect(waiting).toBeVisible()
  await expect(page.locator('a[href^="#/actividad/"]')).toHaveCount(0)
  await page.goto('/#/actividad/desconocida')
  await expect(waiting).toBeVisible()
  await phone.home()

  network.up()
  await phone.inSync()
  await expect(card.first()).toBeVisible()
  await expect(waiting).toHaveCount(0)
})

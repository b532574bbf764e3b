import { expect, test } from './support/fixtures'
import { canal, supervisor } from './support/people'
import { Phone } from './support/phone'

test.use({ viewport: { width: 360, height: 740 } })

test('the demo switch "Sin señal" cuts the real transport, and work waits on the phone', async ({ page, network }) => {
  const phone = new Phone(page)
  await phone.signIn(supervisor)
  await phone.inSync()
  await phone.syncCentre()
  const cut = page.getByRole('switch', { name: 'Sin señal (demostración)' })
  await cut.click()
  await expect(phone.syncLine).toContainText('Sin conexión')

  const before = network.log.filter(isApi).length
  await page.getByRole('button', { name: 'Sincronizar ahora' }).click()
  await phone.home()
  await phone.startVisit(canal)
  await phone.fillData()
  await phone.fillPlace()
  await phone.count(24)
  await phone.markRest(24)
  await phone.done()
  await phone.fillChecklist()
  await phone.finish()
  await page.getByRole('link', { name: 'Volver a Hoy' }).click()
  await phone.syncCentre()
  await expect(phone.work(canal)).toContainText('En este teléfono')
  expect(network.log.filter(isApi).length).toBe(before)

  await cut.click()
  await expect(phone.work(canal)).toContainText(/Recibido, cargo Nº/, { timeout: 60_000 })
  await phone.inSync()
})

function isApi(line: string): boolean {
  return line.includes(' /api/')
}

import { Api } from './support/api'
import { reassign } from './support/assign'
import { expect, findSignal, loseSignal, test } from './support/fixtures'
import { analyst, canal, otherSupervisor, password, supervisor } from './support/people'
import { Phone } from './support/phone'

test.use({ viewport: { width: 360, height: 740 } })

test('an activity reassigned while its supervisor is offline: his work is parked, then the activity leaves his phone', async ({
  page,
  context,
  browser,
  server,
  network,
}) => {
  const central = await Api.signIn(server.url, analyst, password)
  const year = await central.runningYear()
  const before = await central.executed(year, 'seguimiento')

  const phone = new Phone(page)
  await phone.ready(supervisor)
  await loseSignal(context, network)
  await page.reload()

  await test.step('a visit, while the office gives the activity to somebody else', async () => {
    await phone.startVisit(canal)
    await phone.fillData()
    await phone.fillPlace()
    await phone.count(24)
    await phone.markRest(24)
    await phone.done()
    await phone.fillChecklist()
    await phone.finish()
    await page.getByRole('link', { name: 'Volver a Hoy' }).click()
    await reassign(server.url, canal, supervisor, otherSupervisor)
    await expect(page.getByRole('link', { name: canal })).toBeVisible()
  })

  await test.step('it arrives parked and moves nothing', async () => {
    await findSignal(context, network)
    await phone.syncCentre()
    await expect(phone.work(canal)).toContainText('En revisión', { timeout: 60_000 })
    await phone.inSync()
    expect(await central.executed(year, 'seguimiento')).toBe(before)
    expect((await central.board(year)).freshness.parked_mutations).toBe(25)
  })

  await test.step('the activity leaves the phone, the word on the work stays', async () => {
    await phone.home()
    await expect(page.getByRole('heading', { name: /^Hoy,/ })).toBeVisible()
    await expect(page.getByRole('link', { name: canal })).toHaveCount(0)
    expect(await phone.participantsOf(canal)).toBe(0)
    await page.getByRole('link', { name: 'Actividades' }).click()
    await page.getByRole('link', { name: canal }).click()
    await expect(page.getByText('No está asignada a usted')).toBeVisible()
    await page.goto('/#/sincronizacion')
    await expect(phone.work(canal)).toContainText('En revisión')
  })

  await test.step('it is on the phone of the other supervisor', async () => {
    const colleague = await browser.newContext({ baseURL: server.url, viewport: { width: 360, height: 740 } })
    const other = new Phone(await colleague.newPage())
    await other.signIn(otherSupervisor)
    await other.inSync()
    await expect(other.page.getByRole('link', { name: canal })).toBeVisible()
    expect(await other.participantsOf(canal)).toBe(24)
    await colleague.close()
  })

  await server.stop()
  expect(await server.verify()).toContain('Sin diferencias')
})

import type { WorkMeta } from '../src/sync/ports'
import { setClock, withSettableClock } from './support/clock'
import { expect, findSignal, loseSignal, test } from './support/fixtures'
import { look } from './support/look'
import { canal, supervisor } from './support/people'
import { Phone } from './support/phone'
import { rewrite, stored } from './support/storage'

test.use({ viewport: { width: 360, height: 740 } })

const DAY = 24 * 3_600_000
const YEAR = 365 * DAY

test('a clock set forward by a year in front of the running app, and back, locks nothing', async ({
  page,
  context,
  network,
}) => {
  await withSettableClock(page, network)
  const phone = new Phone(page)
  await phone.ready(supervisor)
  await loseSignal(context, network)
  await phone.startVisit(canal)
  await phone.fillData()
  await phone.fillPlace()

  await test.step('a year forward: the visit goes on and is finished', async () => {
    await setClock(page, YEAR)
    expect(await page.evaluate(() => new Date().getFullYear())).toBeGreaterThan(new Date().getFullYear())
    await expect(page.getByTestId('locked')).toHaveCount(0)
    await phone.count(2)
    await phone.done()
    await phone.fillChecklist()
    await phone.finish()
  })
  await test.step('nor is it locked after it, nor when the clock is put right', async () => {
    await page.getByRole('link', { name: 'Volver a Hoy' }).click()
    await expect(page.getByRole('heading', { name: /^Hoy,/ })).toBeVisible()
    const [kept] = await stored<WorkMeta>(page, 'chaski-work-', 'meta')
    expect(kept?.lease.seen, 'the engine saw the clock move').toBeGreaterThan(Date.now() + 300 * DAY)
    expect(kept?.lease.silent).toBeLessThan(DAY)
    await setClock(page, 0)
    await expect(page.getByRole('heading', { name: /^Hoy,/ })).toBeVisible()
    await page.reload()
    await expect(page.getByRole('heading', { name: /^Hoy,/ })).toBeVisible()
    await expect(page.getByTestId('locked')).toHaveCount(0)
  })
  await test.step('what was finished is received', async () => {
    await findSignal(context, network)
    await phone.syncNow()
    await expect(phone.work(canal)).toContainText('Recibido', { timeout: 60_000 })
  })
})

test('a phone that was silent for longer than its lease is locked, and its open visit can be finished', async ({
  page,
  context,
  network,
}) => {
  const phone = new Phone(page)
  await phone.ready(supervisor)
  await loseSignal(context, network)
  await phone.startVisit(canal)
  await phone.fillData()
  await phone.fillPlace()

  await test.step('50 days later it is opened again', async () => {
    const [kept] = await stored<WorkMeta>(page, 'chaski-work-', 'meta')
    await rewrite(page, 'chaski-work-', 'meta', { ...kept!, lease: { ...kept!.lease, seen: Date.now() - 50 * DAY } })
    await page.goto('/#/')
    await page.reload()
    await expect(page.getByTestId('locked')).toBeVisible()
    await look(page, 'locked')
    await page.goto('/#/actividades')
    await expect(page.getByTestId('locked')).toBeVisible()
  })
  await test.step('the visit left open is there, and nothing else', async () => {
    await page.getByRole('link', { name: /^Continuar visita/ }).click()
    await phone.count(2)
    await phone.done()
    await phone.fillChecklist()
    await page.getByRole('link', { name: 'Ir al cierre' }).click()
    await page.getByRole('button', { name: 'Terminar visita' }).click()
    await expect(page.getByTestId('locked')).toContainText('por enviar')
  })
  await test.step('an answer of the server opens it, and the visit is received', async () => {
    await findSignal(context, network)
    await expect(page.getByTestId('locked')).toHaveCount(0, { timeout: 60_000 })
    await phone.syncCentre()
    await expect(phone.work(canal)).toContainText('Recibido', { timeout: 60_000 })
  })
})

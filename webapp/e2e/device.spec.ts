import type { ReplicaRow } from '../src/sync/contract'
import { BoardPage } from './support/board'
import { expect, findSignal, loseSignal, test } from './support/fixtures'
import { look } from './support/look'
import { administrator, canal, supervisor } from './support/people'
import { Phone } from './support/phone'
import { stored } from './support/storage'

test.use({ viewport: { width: 360, height: 740 } })

test('a phone is put out of use and still sends what it had; a stolen one keeps nothing', async ({
  page,
  context,
  browser,
  server,
  network,
}) => {
  test.slow()
  const phone = new Phone(page)
  await phone.ready(supervisor)
  await loseSignal(context, network)
  await phone.briefVisit(canal, 2)

  const office = await browser.newContext({ baseURL: server.url, viewport: { width: 1366, height: 768 } })
  const desk = new BoardPage(await office.newPage())
  const device = desk.page.getByTestId(/^device-/)
  const order = async (name: string, done: string, word = '') => {
    await desk.page.reload()
    await device.getByRole('button', { name, exact: true }).click()
    await desk.page.getByRole('button', { name, exact: true }).click()
    await expect(desk.page.getByText('Escriba el motivo')).toBeVisible()
    await desk.page.getByLabel('Motivo').fill('Se lo llevaron de la mochila')
    if (word) await desk.page.getByLabel('para confirmar').fill(word)
    await look(desk.page, `device-${name.toLowerCase().replaceAll(' ', '-')}`)
    await desk.page.getByRole('button', { name, exact: true }).click()
    await expect(desk.page.getByText(done)).toBeVisible()
  }

  await test.step('revoked: what was unsent arrives and waits for review; the data leave', async () => {
    await desk.signIn(administrator)
    await desk.page.goto('/#/personas')
    await desk.page.getByTestId(`person-${supervisor}`).getByRole('link').click()
    await order('Dar de baja', 'Equipo dado de baja.')
    await findSignal(context, network)
    await phone.syncCentre()
    await expect(phone.work(canal)).toContainText('En revisión', { timeout: 60_000 })
    await expect(page.getByTestId('revoked')).toContainText('Nada por enviar', { timeout: 60_000 })
    await expect.poll(() => rows(phone)).toBe(0)
    await look(page, 'revoked')
  })

  await test.step('restored: the data come again', async () => {
    await order('Volver a dar de alta', 'Equipo dado de alta de nuevo.')
    await phone.syncNow()
    await phone.inSync()
    await expect(page.getByTestId('revoked')).toHaveCount(0)
    expect(await rows(phone)).toBeGreaterThan(100)
  })

  await test.step('wiped: nothing of its user is left, and he can begin anew', async () => {
    await order('Borrar el equipo', 'Orden de borrado dada.', 'borrar')
    await page.getByRole('button', { name: 'Sincronizar ahora' }).click()
    await expect(page.getByTestId('wiped')).toBeVisible({ timeout: 60_000 })
    await look(page, 'wiped')
    expect(await rows(phone)).toBe(0)
    expect(await stored(page, 'chaski-work-', 'outbox')).toEqual([])
    const left = await page.evaluate(async () => [
      ...Object.keys(localStorage).filter((k) => k !== 'chaski-theme'),
      ...(await caches.keys()),
    ])
    expect(left).toEqual([])
    await expect
      .poll(async () => {
        await desk.page.reload()
        return device.first().textContent()
      })
      .toContain('Borrado')
    await page.getByRole('button', { name: 'Entrar' }).click()
    await phone.signIn(supervisor)
    await phone.inSync()
    await desk.page.reload()
    await expect(device).toHaveCount(2)
  })

  await test.step('the history of the account says what was ordered, and why', async () => {
    await expect(desk.page.getByText('Equipo borrado', { exact: true })).toBeVisible()
    await expect(desk.page.getByText('Motivo: Se lo llevaron de la mochila')).toHaveCount(3)
    await look(desk.page, 'device-history')
  })
  await office.close()
  await server.stop()
  expect(await server.verify()).toContain('Sin diferencias')
})

const rows = async (phone: Phone) => (await stored<ReplicaRow>(phone.page, 'chaski-replica-', 'rows')).length

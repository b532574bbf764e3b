import { Api } from './support/api'
import { reassign } from './support/assign'
import { BoardPage } from './support/board'
import { expect, findSignal, loseSignal, test } from './support/fixtures'
import { look } from './support/look'
import { analyst, canal, coordinator, local, otherSupervisor, password, supervisor } from './support/people'
import { Phone } from './support/phone'
import { choose, drawing, jpeg } from './support/pictures'

test.use({ viewport: { width: 360, height: 740 } })

test('parked work is accepted and counts once, or is not accepted, with a reason; its author is told', async ({
  page,
  context,
  browser,
  server,
  network,
}) => {
  test.slow()
  const central = await Api.signIn(server.url, analyst, password)
  const year = await central.runningYear()
  const before = await central.executed(year, 'seguimiento')

  const phone = new Phone(page)
  await phone.ready(supervisor)
  await loseSignal(context, network)

  await test.step('two visits, while the office gives both activities to somebody else', async () => {
    await phone.startVisit(canal)
    await phone.fillData()
    await phone.fillPlace()
    await phone.count(24)
    await phone.markRest(24)
    await phone.done()
    await phone.fillChecklist()
    await phone.addFinding('El botiquín está vacío', 'Comprarlo')
    await phone.task('Fotos')
    await choose(page, jpeg('canal.jpg', await drawing(page, { width: 640, height: 480 })))
    await expect.poll(() => phone.photosOnDisk()).toBe(1)
    await phone.done()
    await phone.finish()
    await page.getByRole('link', { name: 'Volver a Hoy' }).click()
    await phone.startVisit(local)
    await phone.fillData()
    await phone.fillPlace()
    await phone.count(2)
    await phone.mark(0, 'Presente')
    await phone.done()
    await phone.fillChecklist()
    await phone.finish()
    await reassign(server.url, canal, supervisor, otherSupervisor)
    await reassign(server.url, local, supervisor, otherSupervisor)
    await findSignal(context, network)
    await page.getByRole('link', { name: 'Volver a Hoy' }).click()
    await phone.syncCentre()
    await expect(phone.work(canal)).toContainText('En revisión', { timeout: 60_000 })
    await expect(phone.work(local)).toContainText('En revisión')
    // What waits for a person does not hold its pictures up: he decides by them.
    await expect(phone.work(canal)).toContainText('Fotos: 1 de 1 recibida', { timeout: 60_000 })
    expect(await central.executed(year, 'seguimiento')).toBe(before)
  })

  // One of them left the roster meanwhile: a rule will not admit that mark.
  const root = await Api.superuser(server.url)
  const [aii] = await root.records('interventions', `name = "${canal}"`)
  const [elsewhere] = await root.records('interventions', `name = "${local}"`)
  const [gone] = await root.records<{ given_names: string; surnames: string }>(
    'participants',
    `intervention = "${aii?.id}"`,
  )
  await root.move(gone?.id ?? '', elsewhere?.id ?? '')

  const office = await browser.newContext({ baseURL: server.url, viewport: { width: 1366, height: 768 } })
  const desk = new BoardPage(await office.newPage())
  await test.step('the coordinator reads one and accepts it, by keyboard', async () => {
    await desk.signIn(coordinator)
    await expect(desk.page.getByTestId('parked-queue')).toContainText('2 trabajos por revisar')
    await desk.page.getByTestId('parked-queue').focus()
    await desk.page.keyboard.press('Enter')
    const item = desk.page.getByTestId(/^parked-/).filter({ hasText: canal })
    await expect(item).toContainText('Ya no estaba a su cargo')
    await look(desk.page, 'parked-inbox')
    await item.focus()
    await desk.page.keyboard.press('Enter')
    await expect(desk.page.getByTestId('parked-figures')).toContainText('24 contados, 24 presentes, 0 ausentes')
    await expect(desk.page.getByText('El botiquín está vacío')).toBeVisible()
    await expect(desk.page.getByRole('heading', { name: 'Fotos: 1 de 1 recibida' })).toBeVisible()
    await expect(desk.page.getByTestId('photos-visit_photos').locator('img')).toHaveCount(1)
    await look(desk.page, 'parked')
    await desk.page.getByRole('button', { name: 'Aceptar', exact: true }).focus()
    await desk.page.keyboard.press('Enter')
    await desk.page.getByRole('dialog').getByRole('button', { name: 'Sí, aceptar' }).focus()
    await desk.page.keyboard.press('Enter')
    await expect(desk.page.getByText('Aceptado: 26 registros ya cuentan')).toBeVisible()
    await expect(desk.page.getByTestId('parked-refused')).toContainText(`${gone?.given_names} ${gone?.surnames}`)
    await expect(desk.page.getByTestId('parked-refused')).toContainText('no figura en el padrón')
    await look(desk.page, 'parked-decided')
    expect(await central.executed(year, 'seguimiento')).toBe(before + 23)
  })

  await test.step('and does not accept the other without saying why', async () => {
    await desk.page.getByRole('link', { name: 'Volver a la lista' }).click()
    await desk.page
      .getByTestId(/^parked-/)
      .filter({ hasText: local })
      .click()
    await desk.page.getByRole('button', { name: 'No aceptar' }).click()
    await expect(desk.page.getByText('Escriba el motivo con al menos 10 letras')).toBeVisible()
    await desk.page.getByLabel('Por qué no se acepta').fill('Ese día la visitó otra supervisora')
    await desk.page.getByRole('button', { name: 'No aceptar' }).click()
    await desk.page.getByRole('dialog').getByRole('button', { name: 'Sí, no aceptar' }).click()
    await expect(desk.page.getByText('No aceptado: 2 registros no cuentan')).toBeVisible()
    expect(await central.executed(year, 'seguimiento')).toBe(before + 23)
    await desk.page.getByRole('link', { name: 'Volver a la lista' }).click()
    await expect(desk.page.getByText('No hay nada por revisar')).toBeVisible()
  })

  await test.step('the author is told on his phone', async () => {
    await phone.syncNow()
    await expect(phone.work(`Visita a ${canal}`)).toContainText('Aceptado por', { timeout: 60_000 })
    await expect(phone.work(`Visita a ${canal}`)).toContainText('Recibido en parte: 1 registro por corregir')
    await expect(phone.work(`Visita a ${local}`)).toContainText('No aceptado por')
    await expect(phone.work(`Visita a ${local}`)).toContainText('Ese día la visitó otra supervisora')
    await look(page, 'sync-decided')
    expect((await central.board(year)).freshness.parked_mutations).toBe(0)
  })
  await office.close()
  await server.stop()
  expect(await server.verify()).toContain('Sin diferencias')
})

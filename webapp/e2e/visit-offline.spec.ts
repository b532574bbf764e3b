import { Api } from './support/api'
import { BoardPage } from './support/board'
import { expect, findSignal, kill, loseSignal, test } from './support/fixtures'
import { expectGolden2023 } from './support/golden'
import { analyst, canal, local, password, supervisor } from './support/people'
import { Phone } from './support/phone'

test.use({ viewport: { width: 360, height: 740 } })

test('two visits without signal move the national figure, once', async ({
  page,
  context,
  browser,
  server,
  network,
}) => {
  const central = await Api.signIn(server.url, analyst, password)
  const year = await central.runningYear()
  const jobs = () => central.executed(year, 'seguimiento')
  const before = await jobs()
  // Each cupo counts once: those of the second activity that an earlier visit
  // already counted do not count again.
  expect(await central.countedRows(year, 'seguimiento', canal)).toBe(0)
  const fresh = 18 - (await central.countedRows(year, 'seguimiento', local))
  expect(fresh).toBeGreaterThan(0)

  const office = await browser.newContext({ baseURL: server.url, viewport: { width: 1366, height: 768 } })
  const board = new BoardPage(await office.newPage())
  await board.signIn(analyst)
  await board.live()
  await expect(board.physical('seguimiento')).toContainText(`${before} de 420`)
  await board.plantFlag()

  const phone = new Phone(page)
  await test.step('signs in, then loses the network and reloads', async () => {
    await phone.ready(supervisor)
    await phone.inSync()
    await loseSignal(context, network)
    await page.reload()
    await expect(phone.syncLine).toContainText('Sin conexión. Nada por enviar.')
  })

  await test.step('first visit, from beginning to end', async () => {
    await phone.startVisit(canal)
    await phone.fillData()
    await phone.fillPlace()
    await phone.count(23)
    for (let n = 0; n < 22; n++) await phone.mark(n, 'Presente')
    await phone.mark(22, 'Ausente')
    await phone.marks(22, 1, 1)
    await phone.done()
    await phone.fillChecklist()
    await phone.addFinding('El botiquín está incompleto', 'Completarlo antes del lunes')
    await phone.finish()
    await page.getByRole('link', { name: 'Volver a Hoy' }).click()
  })

  let second = phone
  await test.step('the page is killed in the middle of the second, and it goes on', async () => {
    await phone.startVisit(local)
    await phone.fillData()
    await phone.count(18)
    await expect(page.getByText('Sin cobertura').first()).toBeVisible()
    for (let n = 0; n < 3; n++) await phone.mark(n, 'Presente')
    await expect.poll(() => phone.marksOnDisk()).toBe(3)
    await kill(page)

    second = new Phone(await context.newPage())
    await second.page.goto('/')
    await second.page.getByRole('link', { name: /^Continuar visita/ }).click()
    await second.task('Asistencia')
    await expect(second.page.getByLabel('Contó')).toHaveValue('18')
    await second.marks(3, 0, 15)
    await second.markRest(18)
    await second.done()
    await second.fillPlace()
    await second.fillChecklist()
    await second.finish()
    await second.page.getByRole('link', { name: 'Volver a Hoy' }).click()
  })

  await test.step('both are kept on the phone, and nowhere else', async () => {
    await second.syncCentre()
    await expect(second.work(canal)).toContainText('En este teléfono')
    await expect(second.work(local)).toContainText('En este teléfono')
    expect(await jobs()).toBe(before)
  })

  await test.step('the first answer is lost after the server committed', async () => {
    const lost = network.loseNextAnswer('/api/chaski/v1/sync/push')
    await findSignal(context, network)
    expect((await lost).status).toBe(200)
    await expect(second.work(canal)).toContainText(/Recibido, cargo Nº/, { timeout: 60_000 })
    await expect(second.work(local)).toContainText(/Recibido, cargo Nº/)
    await second.inSync()
    expect(network.log.filter((line) => line.startsWith('POST /api/chaski/v1/sync/push 200')).length).toBeGreaterThan(1)
  })

  await test.step('the office sees the figure, on the same page, with the rows behind it', async () => {
    const after = before + 22 + fresh
    await expect(board.physical('seguimiento')).toContainText(`${after} de 420`)
    expect(await board.isTheSamePage()).toBe(true)
    expect(await jobs()).toBe(after)
    expect(await central.countedRows(year, 'seguimiento', local)).toBe(18)
    await board.page.getByTestId('ao-row-seguimiento').getByRole('link').click()
    await board.page.getByRole('link', { name: canal }).click()
    await expect(board.page.getByRole('heading', { name: '22 filas contadas' })).toBeVisible()
    await board.page
      .getByTestId(/^counted-cupos/)
      .first()
      .getByRole('link')
      .click()
    await expect(board.page.getByText('El botiquín está incompleto')).toBeVisible()
  })

  await test.step('nothing is there twice', async () => {
    const root = await Api.superuser(server.url)
    // Whom nobody saw has no mark.
    for (const [name, marks] of [
      [canal, 23],
      [local, 18],
    ] as const) {
      const [aii] = await root.records('interventions', `name = "${name}"`)
      const visits = await root.records('visits', `intervention = "${aii?.id}" && device != ""`)
      expect(visits.length).toBe(1)
      expect((await root.records('visit_marks', `visit = "${visits[0]?.id}"`)).length).toBe(marks)
    }
  })

  await test.step('2023 is still the published report, and every figure can be computed again', async () => {
    expectGolden2023(await central.board(2023))
    await board.page.goto('/#/tablero/2023')
    await expect(board.physical('seguimiento')).toContainText('164,625 de 140,400')
    await expect(board.financial('transferencia')).toContainText('492,272,540.43')
    await server.stop()
    expect(await server.verify()).toContain('Sin diferencias')
  })
  await office.close()
})

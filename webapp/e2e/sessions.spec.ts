import { BoardPage } from './support/board'
import { expect, findSignal, loseSignal, test } from './support/fixtures'
import { look } from './support/look'
import { administrator, canal, supervisor } from './support/people'
import { Phone } from './support/phone'

test.use({ viewport: { width: 360, height: 740 } })

test('sessions are closed: by the person everywhere else, by the office everywhere; what was unsent goes after signing in', async ({
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

  const second = await browser.newContext({ baseURL: server.url, viewport: { width: 360, height: 740 } })
  const other = new Phone(await second.newPage())
  await test.step('in the other phone he closes all but this one', async () => {
    await other.signIn(supervisor)
    await other.inSync()
    await other.page.goto('/#/cuenta')
    await look(other.page, 'sessions-account')
    await other.page.getByRole('button', { name: 'Cerrar las demás sesiones' }).click()
    await expect(other.page.getByText('queda en ellos y se envía al volver a entrar')).toBeVisible()
    await look(other.page, 'sessions-others')
    await other.page.getByRole('button', { name: 'Sí, cerrar las demás' }).click()
    await expect(other.page.getByText('Sus demás sesiones se cerraron.')).toBeVisible()
    await other.home()
    await other.syncNow()
    await other.inSync()
  })

  await test.step('the first asks to sign in, keeps what it had, and sends it then', async () => {
    await findSignal(context, network)
    const again = page.getByRole('link', { name: /Su sesión venció/ })
    await expect(again).toBeVisible({ timeout: 60_000 })
    await phone.syncCentre()
    await expect(phone.work(canal)).toBeVisible()
    await look(page, 'sessions-expired')
    await again.click()
    await page.getByLabel('Correo').fill(supervisor)
    await page.getByLabel('Contraseña').fill('chaski-demo')
    await phone.enter()
    await expect(page.getByRole('heading', { name: /^Hoy,/ })).toBeVisible()
    await phone.syncCentre()
    await expect(phone.work(canal)).toContainText('Recibido', { timeout: 60_000 })
  })

  await test.step('an administrator closes all of them', async () => {
    const office = await browser.newContext({ baseURL: server.url, viewport: { width: 1366, height: 768 } })
    const desk = new BoardPage(await office.newPage())
    await desk.signIn(administrator)
    await desk.page.goto('/#/personas')
    await desk.page.getByTestId(`person-${supervisor}`).getByRole('link').click()
    await desk.page.getByRole('button', { name: 'Cerrar todas sus sesiones' }).click()
    await expect(desk.page.getByText('Lo que no envió no se pierde')).toBeVisible()
    await look(desk.page, 'sessions-office')
    await desk.page.getByRole('button', { name: 'Sí, cerrar todas' }).click()
    await expect(desk.page.getByText('Sesiones cerradas.')).toBeVisible()
    await expect(desk.page.getByText('Cerró sus demás sesiones')).toBeVisible()
    await expect(desk.page.getByText('Se cerraron todas sus sesiones')).toBeVisible()
    await other.syncNow()
    await expect(other.page.getByRole('link', { name: /Su sesión venció/ })).toBeVisible({ timeout: 60_000 })
    await office.close()
  })
  await second.close()
  await server.stop()
  expect(await server.verify()).toContain('Sin diferencias')
})

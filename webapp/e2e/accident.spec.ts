import { BoardPage } from './support/board'
import { expect, test } from './support/fixtures'
import { look } from './support/look'
import { canal, coordinator, executor, supervisor } from './support/people'
import { Phone } from './support/phone'

test.use({ viewport: { width: 360, height: 740 } })

test('an accident is recorded without signal: who, what, and which policy was in force', async ({ page, network }) => {
  const phone = new Phone(page)
  await phone.ready(supervisor)
  await page.getByRole('link', { name: canal }).click()
  network.down()
  await page.getByRole('link', { name: 'Registrar accidente' }).click()
  await look(page, 'accident-who')
  const person = page.getByTestId(/^hurt-/).first()
  const name = await person.locator('strong').innerText()
  await person.click()
  await expect(page.getByTestId('accident-cover')).toContainText(name)
  await expect(page.getByTestId('accident-cover')).toContainText('Póliza vigente ese día')
  await page.getByRole('button', { name: 'Guardar' }).click()
  await expect(page.getByText('Cuente qué pasó con al menos 10 letras')).toBeVisible()
  await look(page, 'accident-form')
  await page.getByLabel('Lugar').fill('Frente 2')
  await page.getByLabel('Qué pasó').fill('Se golpeó la mano con una carretilla')
  await page.getByLabel('Quién avisó a la aseguradora').fill('Residente de obra')
  await page.getByRole('button', { name: 'Guardar' }).click()
  // Who told the insurer means nothing without when.
  await expect(page.getByLabel('Día del aviso a la aseguradora')).toHaveAttribute('aria-invalid', 'true')
  await page.getByLabel('Quién avisó a la aseguradora').fill('')
  await page.getByRole('button', { name: 'Guardar' }).click()
  await expect(page.getByText(/^Accidente · /)).toBeVisible()
  await phone.home()
  await page.getByRole('link', { name: canal }).click()
  const listed = page.getByTestId(/^accidents-/)
  await expect(listed).toContainText(name)
  await expect(listed).toContainText('Aseguradora sin avisar')
  await expect(listed).toContainText('En este teléfono')
  await look(page, 'accident-listed')
  network.up()
  await expect(listed).not.toContainText('En este teléfono', { timeout: 60_000 })
  await listed.getByRole('link').click()
  await expect(page.getByRole('button', { name: 'Cambiar accidente' })).toBeVisible()
  await look(page, 'accident-held')
})

test('what the people of the executor recorded is seen by the unit and changed by its supervisor', async ({
  page,
  browser,
  server,
}) => {
  await page.goto('/')
  await new Phone(page).typeCredentials(executor)
  await new Phone(page).enter()
  await page.getByRole('link', { name: canal }).first().click()
  await page.getByRole('link', { name: 'Registrar accidente' }).click()
  await page
    .getByTestId(/^hurt-/)
    .first()
    .click()
  await page.getByLabel('Lugar').fill('Almacén')
  await page.getByLabel('Qué pasó').fill('Se cayó una caja de herramientas')
  await page.getByRole('button', { name: 'Guardar' }).click()
  await expect(page.getByText(/^Accidente · /)).toBeVisible()
  await new Phone(page).inSync()

  const office = await browser.newContext({ baseURL: server.url, viewport: { width: 1366, height: 768 } })
  const desk = await office.newPage()
  const said = 'Se cayó una caja de herramientas'
  await test.step('the coordinator reads it on the work', async () => {
    await new BoardPage(desk).signIn(coordinator)
    await desk.goto('/#/obras')
    await desk.getByRole('link', { name: canal }).click()
    const listed = desk.getByTestId(/^accidents-/).filter({ hasText: said })
    await expect(listed).toContainText('Aseguradora sin avisar')
    await expect(listed).toContainText('Almacén')
    await look(desk, 'unit-work')
  })
  await office.close()

  const field = await browser.newContext({ baseURL: server.url, viewport: { width: 360, height: 740 } })
  const phone = new Phone(await field.newPage())
  await test.step('the supervisor of the work changes it, and does not take it back', async () => {
    await phone.ready(supervisor)
    await phone.page.getByRole('link', { name: canal }).click()
    await phone.page
      .getByTestId(/^accidents-/)
      .filter({ hasText: said })
      .getByRole('link')
      .click()
    await expect(phone.page.getByText(said)).toBeVisible()
    await expect(phone.page.getByRole('button', { name: 'Retirar' })).toHaveCount(0)
    await phone.page.getByRole('button', { name: 'Cambiar accidente' }).click()
    await phone.page.getByLabel('Quién lo atendió y dónde').fill('Posta de Canal')
    await phone.page.getByRole('button', { name: 'Guardar' }).click()
    await phone.inSync()
  })
  await field.close()
})

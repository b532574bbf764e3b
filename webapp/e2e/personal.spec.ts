import { Api } from './support/api'
import { BoardPage } from './support/board'
import { expect, test } from './support/fixtures'
import { look } from './support/look'
import { administrator, analyst, auditor, canal, password } from './support/people'

test('personal data: found masked, shown whole with a reason, and who looked is known', async ({
  page,
  browser,
  server,
  baseURL,
}) => {
  test.slow()
  const root = await Api.superuser(server.url)
  const [aii] = await root.records('interventions', `name = "${canal}"`)
  const [worker] = await root.records<{ dni: string; given_names: string; surnames: string; birth_date: string }>(
    'participants',
    `intervention = "${aii?.id}"`,
  )
  if (!aii || !worker) throw new Error('the demo has no such work')
  const name = `${worker.given_names} ${worker.surnames}`
  const masked = `•••••${worker.dni.slice(5)}`

  await test.step('the analyst reads the roster of a work, masked', async () => {
    await new BoardPage(page).signIn(analyst)
    await page.getByRole('link', { name: 'Participantes y asegurados' }).click()
    await expect(page.getByText('Escriba un nombre o un DNI completo')).toBeVisible()
    await look(page, 'personal-empty')
    await page.goto(`/#/participantes/${aii.id}`)
    await expect(page.getByTestId(`person-${worker.id}`)).toContainText(masked)
    await expect(page.locator('main')).not.toContainText(worker.dni)
    await look(page, 'personal-work')
  })
  await test.step('part of a DNI finds nobody, a whole one does', async () => {
    await page.getByRole('link', { name: 'Buscar en todas' }).click()
    await page.getByLabel('DNI', { exact: true }).fill(worker.dni.slice(0, 7))
    await page.getByRole('button', { name: 'Buscar' }).click()
    await expect(page.getByText('El DNI debe tener 8 dígitos')).toBeVisible()
    await look(page, 'personal-refused')
    await page.getByLabel('DNI', { exact: true }).fill(worker.dni)
    await page.getByRole('button', { name: 'Buscar' }).click()
    await expect(page.getByTestId(`person-${worker.id}`)).toContainText(name)
  })
  await test.step('the number is shown with a reason, and hidden again', async () => {
    const line = page.getByTestId(`person-${worker.id}`)
    await line.getByRole('button', { name: 'Ver DNI completo' }).click()
    await expect(line.getByLabel('Motivo')).toBeFocused()
    await line.getByLabel('Motivo').fill('corto')
    await line.getByRole('button', { name: 'Mostrar' }).click()
    await expect(line).toContainText('al menos 10 caracteres')
    await look(page, 'reveal-form')
    await line.getByLabel('Motivo').fill('Cotejar con la ficha del convenio')
    await line.getByLabel('Motivo').press('Enter')
    await expect(line.getByTestId('revealed')).toContainText(worker.dni)
    await look(page, 'revealed')
    await expect(line.getByRole('button', { name: 'Ocultar' })).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(line.getByRole('button', { name: 'Ver DNI completo' })).toBeFocused()
    await expect(page.locator('main')).not.toContainText(worker.dni)
  })
  await test.step('the auditor sees who looked at whom, and why', async () => {
    const office = await browser.newContext({ baseURL: baseURL ?? '' })
    const other = await office.newPage()
    await new BoardPage(other).signIn(auditor)
    await other.getByRole('link', { name: 'Quién vio datos personales' }).click()
    await expect(other.locator('main')).toContainText(`DNI completo de ${name}`)
    await expect(other.locator('main')).toContainText('Motivo: Cotejar con la ficha del convenio')
    await expect(other.locator('main')).not.toContainText(worker.dni)
    await look(other, 'accesses')
    await other.goto(`/#/accesos/${worker.id}`)
    await expect(other.getByTestId('accesses-count')).toHaveText('3 líneas')
    await office.close()
  })
  await test.step('the director and the administrator have no list of people', async () => {
    for (const email of ['director@demo.pe', administrator]) {
      const api = await Api.signIn(server.url, email, password)
      await expect(
        api.call('POST', '/api/chaski/v1/personal/search', { list: 'participants', dni: worker.dni }),
      ).rejects.toThrow(/403/)
    }
  })
})

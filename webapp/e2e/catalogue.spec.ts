import { expect, test } from './support/fixtures'
import { BoardPage } from './support/board'
import { Api, type Schemas } from './support/api'
import { administrator, analyst, auditor, password } from './support/people'
import { fillDeadline } from './support/tour'

const deadline = 'rendicion.deadline_workdays'

test('a dated value is added after a confirmation that says what changes from when; nothing before it moves', async ({
  page,
  server,
}) => {
  await new BoardPage(page).signIn(analyst)
  await page.getByRole('link', { name: 'Catálogo' }).click()
  const card = page.getByTestId(`parameter-${deadline}`)
  await expect(card).toContainText('15 días hábiles')
  // What no norm says is marked as ours.
  await expect(card).toContainText('Supuesto: falta la norma')
  await card.getByRole('link').click()

  // A day past, a value out of range and a missing norm are refused before anybody is asked.
  await page.getByLabel('Valor nuevo, en días hábiles').fill('400')
  await page.getByLabel('Rige desde').fill('2026-01-01')
  await page.getByRole('button', { name: 'Revisar antes de agregar' }).click()
  await expect(page.getByText('Debe estar entre 1 y 365.')).toBeVisible()
  await expect(page.getByText('Esa fecha ya pasó')).toBeVisible()
  await expect(page.getByText('Elija si hay una norma.')).toBeVisible()
  await expect(page.getByRole('dialog')).toBeHidden()

  await fillDeadline(page, '20', '2030-01-01')
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('Valor nuevo: 20 días hábiles')
  await expect(dialog).toContainText('Hasta el 31 dic 2029 sigue: 15 días hábiles.')
  await dialog.getByRole('button', { name: 'Cancelar' }).click()
  await expect(page.getByText('Ya previsto')).toBeHidden()
  await page.getByRole('button', { name: 'Revisar antes de agregar' }).click()
  await dialog.getByRole('button', { name: 'Sí, agregar' }).click()

  await expect(page.getByTestId('value-2030-01-01')).toContainText('20 días hábiles')
  await expect(page.getByTestId('value-2030-01-01')).toContainText('Resolución Directoral de prueba')
  await expect(page.getByTestId('value-now')).toHaveText('15 días hábiles')
  // The day is taken now, and the one that comes next is named.
  await fillDeadline(page, '25', '2030-01-01')
  await expect(page.getByText('Ya hay un valor desde ese día.')).toBeVisible()
  await fillDeadline(page, '25', '2029-06-01')
  await expect(dialog).toContainText('Rige hasta el 31 dic 2029: después ya está previsto 20 días hábiles.')
  await dialog.getByRole('button', { name: 'Cancelar' }).click()

  await page.goto('/#/catalogo')
  await expect(card).toContainText('Desde el 1 ene 2030: 20 días hábiles')
  await server.verify()
})

test('a holiday is added and a district handed over; who may not add reads only', async ({ page, server, browser }) => {
  await new BoardPage(page).signIn(analyst)
  await page.goto('/#/catalogo/feriados')
  await page.getByLabel('Año').selectOption('2028')
  await page.getByLabel('Día', { exact: true }).fill('2028-01-01')
  await page.getByRole('button', { name: 'Revisar antes de agregar' }).click()
  await expect(page.getByText('Ese día ya es feriado.')).toBeVisible()
  await page.getByLabel('Día', { exact: true }).fill('2028-03-15')
  await page.getByLabel('Nombre').fill('Día no laborable de prueba')
  await page.getByLabel('Norma que lo dice').fill('Decreto Supremo de prueba')
  await page.getByRole('button', { name: 'Revisar antes de agregar' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Sí, agregar' }).click()
  await expect(page.getByTestId('holiday-2028-03-15')).toContainText('Decreto Supremo de prueba')

  await page.goto('/#/catalogo/territorio')
  await expect(page.getByTestId('assumed')).toContainText('20 unidades territoriales, por confirmar')
  await page.getByRole('searchbox', { name: 'Distrito' }).fill('0813')
  await page.getByTestId('district-081306').click()
  await expect(page.getByTestId('serves-now')).toHaveText('UT Cusco')
  await page.getByLabel('Unidad que lo atenderá').selectOption('UT03')
  await page.getByLabel('Rige desde').fill('2030-01-01')
  await page.getByLabel('Motivo').fill('Memorando de prueba 12')
  await page.getByRole('button', { name: 'Revisar antes de agregar' }).click()
  await expect(page.getByRole('dialog')).toContainText('Hasta el 31 dic 2029 lo sigue atendiendo UT Cusco.')
  await page.getByRole('dialog').getByRole('button', { name: 'Sí, pasar' }).click()
  await expect(page.getByTestId('jurisdiction-2030-01-01')).toContainText('UT Apurímac')
  await expect(page.getByTestId('serves-now')).toHaveText('UT Cusco')
  await server.verify()

  const context = await browser.newContext({ baseURL: new URL(page.url()).origin })
  const reader = await context.newPage()
  await new BoardPage(reader).signIn(auditor)
  await reader.getByRole('link', { name: 'Catálogo' }).click()
  await expect(reader.getByText('Su rol puede ver el catálogo, no cambiarlo')).toBeVisible()
  await reader.goto('/#/catalogo/distrito/081306')
  await expect(reader.getByTestId('jurisdiction-2030-01-01')).toContainText('Memorando de prueba 12')
  await expect(reader.getByLabel('Unidad que lo atenderá')).toHaveCount(0)
  await context.close()
})

test('an administrator makes a backup and sees what became of it', async ({ page, server }) => {
  await new BoardPage(page).signIn(administrator)
  await page.getByRole('link', { name: 'Administración' }).click()
  await page.getByRole('link', { name: 'Estado del servidor' }).click()
  await expect(page.getByTestId('backup-state')).toHaveText('Todavía no hay ninguna')
  await expect(page.getByText('Hay algo que atender')).toBeVisible()
  await page.getByRole('button', { name: 'Respaldar ahora' }).click()
  await expect(page.getByTestId('backup-running')).toBeVisible()
  await expect(page.getByTestId('backup-state')).toHaveText('Comprobada y completa', { timeout: 120_000 })
  await expect(page.getByText('Todo está bien')).toBeVisible()
  const api = await Api.signIn(server.url, administrator, password)
  const { backup } = await api.get<Schemas['Operations']>('/operations')
  await expect(page.getByText(backup.archive ?? 'no archive')).toBeVisible()
})

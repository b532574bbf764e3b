import { fileURLToPath } from 'node:url'
import type { Locator, Page } from '@playwright/test'
import { Api } from './support/api'
import { BoardPage } from './support/board'
import { expect, test } from './support/fixtures'
import { look } from './support/look'
import { analyst, canal, password } from './support/people'

const cuadro5 = fileURLToPath(new URL('../../testdata/imports/30-cuadro5-merged-header.xlsx', import.meta.url))

/** A part of the screen that opens, by how its title begins. */
function part(page: Page, title: string): Locator {
  return page.locator('details').filter({ has: page.locator('summary', { hasText: title }) })
}

test('the Cuadro 5 of the programme becomes the POI of an exercise, by the screen alone', async ({ page, server }) => {
  const api = await Api.signIn(server.url, analyst, password)
  const year = await api.runningYear()
  await new BoardPage(page).signIn(analyst)
  await page.getByRole('link', { name: 'Importar datos' }).click()
  await page.getByRole('radio', { name: /POI/ }).check()
  await page.getByLabel('Archivo CSV o Excel').setInputFiles(cuadro5)

  // What no column has is said, and where to type it.
  await expect(page.getByText('Faltan datos obligatorios')).toBeVisible()
  await expect(page.getByText(/Ejercicio, Marco de financiamiento/)).toBeVisible()
  await expect(page.getByRole('button', { name: /^Importar/ })).toHaveCount(0)
  const constants = part(page, 'Datos iguales en todas las filas')
  await constants.getByLabel('Ejercicio (obligatorio)').fill('26')
  await constants.getByLabel('Marco de financiamiento (obligatorio)').selectOption('Ordinario')
  await look(page, 'import-constants')
  await constants.getByRole('button', { name: 'Usar estos datos' }).click()

  // A constant that cannot be is refused at its field, and the others stay typed.
  await expect(constants.getByLabel('Ejercicio (obligatorio)')).toHaveValue('26')
  await expect(constants.getByLabel('Ejercicio (obligatorio)')).toHaveAttribute('aria-invalid', 'true')
  await expect(constants.getByLabel('Marco de financiamiento (obligatorio)')).toHaveValue('Ordinario')
  await look(page, 'import-constant-wrong')
  await constants.getByLabel('Ejercicio (obligatorio)').fill(String(year))
  await constants.getByLabel('Versión del POI').fill('V3')
  await constants.getByLabel('Resolución del POI').fill('RDE 045-2026-LP/DE')
  await constants.getByLabel('Fecha de aprobación').fill(`15/10/${year}`)
  await constants.getByLabel('AEI').fill('AEI.07.04')
  await constants.getByRole('button', { name: 'Usar estos datos' }).click()

  // The category, the sum and the source are left out; a row of data can be, and is taken back.
  await expect(page.getByTestId('import-counts')).toHaveText('2 filas leídas: 2 filas cambian algo')
  const rows = part(page, 'Filas que se dejan fuera: 3')
  for (const row of [5, 8, 9]) await expect(rows.getByLabel(`Fila ${row}:`)).toBeChecked()
  await look(page, 'import-rows-left-out')
  await rows.getByLabel('Fila 8:').uncheck()
  await rows.getByRole('button', { name: 'Leer con estas filas' }).click()
  await expect(page.getByTestId('import-counts')).toContainText('1 fila con errores')
  await look(page, 'import-problems')
  await part(page, 'Filas que se dejan fuera: 2').getByLabel('Fila 8:').check()
  await page.getByRole('button', { name: 'Leer con estas filas' }).click()

  // The demo has both activities: what changes of each is shown.
  await expect(page.getByTestId('import-counts')).toHaveText('2 filas leídas: 2 filas cambian algo')
  await expect(page.getByRole('heading', { name: 'Qué cambia de lo que ya existe' })).toBeVisible()
  await look(page, 'import-changes')
  await page.getByRole('button', { name: 'Importar 2 filas' }).click()
  await expect(page.getByText('Importado', { exact: true })).toBeVisible()
  await look(page, 'import-result')

  // The targets are those of the table, on the board too.
  const targets = async () => {
    const { items } = await api.board(year)
    return items
      .filter((a) => ['Gestión del Programa', following].includes(a.name) && a.funding_frame === 'ordinary')
      .map((a) => [a.name, Number(a.physical.target), Number(a.financial.target)])
  }
  const imported = await targets()
  expect(imported).toEqual([
    ['Gestión del Programa', 124, 16264486],
    [following, 140400, 14987754],
  ])
  await page.goto('/#/')
  const board = new BoardPage(page)
  await expect(board.physical('gestion')).toContainText(/ de 124\b/)
  await expect(board.physical('seguimiento')).toContainText(/ de 140[,. \s]?400\b/)
  await server.verify()

  // The same table again changes nothing.
  await page.goto('/#/importar')
  await page.getByRole('radio', { name: /POI/ }).check()
  await page.getByLabel('Archivo CSV o Excel').setInputFiles(cuadro5)
  const again = part(page, 'Datos iguales en todas las filas')
  await again.getByLabel('Ejercicio (obligatorio)').fill(String(year))
  await again.getByLabel('Marco de financiamiento (obligatorio)').selectOption('Ordinario')
  await again.getByRole('button', { name: 'Usar estos datos' }).click()
  await expect(page.getByText('Todo esto ya está en el sistema')).toBeVisible()
})

const following = 'Seguimiento de los proyectos de inversión pública y actividades en ejecución'

test('a file asks what only a person can say, is read as he answers, and is undone with a reason', async ({
  page,
  server,
}) => {
  const api = await Api.superuser(server.url)
  const work = (await api.records<{ name: string }>('interventions', `name = "${canal}"`))[0]
  const convenio = (await api.records<{ code: string }>('convenios', `intervention = "${work?.id}"`))[0]
  const closed = (await api.records<{ month: string }>('month_closes'))
    .map((c) => c.month)
    .sort()
    .at(-1)
  if (!convenio || !closed) throw new Error('the demo is not there')
  const [year, month] = closed.split('-')
  const day = `13/${month}/${year}`
  const heads = 'Resolución;Publicación;Convenio;Monto;Devengado'
  const text = `Reporte de transferencias\n${heads}\nRM 901-${year}-TR;${day};${convenio.code};1,234;${day}\n`
  await new BoardPage(page).signIn(analyst)
  await page.goto('/#/importar')
  await page.getByRole('radio', { name: /Transferencias/ }).check()
  await page
    .getByLabel('Archivo CSV o Excel')
    .setInputFiles({ name: 'transferencias.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })

  await expect(page.getByRole('heading', { name: 'Antes de importar, responda (2)' })).toBeVisible()
  await expect(page.getByText('Falta su respuesta')).toBeVisible()
  await expect(page.getByRole('button', { name: /^Importar/ })).toHaveCount(0)
  await look(page, 'import-questions')

  // Another row as the heading is another table.
  await part(page, 'Encabezado en la fila 2').locator('summary').click()
  await page.getByLabel('Fila del encabezado').selectOption('1')
  await expect(page.getByText('Faltan datos obligatorios')).toBeVisible()
  await part(page, 'Encabezado en la fila 1').locator('summary').click()
  await look(page, 'import-header-row')
  await page.getByLabel('Fila del encabezado').selectOption('2')

  const questions = page.getByRole('region', { name: 'Antes de importar' })
  await questions
    .getByRole('radio', { name: /1.?234/ })
    .first()
    .check()
  await questions.getByLabel('Motivo').fill('Oficio 12-2026: faltaba registrarla')
  await questions.getByRole('button', { name: 'Guardar y revisar otra vez' }).click()
  await expect(page.getByRole('heading', { name: 'Lo que respondió' })).toBeVisible()
  await expect(page.getByTestId('import-counts')).toHaveText('1 fila leída: 1 fila nueva')
  await look(page, 'import-answered')
  await page.getByRole('button', { name: 'Importar 1 fila' }).click()
  await expect(page.getByText('Importado', { exact: true })).toBeVisible()
  expect(await api.records('transfers', 'amount = 123400')).toHaveLength(1)

  await page.getByRole('button', { name: 'Deshacer la importación' }).click()
  const dialog = page.getByRole('dialog')
  await look(page, 'import-undo')
  await dialog.getByLabel('Motivo').fill('Oficio 13-2026: era de otro convenio')
  await dialog.getByRole('button', { name: 'Deshacer la importación' }).click()
  await expect(page.getByText('Importación deshecha')).toBeVisible()
  expect(await api.records('transfers', 'amount = 123400')).toHaveLength(0)
  await server.verify()
})

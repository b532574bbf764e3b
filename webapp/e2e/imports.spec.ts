import type { Page } from '@playwright/test'
import { BoardPage } from './support/board'
import { expect, test } from './support/fixtures'
import { analyst } from './support/people'

const heads = 'N° RUC;Razón social;Ubigeo'
const wrong = `${heads}\n20990005011;Municipalidad de Wayra (ejemplo);080405\n20990005020;Municipalidad de Yaku (ejemplo);\n`
const right = wrong.replace('20990005020', '20990005029')

async function choose(page: Page, name: string, text: string): Promise<void> {
  await page.getByLabel('Archivo CSV o Excel').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })
}

test('a file with a wrong row is shown, corrected, imported once and undone', async ({ page, server }) => {
  await new BoardPage(page).signIn(analyst)
  await page.getByRole('link', { name: 'Importar datos' }).click()
  await page.getByRole('radio', { name: /Entidades/ }).check()
  await choose(page, 'entidades.csv', wrong)

  // The bad row is named as the spreadsheet counts it, with what to do; nothing can be imported.
  await expect(page.getByRole('heading', { name: 'Revisión' })).toBeVisible()
  const problem = page.getByRole('row', { name: /20990005020/ }).filter({ hasText: 'dígito' })
  await expect(problem).toContainText('3')
  await expect(page.getByRole('button', { name: /^Importar/ })).toHaveCount(0)
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Descargar filas por corregir' }).click()
  expect((await download).suggestedFilename()).toBe('filas-por-corregir.csv')
  await page.getByRole('button', { name: 'Descartar' }).click()

  await page.getByRole('radio', { name: /Entidades/ }).check()
  await choose(page, 'entidades-corregido.csv', right)
  await page.getByRole('button', { name: 'Importar 2 filas' }).click()
  await expect(page.getByTestId('import-counts')).toHaveText('2 filas nuevas')

  // The same file again changes nothing.
  await page.getByRole('link', { name: 'Importar otro archivo' }).click()
  await page.getByRole('radio', { name: /Entidades/ }).check()
  await choose(page, 'entidades-corregido.csv', right)
  await expect(page.getByText('Todo esto ya está en el sistema')).toBeVisible()
  await expect(page.getByRole('button', { name: /^Importar/ })).toHaveCount(0)
  await page.getByRole('button', { name: 'Descartar' }).click()

  await page.getByRole('link', { name: /entidades-corregido.csv/ }).click()
  await page.getByRole('button', { name: 'Deshacer la importación' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Deshacer la importación' }).click()
  await expect(page.getByText('Importación deshecha')).toBeVisible()
  await server.verify()
})

test('columns nobody recognises are matched by hand and remembered', async ({ page }) => {
  await new BoardPage(page).signIn(analyst)
  await page.goto('/#/importar')
  const odd = 'Registro tributario,Quién es\n20990005011,Municipalidad de Wayra (ejemplo)\n'
  await page.getByRole('radio', { name: /Entidades/ }).check()
  await choose(page, 'raro.csv', odd)
  await expect(page.getByText('Faltan datos obligatorios')).toBeVisible()
  await page.getByLabel('Columna «Registro tributario»').selectOption({ label: 'RUC (obligatorio)' })
  await page.getByLabel('Columna «Quién es»').selectOption({ label: 'Nombre de la entidad (obligatorio)' })
  await page.getByRole('button', { name: 'Leer con estas columnas' }).click()
  await expect(page.getByTestId('import-counts')).toContainText('1 fila nueva')
  await page.getByRole('button', { name: 'Descartar' }).click()

  await page.getByRole('radio', { name: /Entidades/ }).check()
  await choose(page, 'raro-otra-vez.csv', odd)
  await expect(page.getByTestId('import-counts')).toContainText('1 fila nueva')
})

import { Api } from './support/api'
import { BoardPage } from './support/board'
import { expect, test } from './support/fixtures'
import { look } from './support/look'
import { analyst } from './support/people'

test('a sheet broken by SQL counts in no figure, is corrected with a reason, and answered for', async ({
  page,
  server,
}) => {
  const root = await Api.superuser(server.url)
  const sql = (query: string) => root.call('POST', '/api/sql', { query })
  const sheets = await root.records<{ day: string }>('attendance_sheets', 'state = "validada"')
  const sheet = sheets.sort((a, b) => b.day.localeCompare(a.day))[0]
  if (!sheet) throw new Error('the demo has no validated sheet')
  const never = `${sheet.day.slice(0, 5)}11-31`
  await sql(`UPDATE attendance_sheets SET day = '${never}' WHERE id = '${sheet.id}'`)

  const row = page.getByTestId(`problem-attendance_sheets-${sheet.id}`)
  await test.step('the board says that a record counts in no figure, and leads to it', async () => {
    await new BoardPage(page).signIn(analyst)
    await expect(page.getByTestId('uncounted')).toContainText('1 registro')
    await page.getByRole('link', { name: 'Problemas en los datos' }).first().click()
    await expect(row).toContainText(`Dice «${never}»`)
    await expect(row).toContainText('No cuenta en ninguna cifra')
    await look(page, 'problems')
  })
  await test.step('a date that is none and no reason are not taken', async () => {
    await row.getByRole('button', { name: /^Corregir/ }).press('Enter')
    await expect(row.getByLabel('Día')).toBeFocused()
    await row.getByRole('button', { name: 'Revisar la corrección' }).click()
    await expect(row).toContainText('Escriba el motivo')
    await look(page, 'problems-form')
  })
  await test.step('it is corrected after a confirmation that says what changes', async () => {
    await row.getByLabel('Día').fill(sheet.day)
    await row.getByLabel('Motivo de la corrección').fill('Según la hoja de papel de ese día')
    await row.getByRole('button', { name: 'Revisar la corrección' }).click()
    const dialog = page.getByRole('dialog')
    await expect(dialog).toContainText(never)
    await expect(dialog).toContainText('Según la hoja de papel de ese día')
    await look(page, 'problems-confirm')
    await dialog.getByRole('button', { name: 'Sí, guardar' }).click()
    await expect(page.getByText('No hay registros por corregir')).toBeVisible()
    const [mended] = await root.records<{ day: string }>('attendance_sheets', `id = "${sheet.id}"`)
    expect(mended?.day).toBe(sheet.day)
  })
  await test.step('who changed it past the application is answered for', async () => {
    await page.getByLabel('Motivo', { exact: true }).fill('Prueba de la restauración, acta 12')
    await page.getByRole('button', { name: /^Responder por todas/ }).click()
    await page.getByRole('button', { name: 'Responder', exact: true }).click()
    await expect(page.getByText('Nada se cambió fuera de la aplicación sin explicación')).toBeVisible()
    await look(page, 'problems-none')
    await page.goto('/#/')
    await expect(page.getByTestId('uncounted')).toHaveCount(0)
  })
  await server.stop()
  expect(await server.verify()).toContain('Sin diferencias')
})

import { expect, test } from './support/fixtures'
import { look } from './support/look'
import { canal, executor } from './support/people'
import { Phone } from './support/phone'

test.use({ viewport: { width: 360, height: 740 } })

test('a daily sheet is written without signal: exceptions, their reasons, and a count that checks the rest', async ({
  page,
  network,
}) => {
  const phone = new Phone(page)
  await page.goto('/')
  await phone.typeCredentials(executor)
  await phone.enter()
  await expect(page.getByRole('link', { name: `Hoja de hoy de ${canal}` })).toBeVisible()
  await phone.inSync()
  await phone.installed()
  await look(page, 'sheet-home')
  network.down()
  await page.getByRole('link', { name: `Hoja de hoy de ${canal}` }).click()
  await look(page, 'sheet-days')
  await page.getByRole('button', { name: 'Escribir la hoja de hoy' }).click()

  // Nobody is present because nobody said so.
  const counts = page.getByTestId('sheet-counts')
  await expect(counts).toHaveText(/^Presentes 0 · Ausentes 0 · No vistos \d+$/)
  const roster = Number((await counts.innerText()).match(/\d+$/)?.[0])
  await look(page, 'sheet-begun')
  const rest = page.getByRole('button', { name: /^Los demás presentes/ })
  await expect(rest).toBeDisabled()

  await phone.mark(0, 'Ausente')
  await page.getByLabel('¿Cuántas personas contó en la obra?').fill(String(roster))
  await expect(page.getByTestId('rest-words')).toContainText('falta 1')
  await expect(rest).toBeDisabled()
  await page.getByLabel('¿Cuántas personas contó en la obra?').fill(String(roster - 1))
  await expect(page.getByTestId('rest-words')).toContainText('cuadra con su conteo')
  await rest.click()
  await expect(counts).toHaveText(`Presentes ${roster - 1} · Ausentes 1 · No vistos 0`)
  await page.getByRole('button', { name: 'Deshacer' }).click()
  await expect(counts).toHaveText(`Presentes 0 · Ausentes 1 · No vistos ${roster - 1}`)
  await rest.click()

  // Why somebody lacks is asked of him, and of nobody else.
  await page.getByRole('button', { name: 'Guardar' }).click()
  await expect(page.getByText(/^Diga por qué faltó /)).toBeVisible()
  await look(page, 'sheet-why')
  await page
    .getByRole('group', { name: /^Por qué faltó / })
    .getByRole('button', { name: 'Salud' })
    .click()

  // Reloaded in the middle: everything stands.
  await page.reload()
  await expect(counts).toHaveText(`Presentes ${roster - 1} · Ausentes 1 · No vistos 0`)
  await expect(page.getByRole('button', { name: 'Salud' })).toHaveAttribute('aria-pressed', 'true')
  await page.getByRole('button', { name: 'Guardar' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Sincronización' })).toBeVisible()
  await expect(page.getByText(`Hoja diaria · ${canal}`)).toBeVisible()
  await look(page, 'sheet-waits')

  network.up()
  await phone.syncNow()
  await page.getByRole('link', { name: 'Inicio' }).click()
  await page.getByRole('link', { name: `Hoja de hoy de ${canal}` }).click()
  const today = page.getByTestId('sheet-today')
  await expect(today).toContainText('Por validar')
  await expect(today).toContainText(`Presentes: ${roster - 1} · ausentes: 1`)
  await expect(today).not.toContainText('En este teléfono', { timeout: 60_000 })
  await look(page, 'sheet-received')

  // Corrected as long as nobody validated it.
  await today.getByRole('link').click()
  await page.getByRole('button', { name: 'Corregir la hoja' }).click()
  await phone.mark(1, 'Ausente')
  await page.getByRole('button', { name: 'Guardar' }).click()
  await expect(page.getByText(/Contó \d+; presentes marcados: \d+/)).toBeVisible()
  await page.getByLabel('¿Cuántas personas contó en la obra?').fill(String(roster - 2))
  await page
    .getByRole('group', { name: /^Por qué faltó / })
    .nth(1)
    .getByRole('button', { name: 'Permiso' })
    .click()
  await look(page, 'sheet-corrected')
  await page.getByRole('button', { name: 'Guardar' }).click()
  await page.getByRole('link', { name: 'Inicio' }).click()
  await page.getByRole('link', { name: `Hoja de hoy de ${canal}` }).click()
  await expect(today).toContainText(`Presentes: ${roster - 2} · ausentes: 2`)
})

import { Api } from './support/api'
import { expect, test } from './support/fixtures'
import { look } from './support/look'
import { local, supervisor } from './support/people'
import { Phone } from './support/phone'

test.use({ viewport: { width: 360, height: 740 } })

test('who worked uncovered and what was answered no become findings, a grave one with all it needs', async ({
  page,
  server,
}) => {
  const phone = new Phone(page)
  await phone.ready(supervisor)
  await phone.startVisit(local)
  await phone.fillData()
  await phone.fillPlace()
  // Nobody of this work is insured.
  await phone.count(17)
  await phone.mark(0, 'Ausente')
  await phone.markRest(17, 1)
  await phone.done()

  await test.step('a "No" offers a note and a finding', async () => {
    await phone.fillChecklist()
    await phone.task('Lista de verificación')
    const water = page.getByRole('group', { name: '¿Hay agua para beber?' })
    await expect(page.getByRole('button', { name: 'Anotar hallazgo' })).toHaveCount(0)
    await water.getByRole('radio', { name: 'No', exact: true }).check()
    await page.getByLabel('Observación (opcional)').fill('El bidón está vacío')
    await look(page, 'checklist-no')
    await page.getByRole('button', { name: 'Anotar hallazgo' }).click()
    await expect(page.getByLabel('¿Qué encontró?')).toHaveValue('¿Hay agua para beber? No. El bidón está vacío')
    await page.getByRole('radio', { name: /^Moderada/ }).check()
    await page.getByRole('button', { name: 'Guardar hallazgo' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Lista de verificación' })).toBeVisible()
    await expect(page.getByText('Hallazgo anotado')).toBeVisible()
    await expect(page.getByLabel('Observación (opcional)')).toHaveValue('El bidón está vacío')
    await phone.done()
  })

  await test.step('the close names who worked uncovered; a grave finding lacks nothing', async () => {
    await page.getByRole('link', { name: 'Ir al cierre' }).click()
    await expect(page.getByText('17 personas trabajaron sin cobertura')).toBeVisible()
    await look(page, 'close-uncovered')
    await page.getByRole('button', { name: 'Anotar hallazgo' }).click()
    await expect(page.getByLabel('¿Qué encontró?')).toHaveValue(
      /^Trabajaron 17 personas sin cobertura del seguro: .+ \(cupo \d+\)/,
    )
    await page.getByRole('radio', { name: /^Grave/ }).check()
    await page.getByRole('button', { name: 'Guardar hallazgo' }).click()
    await expect(page.getByLabel('Medida correctiva')).toBeFocused()
    await expect(page.getByLabel('Medida correctiva')).toBeInViewport({ ratio: 1 })
    await look(page, 'finding-grave')
    await page.getByLabel('Medida correctiva').fill('No trabajan hasta tener póliza')
    await page.getByLabel('¿Quién la hará?').fill('La municipalidad')
    await page.getByRole('button', { name: 'Guardar hallazgo' }).click()
    await expect(page.getByLabel('¿Hasta cuándo?')).toBeFocused()
    await page.getByLabel('¿Hasta cuándo?').fill('2099-12-31')
    await page.getByRole('button', { name: 'Guardar hallazgo' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Cierre' })).toBeVisible()
    await expect(page.getByText('Hallazgo anotado')).toBeVisible()
  })

  await page.getByRole('button', { name: 'Terminar visita' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Visita terminada' })).toBeVisible()
  await page.getByRole('link', { name: 'Volver a Hoy' }).click()
  await phone.inSync()
  const root = await Api.superuser(server.url)
  const [visit] = await root.records<{ note: string }>('visits', `note ~ "bidón"`)
  expect(visit?.note).toBe('¿Hay agua para beber? No. El bidón está vacío')
  const findings = await root.records<Record<string, string>>('findings', `visit = "${visit?.id}"`)
  const sorted = findings.map((f) => [f['severity'], f['responsible']].join(' ')).sort()
  expect(sorted).toEqual(['grave La municipalidad', 'moderada '])
})

test('closing too early shows what is missing, in sight and with the focus', async ({ page }) => {
  const phone = new Phone(page)
  await phone.ready(supervisor)
  await phone.startVisit(local)
  await page.getByRole('link', { name: 'Ir al cierre' }).click()
  await page.getByRole('button', { name: 'Terminar visita' }).click()
  await expect(page.getByText('Falta para terminar')).toBeInViewport({ ratio: 1 })
  await expect(page.locator('.lacks')).toBeFocused()
  await expect(page.getByRole('heading', { level: 1, name: 'Cierre' })).toBeVisible()
})

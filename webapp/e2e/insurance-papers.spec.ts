import { expect, test } from './support/fixtures'
import { look } from './support/look'
import { executor } from './support/people'
import { Phone } from './support/phone'

test.use({ viewport: { width: 360, height: 740 }, permissions: ['geolocation', 'camera'] })

test('a policy and its certificate are entered without signal; whom it names is covered, late for the days before', async ({
  page,
  network,
}) => {
  const phone = new Phone(page)
  await page.goto('/')
  await phone.typeCredentials(executor)
  await phone.enter()
  await phone.inSync()
  await phone.installed()
  await page.getByTestId('due-cover').first().click()
  const insurance = page.getByTestId('insurance')
  const uncovered = insurance.getByTestId(/^uncovered-/)
  await expect(uncovered.first()).toBeVisible()
  const work = await page.getByRole('heading', { level: 1 }).innerText()
  const open = async () => {
    await page.getByRole('navigation', { name: 'Secciones' }).getByRole('link', { name: 'Inicio' }).click()
    await page.getByTestId(/^aii-/).filter({ hasText: work }).click()
  }
  const count = await uncovered.count()
  const name = await uncovered.first().locator('strong').innerText()
  const late = insurance.getByTestId(/^late-/).filter({ hasText: name })
  await expect(late).toHaveCount(0)
  await look(page, 'insurance')
  network.down()

  await test.step('the policy: a wrong number of the insurer is refused as it is typed', async () => {
    await insurance.getByRole('button', { name: 'Registrar póliza' }).click()
    await page.getByLabel('Número de la póliza').fill('SCTR-2026-77')
    await page.getByLabel('RUC de la aseguradora').fill('20131312956')
    await page.getByLabel('Nombre de la aseguradora').fill('Aseguradora Ficticia')
    const issued = await page.getByLabel('Fecha de emisión del documento').inputValue()
    await page.getByLabel('Vigente hasta').fill(`${Number(issued.slice(0, 4)) + 1}${issued.slice(4)}`)
    await page.getByLabel('Vigente desde').fill(`${issued.slice(0, 4)}-01-01`)
    await page.getByRole('button', { name: 'Guardar' }).click()
    await expect(page.getByText('El RUC tiene 11 dígitos. Revise si cambió o falta alguno')).toBeVisible()
    await look(page, 'policy-form')
    await page.getByLabel('RUC de la aseguradora').fill('20131312955')
    await page.getByRole('button', { name: 'Guardar' }).click()
    await expect(page.getByText(`Póliza · ${work}`)).toBeVisible()
  })

  await test.step('the certificate: those without cover are marked already', async () => {
    await open()
    await insurance.getByRole('button', { name: 'Registrar constancia: SCTR-2026-77' }).click()
    await expect(page.getByRole('checkbox', { checked: true })).toHaveCount(count)
    await page.getByLabel('Número de la constancia').fill('C-1')
    await page.getByLabel('Cubre desde').fill('2020-01-01')
    await page.getByRole('button', { name: 'Guardar' }).click()
    await expect(page.getByText('Esa fecha está fuera de la vigencia de la póliza. Corríjala')).toBeVisible()
    const issued = await page.getByLabel('Fecha de emisión del documento').inputValue()
    await page.getByLabel('Cubre desde').fill(`${issued.slice(0, 4)}-01-01`)
    await page.getByRole('button', { name: 'Abrir cámara' }).click()
    await phone.shoot(1)
    await page.getByRole('dialog').getByRole('button', { name: 'Listo' }).click()
    // Reloaded in the middle: everything stands.
    await page.reload()
    await expect(page.getByLabel('Número de la constancia')).toHaveValue('C-1')
    await expect(page.getByRole('button', { name: 'Ver Foto de la constancia' })).toBeVisible()
    await look(page, 'certificate-form')
    await page.getByRole('button', { name: 'Guardar' }).click()
    await expect(page.getByText(`Constancia de póliza · ${work}`)).toBeVisible()
  })

  await open()
  await expect(uncovered).toHaveCount(count)
  await expect(uncovered.filter({ hasText: name })).toContainText('espera enviarse')
  await expect(insurance.getByTestId(/^certificate-/).filter({ hasText: 'C-1' })).not.toContainText('Falta la foto')
  await look(page, 'insurance-waits')

  network.up()
  await expect(uncovered).toHaveCount(0, { timeout: 60_000 })
  await expect(late).toContainText(/Acreditada \d+ días? después/)
})

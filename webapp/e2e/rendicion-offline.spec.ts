import type { Browser, Locator, Page } from '@playwright/test'
import { Api, type Schemas } from './support/api'
import { expect, findSignal, loseSignal, test } from './support/fixtures'
import { look, sizes } from './support/look'
import { pdf } from './support/papers'
import { coordinator, executor, password } from './support/people'
import { Phone } from './support/phone'
import { Sender } from './support/sender'
import { signIn } from './support/sign-in'

const ended = "Limpieza de cunetas Qantu Wayq'o"
const papers = [
  'Comprobantes de pago',
  'Oficio de presentación',
  'Informe del responsable técnico',
  'Acta de término',
  'Planilla de pago firmada',
]

test.use({ viewport: sizes.phone, permissions: ['geolocation', 'camera'] })

test('a rendición filled and presented without signal, observed, answered and presented without signal, and approved', async ({
  page,
  context,
  network,
  browser,
  server,
  baseURL,
}) => {
  const mine = await Api.signIn(server.url, executor, password)
  const { items } = await mine.get<Schemas['RendicionList']>('/rendiciones')
  const id = items.find((i) => i.work.name === ended)?.work.intervention ?? ''
  const how = () => mine.get<Schemas['Rendicion']>(`/rendiciones/${id}`)
  await new Phone(page).ready(executor)
  await loseSignal(context, network)
  await page.goto(`/#/rendicion/${id}`)
  await page.reload()

  const balance = page.getByTestId('balance')
  const kept = page.getByTestId('save-state')
  await test.step('amounts without the server: the difference in words, to the céntimo', async () => {
    await expect(page.getByText(/Vence el .*, en \d+ días hábiles/)).toBeVisible()
    await expect(page.getByTestId('transferred')).toHaveText('S/ 38,870.00')
    await amount(page, 'Mano de obra no calificada').fill('30,000.00')
    await amount(page, 'Insumos').fill('8749,50')
    await expect(balance).toContainText('Faltan S/ 120.50 por explicar')
    await amount(page, 'Otros gastos').fill('1,234')
    await amount(page, 'Otros gastos').blur()
    await expect(page.getByTestId('line-otros')).toContainText('¿Miles o céntimos?')
    await amount(page, 'Otros gastos').fill('120,50')
    await expect(balance).toContainText('Cuadra al céntimo')
    await expect(kept).toContainText('Guardado en este equipo')
  })
  await test.step('documents; a page photographed, taken away and put back; all is there after a reload', async () => {
    for (const kind of papers) await add(page, kind)
    const proof = page.getByTestId('doc-comprobantes')
    await proof.getByRole('button', { name: 'Comprobantes de pago: Fotografiar' }).click()
    await page.getByRole('button', { name: 'Tomar la foto' }).click()
    await page.getByRole('dialog', { name: 'Cámara' }).getByRole('button', { name: 'Listo' }).click()
    await expect(proof.getByRole('link')).toHaveCount(2)
    await proof.getByRole('button', { name: /^Quitar .*jpg/ }).click()
    await expect(proof.getByRole('link')).toHaveCount(1)
    await page.getByRole('button', { name: 'Deshacer' }).click()
    await expect(proof.getByRole('link')).toHaveCount(2)
    await look(page, 'rendicion-documents')
    await page.reload()
    await expect(amount(page, 'Otros gastos')).toHaveValue(/^120[,.]50$/)
    await expect(page.getByText('Guardado aquí. Se envía solo')).toHaveCount(6)
  })
  await test.step('presented: what is confirmed is listed; sent with the next signal, with a receipt', async () => {
    await present(page, ['S/ 8,749.50', 'Comprobantes de pago.pdf'])
    await expect(page.getByText('Lista para enviar')).toBeVisible()
    await expect(amount(page, 'Insumos')).toBeDisabled()
    expect((await how()).state).toBe('pendiente')
    await findSignal(context, network)
    await expect(page.getByTestId('receipt')).toHaveText(/^RC-08-0031-AII-\d\d-1-[0-9A-F]{12}$/)
    await expect(page.getByTestId('arrived')).toContainText('6 de 6', { timeout: 60_000 })
  })

  const reviewer = await desk(browser, baseURL)
  await test.step('the reviewer observes one line and one document', async () => {
    await reviewer.getByTestId('rendicion-queue').click()
    await reviewer.getByTestId(`rc-${id}`).click()
    await expect(reviewer.getByRole('button', { name: 'Observar Insumos' })).toBeVisible()
    await look(reviewer, 'rendicion-review')
    await reviewer.getByRole('button', { name: 'Observar Insumos' }).click()
    await reviewer.getByLabel('Observación a «Insumos»').fill('Falta sustento de S/ 200.00; devuélvalos.')
    await reviewer.getByRole('button', { name: 'Observar Planilla de pago firmada' }).click()
    await reviewer.getByLabel('Observación a «Planilla de pago firmada»').fill('Falta la firma del residente.')
    await reviewer.getByRole('button', { name: 'Devolver con 2 observaciones' }).click()
    await reviewer.getByRole('button', { name: 'Devolver al ejecutor' }).click()
    await expect(reviewer.getByText('Observada', { exact: true })).toBeVisible()
  })
  await test.step('only these open again, and are answered without signal', async () => {
    await page.reload()
    const line = page.getByTestId('line-insumos')
    await expect(line).toContainText('Falta sustento de S/ 200.00')
    await loseSignal(context, network)
    await page.reload()
    await expect(line).toContainText('Falta sustento de S/ 200.00')
    await expect(page.getByTestId('missing')).toContainText('Falta corregir o responder 2 observaciones')
    for (const closed of ['Mano de obra no calificada', 'Otros gastos', 'Saldo en la cuenta del ejecutor'])
      await expect(amount(page, closed)).toBeDisabled()
    const sheet = page.getByTestId('doc-planilla_pago')
    await expect(page.getByText('Reemplazar', { exact: true })).toHaveCount(1)
    await look(page, 'rendicion-observed')
    await amount(page, 'Insumos').fill('8549.50')
    await expect(balance).toContainText('Faltan S/ 200.00 por explicar')
    await amount(page, 'Devuelto al programa').fill('200')
    await expect(balance).toContainText('Cuadra al céntimo')
    await line.getByLabel('Su respuesta').fill('Va el voucher de S/ 200.00.')
    await expect(kept).toContainText('Guardado en este equipo')
    await sheet.getByLabel(/: Reemplazar$/).setInputFiles(pdf('planilla-firmada.pdf'))
    await expect(sheet.getByRole('link', { name: 'planilla-firmada.pdf' })).toBeVisible()
    await expect(page.getByTestId('missing')).toContainText('Voucher de devolución')
    await add(page, 'Voucher de devolución')
    await page.reload()
    await expect(line.getByLabel('Su respuesta')).toHaveValue('Va el voucher de S/ 200.00.')
    await present(page, ['S/ 8,549.50', 'planilla-firmada.pdf'])
    await expect(page.getByText('Lista para enviar')).toBeVisible()
    expect((await how()).state).toBe('observada')
    await findSignal(context, network)
    await expect(page.getByTestId('receipt')).toHaveText(/-2-[0-9A-F]{12}$/)
    await expect(page.getByTestId('arrived')).toContainText('7 de 7', { timeout: 60_000 })
  })
  await test.step('approved; the amounts are the same on both screens and at the server', async () => {
    await reviewer.reload()
    const answered = reviewer.getByTestId('answered-insumos')
    await expect(answered).toContainText('Va el voucher de S/ 200.00.')
    await expect(reviewer.getByText('Ahora está: planilla-firmada.pdf.')).toBeVisible()
    await look(reviewer, 'rendicion-answered')
    const lift = reviewer.getByText('Sí, levantar')
    await expect(lift).toHaveCount(2) // `all` would not wait for them
    for (const each of await lift.all()) await each.click()
    await reviewer.getByRole('button', { name: 'Dar conformidad' }).click()
    await reviewer.getByRole('dialog').getByRole('button', { name: 'Dar conformidad' }).click()
    await expect(reviewer.getByText('Conforme', { exact: true })).toBeVisible()
    // The executor's screen is open and hears of it by itself.
    await expect(page.getByText(/^Conforme desde/)).toBeVisible()
    const all = await how()
    const stated = all.amounts.flatMap((a) => (a.amount === null ? [] : [[a.line, a.amount]]))
    expect(Object.fromEntries(stated)).toEqual({
      monc: '30000.00',
      insumos: '8549.50',
      otros: '120.50',
      devuelto: '200.00',
    })
    const plain = (text: string | null) => (text ?? '').replace(/[^\d.]/g, '')
    for (const { line, amount } of all.amounts) {
      expect(plain(await page.getByTestId(`line-${line}`).getByRole('textbox').inputValue()), line).toBe(amount ?? '')
      const shown = reviewer.getByTestId(`review-${line}`).locator('.numbers')
      expect(plain(await shown.textContent()), line).toBe(amount ?? '0.00')
    }
    // Nothing was erased: the replaced document and both submissions are there.
    expect(all.documents.filter((d) => d.kind === 'planilla_pago')).toHaveLength(2)
    expect(all.submissions).toHaveLength(2)
  })
  await server.stop()
  expect(await server.verify()).toContain('Sin diferencias')
})

test('two people in one rendición: the second value is kept beside the first', async ({
  page,
  context,
  network,
  server,
}) => {
  test.setTimeout(120_000)
  const mine = await Api.signIn(server.url, executor, password)
  const { items } = await mine.get<Schemas['RendicionList']>('/rendiciones')
  const work = items.find((i) => i.state === 'pendiente')?.work.intervention ?? ''
  await signIn(page, executor)
  await page.goto(`/#/rendicion/${work}`)
  await expect(amount(page, 'Insumos')).toBeEnabled()
  await loseSignal(context, network)
  await amount(page, 'Insumos').fill('200')
  await amount(page, 'Equipos de protección (EPP)').fill('50')
  await expect(page.getByTestId('save-state')).toContainText('Guardado en este equipo')
  // A colleague, from another device.
  const root = await Api.superuser(server.url)
  const [row] = await root.records('rendicion_lines', `intervention = "${work}" && kind = "insumos"`)
  expect(await (await Sender.of(mine)).state(row?.id ?? '', 13_000)).toMatchObject([{ status: 'applied' }])
  await findSignal(context, network)
  const line = page.getByTestId('line-insumos')
  await expect(line).toContainText('Usted puso S/ 200.00; ahora dice S/ 130.00', { timeout: 30_000 })
  await expect(page.getByTestId('missing')).toContainText('Elija entre los dos valores')
  await line.getByRole('button', { name: 'Dejar el mío' }).click()
  await expect(line).not.toContainText('Usted puso')
  await expect
    .poll(async () =>
      (await mine.get<Schemas['Rendicion']>(`/rendiciones/${work}`)).amounts.flatMap((a) => a.amount ?? []),
    )
    .toEqual(['200.00', '50.00'])
})

function amount(page: Page, line: string): Locator {
  return page.getByRole('textbox', { name: line, exact: true })
}

async function add(page: Page, kind: string): Promise<void> {
  await page.getByLabel(`${kind}: Agregar archivo`).setInputFiles(pdf(`${kind}.pdf`))
  await expect(page.getByRole('link', { name: `${kind}.pdf` })).toBeVisible()
}

async function present(page: Page, listed: string[]): Promise<void> {
  await page.getByRole('button', { name: 'Presentar la rendición' }).click()
  const dialog = page.getByRole('dialog')
  for (const said of listed) await expect(dialog).toContainText(said)
  await dialog.getByRole('button', { name: 'Presentar la rendición' }).click()
}

async function desk(browser: Browser, baseURL: string): Promise<Page> {
  const context = await browser.newContext({ baseURL, viewport: sizes.desk })
  const page = await context.newPage()
  await signIn(page, coordinator)
  return page
}

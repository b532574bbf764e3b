import type { Page } from '@playwright/test'
import { Api, type Schemas } from './support/api'
import { expect, findSignal, loseSignal, test } from './support/fixtures'
import { look } from './support/look'
import { coordinator, executor, password } from './support/people'
import { Sender } from './support/sender'

/** One of the demo that is observed: an amount and a document. */
const observed = 'Limpieza del reservorio Yaku Wasi'

test.use({ viewport: { width: 360, height: 740 }, permissions: ['geolocation', 'camera'] })

test('a rendición is answered and presented without signal, and approved', async ({
  page,
  context,
  network,
  server,
}) => {
  test.setTimeout(180_000)
  const mine = await Api.signIn(server.url, executor, password)
  const office = await Api.signIn(server.url, coordinator, password)
  const { items } = await mine.get<Schemas['RendicionList']>('/rendiciones')
  const path = `/rendiciones/${items.find((i) => i.work.name === observed)?.work.intervention ?? ''}`
  const how = () => mine.get<Schemas['Rendicion']>(path)
  const before = await how()
  const supplies = before.amounts.find((a) => a.line === 'insumos')?.amount ?? ''

  await signIn(page, executor)
  await expect(page.getByTestId(`rc-${before.work.intervention}`)).toBeVisible()
  await expect(page.getByTestId('sync-state')).toContainText('Sincronizado')
  await page.evaluate(async () => void (await navigator.serviceWorker.ready))
  await page.reload()
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
  await expect(page.getByTestId('sync-state')).toContainText('Sincronizado')
  await loseSignal(context, network)
  await page.reload()
  await page.goto(`/#${path.replace('rendiciones', 'rendicion')}`)

  await test.step('it opens, squares and says what is missing without the server', async () => {
    await expect(page.getByTestId('balance')).toContainText('Cuadra al céntimo')
    await expect(page.getByTestId('missing')).toContainText('Falta corregir o responder 2 observaciones')
    await expect(page.getByRole('textbox', { name: 'Mano de obra no calificada', exact: true })).toBeDisabled()
    const insumos = page.getByRole('textbox', { name: 'Insumos', exact: true })
    await insumos.fill('1')
    await expect(page.getByTestId('balance')).toContainText('por explicar')
    await insumos.fill(supplies)
    await expect(page.getByTestId('balance')).toContainText('Cuadra al céntimo')
    for (const answer of await page.getByLabel('Su respuesta').all()) await answer.fill('Va la factura 12 con su guía.')
    await expect(page.getByTestId('save-state')).toContainText('Guardado en este equipo')
    await look(page, 'rendicion-observed')
  })
  const document = before.observations.find((o) => o.target === 'document')
  const kind = before.documents.find((d) => d.id === document?.item)?.kind ?? ''
  const stand = page.getByTestId(`stand-${kind}`)
  await test.step('the document that was observed is replaced, without signal, on a page that is killed', async () => {
    const papers = page.getByTestId(`doc-${kind}`)
    await papers
      .locator('input[type=file][accept^=".pdf"]')
      .first()
      .setInputFiles({ name: 'corregido.pdf', mimeType: 'application/pdf', buffer: pdf() })
    await expect(papers.getByText('corregido.pdf')).toBeVisible()
    await expect(stand).toHaveAttribute('data-stand', 'here')
    await page.reload()
    await expect(papers.getByText('corregido.pdf')).toBeVisible()
    await expect(stand).toContainText('Guardado aquí')
    // A page photographed with the camera of the app: taken away, and put back.
    await papers.getByRole('button', { name: /corregido\.pdf: Fotografiar/ }).click()
    await page.getByRole('button', { name: 'Tomar la foto' }).click()
    await expect(stand).toHaveCount(1)
    await expect(papers.getByRole('link', { name: /\.jpg/ })).toBeVisible()
    await papers.getByRole('button', { name: /^Quitar .*jpg/ }).click()
    await expect(papers.getByText(/corregido\.pdf/)).toBeVisible()
    await page.getByRole('button', { name: 'Deshacer' }).click()
    await expect(papers.getByRole('link', { name: /\.jpg/ })).toBeVisible()
    await look(page, 'rendicion-documents')
  })
  await test.step('what was typed is there after a reload', async () => {
    await page.reload()
    await expect(page.getByLabel('Su respuesta').first()).toHaveValue('Va la factura 12 con su guía.')
  })
  await test.step('presented, and sent with the next signal', async () => {
    await page.getByRole('button', { name: 'Presentar la rendición' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Presentar la rendición' }).click()
    await expect(page.getByText('Lista para enviar')).toBeVisible()
    await expect(page.getByRole('textbox', { name: 'Insumos', exact: true })).toBeDisabled()
    expect((await how()).state).toBe('observada')
    await findSignal(context, network)
    await expect(page.getByTestId('receipt')).toHaveText(/-2-[0-9A-F]{12}$/, { timeout: 30_000 })
    expect((await how()).state).toBe('subsanada')
  })
  await test.step('approved, with every file there', async () => {
    await expect(stand).toHaveAttribute('data-stand', 'stored', { timeout: 60_000 })
    const { revision, observations } = await office.get<Schemas['Rendicion']>(path)
    await office.call('POST', `/api/chaski/v1${path}/review`, {
      revision,
      approve: true,
      lifted: observations.map((o) => o.id),
      observations: [],
    })
    await expect(page.getByText(/^Conforme/).first()).toBeVisible({ timeout: 30_000 })
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
  const amount = (name: string) => page.getByRole('textbox', { name, exact: true })
  await expect(amount('Insumos')).toBeEnabled()
  await loseSignal(context, network)
  await amount('Insumos').fill('200')
  await amount('Equipos de protección (EPP)').fill('50')
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

const pdf = () =>
  Buffer.from(`%PDF-1.7\n${'1 0 obj\n<< >>\nendobj\n'.repeat(50)}trailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n`)

async function signIn(page: Page, who: string): Promise<void> {
  await page.goto('/')
  await page.getByLabel('Correo').fill(who)
  await page.getByLabel('Contraseña').fill(password)
  await page.getByRole('button', { name: 'Entrar' }).click()
}

import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Locator, Page } from '@playwright/test'
import { Api, type Schemas } from './support/api'
import { expect, test } from './support/fixtures'
import { look } from './support/look'
import type { Network } from './support/network'
import { coordinator, executor, password } from './support/people'

const ended = "Limpieza de cunetas Qantu Wayq'o"
const MB = 1_000_000
const SIZE = 24 * MB

test.use({ viewport: { width: 1366, height: 768 } })

test('a rendición, with the link cut three times during the upload, observed, corrected and approved', async ({
  page,
  browser,
  server,
  network,
  baseURL,
}) => {
  test.setTimeout(300_000)
  const folder = await mkdtemp(join(tmpdir(), 'chaski-papers-'))
  const api = await Api.signIn(server.url, executor, password)
  const { items } = await api.get<Schemas['RendicionList']>('/rendiciones')
  const id = items.find((i) => i.work.name === ended)?.work.intervention ?? ''
  const path = `/rendiciones/${id}`
  const how = () => api.get<Schemas['Rendicion']>(path)

  await signIn(page, executor)
  await page.getByTestId(`rc-${id}`).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Rendición de cuentas' })).toBeVisible()
  await expect(page.getByText(/Vence el .*, en \d+ días hábiles/)).toBeVisible()

  const { transferred } = await how()
  expect(transferred).toBe('38870.00')
  await test.step('amounts: the difference in words, to the céntimo; what was typed survives a dead link', async () => {
    await amount(page, 'Mano de obra no calificada').fill('30,000.00')
    await amount(page, 'Insumos').fill('8749,50')
    await expect(page.getByTestId('balance')).toContainText('Faltan S/ 120.50 por explicar')
    await amount(page, 'Otros gastos').fill('1,234')
    await amount(page, 'Otros gastos').blur()
    await expect(page.getByTestId('line-otros')).toContainText('¿Miles o céntimos?')
    await expect(page.getByTestId('save-state')).toContainText('falta enviarlo')
    network.down()
    await amount(page, 'Otros gastos').fill('120,50')
    await expect(page.getByTestId('balance')).toContainText('Cuadra al céntimo')
    await expect(page.getByTestId('save-state')).toContainText('Guardado en este equipo')
    network.up()
    await page.reload()
    await expect(amount(page, 'Otros gastos')).toHaveValue(/^120[,.]50$/)
    await expect(page.getByTestId('save-state')).toContainText('Recibido por el servidor')
    expect((await how()).difference).toBe('0.00')
  })

  const vouchers = pdf(SIZE)
  const file = join(folder, 'comprobantes.pdf')
  await writeFile(file, vouchers)
  await test.step('a file of 24 MB over a link that is cut three times', async () => {
    const row = page.getByTestId('stand-comprobantes')
    const first = network.cutAfter('/api/chaski/v1/uploads/', 5 * MB)
    await choose(page, 'Comprobantes de pago', file)
    await first
    network.up()
    await network.cutAfter('/api/chaski/v1/uploads/', 6 * MB)
    await expect(row).toBeVisible()
    // The second cut finds the page reloaded: nothing is chosen again.
    network.up()
    const third = network.cutAfter('/api/chaski/v1/uploads/', 5 * MB)
    await page.reload()
    await expect(row).toContainText(/Guardado aquí|Enviando/)
    await third
    network.up()
    await expect(row).toHaveAttribute('data-stand', 'stored', { timeout: 120_000 })
    await expect(page.getByTestId('arrived')).toContainText('1 de 1')
    resumed(network)
    const stored = (await how()).documents.find((d) => d.kind === 'comprobantes')
    expect(stored?.sha256).toBe(sha256(vouchers))
    const bytes = await fetch(`${server.url}/api/chaski/v1${path}/documents/${stored?.id}/file`, {
      headers: { authorization: api.token },
    })
    expect(bytes.headers.get('content-disposition')).toContain('attachment')
    expect(sha256(Buffer.from(await bytes.arrayBuffer()))).toBe(sha256(vouchers))
  })

  await test.step('the other documents; a program is refused whatever its name', async () => {
    const program = join(folder, 'oficio.pdf')
    await writeFile(program, Buffer.concat([Buffer.from('MZ'), Buffer.alloc(500)]))
    await choose(page, 'Oficio de presentación', program)
    await expect(page.getByTestId('upload-oficio')).toContainText('no se acepta')
    await page.getByRole('button', { name: 'Quitar oficio.pdf' }).click()
    for (const kind of [
      'Oficio de presentación',
      'Informe del responsable técnico',
      'Acta de término',
      'Planilla de pago firmada',
    ]) {
      await upload(page, folder, kind)
    }
  })

  await test.step('presented: what is confirmed is listed, and there is a receipt', async () => {
    await page.getByRole('button', { name: 'Presentar la rendición' }).click()
    const dialog = page.getByRole('dialog')
    await expect(dialog).toContainText('S/ 8,749.50')
    await expect(dialog).toContainText('comprobantes.pdf')
    await dialog.getByRole('button', { name: 'Presentar la rendición' }).click()
    await expect(page.getByTestId('receipt')).toHaveText(/^RC-08-0031-AII-\d\d-1-[0-9A-F]{12}$/)
    await expect(amount(page, 'Insumos')).toBeDisabled()
  })

  const reviewer = await desk(browser, baseURL, coordinator)
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

  await test.step('only these open again', async () => {
    await page.reload()
    await expect(page.getByTestId('line-insumos')).toContainText('Falta sustento de S/ 200.00')
    await expect(amount(page, 'Insumos')).toBeEnabled()
    await expect(amount(page, 'Devuelto al programa')).toBeEnabled()
    for (const line of ['Mano de obra no calificada', 'Otros gastos', 'Saldo en la cuenta del ejecutor']) {
      await expect(amount(page, line)).toBeDisabled()
    }
    await expect(page.getByText('Reemplazar')).toHaveCount(1)
    await expect(page.getByTestId('doc-planilla_pago').getByText('Reemplazar')).toBeVisible()
  })

  await test.step('corrected and presented again', async () => {
    await amount(page, 'Insumos').fill('8549.50')
    await expect(page.getByTestId('balance')).toContainText('Faltan S/ 200.00 por explicar')
    await amount(page, 'Devuelto al programa').fill('200')
    await expect(page.getByTestId('balance')).toContainText('Cuadra al céntimo')
    const signed = join(folder, 'planilla-firmada.pdf')
    await writeFile(signed, pdf(40_000))
    await page.getByTestId('doc-planilla_pago').locator('input[type=file]').first().setInputFiles(signed)
    await expect(page.getByTestId('doc-planilla_pago')).toContainText('planilla-firmada.pdf')
    await expect(page.getByTestId('missing')).toContainText('Voucher de devolución')
    await upload(page, folder, 'Voucher de devolución')
    await page.getByRole('button', { name: 'Presentar la rendición' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Presentar la rendición' }).click()
    await expect(page.getByTestId('receipt')).toHaveText(/-2-[0-9A-F]{12}$/)
  })

  await test.step('approved, once every file has come', async () => {
    await expect(page.getByTestId('arrived')).toContainText('6 de 6', { timeout: 60_000 })
    await reviewer.reload()
    const lift = reviewer.getByText('Sí, levantar')
    await expect(lift).toHaveCount(2) // `all` would not wait for them
    for (const answered of await lift.all()) await answered.click()
    await reviewer.getByRole('button', { name: 'Dar conformidad' }).click()
    await reviewer.getByRole('dialog').getByRole('button', { name: 'Dar conformidad' }).click()
    await expect(reviewer.getByText('Conforme', { exact: true })).toBeVisible()
    await page.reload()
    await expect(page.getByText(/^Conforme desde/)).toBeVisible()
    const all = await how()
    // Nothing was erased: the replaced document and both submissions are there.
    expect(all.documents.filter((d) => d.kind === 'planilla_pago')).toHaveLength(2)
    expect(all.submissions).toHaveLength(2)
  })

  await rm(folder, { recursive: true, force: true })
  await server.stop()
  expect(await server.verify()).toContain('Sin diferencias')
})

/** Each cut lost at most what was under way; nothing was sent from the beginning again. */
function resumed(network: Network): void {
  const patches = network.patches
  expect(patches.filter((p) => p.offset === 0)).toHaveLength(1)
  for (const [i, p] of patches.entries()) expect(p.offset).toBeGreaterThanOrEqual(patches[i - 1]?.offset ?? 0)
  const sent = patches.reduce((sum, p) => sum + p.bytes, 0)
  expect(sent).toBeGreaterThanOrEqual(SIZE)
  expect(sent).toBeLessThan(SIZE + 3 * 0.6 * MB)
}

async function signIn(page: Page, who: string): Promise<void> {
  await page.goto('/')
  await page.getByLabel('Correo').fill(who)
  await page.getByLabel('Contraseña').fill(password)
  await page.getByRole('button', { name: 'Entrar' }).click()
}

async function desk(browser: Browser, baseURL: string, who: string): Promise<Page> {
  const context = await browser.newContext({ baseURL, viewport: { width: 1366, height: 768 } })
  const page = await context.newPage()
  await signIn(page, who)
  return page
}

function amount(page: Page, line: string): Locator {
  return page.getByRole('textbox', { name: line, exact: true })
}

async function choose(page: Page, kind: string, file: string): Promise<void> {
  await page.getByLabel(`${kind}: Agregar archivo`).setInputFiles(file)
}

async function upload(page: Page, folder: string, kind: string): Promise<void> {
  const name = `${kind.replaceAll(' ', '-').toLowerCase()}.pdf`
  await writeFile(join(folder, name), pdf(30_000))
  await choose(page, kind, join(folder, name))
  await expect(page.getByRole('link', { name })).toBeVisible()
}

function pdf(size: number): Buffer {
  const begin = `%PDF-1.7\n1 0 obj\n<< /Length ${size} >>\nstream\n`
  const end = '\nendstream\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n'
  return Buffer.concat([Buffer.from(begin), randomBytes(size - begin.length - end.length), Buffer.from(end)])
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

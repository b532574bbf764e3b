import type { DeviceFile } from '../src/sync/contract'
import { BoardPage } from './support/board'
import { expect, findSignal, kill, loseSignal, test } from './support/fixtures'
import { look } from './support/look'
import { canal, coordinator, supervisor } from './support/people'
import { Phone } from './support/phone'
import { stored } from './support/storage'

test.use({ viewport: { width: 360, height: 740 }, permissions: ['geolocation', 'camera'] })

const finding = 'El botiquín está vacío'
const other = 'Falta la señal de zanja abierta'

test('a finding of an earlier visit is photographed without signal, and seen at the office', async ({
  page,
  context,
  network,
  browser,
  baseURL,
}) => {
  let phone = new Phone(page)
  await phone.ready(supervisor)
  await phone.startVisit(canal)
  await phone.fillData()
  await phone.fillPlace()
  await phone.count(2)
  await phone.done()
  await phone.fillChecklist()
  await phone.addFinding(finding, 'Comprarlo')
  await phone.addFinding(other, 'Ponerla')
  await phone.finish()
  await page.getByRole('link', { name: 'Volver a Hoy' }).click()
  await phone.inSync()
  await loseSignal(context, network)

  const files = () => stored<DeviceFile>(page, 'chaski-work-', 'files')
  const groupOf = async (counter: number) =>
    (await stored<{ counter: number; group: string }>(page, 'chaski-work-', 'outbox')).find(
      (e) => e.counter === counter,
    )!
  await test.step('with its change, also over an app that ends', async () => {
    await phone.openFinding(canal, finding)
    await page.getByRole('button', { name: 'Cambiar hallazgo' }).click()
    await page.getByLabel('Medida correctiva').fill('Comprado: está en obra')
    await page.getByRole('button', { name: 'Abrir cámara' }).click()
    await phone.shoot(1)
    const where = page.url()
    await kill(page)
    page = await context.newPage()
    await page.goto(where)
    phone = new Phone(page)
    await expect(page.getByLabel('Medida correctiva')).toHaveValue('Comprado: está en obra')
    await expect(page.getByRole('button', { name: 'Ver Foto del hallazgo' })).toBeVisible()
    await look(page, 'finding-photo')
    await page.getByRole('button', { name: 'Guardar y enviar' }).click()
    await expect(phone.work(canal).first()).toContainText('Fotos: 0 de 1 recibida')
  })
  // A try that fails may have arrived: what was tried cannot be taken back. With the app's own cut nothing is tried.
  const cut = page.getByRole('switch', { name: 'Sin señal (demostración)' })
  await test.step('a second with nothing written: taken back it is in its form again; leaving asks', async () => {
    await phone.syncCentre()
    await cut.click()
    await expect(cut).toBeChecked()
    await phone.openFinding(canal, finding)
    await page.getByRole('button', { name: 'Cambiar hallazgo' }).click()
    await page.getByRole('button', { name: 'Abrir cámara' }).click()
    await phone.shoot(1)
    await page.getByRole('dialog').getByRole('button', { name: 'Listo' }).click()
    await page.getByRole('button', { name: 'Cancelar' }).click()
    await expect(page.getByRole('dialog')).toContainText('o fotografiar')
    await page.getByRole('dialog').getByRole('button', { name: 'Seguir escribiendo' }).click()
    await page.getByRole('button', { name: 'Guardar y enviar' }).click()
    await expect(phone.work(canal).filter({ hasText: 'Fotos: 0 de 1 recibida' })).toHaveCount(2)
    const [, second] = (await files()).sort((a, b) => a.created_at.localeCompare(b.created_at))
    const its = page.getByTestId(`group-${(await groupOf(second?.counter ?? 0)).group}`)
    await its.getByRole('button', { name: 'Deshacer y reabrir' }).click()
    await expect(page.getByRole('button', { name: 'Ver Foto del hallazgo' })).toHaveCount(1)
    await page.getByRole('button', { name: 'Guardar y enviar' }).click()
    await expect(phone.work(canal).filter({ hasText: 'Fotos: 0 de 1 recibida' })).toHaveCount(2)
  })
  await test.step('both arrive on the one finding, and the coordinator sees them', async () => {
    await cut.click()
    await findSignal(context, network)
    await expect
      .poll(async () => (await files()).filter((f) => f.state === 'stored').length, { timeout: 90_000 })
      .toBe(2)
    const [one, two] = await files()
    expect(one?.parent).toBe(two?.parent)
    const office = await browser.newContext({ baseURL: baseURL, viewport: { width: 1366, height: 768 } })
    const desk = await office.newPage()
    await new BoardPage(desk).signIn(coordinator)
    const [visit] = (await stored<{ c: string; id: string; data: { visit: string } }>(page, 'chaski-replica-', 'rows'))
      .filter((r) => r.c === 'findings' && r.id === one?.parent)
      .map((r) => r.data.visit)
    const asked: string[] = []
    desk.on('request', (r) => {
      if (r.url().includes('/v1/records?')) asked.push(r.url().replace(/.*kind=/, ''))
    })
    await desk.goto(`/#/visita-recibida/${visit}`)
    await expect(desk.getByText('Comprado: está en obra')).toBeVisible()
    await expect(desk.getByRole('heading', { name: 'Fotos: 2 de 2 recibidas' })).toBeVisible()
    await expect(desk.getByTestId('photos-finding_photos').locator('img')).toHaveCount(2)
    // However many findings there are: their photographs come with them.
    await expect(desk.getByText(other)).toBeVisible()
    expect(asked.filter((r) => r.startsWith('finding_photos'))).toEqual([])
    expect(asked.filter((r) => r.startsWith('findings'))).toHaveLength(1)
    await look(desk, 'finding-photo-board')
    await office.close()
  })
})

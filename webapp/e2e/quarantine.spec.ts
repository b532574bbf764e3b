import type { DeviceFile } from '../src/sync/contract'
import { Api } from './support/api'
import { BoardPage } from './support/board'
import { expect, test } from './support/fixtures'
import { look } from './support/look'
import { canal, coordinator, supervisor } from './support/people'
import { Phone } from './support/phone'
import { choose, drawing, jpeg } from './support/pictures'
import { stored } from './support/storage'

test.use({ viewport: { width: 360, height: 740 } })

test('a photograph that the antivirus holds back says so, and the coordinator lets it out with a reason', async ({
  page,
  browser,
  baseURL,
  server,
}) => {
  const phone = new Phone(page)
  await phone.ready(supervisor)
  await phone.startVisit(canal)
  await phone.fillData()
  await phone.fillPlace()
  await phone.count(2)
  await phone.done()
  await phone.fillChecklist()
  await phone.task('Fotos')
  await choose(page, jpeg('canal.jpg', await drawing(page, { width: 640, height: 480 })))
  await expect.poll(() => phone.photosOnDisk()).toBe(1)
  await phone.done()
  await phone.finish()
  const files = () => stored<DeviceFile>(page, 'chaski-work-', 'files')
  await expect.poll(async () => (await files())[0]?.state, { timeout: 60_000 }).toBe('stored')
  const [photo] = await files()

  // As after a scanner that found something when it was asked again.
  const root = await Api.superuser(server.url)
  const kept = await root.records('files', `sha256 = "${photo?.facts.sha256}" || sha256 = "${photo?.facts.thumb}"`)
  expect(kept).toHaveLength(2)
  for (const { id } of kept)
    await root.update('files', id, { scan: 'found', quarantine: 'virus', finding: 'Eicar-Test' })

  const office = await browser.newContext({ baseURL: baseURL, viewport: { width: 1366, height: 768 } })
  const desk = await office.newPage()
  await new BoardPage(desk).signIn(coordinator)
  const visit = `/#/visita-recibida/${photo?.parent}`
  await test.step('in its place it says that it is held', async () => {
    await desk.goto(visit)
    await expect(desk.getByTestId('photos-visit_photos')).toContainText('En cuarentena')
    await look(desk, 'quarantine-visit')
  })
  await test.step('it is in the list; without a reason it stays there', async () => {
    await desk.goto('/#/')
    await expect(desk.getByTestId('quarantine-queue')).toContainText('1 archivo en cuarentena')
    await desk.getByTestId('quarantine-queue').click()
    const held = desk.getByTestId(`held-${photo?.id}`)
    await expect(held).toContainText('El antivirus encontró algo (Eicar-Test)')
    await expect(held).toContainText(canal)
    await look(desk, 'quarantine')
    await held.getByRole('button', { name: /Permitir abrir/ }).press('Enter')
    await held.getByRole('button', { name: 'Permitir abrirlo' }).click()
    await expect(held).toContainText('al menos 10')
    await look(desk, 'quarantine-form')
    await held.getByRole('textbox').fill('Falsa alarma: lo revisó soporte')
    await held.getByRole('button', { name: 'Permitir abrirlo' }).press('Enter')
    await expect(held).toHaveCount(0)
    await expect(desk.getByText('Ningún archivo en cuarentena')).toBeVisible()
    await look(desk, 'quarantine-none')
  })
  await test.step('and is seen', async () => {
    await desk.goto(visit)
    await expect(desk.getByTestId('photos-visit_photos').locator('img')).toHaveCount(1)
  })
  await office.close()
  await server.stop()
  expect(await server.verify()).toContain('Sin diferencias')
})

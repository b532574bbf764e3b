import { Api } from './support/api'
import { assign } from './support/assign'
import { BoardPage } from './support/board'
import { expect, findSignal, loseSignal, test } from './support/fixtures'
import { look } from './support/look'
import { Network } from './support/network'
import { canal, coordinator, otherSupervisor, supervisor } from './support/people'
import { Phone } from './support/phone'
import { choose, drawing, jpeg } from './support/pictures'

const viewport = { width: 360, height: 740 }
test.use({ viewport })

const finding = 'El botiquín está incompleto'

test('two supervisors change and photograph one finding offline: who decides sees both photographs, and both stay', async ({
  page,
  context,
  browser,
  server,
  network,
}) => {
  test.slow()
  const root = await Api.superuser(server.url)
  const one = new Phone(page)
  await one.ready(supervisor)
  await one.startVisit(canal)
  await one.fillData()
  await one.fillPlace()
  await one.count(1)
  await one.done()
  await one.fillChecklist()
  await one.addFinding(finding, 'Completarlo')
  await one.finish()
  await page.getByRole('link', { name: 'Volver a Hoy' }).click()
  await one.inSync()

  await assign(server.url, canal, otherSupervisor)
  const second = new Network()
  await second.start(server.port)
  const other = await browser.newContext({ baseURL: `http://127.0.0.1:${second.port}`, viewport })
  const two = new Phone(await other.newPage())
  await two.ready(otherSupervisor)
  await one.syncNow()
  await loseSignal(context, network)
  await loseSignal(other, second)

  await test.step('each changes it and photographs it, without signal', async () => {
    for (const [phone, measure, width] of [
      [one, 'Comprarlo el lunes', 640],
      [two, 'Pedirlo al municipio', 800],
    ] as const)
      await phone.changeFinding(canal, finding, async (p) => {
        await p.getByLabel('Medida correctiva').fill(measure)
        await choose(p, jpeg(`foto${width}.jpg`, await drawing(p, { width, height: 480 })))
        await expect.poll(() => phone.photosOnDisk()).toBe(1)
      })
  })

  await test.step('both phones show both, each with who took it', async () => {
    await findSignal(context, network)
    await one.syncNow()
    await expect(one.work('Fotos: 1 de 1 recibida').first()).toBeVisible({ timeout: 60_000 })
    await findSignal(other, second)
    await two.syncNow()
    await expect(two.work('Fotos: 1 de 1 recibida').first()).toBeVisible({ timeout: 60_000 })
    await two.syncNow()
    await one.syncNow()
    const [first, last] = await root.records<{ author_name: string; other_name: string }>('conflicts', '')
    expect(last).toBeUndefined()
    for (const { page, name } of [
      { page: one.page, name: first!.author_name },
      { page: two.page, name: first!.other_name },
    ]) {
      await page.goto('/#/conflictos')
      await page.getByTestId(/^conflict-/).click()
      const photos = page.getByTestId('photos-finding_photos')
      await expect(photos.locator('img')).toHaveCount(2)
      await expect(photos).toContainText(`de ${name}`)
      await expect(photos.getByText('Recibida', { exact: true })).toHaveCount(2)
    }
    await look(two.page, 'conflict-photos')
  })

  const office = await browser.newContext({ baseURL: server.url, viewport: { width: 1366, height: 768 } })
  const desk = await office.newPage()
  await test.step('so does the desk, where it is decided', async () => {
    await new BoardPage(desk).signIn(coordinator)
    const [conflict] = await root.records<{ id: string; author_name: string; other_name: string }>('conflicts', '')
    await desk.goto(`/#/conflictos/${conflict?.id}`)
    const photos = desk.getByTestId('photos-finding_photos')
    await expect(photos.locator('img')).toHaveCount(2)
    await expect(photos).toContainText(`de ${conflict?.author_name}`)
    await expect(photos).toContainText(`de ${conflict?.other_name}`)
    await look(desk, 'conflict-photos-desk')
    await desk
      .getByTestId('side-author')
      .getByRole('button', { name: /^Usar / })
      .click()
    await expect(desk.getByTestId('side-author')).toContainText('Elegido')
    await expect(photos.locator('img')).toHaveCount(2)
  })

  await test.step('decided, both photographs are on the finding, each once', async () => {
    const [row] = await root.records<{ id: string; corrective_measure: string }>(
      'findings',
      `description = "${finding}"`,
    )
    expect(row?.corrective_measure).toBe('Pedirlo al municipio')
    const photos = await root.records<Record<string, string>>('finding_photos', '')
    expect(photos.map((p) => [p['finding'], p['stored_at'] !== ''])).toEqual([
      [row?.id, true],
      [row?.id, true],
    ])
    expect(new Set(photos.map((p) => p['sha256'])).size).toBe(2)
    expect(new Set(photos.map((p) => p['recorded_by'])).size).toBe(2)
    for (const phone of [one, two]) {
      await phone.page.goto('/#/sincronizacion')
      await phone.syncNow()
      await phone.page.goto('/#/conflictos')
      await phone.page.getByTestId(/^conflict-/).click()
      await expect(phone.page.getByText(/^Lo decidió /)).toBeVisible()
      await expect(phone.page.getByTestId('photos-finding_photos').locator('img')).toHaveCount(2)
    }
  })
  await office.close()
  await other.close()
  await second.stop()
})

import { createHash } from 'node:crypto'
import type { Page } from '@playwright/test'
import type { DeviceFile } from '../src/sync/contract'
import { Api } from './support/api'
import { BoardPage } from './support/board'
import { expect, findSignal, test } from './support/fixtures'
import { look } from './support/look'
import { canal, coordinator, password, supervisor } from './support/people'
import { Phone } from './support/phone'
import { choose, heavy, jpeg } from './support/pictures'
import { stored } from './support/storage'

test.use({ viewport: { width: 360, height: 740 } })

const files = (page: Page): Promise<DeviceFile[]> => stored<DeviceFile>(page, 'chaski-work-', 'files')

/** What is on disk under a picture's name is another thing, whole: as where something else was saved as .jpg. */
async function disguise(page: Page, id: string): Promise<void> {
  await page.evaluate(async (id) => {
    const name = (await indexedDB.databases()).find((d) => d.name?.startsWith('chaski-work-'))!.name!
    const result = <R>(request: IDBRequest<R>) =>
      new Promise<R>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(new Error(request.error?.message))
      })
    const data = new TextEncoder().encode('%PDF-1.7 no es una foto').buffer
    const sum = new Uint8Array(await crypto.subtle.digest('SHA-256', data))
    const hash = [...sum].map((b) => b.toString(16).padStart(2, '0')).join('')
    const db = await result(indexedDB.open(name))
    const tx = db.transaction(['files', 'bytes'], 'readwrite')
    const file = (await result(tx.objectStore('files').get(id))) as DeviceFile
    tx.objectStore('bytes').put({ hash, data })
    tx.objectStore('files').put({ ...file, facts: { ...file.facts, sha256: hash, size: data.byteLength } })
    await new Promise((done) => (tx.oncomplete = done))
    db.close()
  }, id)
}

test('six photographs over a link that is cut ten times and a session that ends: each once, none chosen anew; one that is none says why', async ({
  page,
  context,
  network,
  server,
  browser,
}) => {
  test.slow()
  const phone = new Phone(page)
  await phone.ready(supervisor)
  await test.step('a visit with seven, of which one is none; only with Wi-Fi', async () => {
    await phone.syncCentre()
    await page.getByRole('switch', { name: 'Enviar fotos solo con Wi-Fi' }).click()
    await phone.home()
    await phone.startVisit(canal)
    await phone.fillData()
    await phone.fillPlace()
    await phone.count(1)
    await phone.done()
    await phone.fillChecklist()
    await phone.task('Fotos')
    await choose(page, ...(await heavy(page, 7)).map((bytes, n) => jpeg(`foto${n}.jpg`, bytes)))
    await expect.poll(() => phone.photosOnDisk()).toBe(7)
    await disguise(page, (await files(page))[6]!.id)
    await phone.done()
    await phone.finish()
  })
  const [one] = await files(page)
  await test.step('the visit arrives, its photographs wait and say so, also after signing out and in', async () => {
    await phone.syncCentre()
    await expect(phone.work(canal)).toContainText('Recibido', { timeout: 60_000 })
    await expect(page.getByText(/^7 fotos, .*: esperan Wi-Fi$/)).toBeVisible()
    await page.goto('/#/cuenta')
    await page.getByRole('button', { name: 'Cerrar sesión' }).click()
    await expect(page.getByRole('dialog')).toContainText('7 fotos')
    await page.getByRole('dialog').getByRole('button', { name: 'Cerrar sesión' }).click()
    await phone.signIn(supervisor)
    await phone.syncCentre()
    await expect(page.getByText(/^7 fotos, .*: esperan Wi-Fi$/)).toBeVisible()
    await phone.work(canal).getByText('Ver cada foto').click()
    await expect(phone.work(canal).getByText('Guardada en este teléfono; espera Wi-Fi')).toHaveCount(7)
    await look(page, 'photos-wifi')
    expect(network.log.filter((line) => line.includes('/uploads'))).toEqual([])
  })
  await test.step('the link is cut ten times, and the session ends in between', async () => {
    const api = await Api.signIn(server.url, supervisor, password)
    let cut = network.cutAfter('/api/chaski/v1/uploads/', 200_000)
    await page.getByRole('switch', { name: 'Enviar fotos solo con Wi-Fi' }).click()
    for (let n = 1; n <= 10; n++) {
      await cut
      if (n < 10) cut = network.cutAfter('/api/chaski/v1/uploads/', 200_000)
      await context.setOffline(true)
      if (n === 5) await api.call('POST', '/api/chaski/v1/session/close-others', {})
      await findSignal(context, network)
      if (n !== 5) continue
      const again = page.getByRole('link', { name: /Su sesión venció/ })
      await expect(again).toBeVisible({ timeout: 60_000 })
      await again.click()
      await page.getByLabel('Correo').fill(supervisor)
      await page.getByLabel('Contraseña').fill(password)
      await phone.enter()
      await expect(page.getByRole('heading', { name: /^Hoy,/ })).toBeVisible()
    }
  })
  await test.step('six are there, each once and as it was taken; the seventh says why at its place, and what to do', async () => {
    await phone.syncCentre()
    await expect(phone.work(canal)).toContainText('Fotos: 6 de 7 recibidas', { timeout: 90_000 })
    await expect(phone.work(canal)).toContainText('1 rechazada')
    await phone.work(canal).getByText('Ver cada foto').click()
    await expect(phone.work(canal).getByText('Lo que llegó no se puede leer como foto.')).toBeVisible()
    await expect(phone.work(canal).getByText('Tome o elija otra foto')).toBeVisible()
    await look(page, 'photos-one-refused')

    const root = await Api.superuser(server.url)
    const rows = await root.records<Record<string, string>>('visit_photos', `visit = "${one?.parent}"`)
    const taken = await files(page)
    expect(rows.map((r) => r['sha256']).sort()).toEqual(taken.map((f) => f.facts.sha256).sort())
    expect(rows.filter((r) => r['stored_at'] !== '')).toHaveLength(6)
    expect(rows.filter((r) => r['refusal'] !== '').map((r) => r['stored_at'])).toEqual([''])
    const api = await Api.signIn(server.url, supervisor, password)
    for (const row of rows.filter((r) => r['stored_at'] !== '')) {
      const address = `${server.url}/api/chaski/v1/files/visit_photos/${row.id}`
      const kept = await fetch(address, { headers: { authorization: api.token } })
      const bytes = Buffer.from(await kept.arrayBuffer())
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(row['sha256'])
    }
  })
  await test.step('each went on where it was: no upload begun twice, none gone back behind what was acknowledged', () => {
    const of = new Map<string, number[]>()
    for (const { path, offset } of network.patches) of.set(path, [...(of.get(path) ?? []), offset])
    expect(of.size).toBe(14) // seven, each with its thumbnail
    for (const offsets of of.values()) expect(offsets).toEqual([...offsets].sort((a, b) => a - b))
    expect(network.patches.filter((p) => p.offset > 0).length).toBeGreaterThan(6)
  })
  await test.step('the office reads it too', async () => {
    const office = await browser.newContext({ baseURL: server.url, viewport: { width: 1366, height: 768 } })
    const desk = await office.newPage()
    await new BoardPage(desk).signIn(coordinator)
    await desk.goto(`/#/visita-recibida/${one?.parent}`)
    await expect(desk.getByRole('heading', { name: 'Fotos: 6 de 7 recibidas' })).toBeVisible()
    await expect(desk.getByText('Lo que llegó no se puede leer como foto.')).toBeVisible()
    await expect(desk.getByText('Pida otra foto a quien la tomó')).toBeVisible()
    await look(desk, 'photos-board-refused')
    await office.close()
  })
  await server.stop()
  expect(await server.verify()).toContain('Sin diferencias')
})

import type { Page } from '@playwright/test'
import type { DeviceFile } from '../src/sync/contract'
import { Api } from './support/api'
import { BoardPage } from './support/board'
import { expect, findSignal, kill, loseSignal, test } from './support/fixtures'
import { look } from './support/look'
import { canal, coordinator, password, supervisor } from './support/people'
import { Phone } from './support/phone'
import { choose, drawing, exifBomb, held, jpeg, withExif } from './support/pictures'
import { stored } from './support/storage'
import { Finger } from './support/taps'

test.use({ viewport: { width: 360, height: 740 }, permissions: ['geolocation', 'camera'] })

const files = (page: Page): Promise<DeviceFile[]> => stored<DeviceFile>(page, 'chaski-work-', 'files')

/** The corners of a picture on disk as they are seen, from the top left clockwise. */
function corners(page: Page, hash: string): Promise<string> {
  return page.evaluate(async (hash) => {
    const name = (await indexedDB.databases()).find((d) => d.name?.startsWith('chaski-work-'))!.name!
    const result = <R>(request: IDBRequest<R>) =>
      new Promise<R>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(new Error(request.error?.message))
      })
    const db = await result(indexedDB.open(name))
    const row = (await result(db.transaction('bytes').objectStore('bytes').get(hash))) as { data: ArrayBuffer }
    db.close()
    const seen = await createImageBitmap(new Blob([row.data]), { imageOrientation: 'none' })
    const canvas = new OffscreenCanvas(seen.width, seen.height)
    const context = canvas.getContext('2d')!
    context.drawImage(seen, 0, 0)
    const word = (x: number, y: number) => {
      const [r = 0, g = 0, b = 0] = context.getImageData(x, y, 1, 1).data
      return r > 128 ? (g > 128 ? 'yellow' : 'red') : g > 128 ? 'green' : b > 128 ? 'blue' : 'none'
    }
    const [w, h] = [seen.width - 9, seen.height - 9]
    const inside = new TextDecoder('latin1').decode(row.data).includes('Exif') ? ' with EXIF' : ''
    return `${[word(8, 8), word(w, 8), word(w, h), word(8, h)].join(' ')} ${seen.width}x${seen.height}${inside}`
  }, hash)
}

test('photographs taken without signal, also over a killed camera, are finished, sent and seen on the board', async ({
  page,
  context,
  network,
  browser,
  baseURL,
}) => {
  let phone = new Phone(page)
  await phone.ready(supervisor)
  await loseSignal(context, network)
  await phone.startVisit(canal)
  await phone.fillData()
  await phone.fillPlace()
  await phone.count(3)
  await phone.done()
  await phone.fillChecklist()

  await test.step('several in a row, each kept before the next; the camera names what is missing', async () => {
    await phone.takePhotos(2)
    await expect(page.getByRole('button', { name: /^Ver / })).toHaveCount(2)
    await look(page, 'photos')
  })
  await test.step('the process dies with the camera open; what was taken is there, on the same step', async () => {
    await page.getByRole('button', { name: 'Abrir cámara' }).click()
    await phone.shoot(1)
    await look(page, 'camera')
    const where = page.url()
    await kill(page)
    page = await context.newPage()
    await page.goto(where)
    phone = new Phone(page)
    await expect(page.getByRole('heading', { level: 1, name: 'Fotos' })).toBeVisible()
    await expect(page.getByRole('button', { name: /^Ver / })).toHaveCount(3)
  })
  await test.step('it dies as the system gives a picture back, before anything is made of it', async () => {
    await page.evaluate(() => {
      // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own this below
      const post = Worker.prototype.postMessage
      Worker.prototype.postMessage = function (this: Worker, message: unknown, ...rest: []) {
        if (!(message instanceof Blob)) post.call(this, message, ...rest)
      }
    })
    await choose(page, jpeg('sistema.jpg', await drawing(page, { width: 700, height: 500 })))
    await expect.poll(() => phone.rawsOnDisk()).toBe(1)
    const where = page.url()
    await kill(page)
    page = await context.newPage()
    await page.goto(where)
    phone = new Phone(page)
    await expect(page.getByRole('button', { name: /^Ver / })).toHaveCount(4)
    expect(await phone.rawsOnDisk()).toBe(0)
    await page
      .getByRole('button', { name: /^Quitar / })
      .last()
      .click()
    await expect(page.getByRole('button', { name: /^Ver / })).toHaveCount(3)
  })
  await test.step('one is taken away, and put back', async () => {
    await page
      .getByRole('button', { name: /^Quitar / })
      .last()
      .click()
    await expect(page.getByRole('button', { name: /^Ver / })).toHaveCount(2)
    await page.getByRole('button', { name: 'Deshacer' }).click()
    await expect(page.getByRole('button', { name: /^Ver / })).toHaveCount(3)
  })
  await test.step('a finding has its own', async () => {
    await phone.done()
    await phone.task('Hallazgos')
    await page.getByRole('button', { name: 'Agregar hallazgo' }).click()
    await page.getByRole('button', { name: 'Abrir cámara' }).click()
    await phone.shoot(1)
    await page.getByRole('dialog').getByRole('button', { name: 'Listo' }).click()
    await page.reload()
    await page.getByRole('radio', { name: /^Moderada/ }).check()
    await page.getByLabel('¿Qué encontró?').fill('El cuaderno de asistencia no está en obra')
    await page.getByLabel('Medida correctiva').fill('Traerlo mañana y mantenerlo al día')
    await expect(page.getByRole('button', { name: /^Ver Foto del hallazgo/ })).toHaveCount(1)
    await page.getByRole('button', { name: 'Guardar hallazgo' }).click()
    await expect(page.getByText('1 foto', { exact: true })).toBeVisible()
    await phone.done()
  })
  await test.step('finished without signal: how many wait is said, at the sign-out too', async () => {
    await phone.finish()
    await expect(page.getByText('Fotos: 0 de 4 recibidas')).toBeVisible()
    await look(page, 'photos-finished')
    await page.goto('/#/cuenta')
    await page.getByRole('button', { name: 'Cerrar sesión' }).click()
    await expect(page.getByRole('dialog')).toContainText('4 fotos')
    await page.getByRole('dialog').getByRole('button', { name: 'Cancelar' }).click()
  })
  await test.step('with signal they arrive, and it is said of each', async () => {
    await findSignal(context, network)
    await phone.syncCentre()
    await expect(phone.work(canal)).toContainText('Fotos: 4 de 4 recibidas', { timeout: 90_000 })
    await phone.inSync()
    await phone.work(canal).getByText('Ver cada foto').click()
    await expect(phone.work(canal).getByText('Recibida', { exact: true })).toHaveCount(4)
    await look(page, 'photos-sync')
  })
  await test.step('the coordinator sees them, from a figure in three taps', async () => {
    const office = await browser.newContext({ baseURL, viewport: { width: 1366, height: 768 }, hasTouch: true })
    const desk = await office.newPage()
    const board = new BoardPage(desk)
    await board.signIn(coordinator)
    const year = await (await Api.signIn(baseURL, coordinator, password)).runningYear()
    await desk.goto(`/#/tablero/${year}`)
    const figure = desk.getByTestId('ao-row-seguimiento').getByRole('link')
    await expect(figure).toBeVisible()
    const finger = await Finger.on(desk)
    await finger.tap(figure)
    await finger.tap(desk.getByRole('link', { name: canal }))
    const [visit] = (await files(page)).filter((f) => f.collection === 'visit_photos')
    await finger.tap(desk.locator(`a[href="#/visita-recibida/${visit?.parent}"]`).first())
    await expect(desk.getByTestId('photos-visit_photos').locator('img').first()).toBeVisible()
    expect(finger.taps).toBe(3)
    expect(await finger.noticed()).toBe(3)
    await expect(desk.getByRole('heading', { name: 'Fotos: 3 de 3 recibidas' })).toBeVisible()
    await expect(desk.getByRole('heading', { name: 'Fotos: 1 de 1 recibida' })).toBeVisible()
    const photos = desk.getByTestId('photos-visit_photos')
    await expect(photos.locator('img')).toHaveCount(3)
    await look(desk, 'photos-board')
    await photos.getByRole('button', { name: /^Ver / }).first().click()
    const viewer = desk.getByRole('dialog')
    await expect(viewer.locator('img')).toBeVisible()
    await expect(viewer).toContainText('1 de 3')
    await desk.keyboard.press('ArrowRight')
    await expect(viewer).toContainText('2 de 3')
    await desk.keyboard.press('+')
    await expect(viewer).toContainText('150 %')
    await look(desk, 'photos-viewer')
    await desk.keyboard.press('Escape')
    await expect(viewer).toBeHidden()
    await expect(photos.getByRole('button', { name: /^Ver / }).first()).toBeFocused()
    await office.close()
  })
})

test('a picture is turned upright and stripped, its time and place are kept; what is none says why', async ({
  page,
}) => {
  const phone = new Phone(page)
  await phone.ready(supervisor)
  await phone.startVisit(canal)
  await phone.task('Fotos')

  await test.step('all eight ways a camera is held', async () => {
    const upright = await drawing(page, { width: 2_000, height: 1_500 })
    for (let orientation = 1; orientation <= 8; orientation++) {
      // Each a little different: the same picture twice is kept once.
      const size = { width: 2_000 + orientation * 4, height: 1_500 + orientation * 3 }
      const photo = await held(page, orientation === 1 ? upright : await drawing(page, size), orientation)
      const exif = { orientation, at: '2026:12:01 10:22:33', lat: -13.1588, lon: -74.2239 }
      await choose(page, jpeg(`giro${orientation}.jpg`, withExif(photo, exif)))
      await expect.poll(() => phone.photosOnDisk()).toBe(orientation)
    }
    for (const { facts } of await files(page)) {
      expect(await corners(page, facts.sha256), facts.name).toBe('red green blue yellow 1600x1200')
      expect(facts).toMatchObject({
        exif_at: '2026-12-01T10:22:33',
        exif_lat_e6: -13_158_800,
        exif_lon_e6: -74_223_900,
        source: 'gallery',
        width: 1_600,
        height: 1_200,
      })
      expect(facts.lat_e6).toBeUndefined()
    }
  })
  await test.step('48 megapixels', async () => {
    await choose(page, jpeg('48mp.jpg', await drawing(page, { width: 8_064, height: 6_048 })))
    await expect.poll(() => phone.photosOnDisk(), { timeout: 60_000 }).toBe(9)
  })
  await test.step('EXIF made to hold us up keeps nothing up', async () => {
    await choose(page, jpeg('bomba.jpg', exifBomb(await drawing(page, { width: 900, height: 700 }))))
    await expect.poll(() => phone.photosOnDisk()).toBe(10)
  })
  await test.step('what is no picture, or is there already, says so by its name; the rest goes on', async () => {
    const good = await drawing(page, { width: 640, height: 480 })
    await choose(
      page,
      jpeg('vacia.jpg', Buffer.alloc(0)),
      jpeg('informe.jpg', Buffer.from('%PDF-1.7 un informe')),
      jpeg('nota.jpg', Buffer.from('una nota')),
      jpeg('iphone.heic', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1')),
      jpeg('cortada.jpg', good.subarray(0, 200)),
      jpeg('buena.jpg', good),
      jpeg('copia.jpg', good),
    )
    await expect.poll(() => phone.photosOnDisk()).toBe(11)
    for (const said of [
      'vacia.jpg: el archivo está vacío',
      'informe.jpg: es un PDF',
      'nota.jpg: no es una foto',
      'iphone.heic: este navegador no puede abrir fotos HEIC',
      'cortada.jpg: la foto está dañada',
      'copia.jpg: esa foto ya está aquí',
    ])
      await expect(page.getByText(said)).toBeVisible()
    await look(page, 'photos-refused')
  })
})

test('a full storage is said before and while a photograph is taken; nothing is called kept that is not', async ({
  page,
}) => {
  await page.addInitScript(() => {
    const left = { bytes: 1e9 }
    Object.assign(window, { left })
    StorageManager.prototype.estimate = () => Promise.resolve({ quota: 2e9, usage: 2e9 - left.bytes })
  })
  const phone = new Phone(page)
  await phone.ready(supervisor)
  await phone.startVisit(canal)
  await page.evaluate(() => ((window as unknown as { left: { bytes: number } }).left.bytes = 5e6))
  await phone.task('Fotos')
  await expect(page.getByText('Queda poco espacio para fotos')).toBeVisible()
  await expect(page.getByText('Caben cerca de 9 fotos más')).toBeVisible()
  await look(page, 'photos-room')
  await page.getByRole('button', { name: 'Liberar lo ya recibido' }).click()
  await expect(page.getByText('No hay fotos recibidas que liberar todavía.')).toBeVisible()

  await page.evaluate(() => {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own this below
    const { put } = IDBObjectStore.prototype
    const full = { on: true }
    Object.assign(window, { full })
    IDBObjectStore.prototype.put = function (...given) {
      if (full.on) throw new DOMException('full', 'QuotaExceededError')
      return put.apply(this, given)
    }
  })
  await page.getByRole('button', { name: 'Abrir cámara' }).click()
  const camera = page.getByRole('dialog', { name: 'Cámara' })
  await camera.getByRole('button', { name: 'Tomar la foto' }).click()
  await expect(camera.getByTestId('camera-said')).toContainText('no se guardó. Este equipo no tiene espacio')
  expect(await phone.photosOnDisk()).toBe(0)
  await expect(camera.getByLabel('Qué se fotografía')).toHaveValue('cartel')
  await look(page, 'camera-full')
  await page.evaluate(() => ((window as unknown as { full: { on: boolean } }).full.on = false))
  await phone.shoot(1)
  await expect(camera.getByTestId('camera-said')).toContainText('1 foto guardada en este teléfono')
})

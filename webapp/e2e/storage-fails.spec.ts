import type { Page } from '@playwright/test'
import { expect, findSignal, loseSignal, test } from './support/fixtures'
import { look } from './support/look'
import { canal, supervisor } from './support/people'
import { Phone } from './support/phone'

test.use({ viewport: { width: 360, height: 740 } })

test('a mark that cannot be written is drawn so, guarded, and written when there is space', async ({ page }) => {
  const phone = new Phone(page)
  await phone.ready(supervisor)
  await phone.startVisit(canal)
  await phone.count(23)
  await phone.mark(0, 'Presente')
  await expect.poll(() => phone.marksOnDisk()).toBe(1)
  const warning = page.getByText('No se pudo guardar')

  await test.step('the storage is full in the middle of the roster', async () => {
    await page.evaluate(() => {
      // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own this below
      const put = IDBObjectStore.prototype.put
      const full = { on: true }
      Object.assign(window, { full })
      IDBObjectStore.prototype.put = function (...given) {
        if (full.on) throw new DOMException('full', 'QuotaExceededError')
        return put.apply(this, given)
      }
    })
    await phone.mark(1, 'Presente')
    await expect(warning).toBeInViewport()
    await expect(page.getByTestId('saved-at')).toHaveText('')
    await expect(page.getByText('Sin guardar todavía')).toHaveCount(1)
    expect(await phone.marksOnDisk()).toBe(1)
  })
  await test.step('the roster is worked on under the warning, by finger and by keyboard', async () => {
    await phone.mark(4, 'Presente')
    const far = phone.worker(12).getByRole('button', { name: /^Presente: / })
    await far.focus()
    const covered = await far.evaluate((button) => {
      const { left, right, top, bottom } = button.getBoundingClientRect()
      return ![top + 2, bottom - 2].every((y) => button.contains(document.elementFromPoint((left + right) / 2, y)))
    })
    expect(covered).toBe(false)
    await page.keyboard.press('Space')
    await expect(warning).toBeInViewport()
    await look(page, 'storage-full-roster')
    await warning.locator('..').getByText('Qué hacer').click()
    await expect(page.getByText('Borre fotos o videos que ya no necesite')).toBeInViewport()
    await warning.locator('..').getByText('Qué hacer').click()
    await expect(page.getByText('Sin guardar todavía')).toHaveCount(3)
  })
  await test.step('leaving asks first, by whatever way', async () => {
    const asked = page.waitForEvent('dialog').then(async (d) => {
      await d.dismiss()
      return d.message()
    })
    await page.evaluate(() => (location.hash = '#/'))
    expect(await asked).toContain('no está guardado')
    await expect(page).toHaveURL(/#\/visita\/.+\/asistencia/)
    await expect(warning).toBeVisible()
  })
  await test.step('it is written by itself when it can be', async () => {
    await page.evaluate(() => ((window as unknown as { full: { on: boolean } }).full.on = false))
    await expect(warning).toBeHidden()
    await expect(page.getByText('Sin guardar todavía')).toHaveCount(0)
    await expect.poll(() => phone.marksOnDisk()).toBe(4)
    await expect(page.getByTestId('saved-at')).toContainText('Guardado')
  })
})

test('a database that does not open says so, and so does one that was erased under the app', async ({
  page,
  context,
  network,
}) => {
  const phone = new Phone(page)
  await phone.ready(supervisor)
  const trouble = page.getByTestId('storage-trouble')

  await test.step('it does not open: nothing looks in order, and what to do is said', async () => {
    await page.addInitScript(() => {
      // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own this below
      const open = IDBFactory.prototype.open
      const shut = { on: sessionStorage.getItem('shut') === '1' }
      Object.assign(window, { shut })
      IDBFactory.prototype.open = function (...given) {
        if (shut.on) throw new DOMException('Internal error opening backing store', 'UnknownError')
        return open.apply(this, given)
      }
    })
    await page.evaluate(() => sessionStorage.setItem('shut', '1'))
    await page.reload()
    await expect(trouble).toContainText('No se abren los datos guardados en este equipo')
    await expect(trouble).toBeInViewport()
    await expect(trouble).toContainText('No borre los datos del navegador')
    await expect(phone.syncLine).toContainText('No se puede ver si falta enviar algo')
    await look(page, 'storage-shut')
  })
  await test.step('it opens by itself when it can', async () => {
    await page.evaluate(() => {
      sessionStorage.removeItem('shut')
      ;(window as unknown as { shut: { on: boolean } }).shut.on = false
    })
    await expect(trouble).toBeHidden({ timeout: 30_000 })
    await phone.inSync()
  })

  await loseSignal(context, network)
  await test.step('what cannot be begun says why, and can be tried again', async () => {
    await page.getByRole('link', { name: canal }).click()
    const full = (on: boolean) =>
      page.evaluate((on) => {
        // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own this below
        const { add, put } = IDBObjectStore.prototype
        const saved = window as unknown as { writes?: { add: typeof add; put: typeof put } }
        saved.writes ??= { add, put }
        const no = (): never => {
          throw new DOMException('full', 'QuotaExceededError')
        }
        Object.assign(IDBObjectStore.prototype, on ? { add: no, put: no } : saved.writes)
      }, on)
    await full(true)
    const start = page.getByRole('button', { name: 'Iniciar visita' })
    await start.click()
    await expect(trouble).toContainText('Este equipo no tiene espacio')
    await expect(start).toBeEnabled()
    await full(false)
    await trouble.getByRole('button', { name: 'Entendido' }).click()
    await phone.home()
  })
  await phone.startVisit(canal)
  await phone.fillData()
  await phone.fillPlace()
  await phone.count(2)
  await test.step('erased by the browser: said, and what is on the screen is kept anew', async () => {
    await page.evaluate(async () => {
      for (const { name } of await indexedDB.databases())
        await new Promise((done) => (indexedDB.deleteDatabase(name ?? '').onsuccess = done))
    })
    await expect(trouble).toContainText('El navegador borró los datos guardados')
    await look(page, 'storage-gone')
    await expect.poll(() => phone.draftsOnDisk(), { timeout: 30_000 }).toBe(1)
    await trouble.getByRole('button', { name: 'Entendido' }).click()
    await expect(trouble).toBeHidden()
  })
  await test.step('with signal the rest comes again, and the visit is finished and received', async () => {
    await findSignal(context, network)
    await expect(page.getByLabel('Contó')).toBeVisible({ timeout: 60_000 })
    await phone.done()
    await phone.fillChecklist()
    await phone.finish()
    await phone.syncCentre()
    await expect(phone.work(canal)).toContainText('Recibido', { timeout: 60_000 })
  })
})

/** Opens the database of somebody's work as an app of another version does; it stays open as `other` in the page. */
async function openAs(page: Page, name: string, version: number): Promise<void> {
  await page.evaluate(
    ([name, version]) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open(name, version)
        opening.onsuccess = () => {
          Object.assign(window, { other: opening.result })
          resolve()
        }
        opening.onerror = () => reject(new Error(opening.error?.message))
      }),
    [name, version] as const,
  )
}

const closeOther = (page: Page): Promise<void> =>
  page.evaluate(() => (window as unknown as { other: IDBDatabase }).other.close())

test('data that another tab holds, of an older or a newer version, say which and what to do', async ({
  page,
  context,
}) => {
  const phone = new Phone(page)
  await phone.ready(supervisor)
  const trouble = page.getByTestId('storage-trouble')
  const name = await page.evaluate(
    async () => (await indexedDB.databases()).find((d) => d.name?.startsWith('chaski-work-'))?.name ?? '',
  )
  const tab = await context.newPage()
  await tab.goto('/manifest.webmanifest') // of this address, and not the app

  await test.step('an older one in another tab: close that, and it goes on by itself', async () => {
    await page.goto('about:blank')
    await tab.evaluate(
      (name) => new Promise<void>((done) => (indexedDB.deleteDatabase(name).onsuccess = () => done())),
      name,
    )
    await openAs(tab, name, 1)
    await page.goto('/')
    await expect(trouble).toContainText('Otra pestaña no deja abrir los datos')
    await expect(trouble).toContainText('Cierre las demás pestañas')
    await expect(trouble).toBeInViewport()
    await expect(page.getByText(/^Sincronizado/)).toHaveCount(0)
    await look(page, 'storage-blocked')
    await closeOther(tab)
    await expect(trouble).toBeHidden({ timeout: 30_000 })
    await phone.inSync()
  })
  await test.step('a newer one, under the running app and at its next start', async () => {
    await openAs(tab, name, 1000)
    await expect(trouble).toContainText('Una versión más nueva de la aplicación ya usa estos datos')
    await expect(trouble).toContainText('Vuelva a cargar esta página')
    await look(page, 'storage-newer')
    await trouble.getByRole('button', { name: 'Volver a cargar' }).click()
    await expect(trouble).toContainText('Una versión más nueva')
    await expect(phone.syncLine).toContainText('No se puede ver si falta enviar algo')
    await expect(page.getByText(/^Sincronizado/)).toHaveCount(0)
  })
})

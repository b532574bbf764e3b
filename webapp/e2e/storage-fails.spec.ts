import { expect, test } from './support/fixtures'
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
    await page
      .getByTestId(/^worker-/)
      .nth(4)
      .scrollIntoViewIfNeeded()
    await phone.mark(4, 'Presente')
    await expect(warning).toBeInViewport()
    await expect(page.getByTestId('saved-at')).toHaveText('')
    await expect(page.getByText('Sin guardar todavía')).toHaveCount(1)
    expect(await phone.marksOnDisk()).toBe(1)
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
    await expect.poll(() => phone.marksOnDisk()).toBe(2)
    await expect(page.getByTestId('saved-at')).toContainText('Guardado')
  })
})

import type { Locator, Page } from '@playwright/test'
import { Api } from './support/api'
import { expect, test } from './support/fixtures'
import { look } from './support/look'
import { canal, ladera, local, supervisor } from './support/people'
import { Phone } from './support/phone'
import { Finger } from './support/taps'

test.use({ viewport: { width: 360, height: 740 }, hasTouch: true })

const absent = [4, 31, 77, 112, 149]
const words = (page: Page) => page.getByTestId('rest-words')
const rest = (page: Page) => page.getByRole('button', { name: /^Los demás presentes/ })
const part = (page: Page, name: string) =>
  page.getByRole('group', { name: 'Mostrar solo' }).getByRole('button', { name })

test('the attendance of 150 with 5 absent takes at most 12 taps', async ({ page, server }) => {
  const phone = new Phone(page)
  const root = await Api.superuser(server.url)
  const before = new Set((await root.records('visits', `device != ""`)).map((v) => v.id))
  await phone.ready(supervisor)
  await phone.startVisit(ladera)

  const finger = await Finger.on(page)
  await finger.tap(page.getByRole('link', { name: /^Asistencia/ }))
  await finger.tap(page.getByLabel('Contó'))
  await finger.type('145')
  for (const place of absent) {
    const row = await finger.scrollTo(place)
    await finger.tap(row.getByRole('button', { name: /^Ausente: / }))
    await expect(row.getByRole('button', { name: /^Ausente: / })).toHaveAttribute('aria-pressed', 'true')
  }
  await expect(words(page)).toContainText('145 presentes: cuadra')
  await finger.tap(page.getByRole('button', { name: 'Los demás presentes (145)' }))
  await phone.marks(145, 5, 0)
  await finger.tap(page.getByRole('link', { name: 'Listo, volver a las tareas' }))
  const task = page.getByRole('link', { name: /^Asistencia/ })
  await expect(task).toContainText('145 contados, 145 presentes, 5 ausentes')
  await expect(task).toContainText('Listo')
  expect(await finger.noticed()).toBe(finger.taps)
  expect(finger.taps).toBeLessThanOrEqual(12)

  await phone.fillData()
  await phone.fillPlace()
  await phone.fillChecklist()
  await phone.finish()
  await page.getByRole('link', { name: 'Volver a Hoy' }).click()
  await phone.syncCentre()
  await expect(phone.work(ladera)).toContainText(/Recibido, cargo Nº/, { timeout: 60_000 })
  const visit = (await root.records('visits', `device != ""`)).find((v) => !before.has(v.id))
  const marks = await root.records<{ mark: string }>('visit_marks', `visit = "${visit?.id}"`)
  const of = (mark: string) => marks.filter((x) => x.mark === mark).length
  expect([of('presente'), of('ausente'), marks.length]).toEqual([145, 5, 150])
})

test('the rest is marked only where the headcount says the same', async ({ page }) => {
  const phone = new Phone(page)
  await phone.ready(supervisor)
  await phone.startVisit(canal)
  await phone.task('Asistencia')

  await test.step('not before anybody was counted', async () => {
    await rest(page).click()
    await phone.marks(0, 0, 24)
    await expect(words(page)).toContainText('escriba cuántos son')
    await expect(page.getByLabel('Contó')).toBeFocused()
  })
  await test.step('too few counted, then too many: by how many, and what to do', async () => {
    await page.getByLabel('Contó').fill('22')
    await expect(words(page)).toContainText('serían 24 presentes: sobran 2')
    await rest(page).click()
    await phone.marks(0, 0, 24)
    await look(page, 'attendance-differs')
    await page.getByLabel('Contó').fill('25')
    await expect(words(page)).toContainText('falta 1. Agregue a quien no está en el padrón')
    await rest(page).click()
    await phone.marks(0, 0, 24)
  })
  await test.step('whom he did not see stays unseen, and the rest is taken back by one tap', async () => {
    await page.getByLabel('Contó').fill('22')
    await phone.mark(3, 'Ausente')
    await phone.markUnseen(5)
    await expect(phone.worker(5)).toContainText('No visto')
    await expect(words(page)).toContainText('serían 22 presentes: cuadra')
    await rest(page).click()
    await phone.marks(22, 1, 1)
    await page.getByRole('button', { name: 'Deshacer' }).click()
    await phone.marks(0, 1, 23)
    await rest(page).click()
    await phone.marks(22, 1, 1)
  })
  await test.step('the same tap once more takes a mark away', async () => {
    await phone
      .worker(0)
      .getByRole('button', { name: /^Presente: / })
      .click()
    await phone.marks(21, 1, 2)
    await phone.mark(0, 'Presente')
    await phone.marks(22, 1, 1)
  })
})

test('parts of the roster say how many, and nobody moves under the finger', async ({ page }) => {
  const phone = new Phone(page)
  await phone.ready(supervisor)
  await phone.startVisit(local)
  await phone.count(18)
  await phone.mark(2, 'Ausente')
  await phone.mark(4, 'Presente')
  await expect(part(page, 'No vistos')).toHaveText(/16/)
  await expect(part(page, 'Ausentes')).toHaveText(/1/)
  await expect(part(page, 'Sin cobertura')).toHaveText(/18/)
  await part(page, 'No vistos').click()
  const rows = page.getByTestId(/^worker-/)
  await expect(rows).toHaveCount(16)
  const name = await phone.worker(1).locator('strong').textContent()
  await phone.mark(1, 'Presente')
  await expect(rows).toHaveCount(16)
  await expect(phone.worker(1).locator('strong')).toHaveText(name ?? '')
  await expect(part(page, 'No vistos')).toHaveText(/15/)
  await part(page, 'No vistos').click()
  await expect(rows).toHaveCount(18)
})

test('what is needed stays in reach, and the place is kept', async ({ page }) => {
  const phone = new Phone(page)
  await phone.ready(supervisor)
  await phone.startVisit(ladera)
  await phone.count(150)
  const finger = await Finger.on(page)
  const row = await finger.scrollTo(90)
  await row.scrollIntoViewIfNeeded()
  const reach = [
    page.getByLabel('Contó'),
    page.getByRole('searchbox', { name: 'Buscar en el padrón' }),
    page.getByRole('button', { name: 'Agregar persona' }),
    part(page, 'No vistos'),
    rest(page),
  ]
  for (const one of reach) await expect(one).toBeInViewport({ ratio: 1 })
  const before = await top(row)

  await test.step('after the tasks, after somebody was written down', async () => {
    await press(page.getByRole('link', { name: 'Listo, volver a las tareas' }))
    await phone.task('Asistencia')
    await expect.poll(() => top(row)).toBeCloseTo(before, -1)
    await press(page.getByRole('button', { name: 'Agregar persona' }))
    await page.getByRole('button', { name: 'Guardar persona' }).click()
    // The error has the focus, and is in sight.
    await expect(page.getByLabel('DNI')).toBeFocused()
    await page.getByRole('button', { name: 'Cancelar' }).click()
    await expect.poll(() => top(row)).toBeCloseTo(before, -1)
  })
  await test.step('on its side the phone leaves room for at least three people', async () => {
    await page.setViewportSize({ width: 740, height: 360 })
    for (const one of reach) await expect(one).toBeInViewport({ ratio: 1 })
    expect(await free(page)).toBeGreaterThanOrEqual(3 * 64)
  })
})

/** As a finger does: Playwright's own click scrolls what sticks to where it would be without sticking. */
const press = (what: Locator): Promise<void> => what.evaluate((e: HTMLElement) => e.click())
const top = (row: Locator): Promise<number> => row.evaluate((e) => e.getBoundingClientRect().top)

/** Pixels of the window between what sticks to its top and to its bottom. */
function free(page: Page): Promise<number> {
  return page.evaluate(() => {
    const [tools, bar] = ['.tools', '.action'].map((s) => document.querySelector(s)?.getBoundingClientRect())
    return (bar?.top ?? 0) - Math.max(0, tools?.bottom ?? 0)
  })
}

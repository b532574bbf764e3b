import { BoardPage } from './support/board'
import { expect, test } from './support/fixtures'
import { look } from './support/look'
import { analyst } from './support/people'
import { Phone } from './support/phone'

test.use({ viewport: { width: 1366, height: 768 } })

test('an update taken in one tab waits in another for what was typed there and not saved', async ({
  page,
  context,
  network,
}) => {
  const board = new BoardPage(page)
  await board.signIn(analyst)
  await new Phone(page).installed()
  const second = await context.newPage()
  const form = new BoardPage(second)
  await second.goto('/#/catalogo/parametro/rendicion.deadline_workdays')
  const value = second.getByLabel('Valor nuevo, en días hábiles')
  await value.fill('25')
  await form.plantFlag()
  await board.plantFlag()

  await test.step('a newer version is there, and taken in the first', async () => {
    network.alter(/^\/sw\.js/, (body) => `${body}\n// another version`)
    await page.evaluate(async () => (await navigator.serviceWorker.ready).update())
    await expect(page.getByText('Versión nueva lista')).toBeVisible()
    await look(page, 'update-ready')
    await page.getByRole('button', { name: 'Actualizar ahora' }).click()
    await expect.poll(() => board.isTheSamePage().catch(() => true)).toBe(false)
    await expect(page.getByRole('heading', { level: 1, name: 'Tablero de avance' })).toBeVisible()
  })
  await test.step('the second keeps what was typed for as long as it is there', async () => {
    await second.waitForTimeout(4_000) // several looks at whether it may
    expect(await form.isTheSamePage()).toBe(true)
    await expect(value).toHaveValue('25')
  })
  await test.step('and is loaded anew once nothing is unsaved on it', async () => {
    await second.getByRole('link', { name: 'Atrás' }).click()
    await expect.poll(() => form.isTheSamePage().catch(() => true)).toBe(false)
    await expect(second.getByRole('heading', { level: 1, name: 'Catálogo' })).toBeVisible()
  })
})

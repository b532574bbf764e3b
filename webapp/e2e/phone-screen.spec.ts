import type { Page } from '@playwright/test'
import { expect, findSignal, loseSignal, test } from './support/fixtures'
import { canal, ladera, local, password, supervisor } from './support/people'
import { look } from './support/look'
import { Phone } from './support/phone'
import { rewrite, stored } from './support/storage'
import { still, watchJumps } from './support/jumps'
import type { OutboxEntry } from '../src/sync/contract'

test.use({ viewport: { width: 360, height: 740 } })

test('nothing jumps at a start: signed out, first, with work, without signal', async ({ page, context, network }) => {
  await watchJumps(page)
  const phone = new Phone(page)
  await page.goto('/')
  await expect(page.getByLabel('Correo')).toBeVisible()
  await still(page, 'signed out')
  await phone.signIn(supervisor)
  await phone.inSync()
  await still(page, 'first sign-in')
  await phone.installed()
  await page.reload()
  await phone.inSync()
  await still(page, 'with everything there')

  await phone.startVisit(canal)
  await phone.fillData()
  await page.goto('/#/')
  await loseSignal(context, network)
  await page.reload()
  await expect(phone.syncLine).toContainText('Sin conexión')
  await still(page, 'without signal, with a visit begun')
  await page.getByRole('link', { name: /^Continuar visita/ }).click()
  await phone.task('Asistencia')
  await page.reload()
  await expect(page.getByLabel('Contó')).toBeVisible()
  await still(page, 'in the middle of a visit')
  await findSignal(context, network)
})

test('the password can be shown while it is typed', async ({ page }) => {
  await page.goto('/')
  const field = page.getByLabel('Contraseña')
  await field.fill(password)
  await expect(field).toHaveAttribute('type', 'password')
  await page.getByLabel('Mostrar lo que escribo').check()
  await expect(field).toHaveAttribute('type', 'text')
  await expect(field).toHaveValue(password)
  await page.getByLabel('Correo').fill('nadie')
  await page.getByRole('button', { name: 'Entrar' }).click()
  await expect(page.getByLabel('Correo')).toBeFocused()
})

test('unsent work is counted in visits, and a short message covers no action', async ({ page, context, network }) => {
  const phone = new Phone(page)
  await phone.ready(supervisor)
  await loseSignal(context, network)
  await phone.briefVisit(canal, 3)
  await expect(phone.syncLine).toContainText('1 visita por enviar')
  await phone.startVisit(local)
  await phone.fillData()
  await phone.fillPlace()
  await phone.count(18)
  await phone.markRest(18)
  // "Deshacer" is there, and so is every button that it could lie over.
  await expect(page.getByRole('button', { name: 'Deshacer' })).toBeVisible()
  expect(await covered(page)).toEqual([])
  await page.setViewportSize({ width: 740, height: 360 })
  expect(await covered(page)).toEqual([])
  await page.setViewportSize({ width: 360, height: 740 })
  await phone.done()
  await phone.fillChecklist()
  await phone.finish()
  await page.getByRole('link', { name: 'Volver a Hoy' }).click()
  await expect(phone.syncLine).toContainText('2 visitas por enviar')
  await expect(phone.syncTab).toHaveAccessibleName(/2 visitas por enviar/)
  await expect(phone.syncTab).toContainText('2')
  await phone.syncCentre()
  await expect(page.getByText(/^2 visitas, desde/)).toBeVisible()
  await expect(phone.work(ladera)).toHaveCount(0)
})

/** Buttons and links of which a message lies over a part, however far the page is scrolled. */
function covered(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const toast = document.querySelector('.toast')?.closest('.action, .host')
    if (!toast) return ['no message']
    const under: string[] = []
    for (const act of document.querySelectorAll<HTMLElement>('main :is(a, button, input)')) {
      if (toast.contains(act) || act.closest('dialog')) continue
      act.scrollIntoView({ block: 'center' })
      const { left, top, width, height } = act.getBoundingClientRect()
      const there = document.elementFromPoint(left + width / 2, top + height / 2)
      if (there && toast.contains(there)) under.push(act.textContent)
    }
    const message = document.querySelector('.toast')!.getBoundingClientRect()
    for (const act of toast.querySelectorAll<HTMLElement>('a, button, input')) {
      const box = act.getBoundingClientRect()
      const apart = box.top >= message.bottom || box.bottom <= message.top
      if (!apart && !act.closest('.toast')) under.push(act.textContent)
    }
    return under
  })
}

test('a count of three digits is read whole on its tab, in large text too', async ({ page, context, network }) => {
  const phone = new Phone(page)
  await phone.ready(supervisor)
  await loseSignal(context, network)
  await phone.briefVisit(canal, 2)
  const [visit] = await stored<OutboxEntry>(page, 'chaski-work-', 'outbox')
  for (let n = 1; n < 128; n++) {
    const id = `${visit!.id.slice(0, -3)}${String(n).padStart(3, '0')}`
    const record = `copy${n}`.padEnd(15, 'z')
    const mutation = { ...visit!.mutation, id, record, counter: 1000 + n }
    await rewrite(page, 'chaski-work-', 'outbox', { ...visit, id, counter: 1000 + n, group: record, mutation })
  }
  for (const size of ['', '200%']) {
    await page.goto('/#/')
    await page.reload()
    await page.evaluate((size) => (document.documentElement.style.fontSize = size), size)
    const badge = phone.syncTab.locator('.badge')
    await expect(badge).toHaveText('128')
    await look(page, `badge-${size || 'plain'}`)
    const seen = await badge.evaluate((b) => {
      const box = b.getBoundingClientRect()
      const at = (x: number) => document.elementFromPoint(x, box.top + box.height / 2)
      return {
        cut: b.scrollWidth > b.clientWidth,
        inside: box.left >= 0 && box.right <= innerWidth && box.bottom <= innerHeight,
        onTop: [box.left + 4, (box.left + box.right) / 2, box.right - 4].every((x) => at(x) === b),
        high: parseFloat(getComputedStyle(b).fontSize),
      }
    })
    expect(seen).toMatchObject({ cut: false, inside: true, onTop: true })
    expect(seen.high).toBeGreaterThanOrEqual(14)
  }
})

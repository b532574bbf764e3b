import type { Page } from '@playwright/test'
import { BoardPage } from './support/board'
import { expect, test } from './support/fixtures'
import type { Network } from './support/network'
import { analyst, canal, supervisor } from './support/people'
import { Phone } from './support/phone'

const RENEWAL = '/api/collections/users/auth-refresh'

/** Answers to renewals arrive with their first 60 bytes only; how many came so far. */
function cutRenewals(network: Network): () => number {
  let cut = 0
  network.alter(new RegExp(RENEWAL), (body) => {
    cut++
    return body.slice(0, 60)
  })
  return () => cut
}

const kept = (page: Page): Promise<string | null> => page.evaluate(() => localStorage.getItem('chaski-auth'))

test('a renewal that was cut after 60 bytes leaves the phone signed in', async ({ page, network }) => {
  const cut = cutRenewals(network)
  const phone = new Phone(page)
  await phone.ready(supervisor)
  const token = await kept(page)
  expect(token).toContain('token')
  const before = cut()
  await page.reload()
  await expect.poll(cut).toBeGreaterThan(before)
  await phone.inSync()
  expect(await kept(page)).toBe(token)

  await phone.briefVisit(canal, 2)
  await phone.syncNow()
  await expect(phone.work(canal)).toContainText('Recibido', { timeout: 60_000 })
  await page.reload()
  await phone.inSync()
  await expect(page.getByRole('link', { name: /Su sesión venció/ })).toHaveCount(0)
  expect(await kept(page)).toBe(token)
})

test('and the office too', async ({ page, network }) => {
  const cut = cutRenewals(network)
  const board = new BoardPage(page)
  await board.signIn(analyst)
  const token = await kept(page)
  expect(token).toContain('token')
  const before = cut()
  await page.reload()
  await expect.poll(cut).toBeGreaterThan(before)
  await expect(page.getByRole('heading', { level: 1, name: 'Tablero de avance' })).toBeVisible()
  await board.live()
  expect(await kept(page)).toBe(token)
})

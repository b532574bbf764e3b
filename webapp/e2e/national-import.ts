import { execFile } from 'node:child_process'
import { appendFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import { Api } from './support/api'
import { BoardPage } from './support/board'
import type { Chaski } from './support/chaski'
import { expect, test } from './support/fixtures'
import { analyst, canal, supervisor } from './support/people'
import { Pusher } from './support/pusher'
import { writeRoster, writeWorks } from './support/roster'

/**
 * A national roster through the screen: `make national-import`. The server is killed half-way, goes on by itself, is
 * verified at each step and brought back to what it was; somebody else's pushes are timed all the while.
 */
const rows = Number(process.env['ROWS'] ?? 3000)
const format = process.env['FORMAT'] === 'xlsx' ? 'xlsx' : 'csv'
const run = promisify(execFile)
const bigfile = fileURLToPath(new URL('../../bin/bigfile', import.meta.url))
const long = 6 * 3600_000

test.setTimeout(long)

const digest = async (server: Chaski) => (await run(bigfile, ['digest', server.dir])).stdout.trim()

function day(offset: number): string {
  const d = new Date(Date.now() - 5 * 3600_000 + offset * 86400_000)
  return d.toISOString().slice(0, 10).split('-').reverse().join('/')
}

async function choose(page: Page, kind: RegExp, path: string): Promise<void> {
  await page.goto('/#/importar')
  await page.getByRole('radio', { name: kind }).check()
  await page.getByLabel('Archivo CSV o Excel').setInputFiles(path)
  await page.getByRole('button', { name: /^Importar [\d., \s]*filas/ }).click({ timeout: long })
}

test(`a roster of ${rows} rows as ${format}`, async ({ page, server, data }) => {
  const api = await Api.superuser(server.url)
  const work = (await api.records<{ name: string }>('interventions', `name = "${canal}"`))[0]
  const convenio = (await api.records<{ code: string }>('convenios', `intervention = "${work?.id}"`))[0]
  const entity = (await api.records<{ ruc: string }>('entities'))[0]
  if (!work || !convenio || !entity) throw new Error('the demo is not there')
  const works = Math.ceil(rows / 52)
  const national = { rows, works, ruc: entity.ruc, ubigeo: '080405', from: day(-10), to: day(40) }
  const files = { works: join(data, 'obras.csv'), roster: join(data, 'padron.csv'), xlsx: join(data, 'padron.xlsx') }
  await writeWorks(files.works, national)
  await writeRoster(files.roster, national)
  if (format === 'xlsx') await run(bigfile, ['xlsx', files.roster, files.xlsx])

  const pusher = new Pusher(supervisor, () => server.url)
  await pusher.enter(work.id, convenio.code, day(0).split('/').reverse().join('-'))
  const report: string[] = []
  const phase = async (name: string, work: () => Promise<void>) => {
    const began = Date.now()
    pusher.begin()
    await work()
    const w = await pusher.end()
    report.push(`| ${name} | ${Math.round((Date.now() - began) / 1000)} | ${w.n} | ${w.p50} | ${w.p99} | ${w.max} |`)
  }

  await phase('nobody imports', () => new Promise((r) => setTimeout(r, Math.min(60_000, 5_000 + rows / 4))))
  await new BoardPage(page).signIn(analyst)
  await choose(page, /Intervenciones/, files.works)
  await expect(page.getByText('Importado', { exact: true })).toBeVisible({ timeout: long })
  await server.verify()
  const before = await digest(server)

  const importing = async () =>
    (await api.records<{ state: string; done: number; total: number }>('imports', 'kind = "rosters"'))[0]
  const until = async (ready: (i: { state: string; done: number; total: number }) => boolean) => {
    for (;;) {
      const now = await importing().catch(() => undefined)
      if (now && ready(now)) return
      if (now && now.state.endsWith('stopped')) throw new Error(`it stopped: ${JSON.stringify(now)}`)
      await new Promise((r) => setTimeout(r, 250))
    }
  }
  await phase('sent, read, planned', () => choose(page, /Padrones/, format === 'xlsx' ? files.xlsx : files.roster))
  await phase('written, first half', () => until((i) => i.done * 2 >= i.total && i.total > 0))
  await server.kill()
  await server.verify()
  await server.start()
  await phase('written, after the kill', () => until((i) => i.state === 'applied'))
  await server.verify()
  expect(await digest(server)).not.toBe(before)
  await page.goto('/#/importar')
  await page.getByRole('link', { name: /padron/ }).click()
  await page.getByRole('button', { name: 'Deshacer la importación' }).click()
  await phase('undone, first half', async () => {
    await page.getByRole('dialog').getByRole('button', { name: 'Deshacer la importación' }).click()
    await until((i) => i.state === 'undoing' && i.done * 2 <= i.total)
  })
  await server.kill()
  await server.verify()
  await server.start()
  await phase('undone, after the kill', () => until((i) => i.state === 'undone'))
  await server.verify()
  expect(await digest(server)).toBe(before)

  const text = [
    `${rows} rows in ${works} works, ${format}`,
    '',
    '| while | s | pushes | p50 ms | p99 ms | max ms |',
    '|---|---|---|---|---|---|',
    ...report,
    '',
  ].join('\n')
  console.log(text)
  if (process.env['OUT']) await appendFile(process.env['OUT'], text + '\n')
  await rm(files.roster, { force: true })
})

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { Api, type Schemas } from './support/api'
import { expect, test } from './support/fixtures'
import { heavyPdf, sha256 } from './support/papers'
import { coordinator, executor, password } from './support/people'
import { signIn } from './support/sign-in'

/** One of the demo that is observed, and one that waits for its review. */
const observed = 'Limpieza del reservorio Yaku Wasi'
const presented = 'Mantenimiento del mirador Inti Qhawana'

test.use({ viewport: { width: 360, height: 740 } })

test('an update in place: amounts, answers, a half-sent file and a review of the older app are where they were written', async ({
  page,
  browser,
  data,
  server,
  network,
  baseURL,
}) => {
  test.setTimeout(120_000)
  const mine = await Api.signIn(server.url, executor, password)
  const { items } = await mine.get<Schemas['RendicionList']>('/rendiciones')
  const idOf = (name: string) => items.find((i) => i.work.name === name)?.work.intervention ?? ''
  const first = items.find((i) => i.state === 'pendiente')?.work.intervention ?? ''
  const { observations } = await mine.get<Schemas['Rendicion']>(`/rendiciones/${idOf(observed)}`)
  const about = observations[0]?.id ?? ''
  const paper = heavyPdf(1_000_000)
  const half = 600_000
  const file = {
    kind: 'comprobantes',
    replaces: '',
    name: 'comprobantes.pdf',
    size: paper.length,
    sha256: sha256(paper),
  }

  const upload = await halfSent(server.url, data, { ...file, intervention: first }, paper.subarray(0, half))

  await test.step('what the executor typed, and what he had half sent', async () => {
    await signIn(page, executor)
    await expect(page.getByTestId('sync-state')).toContainText('Sincronizado')
    await page.evaluate(async () => void (await navigator.serviceWorker.ready))
    await leaveOlder(page, {
      drafts: [
        {
          intervention: first,
          lines: { insumos: { text: '77,50', base: null }, epp: { text: '1,234', base: null } },
          answers: {},
          saved_at: Date.now(),
        },
        {
          intervention: idOf(observed),
          lines: {},
          answers: { [about]: 'Va la factura 12 con su guía.' },
          saved_at: Date.now(),
        },
      ],
      files: [{ ...file, key: `${first}/comprobantes//x`, intervention: first, upload, sent: half }],
    })
    await page.goto('/')
    await expect(page.getByTestId('sync-state')).toContainText('Sincronizado')
    await expect.poll(() => older(page)).toEqual([]) // no screen of it was opened
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
    network.down()
    await page.goto(`/#/rendicion/${first}`)
    await expect(amount(page, 'Insumos')).toHaveValue('77,50')
    await expect(amount(page, 'Equipos de protección (EPP)')).toHaveValue('1,234')
    await expect(page.getByTestId('upload-comprobantes')).toContainText('comprobantes.pdf')
    await expect(page.getByTestId('upload-comprobantes').getByLabel('Elegir el mismo archivo')).toHaveCount(1)
    await page.goto(`/#/rendicion/${idOf(observed)}`)
    await expect(page.getByTestId(`observation-${about}`).getByLabel('Su respuesta')).toHaveValue(
      'Va la factura 12 con su guía.',
    )
    network.up()
    await page.goto(`/#/rendicion/${first}`)
    const row = page.getByTestId('upload-comprobantes')
    const pick = (buffer: Buffer) =>
      row
        .getByLabel('Elegir el mismo archivo')
        .setInputFiles({ name: 'comprobantes.pdf', mimeType: 'application/pdf', buffer })
    await pick(Buffer.concat([paper, Buffer.from(' ')]))
    await expect(row.filter({ hasText: 'No es el mismo archivo' })).toBeVisible()
    await row.getByRole('button', { name: 'Quitar comprobantes.pdf' }).first().click()
    await pick(paper)
    await expect(row).toHaveCount(0)
    await expect(page.getByTestId('stand-comprobantes')).toHaveAttribute('data-stand', 'stored')
    // What the server had of it was not sent again, and of what was not, nothing twice.
    expect(network.patches.map((p) => p.path)).toEqual(network.patches.map(() => `/api/chaski/v1/uploads/${upload}`))
    expect(network.patches[0]?.offset).toBe(half)
    expect(network.patches.reduce((sum, p) => sum + p.bytes, 0)).toBe(paper.length - half)
    const { documents } = await mine.get<Schemas['Rendicion']>(`/rendiciones/${first}`)
    expect(documents.map((d) => [d.name, d.sha256, d.stored_at !== ''])).toEqual([[file.name, file.sha256, true]])
    await page.reload()
    await expect(page.getByTestId('stand-comprobantes')).toHaveAttribute('data-stand', 'stored')
    await expect(row).toHaveCount(0)
    const how = async () => (await mine.get<Schemas['Rendicion']>(`/rendiciones/${first}`)).amounts
    await expect.poll(async () => (await how()).find((a) => a.line === 'insumos')?.amount).toBe('77.50')
  })

  await test.step('what the reviewer wrote', async () => {
    const context = await browser.newContext({ baseURL, viewport: { width: 1366, height: 768 } })
    const reviewer = await context.newPage()
    await signIn(reviewer, coordinator)
    await expect(reviewer.getByTestId('rendicion-queue')).toBeVisible()
    const office = await Api.signIn(server.url, coordinator, password)
    const { round } = await office.get<Schemas['Rendicion']>(`/rendiciones/${idOf(presented)}`)
    const observation = { target: 'line', item: 'insumos', also: ['devuelto'], text: 'Falta la factura 14.' }
    await leaveOlder(reviewer, {
      reviews: [{ intervention: idOf(presented), round, observations: [observation], lifted: [] }],
    })
    await reviewer.goto('/')
    await expect.poll(() => older(reviewer)).toEqual([])
    await reviewer.getByTestId('rendicion-queue').click()
    await reviewer.getByTestId(`rc-${idOf(presented)}`).click()
    await expect(reviewer.getByLabel('Observación a «Insumos»')).toHaveValue('Falta la factura 14.')
    await context.close()
  })
})

/** An upload as a server of before had it, of a document that has no record; answers its id. */
async function halfSent(
  url: string,
  data: string,
  of: { intervention: string; kind: string; name: string; size: number; sha256: string },
  reached: Buffer,
): Promise<string> {
  const root = await Api.superuser(url)
  const [owner] = await root.records('users', `email = "${executor}"`)
  const { id } = await root.create('uploads', { ...of, owner: owner?.id, state: 'receiving', document: 'd'.repeat(15) })
  const at = join(data, 'uploads', id)
  const Storage = { Type: 'filestore', Path: at, InfoPath: `${at}.info` }
  const note = { ID: id, Size: of.size, Offset: 0, MetaData: { owner: owner?.id }, Storage }
  await writeFile(at, reached)
  await writeFile(`${at}.info`, JSON.stringify(note))
  return id
}

/** The databases of the older app that are here. */
const older = (page: Page) =>
  page.evaluate(async () => {
    const all = await indexedDB.databases()
    return all.flatMap(({ name = '' }) => (name.startsWith('chaski-rendicion-') ? [name] : []))
  })

/** Writes what the older app would have left, by its schema, while no app runs here. */
async function leaveOlder(page: Page, left: Record<string, object[]>): Promise<void> {
  await page.goto('/api/health')
  await page.evaluate(async (rows) => {
    const { user } = JSON.parse(localStorage.getItem('chaski-session') ?? '{}') as { user: string }
    const asked = indexedDB.open(`chaski-rendicion-${user}`, 10) // Dexie's version 1
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore('drafts', { keyPath: 'intervention' })
      asked.result.createObjectStore('reviews', { keyPath: 'intervention' })
      asked.result.createObjectStore('files', { keyPath: 'key' }).createIndex('intervention', 'intervention')
    }
    const db = await new Promise<IDBDatabase>((done) => (asked.onsuccess = () => done(asked.result)))
    const change = db.transaction(Object.keys(rows), 'readwrite')
    for (const [store, values] of Object.entries(rows)) for (const v of values) change.objectStore(store).put(v)
    await new Promise((done) => (change.oncomplete = done))
    db.close()
  }, left)
}

const amount = (page: Page, line: string) => page.getByRole('textbox', { name: line, exact: true })

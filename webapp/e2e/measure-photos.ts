/**
 * What a photograph costs the phone, measured in Chromium against the built server
 * (`make measure GREP=photographs`): until it is kept, in memory, and what hundreds that
 * wait cost the screens. Not a test: each is said beside something bare of the same run.
 */
import { readdirSync, readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import type { DeviceFile } from '../src/sync/contract'
import { ROUNDS, say, SLOW, test, type Device } from './support/device'
import { expect } from './support/fixtures'
import type { Network } from './support/network'
import { canal, supervisor } from './support/people'
import { Phone } from './support/phone'
import { drawing } from './support/pictures'
import { stored } from './support/storage'

test.setTimeout(30 * 60_000)

const WAITING = 500
const FROM = 'Fotos: Elegir de la galería'
const jpeg = (name: string, buffer: Buffer) => ({ name, mimeType: 'image/jpeg', buffer })

/** The photographs of a visit on the screen, without signal. */
async function atPhotos(device: () => Promise<Device>, network: Network): Promise<Device> {
  const opened = await device()
  const phone = new Phone(opened.page)
  await phone.ready(supervisor)
  await phone.startVisit(canal)
  await phone.task('Fotos')
  network.down()
  return opened
}

/** From the choice to where it is seen, which is after it is on disk, ms. */
async function kept(page: Page, count: number, name: string, picture: Buffer): Promise<number> {
  const begun = await page.evaluate(() => performance.now())
  await page.getByLabel(FROM).setInputFiles([jpeg(name, picture)])
  const seen = page.getByRole('button', { name: /^Ver / })
  await expect(seen).toHaveCount(count, { timeout: 120_000 })
  return (await page.evaluate(() => performance.now())) - begun
}

/** The bare work on the same bytes in a worker: decode, draw at 1,600 px, encode; ms. */
async function bare(page: Page, picture: Buffer): Promise<number> {
  return page.evaluate(
    ([base64, source]) =>
      new Promise<number>((done, fail) => {
        const worker = new Worker(URL.createObjectURL(new Blob([source])))
        worker.onmessage = (e: MessageEvent<number>) => done(e.data)
        worker.onerror = (e) => fail(new Error(e.message))
        const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))
        worker.postMessage(new Blob([bytes], { type: 'image/jpeg' }))
      }),
    [
      picture.toString('base64'),
      `onmessage = async ({ data }) => {
        const begun = performance.now()
        const whole = await createImageBitmap(data)
        const scale = 1600 / Math.max(whole.width, whole.height)
        const canvas = new OffscreenCanvas(whole.width * scale, whole.height * scale)
        canvas.getContext('2d').drawImage(whole, 0, 0, canvas.width, canvas.height)
        whole.close()
        await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.8 })
        postMessage(performance.now() - begun)
      }`,
    ] as const,
  )
}

/** Memory that the browser's processes hold for themselves, MB. */
function memory(group: number): number {
  let kb = 0
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[2]) !== group) continue
      kb += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0)
    } catch {
      continue // it ended meanwhile
    }
  }
  return kb / 1024
}

/** The most that was held while something was done, over what was held before it; MB. */
async function peak(group: number, work: () => Promise<unknown>): Promise<number> {
  const before = memory(group)
  let most = before
  const look = setInterval(() => (most = Math.max(most, memory(group))), 40)
  await work().finally(() => clearInterval(look))
  return most - before
}

for (const factor of [1, SLOW]) {
  test(`photographs of 12 MP until they are kept, CPU ${factor} × slower`, async ({ device, network }) => {
    const { page, slowness } = await atPhotos(device, network)
    const rounds: { ours: number; bare: number }[] = []
    for (let n = 1; n <= ROUNDS; n++) {
      const picture = await drawing(page, { width: 4000 + n * 16, height: 3000 })
      slowness.set(factor)
      rounds.push({ bare: await bare(page, picture), ours: await kept(page, n, `foto-${n}.jpg`, picture) })
      slowness.set(1)
    }
    say(`A photograph of 12 MP from the choice to where it is seen, kept; CPU ${factor} × slower`, {
      'kept, ms': rounds.map((r) => r.ours),
      'bare decoding, drawing and encoding, ms': rounds.map((r) => r.bare),
      'one over the other': rounds.map((r) => r.ours / r.bare),
    })
  })
}

test('photographs of 48 MP: memory while they are made smaller', async ({ device, network }) => {
  const { page, slowness } = await atPhotos(device, network)
  const rounds: { ours: number; bare: number }[] = []
  for (let n = 1; n <= ROUNDS; n++) {
    const picture = await drawing(page, { width: 8000, height: 6000 + n * 16 })
    await page.waitForTimeout(3_000) // what drawing it took is given back
    const alone = await peak(slowness.group, () => bare(page, picture))
    await page.waitForTimeout(3_000)
    rounds.push({ bare: alone, ours: await peak(slowness.group, () => kept(page, n, `grande-${n}.jpg`, picture)) })
  }
  say('A photograph of 48 MP (183 MB as pixels): memory above what was held before', {
    'kept, MB': rounds.map((r) => r.ours),
    'bare decoding, drawing and encoding, MB': rounds.map((r) => r.bare),
    'one over the other': rounds.map((r) => r.ours / r.bare),
  })
})

/** Puts so many more of a file that waits beside it, each with bytes of its own. */
async function multiply(page: Page, file: DeviceFile, count: number): Promise<void> {
  await page.evaluate(
    async ([file, count]) => {
      const name = (await indexedDB.databases()).find((d) => d.name?.startsWith('chaski-work-'))!.name!
      const db = await new Promise<IDBDatabase>((done, fail) => {
        const opening = indexedDB.open(name)
        opening.onsuccess = () => done(opening.result)
        opening.onerror = () => fail(new Error(opening.error?.message))
      })
      for (let n = 0; n < count; n++) {
        const hex = n.toString(16).padStart(64, '0')
        const thumb = n.toString(16).padStart(64, 'f')
        await new Promise<void>((done, fail) => {
          const tx = db.transaction(['files', 'bytes'], 'readwrite')
          const facts = { ...file.facts, sha256: hex, thumb }
          tx.objectStore('files').put({ ...file, id: `medida${String(n).padStart(9, '0')}`, facts })
          tx.objectStore('bytes').put({ hash: hex, data: crypto.getRandomValues(new Uint8Array(65_536)).buffer })
          tx.objectStore('bytes').put({ hash: thumb, data: new Uint8Array(8_000).buffer })
          tx.oncomplete = () => done()
          tx.onerror = () => fail(new Error(tx.error?.message))
        })
      }
      db.close()
    },
    [file, count] as const,
  )
}

test('photographs by the hundred that wait: what they cost the screens', async ({ device, network }) => {
  const { page, slowness } = await atPhotos(device, network)
  await kept(page, 1, 'primera.jpg', await drawing(page, { width: 1600, height: 1200 }))
  const measured = async () => {
    const rounds: Record<'start' | 'capture', number>[] = []
    const url = page.url()
    for (let n = 0; n < ROUNDS; n++) {
      await page.goto('about:blank')
      slowness.set(SLOW)
      const asked = Date.now()
      await page.goto(url, { waitUntil: 'commit' })
      const seen = page.getByRole('button', { name: /^Ver / })
      await expect(seen.first()).toBeVisible({ timeout: 120_000 })
      const start = Date.now() - asked
      slowness.set(1)
      const count = await seen.count()
      const picture = await drawing(page, { width: 1600, height: 1200 + count })
      slowness.set(SLOW)
      rounds.push({ start, capture: await kept(page, count + 1, `otra-${count}.jpg`, picture) })
      slowness.set(1)
    }
    return rounds
  }
  const few = await measured()
  const [file] = await stored<DeviceFile>(page, 'chaski-work-', 'files')
  await multiply(page, { ...file!, draft: '', parent: 'unavisitaanterior', state: 'queued' }, WAITING)
  const many = await measured()
  for (const [what, key] of [
    ['until the photographs of the visit are seen, from a start', 'start'],
    ['one more photograph until it is kept', 'capture'],
  ] as const)
    say(`${WAITING} photographs wait, CPU ${SLOW} × slower: ${what}`, {
      'with them, ms': many.map((r) => r[key]),
      'without, ms': few.map((r) => r[key]),
    })
})

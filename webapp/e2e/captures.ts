/**
 * Photographs by the hundred on a page that is killed again and again (`make captures`):
 * none is lost, none is there twice, none on another record. What counts as taken is
 * what was seen on the phone's disk once, as it came or made ready; whatever a kill was
 * faster than is taken again, as its author would.
 */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import type { BrowserContext, Page } from '@playwright/test'
import type { DeviceFile } from '../src/sync/contract'
import { Api } from './support/api'
import { expect, kill, test } from './support/fixtures'
import type { Network } from './support/network'
import { canal, ladera, local, password, supervisor } from './support/people'
import { Phone } from './support/phone'
import { stored } from './support/storage'

/** The thousand are `make captures`; with every change one visit is enough. */
const CAPTURES = Number(process.env['CAPTURES'] ?? 22)
const SEED = Number(process.env['SEED'] ?? 7)
/** On a visit, and on its finding. */
const ON_VISIT = 16
const ON_FINDING = 6
const WORKS = [canal, local, ladera]
const FROM = 'Fotos: Elegir de la galería'

test.use({ viewport: { width: 360, height: 740 }, permissions: ['geolocation'], trace: 'off' })
test.setTimeout(6 * 60 * 60_000)

/** Mulberry32: the same kills at the same captures, though not at the same instruction. */
function draws(seed: number): () => number {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

interface Raw {
  about: { taken: { name: string }; of: { parent: string } }
}
interface Row extends Record<string, unknown> {
  name: string
  sha256: string
  stored_at: string
}

const rest = (ms: number) => new Promise((done) => setTimeout(done, ms))

/** A picture like no other, as large as a phone's camera makes it now and then. */
async function picture(page: Page, n: number): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const side = n % 3 === 0 ? 3_000 : 700
  const base64 = await page.evaluate(
    async ([n, side]) => {
      const canvas = new OffscreenCanvas(side, (side * 3) / 4)
      const context = canvas.getContext('2d')!
      for (let bit = 0; bit < 16; bit++) {
        context.fillStyle = (n >> bit) & 1 ? '#ffffff' : `rgb(${bit * 12}, 60, 90)`
        context.fillRect((bit % 4) * (side / 4), Math.floor(bit / 4) * ((side * 3) / 16), side / 4, (side * 3) / 16)
      }
      const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 })
      return new Promise<string>((done) => {
        const reader = new FileReader()
        reader.onload = () => done((reader.result as string).replace(/^.*,/, ''))
        reader.readAsDataURL(blob)
      })
    },
    [n, side] as const,
  )
  return { name: `foto-${n}.jpg`, mimeType: 'image/jpeg', buffer: Buffer.from(base64, 'base64') }
}

/** A supervisor who takes photographs, and whose phone ends the app whenever it likes. */
class Hand {
  phone: Phone
  /** By name: on what it is. All of these were on the phone's disk. */
  readonly promised = new Map<string, { of: string; kind: 'visit_photos' | 'finding_photos'; visit: string }>()
  readonly kills: Record<string, number> = {}
  /** What a kill left on the disk of each picture that was being taken. */
  readonly found = { nothing: 0, raw: 0, ready: 0 }
  /** How far the sending was when the app ended. */
  readonly sending = { 'not begun': 0, 'pieces sent': 0, 'some stored': 0, 'all stored': 0 }
  readonly lost: string[] = []

  constructor(
    public page: Page,
    private readonly context: BrowserContext,
    private readonly network: Network,
    readonly draw: () => number,
  ) {
    this.phone = new Phone(page)
  }

  /** The app ends, and is opened where it was. */
  async die(why: string): Promise<void> {
    const where = this.page.url()
    await kill(this.page)
    this.kills[why] = (this.kills[why] ?? 0) + 1
    this.page = await this.context.newPage()
    this.phone = new Phone(this.page)
    await this.page.goto(where)
  }

  /** What lies on the disk of the record, made ready or not. */
  async onDisk(of: string): Promise<{ ready: string[]; raw: string[] }> {
    const files = await stored<DeviceFile>(this.page, 'chaski-work-', 'files')
    const raws = await stored<Raw>(this.page, 'chaski-work-', 'raws')
    return {
      ready: files.filter((f) => f.parent === of).map((f) => f.facts.name ?? ''),
      raw: raws.filter((r) => r.about.of.parent === of).map((r) => r.about.taken.name),
    }
  }

  /** Takes so many pictures of a record whose screen is open. */
  async take(numbers: number[], of: string, kind: 'visit_photos' | 'finding_photos', visit: string): Promise<void> {
    let left = numbers
    while (left.length > 0) {
      const now = left.slice(0, 1 + Math.floor(this.draw() * 3))
      const pictures = await Promise.all(now.map((n) => picture(this.page, n)))
      await this.page.getByLabel(FROM).setInputFiles(pictures)
      const names = pictures.map((p) => p.name)
      if (this.draw() < 0.45) {
        await rest(this.draw() ** 3 * 900)
        await this.die('capture')
        // At the first look at the disk: what nothing was made of yet is taken up meanwhile.
        await expect(this.page.getByLabel(FROM)).toBeAttached()
        const { ready, raw } = await this.onDisk(of)
        for (const name of names) this.found[ready.includes(name) ? 'ready' : raw.includes(name) ? 'raw' : 'nothing']++
        for (const name of [...ready, ...raw]) this.promised.set(name, { of, kind, visit })
      } else {
        for (const name of names) this.promised.set(name, { of, kind, visit })
      }
      await this.settled(of)
      left = left.filter((n) => !this.promised.has(`foto-${n}.jpg`))
    }
  }

  /** Everything promised of a record is made ready. */
  async settled(of: string): Promise<void> {
    const promised = [...this.promised].filter(([, p]) => p.of === of).map(([name]) => name)
    await expect
      .poll(async () => (await this.onDisk(of)).ready.filter((name) => promised.includes(name)).length, {
        timeout: 120_000,
        message: `of ${promised.length} that were on the disk`,
      })
      .toBe(promised.length)
  }

  /** Until all is at the server; the app ends and the signal goes meanwhile. */
  async send(): Promise<void> {
    const files = () => stored<DeviceFile>(this.page, 'chaski-work-', 'files')
    const unsent = async () => (await files()).filter((f) => f.state === 'queued').length
    const before = (await files()).length - (await unsent())
    for (let n = 0; n < 5 && (n === 0 || (await unsent()) > 0); n++) {
      await rest(this.draw() * 1_200)
      if (this.draw() < 0.4) {
        this.network.down()
        await rest(300)
        this.network.up()
      }
      await this.die('upload')
      this.sending[how(await files(), before)]++
      await expect(this.page.getByRole('heading', { level: 1 })).toBeVisible()
    }
    await this.phone.home()
    await expect.poll(unsent, { timeout: 300_000 }).toBe(0)
    await this.phone.inSync()
  }
}

/** @param before how many were stored when the sending began */
function how(files: readonly DeviceFile[], before: number): keyof Hand['sending'] {
  const waiting = files.filter((f) => f.state === 'queued')
  if (waiting.length === 0) return 'all stored'
  if (files.length - waiting.length > before) return 'some stored'
  return waiting.some((f) => f.sent > 0 || f.thumbSent) ? 'pieces sent' : 'not begun'
}

test('photographs on a phone that ends the app at any moment', async ({ page, context, network, server }) => {
  const hand = new Hand(page, context, network, draws(SEED))
  await hand.phone.ready(supervisor)
  for (let n = 0, visits = 0; n < CAPTURES; visits++) {
    const numbers = (count: number) => Array.from({ length: Math.min(count, CAPTURES - n) }, () => ++n)
    await hand.phone.startVisit(WORKS[visits % WORKS.length]!)
    await hand.phone.fillData()
    await hand.phone.fillPlace()
    await hand.phone.count(2)
    await hand.phone.done()
    await hand.phone.fillChecklist()
    const visit = /visita\/([a-z0-9]+)/.exec(hand.page.url())![1]!
    await hand.phone.task('Fotos')
    await hand.take(numbers(ON_VISIT), visit, 'visit_photos', visit)
    await hand.phone.done()
    const more = numbers(ON_FINDING)
    if (more.length > 0) await onFinding(hand, more, visit)
    await hand.phone.finish()
    await hand.send()
  }
  await judge(hand, server.url)
})

async function onFinding(hand: Hand, numbers: number[], visit: string): Promise<void> {
  await hand.phone.task('Hallazgos')
  await hand.page.getByRole('button', { name: 'Agregar hallazgo' }).click()
  // The first says which finding it is on: nothing was written of it yet.
  const [first = 0, ...others] = numbers
  await hand.page.getByLabel(FROM).setInputFiles([await picture(hand.page, first)])
  const name = `foto-${first}.jpg`
  const its = async () =>
    (await stored<DeviceFile>(hand.page, 'chaski-work-', 'files')).find((f) => f.facts.name === name)?.parent ?? ''
  await expect.poll(its).not.toBe('')
  const finding = await its()
  hand.promised.set(name, { of: finding, kind: 'finding_photos', visit })
  await hand.take(others, finding, 'finding_photos', visit)
  await hand.page.getByRole('radio', { name: /^Leve/ }).check()
  await hand.page.getByLabel('¿Qué encontró?').fill(`El cartel no se lee desde la vía (${name})`)
  await hand.page.getByRole('button', { name: 'Guardar hallazgo' }).click()
  await expect(hand.page.getByText(`(${name})`)).toBeVisible()
  await hand.phone.done()
}

/** What the server has, against what was promised. */
async function judge(hand: Hand, url: string): Promise<void> {
  const office = await Api.superuser(url)
  const visits = [...new Set([...hand.promised.values()].map((p) => p.visit))]
  const there = new Map<string, { kind: string; row: Row }[]>()
  for (const visit of visits)
    for (const [kind, filter] of [
      ['visit_photos', `visit = "${visit}"`],
      ['finding_photos', `finding.visit = "${visit}"`],
    ] as const)
      for (const row of await office.records<Row>(kind, filter))
        there.set(row.name, [...(there.get(row.name) ?? []), { kind, row }])
  const wrong = {
    lost: [] as string[],
    doubled: [] as string[],
    elsewhere: [] as string[],
    'not stored': [] as string[],
  }
  for (const [name, { of, kind }] of hand.promised) {
    const rows = there.get(name) ?? []
    if (rows.length === 0) wrong.lost.push(name)
    if (rows.length > 1) wrong.doubled.push(name)
    for (const { kind: is, row } of rows) {
      if (is !== kind || row[kind === 'visit_photos' ? 'visit' : 'finding'] !== of) wrong.elsewhere.push(name)
      if (row.stored_at === '') wrong['not stored'].push(name)
    }
  }
  // One in so many is read back whole.
  const { token } = await Api.signIn(url, supervisor, password)
  for (const [name, rows] of [...there].filter((_, n) => n % 10 === 0)) {
    const { kind, row } = rows[0]!
    const bytes = await fetch(`${url}/api/chaski/v1/files/${kind}/${row['id'] as string}`, {
      headers: { authorization: token },
    })
    const sum = createHash('sha256')
      .update(Buffer.from(await bytes.arrayBuffer()))
      .digest('hex')
    expect(sum, name).toBe(row.sha256)
  }
  const kills = Object.values(hand.kills).reduce((a, b) => a + b, 0)
  const report = [
    `${hand.promised.size} captures of ${visits.length} visits, seed ${SEED}; ${kills} kills: ${JSON.stringify(hand.kills)}`,
    `on the disk after a kill: ${JSON.stringify(hand.found)}`,
    `sent when it was killed: ${JSON.stringify(hand.sending)}`,
    ...Object.entries(wrong).map(([what, names]) => `${what}: ${names.length} ${names.slice(0, 20).join(' ')}`),
  ].join('\n')
  console.log(report)
  if (process.env['OUT']) writeFileSync(process.env['OUT'], `${report}\n`)
  expect(wrong).toEqual({ lost: [], doubled: [], elsewhere: [], 'not stored': [] })
  expect(hand.promised.size).toBe(CAPTURES)
}

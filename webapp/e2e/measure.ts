/**
 * What a phone's owner waits for, measured in Chromium against the built server
 * (`make measure`). Not a test: it says how long, and asserts only that what was
 * measured is what should be.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from '@playwright/test'
import { ROUNDS, say, SLOW, test as base } from './support/device'
import { columnar, encoders, pagesOf, rowsOf } from './support/encodings'
import { ladera, supervisor } from './support/people'
import { Phone } from './support/phone'
import { bulkPut, noticed, shown, still } from './support/probe'

/** Who are marked, again and again: those in sight. */
const PEOPLE = 3
/** A screen that has not changed for so long has all it will show. */
const QUIET_MS = 10_000

base.setTimeout(30 * 60_000)

const root = fileURLToPath(new URL('../..', import.meta.url))

const test = base.extend<{ heavy: { email: string; password: string } }>({
  // The demo and the heavy device of `make bench`.
  data: async ({ data }, use) => {
    const env = { ...process.env, CHASKI_BENCH_ROLE: 'add-devices' }
    execFileSync(join(root, 'bin/bench'), [data, '1', 'heavy'], { cwd: root, env })
    await use(data)
  },
  heavy: async ({ data }, use) => {
    const { devices } = JSON.parse(readFileSync(join(data, 'bench.json'), 'utf8')) as { devices: { user: string }[] }
    await use({ email: `${devices[0]!.user}@example.org`, password: 'chaski-medicion' })
  },
})

for (const factor of [1, SLOW]) {
  test(`first sync of the heavy device, CPU ${factor} × slower`, async ({ device, heavy }) => {
    const rounds: { rows: number; sync: number; bare: number; task: number }[] = []
    for (let n = 0; n < ROUNDS; n++) {
      const { page, slowness, close } = await device()
      const phone = new Phone(page)
      await phone.typeCredentials(heavy.email, heavy.password)
      slowness.set(factor)
      const pulled = page.waitForRequest(/sync\/pull/).then(() => Date.now())
      await phone.enter()
      const [begun, synced] = [await pulled, await shown(page, 'synced')]
      const over = await still(page, QUIET_MS)
      const { tasks } = await noticed(page)
      const { rows, ms } = await bulkPut(page)
      await close()
      const during = tasks.filter((t) => t.at + t.ms > begun && t.at < over).map((t) => t.ms)
      rounds.push({ rows, sync: synced - begun, bare: ms, task: Math.max(0, ...during) })
    }
    const [{ rows }] = rounds as [(typeof rounds)[0]]
    expect(rows, 'the heavy device').toBeGreaterThan(15_000)
    expect(rounds.every((r) => r.rows === rows)).toBe(true)
    say(`First sync, ${rows} rows, CPU ${factor} × slower`, {
      'first sync, ms': rounds.map((r) => r.sync),
      'bare bulkPut, ms': rounds.map((r) => r.bare),
      'one over the other': rounds.map((r) => r.sync / r.bare),
      'longest task of the main thread, ms': rounds.map((r) => r.task),
    })
  })

  test(`warm start without signal, CPU ${factor} × slower`, async ({ device, heavy, network }) => {
    const { page, slowness } = await device()
    const phone = new Phone(page)
    await phone.signIn(heavy.email, heavy.password)
    await phone.inSync()
    await phone.installed()
    network.down()
    const starts: Record<'heading' | 'card', number>[] = []
    for (let n = 0; n < ROUNDS; n++) {
      await page.goto('about:blank')
      slowness.set(factor)
      const asked = Date.now()
      await page.goto('/', { waitUntil: 'commit' })
      starts.push({ heading: (await shown(page, 'heading')) - asked, card: (await shown(page, 'card')) - asked })
      slowness.set(1)
    }
    say(`Warm start without signal, heavy device, CPU ${factor} × slower`, {
      'until the screen stands, ms': starts.map((s) => s.heading),
      'until its works are there, ms': starts.map((s) => s.card),
    })
  })

  test(`a mark on a roster of 150, CPU ${factor} × slower`, async ({ device }) => {
    const { page, slowness } = await device()
    const phone = new Phone(page)
    await phone.signIn(supervisor)
    await phone.inSync()
    await phone.startVisit(ladera)
    await phone.count(150)
    slowness.set(factor)
    for (const mark of ['Ausente', 'Presente', 'Ausente', 'Presente', 'Ausente'] as const)
      for (let n = 0; n < PEOPLE; n++) {
        await phone.mark(n, mark)
        await page.waitForTimeout(50 * factor)
      }
    slowness.set(1)
    await phone.marks(0, PEOPLE, 150 - PEOPLE)
    const { taps } = await noticed(page)
    say(`A mark on a roster of 150, from the tap to the next frame, CPU ${factor} × slower`, {
      ms: Object.values(taps),
    })
  })
}

test('shapes and encodings of a first sync', async ({ server, heavy }) => {
  const plain = await pagesOf(server.url, heavy, 'identity')
  const sum = (pages: Buffer[]): number => pages.reduce((n, p) => n + p.length, 0)
  const line = (name: string, bytes: number, ms?: number): void =>
    console.log(`  ${name}: ${(bytes / 1000).toFixed(0)} kB${ms === undefined ? '' : `, ${ms.toFixed(0)} ms`}`)
  console.log(`A first sync of the heavy device in ${plain.length} pages; time to encode, in this process`)
  for (const encoding of ['identity', 'zstd', 'gzip'])
    line(`as served, ${encoding}`, sum(await pagesOf(server.url, heavy, encoding)))
  const columns = plain.map((p) => Buffer.from(JSON.stringify(columnar(JSON.parse(String(p)) as never))))
  line('by column, plain', sum(columns))
  for (const [shape, pages] of Object.entries({ 'by row': plain, 'by column': columns }))
    for (const [name, encode] of Object.entries(encoders)) {
      const begun = performance.now()
      const encoded = pages.map(encode)
      line(`${shape}, ${name}`, sum(encoded), performance.now() - begun)
    }
  const read = (name: string, rows: () => unknown[]): void => {
    const took = Array.from({ length: ROUNDS }, () => {
      const begun = performance.now()
      const count = rows().length
      return { count, ms: performance.now() - begun }
    }).sort((a, b) => a.ms - b.ms)[ROUNDS >> 1]!
    console.log(`  read ${name}: ${took.count} rows, ${took.ms.toFixed(0)} ms`)
  }
  read('by row', () => plain.flatMap((p) => (JSON.parse(String(p)) as { puts: unknown[] }).puts))
  read('by column', () => columns.flatMap((p) => rowsOf(JSON.parse(String(p)) as never)))
})

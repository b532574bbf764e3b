import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { BrowserContext, Page } from '@playwright/test'

/** What the page itself noticed of its time; moments are ms since 1970. */
interface Noticed {
  /** When each sign was first on the page, after the frame that shows it. */
  shown: Partial<Record<Sign, number>>
  /** When the page last changed. */
  changed: number
  /** Tasks of the main thread that took over 50 ms. */
  tasks: { at: number; ms: number }[]
  /** From each tap to the next frame, ms, by interaction. */
  taps: Record<number, number>
}

type Window = typeof globalThis & { noticed: Noticed }

/** What a person waits for: where it is, and what it says. */
const SIGNS = {
  heading: ['h1', ''],
  card: ['[data-testid^="aii-"]', ''],
  synced: ['[data-testid="sync-state"]', 'Sincronizado'],
} as const

type Sign = keyof typeof SIGNS

/** Every page of the browser notices its signs, its long tasks and its taps, from its first script on. */
export async function watch(context: BrowserContext): Promise<void> {
  await context.addInitScript((signs) => {
    const noticed: Noticed = { shown: {}, changed: 0, tasks: [], taps: {} }
    ;(globalThis as Window).noticed = noticed
    const at = (t: number) => performance.timeOrigin + t
    new MutationObserver(() => {
      noticed.changed = at(performance.now())
      for (const [name, [selector, words]] of Object.entries(signs)) {
        const sign = name as Sign
        if (sign in noticed.shown || !document.querySelector(selector)?.textContent.includes(words)) continue
        noticed.shown[sign] = NaN
        requestAnimationFrame(() => setTimeout(() => (noticed.shown[sign] = at(performance.now()))))
      }
    }).observe(document, { childList: true, characterData: true, subtree: true })
    new PerformanceObserver((list) => {
      for (const t of list.getEntries()) noticed.tasks.push({ at: at(t.startTime), ms: t.duration })
    }).observe({ type: 'longtask', buffered: true })
    new PerformanceObserver((list) => {
      for (const { interactionId: id, duration } of list.getEntries() as PerformanceEventTiming[])
        if (id) noticed.taps[id] = Math.max(noticed.taps[id] ?? 0, duration)
    }).observe({ type: 'event', durationThreshold: 16, buffered: true } as PerformanceObserverInit)
  }, SIGNS)
}

export async function noticed(page: Page): Promise<Noticed> {
  return page.evaluate(() => (globalThis as Window).noticed)
}

/** When the sign was on the page. */
export async function shown(page: Page, sign: Sign): Promise<number> {
  await page.waitForFunction((s) => (globalThis as Window).noticed.shown[s]! > 0, sign, { timeout: 300_000 })
  return (await noticed(page)).shown[sign]!
}

/** Waits until the page has not changed for so many ms; when it last did. */
export async function still(page: Page, ms: number): Promise<number> {
  const patience = { timeout: 300_000, polling: 500 }
  await page.waitForFunction((ms) => Date.now() - (globalThis as Window).noticed.changed > ms, ms, patience)
  return (await noticed(page)).changed
}

const dexie = readFileSync(
  fileURLToPath(new URL('../../node_modules/dexie/dist/dexie.min.js', import.meta.url)),
  'utf8',
)

/**
 * Puts the rows of the page's replica into a new database of the same shape with
 * one bulkPut, in a worker, like the engine. The page must let such a worker
 * start (bypassCSP).
 *
 * @returns how many rows, how long in ms
 */
export async function bulkPut(page: Page): Promise<{ rows: number; ms: number }> {
  const work = `
    ${dexie}
    onmessage = async () => {
      const name = (await Dexie.getDatabaseNames()).find((n) => n.startsWith('chaski-replica-'))
      const full = await new Dexie(name).open()
      const rows = await full.table('rows').toArray()
      full.close()
      const bare = new Dexie('bare')
      bare.version(1).stores({ rows: '[c+id], [c+i], *b' })
      await bare.open()
      const begun = performance.now()
      await bare.rows.bulkPut(rows)
      const ms = performance.now() - begun
      const kept = await bare.rows.count()
      await bare.delete()
      postMessage({ rows: kept, ms })
    }`
  return page.evaluate(
    (source) =>
      new Promise<{ rows: number; ms: number }>((done, fail) => {
        const worker = new Worker(URL.createObjectURL(new Blob([source])))
        worker.onmessage = (e: MessageEvent<{ rows: number; ms: number }>) => done(e.data)
        worker.onerror = (e) => fail(new Error(e.message))
        worker.postMessage('go')
      }),
    work,
  )
}

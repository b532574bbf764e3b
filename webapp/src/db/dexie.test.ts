import 'fake-indexeddb/auto'
import { Dexie } from 'dexie'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { StorageNews } from '../domain/storage'
import { WorkDb } from './dexie'

let users = 0
const opened: Dexie[] = []

function listen(user = `u${++users}`): { db: WorkDb; user: string; news: StorageNews[] } {
  const db = new WorkDb(user)
  const news: StorageNews[] = []
  db.heard = (what) => news.push(what)
  opened.push(db)
  return { db, user, news }
}

const draft = (id: string) => ({ id, kind: 'visit' as const, intervention: 'x', version: 1, saved_at: '', body: {} })

afterEach(() => {
  vi.restoreAllMocks()
  for (const db of opened.splice(0)) db.close()
})

describe('a database tells', () => {
  test('that it was made, and the next time only that it opened', async () => {
    const { db, user, news } = listen()
    await db.drafts.put(draft('a'))
    await vi.waitFor(() => expect(news).toEqual(['created', 'open']))
    db.close()
    const next = listen(user)
    expect(await next.db.drafts.count()).toBe(1)
    await vi.waitFor(() => expect(next.news).toEqual(['open']))
  })

  test('that it was erased while in use, and takes what is written next', async () => {
    const { db, user, news } = listen()
    await db.drafts.put(draft('a'))
    await Dexie.delete(`chaski-work-${user}`)
    await db.drafts.put(draft('b'))
    await vi.waitFor(() => expect(news).toContain('gone'))
    expect((await db.drafts.toArray()).map((d) => d.id)).toEqual(['b'])
  })

  test('that another tab has a newer version, and writes nothing more', async () => {
    const { db, user, news } = listen()
    await db.drafts.put(draft('a'))
    const newer = new Dexie(`chaski-work-${user}`)
    opened.push(newer)
    newer.version(3).stores({ outbox: 'counter', drafts: 'id', meta: 'k', more: 'id' })
    await newer.open()
    await vi.waitFor(() => expect(news).toContain('newer'))
    await expect(db.drafts.put(draft('b'))).rejects.toThrow()
    expect(await newer.table('drafts').count()).toBe(1)
  })

  test('that a newer version had it before it was opened here, and writes nothing either', async () => {
    const { db, user, news } = listen()
    const newer = new Dexie(`chaski-work-${user}`)
    opened.push(newer)
    newer.version(3).stores({ outbox: 'counter, id, state, group', drafts: 'id', meta: 'k', more: 'id' })
    await newer.open()
    await expect(db.drafts.put(draft('a'))).rejects.toThrow(/VersionError/)
    await expect(db.drafts.put(draft('b'))).rejects.toThrow()
    await vi.waitFor(() => expect(news).toContain('newer'))
    expect(news).not.toContain('open')
    expect(await newer.table('drafts').count()).toBe(0)
  })
})

test('what an app from before there were files left is there, and takes files', async () => {
  const user = `u${++users}`
  const older = new Dexie(`chaski-work-${user}`)
  older.version(1).stores({ outbox: 'counter, id, state, group', drafts: 'id', meta: 'k' })
  await older.table('drafts').put(draft('a'))
  await older.table('outbox').put({ counter: 1, id: 'm', state: 'pending', group: 'g' })
  older.close()
  const { db } = listen(user)
  expect(await db.drafts.toArray()).toEqual([draft('a')])
  expect(await db.outbox.where('group').equals('g').count()).toBe(1)
  await db.bytes.put({ hash: 'h', data: new Uint8Array([1, 2]).buffer })
  expect(new Uint8Array((await db.bytes.get('h'))!.data)).toEqual(new Uint8Array([1, 2]))
})

test('one that did not open at first is opened when it can be', async () => {
  const { db } = listen()
  const open = vi.spyOn(indexedDB, 'open').mockImplementation(() => {
    throw new DOMException('not now', 'InvalidStateError')
  })
  await expect(db.drafts.count()).rejects.toThrow()
  await expect(db.drafts.count()).rejects.toThrow()
  open.mockRestore()
  await vi.waitFor(async () => expect(await db.drafts.count()).toBe(0), { timeout: 5000, interval: 100 })
})

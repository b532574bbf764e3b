import 'fake-indexeddb/auto'
import { Dexie } from 'dexie'
import type PocketBase from 'pocketbase'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { olderName, ReplicaDb, WorkDb } from '../db/dexie'
import { DexieWork } from '../db/work'
import type { SyncEngine, SyncStatus } from './contract'
import { createEngine, localInstant } from './engine'
import { host } from './host'
import { Gate } from './transport'
import { FakeServer } from './testing/server'

/** What a browser gives two tabs of one origin: a lock, a channel (Node has it) and a network. */
function browser(server: FakeServer): void {
  let held: Promise<unknown> = Promise.resolve()
  const request = (_: string, { signal }: { signal: AbortSignal }, lead: () => Promise<void>): Promise<void> => {
    const turn = held.then(() => (signal.aborted ? Promise.reject(new Error('aborted')) : lead()))
    held = turn.catch(() => undefined)
    return turn
  }
  vi.stubGlobal('navigator', { locks: { request }, userAgent: 'test' })
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }))
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined
    const path = url.slice(url.indexOf('/api/chaski/v1') + '/api/chaski/v1'.length)
    const answer = server.answer(init.method ?? 'GET', path, body)
    return Promise.resolve(new Response(JSON.stringify(answer.body), { status: answer.status }))
  })
}

const pb = {
  baseURL: 'http://127.0.0.1:1/',
  authStore: { token: 't', isValid: false, onChange: () => () => undefined },
  realtime: { subscribe: () => Promise.reject(new Error('no stream')), unsubscribe: () => Promise.resolve() },
} as unknown as PocketBase

let users = 0
const opened: SyncEngine[] = []

/** A host behind a line over which only copies pass, as with a worker. */
function spawn(): MessagePort {
  const { port1, port2 } = new MessageChannel()
  host(port2)
  return port1
}

let erased = 0

function tab(user: string, gate = new Gate()): SyncEngine {
  const engine = createEngine({
    user,
    work: new DexieWork(new WorkDb(user)),
    pb,
    gate,
    appVersion: 'test',
    spawn,
    erase: () => erased++,
    heard: () => undefined,
  })
  opened.push(engine)
  return engine
}

const until = async (engine: SyncEngine, is: (s: SyncStatus) => boolean): Promise<void> =>
  vi.waitFor(() => expect(is(engine.status())).toBe(true), { timeout: 3000 })

const visit = (record: string) => ({
  group: record,
  label: 'Visita',
  intervention: 'x',
  mutations: [{ collection: 'visits', record, op: 'create' as const, fields: { intervention: 'x' }, form: 'visit/1' }],
})

let server: FakeServer
let user: string

beforeEach(() => {
  server = new FakeServer()
  server.held = ['catalog', 'aii:x']
  server.put('parameters', 'p', { key: 'k' }, 'catalog')
  user = `user${++users}`
  browser(server)
})

afterEach(async () => {
  await Promise.all(opened.splice(0).map((e) => e.stop()))
  vi.unstubAllGlobals()
})

test('one tab syncs, the other sees it, adds to the outbox and takes over', async () => {
  const [first, second] = [tab(user), tab(user)]
  await first.start()
  await until(first, (s) => s.in_sync)
  await second.start()
  await until(second, (s) => s.in_sync)
  expect(server.calls('/devices')).toBe(1)

  await second.enqueue(visit('visit1'))
  await until(second, (s) => s.in_sync && s.pending === 0)
  expect(server.applied).toHaveLength(1)

  await first.stop()
  await second.enqueue(visit('visit2'))
  await second.syncNow()
  await until(second, (s) => s.in_sync)
  expect(server.applied).toHaveLength(2)
  expect(server.calls('/devices')).toBe(1)
})

test('without a signal work waits, and goes when the signal is back', async () => {
  const gate = new Gate()
  const engine = tab(user, gate)
  gate.setOpen(false)
  await engine.start()
  await until(engine, (s) => s.problem === 'no_network')
  await engine.enqueue(visit('visit1'))
  expect(engine.status()).toMatchObject({ pending: 1, in_sync: false })
  gate.setOpen(true)
  await until(engine, (s) => s.in_sync && s.pending === 0)
  expect(server.applied).toHaveLength(1)
})

test('a stream of news that could not be had is asked for again when the server answers, without a word of the browser', async () => {
  const subscribe = vi.spyOn(pb.realtime, 'subscribe')
  const engine = tab(user)
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no network')))
  await engine.start()
  await until(engine, (s) => s.problem === 'no_network')
  const before = subscribe.mock.calls.length
  expect(before).toBeGreaterThan(0)
  browser(server)
  subscribe.mockResolvedValue(() => Promise.resolve())
  await engine.syncNow()
  await until(engine, (s) => s.in_sync)
  await vi.waitFor(() => expect(subscribe.mock.calls.length).toBe(before + 1))
  // One that stands is not asked for again.
  await engine.syncNow()
  await until(engine, (s) => s.phase === 'idle')
  expect(subscribe.mock.calls.length).toBe(before + 1)
  subscribe.mockRestore()
})

test('what another tab asks for is done by the tab that leads', async () => {
  const [first, second] = [tab(user), tab(user)]
  await first.start()
  await until(first, (s) => s.in_sync)
  await second.start()
  server.put('parameters', 'q', { key: 'q' }, 'catalog')
  await second.syncNow()
  expect(await new ReplicaDb(user).rows.count()).toBe(2)
})

describe('a refused visit', () => {
  const problem = { code: 'convenio_mismatch', message: 'No es el convenio', field: 'convenio_code' }
  const draft = (id: string) => ({ id, kind: 'visit' as const, intervention: 'x', version: 1, saved_at: '', body: {} })

  async function refused(): Promise<{ engine: SyncEngine; work: WorkDb }> {
    server.judge = (m) =>
      m.record === 'visit1' ? { status: 'rejected', errors: [problem] } : { status: 'applied', errors: [] }
    const engine = tab(user)
    await engine.start()
    await engine.enqueue(visit('visit1'))
    await until(engine, (s) => s.rejected === 1 && s.pending === 0)
    return { engine, work: new WorkDb(user) }
  }

  test('is begun again once, and counts until the new one is received', async () => {
    const { engine, work } = await refused()
    const made = await Promise.all([engine.redo('visit1', draft('new1')), engine.redo('visit1', draft('new2'))])
    expect(new Set(made).size).toBe(1)
    const [id = ''] = made
    expect(await work.drafts.toCollection().primaryKeys()).toEqual([id])
    expect(engine.status().rejected).toBe(1)

    await engine.enqueue({ ...visit(id), draft: id })
    await until(engine, (s) => s.rejected === 0 && s.pending === 0)
    expect(await engine.redo('visit1', draft('new3'))).toBe(id)
    expect(await work.drafts.count()).toBe(0)
    // Answered, but not forgotten.
    expect(await work.outbox.where('state').equals('rejected').count()).toBe(1)
  })

  test('is open again when the new one is discarded, and may then be begun anew', async () => {
    const { engine, work } = await refused()
    await engine.redo('visit1', draft('new1'))
    await engine.discard('new1')
    expect(await work.drafts.count()).toBe(0)
    expect(engine.status().rejected).toBe(1)
    expect(await engine.redo('visit1', draft('new2'))).toBe('new2')
  })

  test('is forgotten only by discarding it, which touches nothing else', async () => {
    const { engine, work } = await refused()
    await engine.enqueue(visit('visit2'))
    await until(engine, (s) => s.pending === 0)
    await engine.discard('visit2')
    expect(await work.outbox.count()).toBe(2)
    await engine.discard('visit1')
    expect((await work.outbox.toArray()).map((e) => [e.group, e.state])).toEqual([['visit2', 'applied']])
    expect(engine.status().rejected).toBe(0)
    expect(await engine.redo('visit1', draft('new1'))).toBe('')
  })
})

describe('single records of an accepted visit, refused', () => {
  const mark = (record: string) => ({
    collection: 'visit_marks',
    record,
    op: 'create' as const,
    fields: { visit: 'visit1', participant: record, mark: 'presente' },
    form: 'visit/1',
  })
  const draft = (id: string) => ({ id, kind: 'record' as const, intervention: 'x', version: 1, saved_at: '', body: {} })
  const corrected = (id: string, record: string) => ({
    group: id,
    label: 'Marca corregida',
    intervention: 'x',
    mutations: [mark(record)],
    draft: id,
  })

  async function refused(): Promise<{ engine: SyncEngine; work: WorkDb; ids: string[] }> {
    const errors = [{ code: 'headcount_mismatch', message: 'Hay más marcados que contados', field: 'mark' }]
    server.judge = (m) =>
      ['mark1', 'mark2', 'bad'].includes(m.record) ? { status: 'rejected', errors } : { status: 'applied', errors: [] }
    const engine = tab(user)
    await engine.start()
    const work = visit('visit1')
    await engine.enqueue({ ...work, mutations: [...work.mutations, mark('mark1'), mark('mark2')] })
    await until(engine, (s) => s.rejected === 2 && s.pending === 0)
    const db = new WorkDb(user)
    return {
      engine,
      work: db,
      ids: (await db.outbox.where('state').equals('rejected').sortBy('counter')).map((e) => e.id),
    }
  }

  test('one is written again, the other stays open; a second wish answers the same draft', async () => {
    const { engine, work, ids } = await refused()
    const [first = '', second = ''] = ids
    expect(await engine.redo('visit1', draft('fix1'), [first])).toBe('fix1')
    expect(await engine.redo('visit1', draft('fix2'), [first])).toBe('fix1')
    expect(await engine.redo('visit1', draft('fix3'), [second])).toBe('fix3')
    await engine.enqueue(corrected('fix1', 'mark3'))
    await until(engine, (s) => s.rejected === 1 && s.pending === 0)
    expect(await work.drafts.toCollection().primaryKeys()).toEqual(['fix3'])
  })

  test('one is forgotten, and may be put back; nothing else changes', async () => {
    const { engine, work, ids } = await refused()
    const before = await work.outbox.toArray()
    const gone = await engine.discard('visit1', [ids[0] ?? ''])
    expect(gone.entries.map((e) => e.mutation.record)).toEqual(['mark1'])
    expect(engine.status().rejected).toBe(1)
    await engine.putBack(gone)
    await engine.putBack(gone)
    expect(await work.outbox.toArray()).toEqual(before)
    expect(engine.status().rejected).toBe(2)
  })

  test('what a refused correction was to replace is open again when it is forgotten', async () => {
    const { engine, work, ids } = await refused()
    await engine.redo('visit1', draft('fix1'), [ids[0] ?? ''])
    await engine.enqueue(corrected('fix1', 'bad'))
    await until(engine, (s) => s.pending === 0)
    expect(engine.status().rejected).toBe(2) // mark2 and the correction; mark1 is in its place
    await engine.discard('fix1')
    expect(engine.status().rejected).toBe(2)
    expect(
      (
        await work.outbox
          .where('id')
          .equals(ids[0] ?? '')
          .first()
      )?.redone_as,
    ).toBeUndefined()
  })

  test('a part of a new visit that is forgotten does not bring the old visit back', async () => {
    const { engine, work } = await refused()
    server.judge = (m) =>
      m.record === 'old' || m.record === 'bad' ? { status: 'rejected', errors: [] } : { status: 'applied', errors: [] }
    await engine.enqueue(visit('old'))
    await until(engine, (s) => s.rejected === 3 && s.pending === 0)
    await engine.redo('old', { ...draft('new'), kind: 'visit' })
    const anew = visit('new')
    await engine.enqueue({ ...anew, mutations: [...anew.mutations, mark('bad')], draft: 'new' })
    await until(engine, (s) => s.rejected === 3 && s.pending === 0)
    await engine.discard('new')
    expect(engine.status().rejected).toBe(2)
    expect((await work.outbox.where('group').equals('old').first())?.redone_as).toBe('new')
  })
})

test('ordered to be wiped: every tab erases what it keeps, and who signs in later begins under another name', async () => {
  const [first, second] = [tab(user), tab(user)]
  await first.start()
  await until(first, (s) => s.in_sync)
  await second.start()
  const { install } = (await new WorkDb(user).meta.get('work'))!
  const older = new Dexie(olderName(user))
  older.version(1).stores({ drafts: 'intervention' })
  await older.table('drafts').put({ intervention: 'x', lines: {}, answers: {}, saved_at: 0 })
  older.close()
  erased = 0
  server.standing = 'por_borrar'
  await second.syncNow()
  await until(second, (s) => s.standing === 'erased')
  expect(erased).toBe(2)
  expect(await Dexie.exists(olderName(user))).toBe(false)
  expect(await new ReplicaDb(user).rows.count()).toBe(0)
  await Promise.all([first.stop(), second.stop()])

  server.standing = 'activo'
  const again = tab(user)
  await again.start()
  await until(again, (s) => s.in_sync)
  expect((await new WorkDb(user).meta.get('work'))!.install).not.toBe(install)
  expect(server.calls('/devices')).toBe(2)
})

test('device time carries its offset', () => {
  const at = new Date('2026-06-15T15:00:00Z')
  vi.spyOn(at, 'getTimezoneOffset').mockReturnValue(300)
  expect(localInstant(at)).toBe('2026-06-15T10:00:00-05:00')
  vi.spyOn(at, 'getTimezoneOffset').mockReturnValue(-330)
  expect(localInstant(at)).toBe('2026-06-15T20:30:00+05:30')
})

describe("when this device's storage", () => {
  test('is erased by the browser while it is used, the rest comes again and what is recorded from then on arrives', async () => {
    const engine = tab(user)
    await engine.start()
    await until(engine, (s) => s.in_sync)
    for (const name of ['replica', 'work']) await Dexie.delete(`chaski-${name}-${user}`)
    await engine.enqueue(visit('visit1'))
    await engine.syncNow()
    await until(engine, (s) => s.in_sync && s.pending === 0)
    expect(server.applied).toHaveLength(1)
    expect(server.calls('/devices')).toBe(2) // another installation
    const replica = new ReplicaDb(user)
    expect(await replica.rows.count()).toBe(2)
    replica.close()
  })

  test('does not open, it says so and begins when it does', async () => {
    const open = vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('not now', 'UnknownError')
    })
    const engine = tab(user)
    await engine.start()
    await until(engine, (s) => s.problem === 'storage_shut')
    open.mockRestore()
    await vi.waitFor(() => expect(engine.status()).toMatchObject({ problem: '', in_sync: true }), { timeout: 9000 })
  })
})

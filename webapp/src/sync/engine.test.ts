import 'fake-indexeddb/auto'
import type PocketBase from 'pocketbase'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ReplicaDb, WorkDb } from '../db/dexie'
import type { SyncEngine, SyncStatus } from './contract'
import { createEngine, localInstant } from './engine'
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

function tab(user: string, gate = new Gate()): SyncEngine {
  const engine = createEngine({
    user,
    replica: new ReplicaDb(user),
    work: new WorkDb(user),
    pb,
    gate,
    appVersion: 'test',
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

test('what another tab asks for is done by the tab that leads', async () => {
  const [first, second] = [tab(user), tab(user)]
  await first.start()
  await until(first, (s) => s.in_sync)
  await second.start()
  server.put('parameters', 'q', { key: 'q' }, 'catalog')
  await second.syncNow()
  expect(await new ReplicaDb(user).rows.count()).toBe(2)
})

test('device time carries its offset', () => {
  const at = new Date('2026-06-15T15:00:00Z')
  vi.spyOn(at, 'getTimezoneOffset').mockReturnValue(300)
  expect(localInstant(at)).toBe('2026-06-15T10:00:00-05:00')
  vi.spyOn(at, 'getTimezoneOffset').mockReturnValue(-330)
  expect(localInstant(at)).toBe('2026-06-15T20:30:00+05:30')
})

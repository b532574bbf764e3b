/** What the server orders for a device, and what happens to one that hears nothing for long or has no room. */
import 'fake-indexeddb/auto'
import { describe, expect, test, vi } from 'vitest'
import { emptyDisk, MemoryReplica, MemoryWork } from '../db/memory'
import { Erased } from './tables'
import type { Answer } from './ports'
import { Phone } from './testing/phone'
import { FakeServer } from './testing/server'
import { ALL, kinds, rowIds, setUp as setUpOn } from './testing/stores'

const DAY = 86_400_000
const offline = () => ({ status: 0 })
const draft = { id: 'd', kind: 'visit' as const, intervention: 'x', version: 1, saved_at: '', body: {} }
const work = (record: string, more: object = {}) => ({
  group: record,
  label: '',
  intervention: 'x',
  mutations: [{ collection: 'visits', record, op: 'create' as const, fields: { intervention: 'x' }, form: 'visit/1' }],
  ...more,
})

describe.each(kinds)('a phone on %s', (_, stores) => {
  const setUp = () => setUpOn(stores)

  test('revoked: it flushes, then holds no row, and keeps drafts and what is not answered', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    phone.spoil = (path, deliver) => (path === '/sync/push' ? { status: 0 } : deliver())
    await phone.record('v', 'x', 'visit1')
    await stores.work.enqueue(work('undone'), { ids: ['m9'], at: '' })
    await stores.work.takeBack('undone', draft)
    server.standing = 'revocado'
    server.judge = () => ({ status: 'parked', errors: [{ code: 'device_revoked', message: 'En revisión.' }] })
    await phone.sync()
    expect(await rowIds(stores)).toEqual(ALL) // unsent work keeps what it is shown on
    expect(phone.status).toMatchObject({ standing: 'revoked', pending: 1 })
    phone.spoil = (__, deliver) => deliver()
    await phone.sync()
    await phone.driver.idle()
    expect(await stores.replica.collection('cupos')).toEqual([])
    expect((await stores.all()).map((e) => e.state)).toEqual(['parked'])
    expect([...(await stores.work.waiting())]).toEqual(['x']) // the draft
    expect(phone.status).toMatchObject({ standing: 'evicted', parked: 1, pending: 0, problem: 'device_revoked' })

    const next = new Phone(stores.replica, stores.work, server)
    await next.start()
    expect(next.status).toMatchObject({ standing: 'evicted', in_sync: false })
    await next.record('w', 'x', 'visit2') // still taken, and not shown by any row
    expect(next.status).toMatchObject({ parked: 2, pending: 0 })
    server.standing = 'activo'
    await next.pass()
    expect(next.status).toMatchObject({ standing: 'active', in_sync: true })
    expect(await rowIds(stores)).toEqual(ALL)
  })

  test('put back in use, killed before that was noted, revoked again: it is emptied again', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    await stores.work.note({ standing: 'evicted' }) // as it stood when the page was stored
    server.standing = 'revocado'
    const next = new Phone(stores.replica, stores.work, server)
    await next.start()
    await next.driver.idle()
    expect(await rowIds(stores)).toEqual([])
    expect(next.status).toMatchObject({ standing: 'evicted', in_sync: false })
  })

  test('revoked, with nothing unsent: what a server that went back has lost is sent again', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    const backup = server.backup()
    await phone.record('v', 'x', 'visit1')
    expect(phone.status).toMatchObject({ pending: 0, in_sync: true })
    server.restore(backup)
    server.standing = 'revocado'
    server.judge = () => ({ status: 'parked', errors: [{ code: 'device_revoked', message: 'En revisión.' }] })
    await phone.sync()
    await phone.driver.idle()
    expect(phone.status).toMatchObject({ standing: 'evicted', pending: 0, parked: 1 })
    expect((await stores.all()).map((e) => e.state)).toEqual(['parked'])
  })

  test('revoked, and heard of where its session or its name is asked for: it flushes all the same', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    phone.spoil = (path, deliver) => (path === '/sync/push' ? { status: 0 } : deliver())
    await phone.record('v', 'x', 'visit1')
    server.standing = 'revocado'
    server.judge = () => ({ status: 'parked', errors: [{ code: 'device_revoked', message: 'En revisión.' }] })
    const over = { status: 401, body: { error: { code: 'session_expired', message: '' } } }
    const unsure = (path: string, deliver: () => Answer): Answer => (path === '/session' ? deliver() : over)
    phone.spoil = unsure // the first answers are a 401: only /session may end the session, and it says another thing
    await phone.sync()
    expect(phone.status).toMatchObject({ standing: 'revoked', pending: 1 })
    expect(phone.status?.problem).not.toBe('session_expired')
    phone.spoil = (_, deliver) => deliver()
    await phone.sync()
    await phone.driver.idle()
    expect(phone.status).toMatchObject({ standing: 'evicted', parked: 1, pending: 0 })
    expect((await stores.all()).map((e) => e.state)).toEqual(['parked'])
  })

  test('revoked before a new name of it was registered: it is emptied, what is unsent stays, and a sign-in sends it', async () => {
    for (const unsent of [0, 1]) {
      const { server, phone, stores } = setUp()
      await phone.start()
      await stores.work.saveInstall('copied') // as after a counter that another copy had used
      if (unsent > 0) await stores.work.enqueue(work('v'), { ids: ['m1'], at: '' })
      server.standing = 'revocado'
      const copy = new Phone(stores.replica, stores.work, server)
      await copy.start()
      await copy.driver.idle()
      expect(copy.status).toMatchObject({ pending: unsent, problem: 'device_revoked' })
      expect(copy.status?.standing).toBe(unsent > 0 ? 'revoked' : 'evicted')
      expect((await rowIds(stores)).length > 0).toBe(unsent > 0)
      server.standing = 'activo' // for the new session
      copy.driver.tell({ type: 'signed_in' })
      await copy.driver.idle()
      expect(copy.status).toMatchObject({ standing: 'active', pending: 0, in_sync: true })
    }
  })

  test('to be wiped, and heard of when it registers anew: it erases itself', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    await phone.record('v', 'x', 'visit1')
    await stores.work.saveInstall('copied')
    server.standing = 'por_borrar'
    const next = new Phone(stores.replica, stores.work, server)
    await next.start()
    await next.driver.idle()
    expect(next.status?.standing).toBe('erased')
    expect(await stores.all()).toEqual([])
    expect(await rowIds(stores)).toEqual([])
  })

  test('to be wiped: everything goes at once, and the server is told however long that takes', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    phone.spoil = (path, deliver) => (path === '/sync/push' ? { status: 0 } : deliver())
    await phone.record('v', 'x', 'visit1')
    await stores.work.enqueue(work('undone'), { ids: ['m9'], at: '' })
    await stores.work.takeBack('undone', draft)
    const before = await stores.work.meta()
    server.standing = 'por_borrar'
    phone.spoil = (path, deliver) => (path === '/devices/wiped' || path === '/sync/push' ? { status: 0 } : deliver())
    await phone.sync()
    expect(await stores.replica.members([1, 2])).toEqual([])
    expect(await stores.all()).toEqual([])
    expect(await stores.work.waiting()).toEqual(new Set())
    expect(phone.erased).toBeGreaterThan(0)
    expect(phone.status).toMatchObject({ standing: 'wiped', in_sync: false })
    expect(server.standing).toBe('por_borrar')
    // A screen that is still open keeps nothing more on it.
    await expect(stores.work.enqueue(work('late'), { ids: ['m10'], at: '' })).rejects.toThrow(Erased)
    await expect(stores.work.saveDraft(draft)).rejects.toThrow(Erased)
    expect(await stores.all()).toEqual([])
    expect(await stores.work.waiting()).toEqual(new Set())

    const next = new Phone(stores.replica, stores.work, server)
    const told: unknown[] = []
    next.spoil = (path, deliver, body) => {
      told.push(path, path === '/devices/wiped' ? body : '')
      return deliver()
    }
    await next.start()
    expect(told).toEqual(['/devices/wiped', { device: before.device, install: before.install }])
    expect(server.standing).toBe('borrado')
    expect(next.status?.standing).toBe('erased')
    await next.sync()
    await next.pass()
    expect(told).toHaveLength(2) // and never speaks again
    expect(await new Phone(stores.replica, stores.work, server).start()).toBeUndefined()
    expect(server.calls('/devices')).toBe(1)
  })

  test('silent for longer than its lease it is locked, deletes nothing, goes on sending, and opens with an answer', async () => {
    const { server, phone, stores } = setUp()
    server.put(
      'parameters',
      'l',
      { key: 'device.lease_days', value: 10, valid_from: '2026-01-01', valid_to: '' },
      'catalog',
    )
    await phone.start()
    phone.spoil = offline
    await phone.record('v', 'x', 'visit1')
    phone.now += 9 * DAY
    await phone.sync()
    expect(phone.status).toMatchObject({ locked: false, pending: 1 })
    phone.now += 2 * DAY
    await phone.sync()
    expect(phone.status).toMatchObject({ locked: true, pending: 1 })
    expect(await rowIds(stores)).toEqual([...ALL, 'parameters/l'].sort())

    // Set back, and started again: the newest time it ever saw was written down.
    const back = new Phone(stores.replica, stores.work, server)
    back.spoil = offline
    back.now = phone.now - 300 * DAY
    await back.start()
    expect(back.status).toMatchObject({ locked: true, pending: 1 })
    back.spoil = (__, deliver) => deliver()
    await back.sync()
    expect(back.status).toMatchObject({ locked: false, pending: 0, in_sync: true })
    // A clock that was wrong forwards does not lengthen the next lease.
    back.spoil = offline
    back.now += 11 * DAY
    await back.sync()
    expect(back.status?.locked).toBe(true)
  })

  test("a clock set forward by a year before one's eyes locks nothing; 50 days asleep do", async () => {
    const { phone, stores } = setUp()
    await phone.start()
    phone.spoil = offline
    const look = async (days: number, hours: number, attended: boolean): Promise<boolean> => {
      phone.now += days * DAY
      phone.steady += hours * 3_600_000
      phone.attended = attended
      phone.driver.tell({ type: 'looked' })
      await phone.driver.idle()
      return phone.status!.locked
    }
    expect(await look(365, 1, true)).toBe(false)
    await vi.waitFor(async () => expect((await stores.work.meta()).lease.seen).toBe(phone.now)) // outlives a restart
    expect(await look(-365, 1, true)).toBe(false)
    expect(await look(365, 1, true)).toBe(false)
    const next = new Phone(stores.replica, stores.work, new FakeServer())
    next.spoil = offline
    next.now = phone.now + DAY
    await next.start()
    expect(next.status?.locked).toBe(false)
    expect(await look(50, 2, false)).toBe(true)
  })

  test('too old to pull, it pushes on, also what is recorded later', async () => {
    const { server, phone } = setUp()
    phone.spoil = (path, deliver) =>
      path === '/sync/pull' ? { status: 426, body: { error: { code: 'client_outdated', message: '' } } } : deliver()
    await phone.start()
    for (const record of ['visit1', 'visit2']) await phone.record(record, 'x', record)
    expect(server.applied).toHaveLength(2)
    expect(phone.status).toMatchObject({ problem: 'client_outdated', pending: 0, in_sync: false })
  })

  test('what a reviewer decided of parked work holds, once', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    server.judge = () => ({ status: 'parked', errors: [{ code: 'never_assigned', message: 'En revisión.' }] })
    await phone.record('v', 'x', 'visit1', 'visit2', 'visit3')
    server.held = [...server.held, 'user:u']
    const [first, second] = (await stores.all()).map((e) => e.id)
    const by = { decided_by_name: 'Rosa', decided_at: '2026-06-16', reason: 'No le corresponde esta obra' }
    const done = { status: 'applied', seq: 99, rev: 1, receipt: 'n1-1-99-1', errors: [] }
    server.put('mutation_reviews', 'r1', { mutation: first, ...by, ...done }, 'user:u')
    const errors = [{ code: 'review_rejected', message: 'No le corresponde esta obra' }]
    server.put('mutation_reviews', 'r2', { mutation: second, ...by, status: 'rejected', errors }, 'user:u')
    await phone.sync()
    const after = (await stores.all()).map((e) => [e.state, e.outcome?.receipt, e.review?.decided_by])
    expect(after).toEqual([
      ['applied', 'n1-1-99-1', 'Rosa'],
      ['rejected', undefined, 'Rosa'],
      ['parked', undefined, undefined],
    ])
    expect(phone.status).toMatchObject({ parked: 1, rejected: 1, in_sync: true })
    const decided = await stores.all()
    await phone.sync()
    expect(await stores.all()).toEqual(decided)
  })
})

test('killed between any two writes of a wipe: it goes on erasing itself and ends by saying so', async () => {
  for (let writes = 0; writes < 12; writes++) {
    const server = new FakeServer()
    server.held = ['catalog']
    server.put('parameters', 'p', { key: 'k' }, 'catalog')
    const disk = emptyDisk()
    const mortal = (left: number): Phone => {
      const gate = (): Promise<void> => (left-- > 0 ? Promise.resolve() : new Promise(() => undefined))
      return new Phone(new MemoryReplica(disk, gate), new MemoryWork(disk, gate), server)
    }
    await mortal(Infinity).start()
    await new MemoryWork(disk).enqueue(work('v'), { ids: ['m1'], at: '' })
    server.standing = 'por_borrar'
    void mortal(writes).start()
    await new Promise((resolve) => setImmediate(resolve))
    const phone = mortal(Infinity)
    await phone.start()
    expect(server.standing, `after ${writes} writes`).toBe('borrado')
    expect([disk.rows.size, disk.outbox.size, disk.work.standing]).toEqual([0, 0, 'erased'])
  }
})

test('a copy that has no name of its own yet erases itself and has nobody to tell', async () => {
  const server = new FakeServer()
  server.held = ['catalog']
  const disk = emptyDisk()
  const phone = new Phone(new MemoryReplica(disk), new MemoryWork(disk), server)
  await phone.start()
  await new MemoryWork(disk).saveInstall('anew')
  await new MemoryWork(disk).note({ standing: 'wiped' })
  const next = new Phone(new MemoryReplica(disk), new MemoryWork(disk), server)
  await next.start()
  expect([disk.work.standing, server.calls('/devices/wiped')]).toEqual(['erased', 0])
})

test('what is noted late does not undo an order to erase', async () => {
  const server = new FakeServer()
  server.held = ['catalog']
  const disk = emptyDisk()
  const slow: (() => void)[] = []
  const gate = (what: string): Promise<void> =>
    what === 'note' && slow.length === 0 ? new Promise((resolve) => slow.push(resolve)) : Promise.resolve()
  const phone = new Phone(new MemoryReplica(disk), new MemoryWork(disk, gate), server)
  await phone.start()
  server.standing = 'por_borrar'
  void phone.sync()
  await new Promise((resolve) => setImmediate(resolve))
  expect(slow).toHaveLength(1)
  slow[0]!()
  await new Promise((resolve) => setImmediate(resolve))
  expect([disk.work.standing, server.standing]).toEqual(['erased', 'borrado'])
})

test('who signs in anew after a wipe, in the same process, has a lease that is written down', async () => {
  const server = new FakeServer()
  server.held = ['catalog']
  const disk = emptyDisk()
  const phone = new Phone(new MemoryReplica(disk), new MemoryWork(disk), server)
  await phone.start()
  server.standing = 'por_borrar'
  await phone.sync()
  expect(disk.work).toMatchObject({ standing: 'erased', lease: { seen: 0 } })
  server.standing = 'activo'
  phone.driver.tell({ type: 'signed_in' })
  await phone.driver.idle()
  await vi.waitFor(() => expect(disk.work).toMatchObject({ standing: 'active', lease: { seen: phone.now } }))
})

test('a second tab that begins at the same time leaves the name of the first', async () => {
  const work = new MemoryWork(emptyDisk())
  await work.beginInstall('first')
  await work.saveDevice('d1', 7)
  await work.beginInstall('second')
  expect(await work.meta()).toMatchObject({ install: 'first', device: 'd1' })
})

describe('no room left', () => {
  const full = () => Promise.reject(new DOMException('full', 'QuotaExceededError'))

  test('for the replica: it says so, keeps the outbox, sends on, and pulls when there is room again', async () => {
    const server = new FakeServer()
    server.held = ['catalog']
    server.put('parameters', 'p', { key: 'k' }, 'catalog')
    const disk = emptyDisk()
    let room = false
    const replica = new MemoryReplica(disk, () => (room ? Promise.resolve() : full()))
    const phone = new Phone(replica, new MemoryWork(disk), server)
    await phone.start()
    await phone.record('v', 'x', 'visit1')
    expect(server.applied).toHaveLength(1)
    expect(phone.status).toMatchObject({ problem: 'storage_full', pending: 0, in_sync: false })
    room = true
    await phone.pass()
    expect(phone.status).toMatchObject({ problem: '', in_sync: true })
  })

  test('for the outbox: whoever records hears of it, and nothing is half stored', async () => {
    const disk = emptyDisk()
    const store = new MemoryWork(disk, (what) => (what === 'enqueue' ? full() : Promise.resolve()))
    await expect(store.enqueue(work('v'), { ids: ['m1'], at: '' })).rejects.toThrow('full')
    expect(disk.outbox.size).toBe(0)
    expect(disk.work.last_counter).toBe(0)
  })

  test('to note an attempt or an outcome: the same is sent again later and counts once', async () => {
    for (const what of ['claim', 'receive']) {
      const server = new FakeServer()
      server.held = ['aii:x']
      const disk = emptyDisk()
      let room = true
      const store = new MemoryWork(disk, (label) => (label === what && !room ? full() : Promise.resolve()))
      const phone = new Phone(new MemoryReplica(disk), store, server)
      await phone.start()
      room = false
      await phone.record('v', 'x', 'visit1')
      expect(phone.status, what).toMatchObject({ problem: 'storage_full', pending: 1 })
      room = true
      await phone.pass()
      await phone.sync()
      expect(phone.status, what).toMatchObject({ problem: '', pending: 0, in_sync: true })
      expect(server.applied, what).toHaveLength(1)
    }
  })
})

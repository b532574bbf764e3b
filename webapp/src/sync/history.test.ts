/** A server that goes back, and a replica that is not what it should be. */
import 'fake-indexeddb/auto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emptyDisk, MemoryReplica, MemoryWork } from '../db/memory'
import { recount, totalOf } from './checksum'
import { overlay } from './overlay'
import type { ReplicaMeta } from './ports'
import { Phone } from './testing/phone'
import { FakeServer } from './testing/server'
import { ALL, kinds, rowIds, setUp as setUpOn } from './testing/stores'
import type { Stores } from './testing/stores'

/** A visit is parked, a copy of the server is made, a review refuses it. */
async function refusedByReview(server: FakeServer, phone: Phone, stores: Stores) {
  server.judge = () => ({ status: 'parked', errors: [{ code: 'never_assigned', message: 'En revisión.' }] })
  await phone.start()
  await phone.record('v', 'x', 'visit1')
  const backup = server.backup()
  const [{ id } = { id: '' }] = await stores.all()
  const errors = [{ code: 'review_rejected', message: 'No.' }]
  server.put('mutation_reviews', 'r', { mutation: id, status: 'rejected', seq: 9, errors, reason: 'No.' }, 'catalog')
  await phone.sync()
  return { backup, id }
}

const states = async (s: Stores) => (await s.all()).map((e) => e.state)

describe.each(kinds)('a phone on %s', (_, stores) => {
  const setUp = () => setUpOn(stores)

  test('a mark is kept until another answer confirms it', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    const first = (await stores.work.meta()).marks
    expect(first).toEqual([server.head()])
    let sent: unknown
    phone.spoil = (path, deliver, body) => {
      if (path === '/sync/push') sent = (body as { marks: unknown }).marks
      return path === '/sync/push' ? (deliver(), { status: 0 }) : deliver()
    }
    await phone.record('v', 'x', 'visit1')
    expect(sent).toEqual(first)
    expect((await stores.work.meta()).marks).toEqual(first) // no answer came
    phone.spoil = (__, deliver) => deliver()
    await phone.sync()
    expect((await stores.work.meta()).marks).toEqual([server.head()])
  })

  test('what was acknowledged and then lost by the server is sent again, and takes effect once', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    await phone.record('v', 'x', 'visit1')
    const backup = server.backup()
    await phone.record('w', 'x', 'visit2')
    server.judge = () => ({ status: 'parked', errors: [{ code: 'never_assigned', message: 'En revisión.' }] })
    await phone.record('p', 'x', 'visit3')
    expect(await states(stores)).toEqual(['applied', 'applied', 'parked'])

    server.restore(backup)
    server.judge = () => ({ status: 'applied' })
    phone.spoil = (path, deliver) => (path === '/sync/push' ? { status: 0 } : deliver())
    await phone.sync() // told by the pull
    expect(await states(stores)).toEqual(['pending', 'pending', 'pending'])
    expect((await stores.all()).map((e) => e.was?.status)).toEqual(['applied', 'applied', 'parked'])
    expect(phone.status).toMatchObject({ pending: 3, resending: 3, in_sync: false })
    expect(await stores.work.takeBack('w', draft)).toBe(false) // it was on the wire
    phone.spoil = (__, deliver) => deliver()
    await phone.sync()
    expect(await states(stores)).toEqual(['applied', 'applied', 'applied'])
    expect(server.applied).toHaveLength(3)
    expect(await rowIds(stores)).toEqual([...ALL, 'visits/visit1', 'visits/visit2', 'visits/visit3'])
    expect(phone.status).toMatchObject({ pending: 0, resending: 0, in_sync: true })
  })

  test('refused by a review that the server lost: it waits for review again', async () => {
    const { server, phone, stores } = setUp()
    const { backup } = await refusedByReview(server, phone, stores)
    expect(await states(stores)).toEqual(['rejected'])
    server.restore(backup)
    await phone.sync()
    expect(await states(stores)).toEqual(['parked'])
    expect((await stores.all())[0]).not.toHaveProperty('review')
  })

  test('refused by a review that the server lost, corrected here meanwhile, accepted there at last: its author hears of it', async () => {
    const { server, phone, stores } = setUp()
    const { backup, id } = await refusedByReview(server, phone, stores)
    await stores.work.redo('v', { ...draft, id: 'w' })
    server.judge = () => ({ status: 'applied' })
    await phone.record('w', 'x', 'visit2')
    server.restore(backup)
    server.put(
      'mutation_reviews',
      'r',
      { mutation: id, status: 'applied', seq: 9, errors: [], reason: 'Sí.' },
      'catalog',
    )
    await phone.sync()
    expect(await states(stores)).toEqual(['applied', 'applied'])
    expect((await stores.all())[0]?.review?.reason).toBe('Sí.')
  })

  test('what waited for its parent is received when that came, counts as refused no more, and is answered once', async () => {
    const { server, phone, stores } = setUp()
    server.judge = () => ({ status: 'rejected', seq: 2, errors: [{ code: 'parent_not_found', message: 'Falta.' }] })
    await phone.start()
    await phone.record('v', 'x', 'visit1', 'visit2', 'visit3', 'visit4')
    expect(phone.status).toMatchObject({ rejected: 4 })
    const [came, waits, discarded, corrected] = await stores.all()
    await stores.work.discard('v', [discarded!.id])
    await stores.work.redo('v', { ...draft, id: 'w' }, [corrected!.id])
    for (const e of [came, discarded, corrected])
      server.put(
        'mutation_reviews',
        `r${e!.counter}`,
        { mutation: e!.id, status: 'applied', seq: 9, rev: 1, errors: [], reason: '', decided_by_name: '' },
        'catalog',
      )
    const errors = [{ code: 'device_revoked', message: 'En revisión.' }]
    server.put(
      'mutation_reviews',
      'rw',
      { mutation: waits!.id, status: 'parked', seq: 9, errors, reason: '' },
      'catalog',
    )
    await phone.sync()
    const judged = await stores.all()
    expect(judged.map((e) => [e.id, e.state, e.outcome?.seq, e.review])).toEqual([
      [came!.id, 'applied', 9, undefined],
      [waits!.id, 'parked', 9, undefined],
      [corrected!.id, 'applied', 9, undefined], // both stand: what was written anew is a record of its own
    ])
    expect(phone.status).toMatchObject({ rejected: 0, parked: 1, in_sync: true })
    await phone.sync()
    expect(await stores.all()).toEqual(judged)
    server.put(
      'mutation_reviews',
      'rw',
      { mutation: waits!.id, status: 'applied', seq: 12, rev: 1, errors: [], reason: 'Sí.' },
      'catalog',
    )
    await phone.sync()
    expect((await stores.all())[1]).toMatchObject({ state: 'applied', review: { reason: 'Sí.' } })
  })

  test('what waits for its parent is sent again to a server that went back: there its answer may be lost', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    const backup = server.backup()
    server.judge = () => ({ status: 'rejected', seq: 2, errors: [{ code: 'record_not_found', message: 'Falta.' }] })
    await phone.record('v', 'x', 'visit1')
    server.restore(backup)
    server.judge = () => ({ status: 'applied' })
    await phone.sync()
    expect(await states(stores)).toEqual(['applied'])
  })

  test('told by the push: nothing of it is judged before what was acknowledged and lost', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    const backup = server.backup()
    await phone.record('v', 'x', 'visit1')
    server.restore(backup)
    phone.spoil = (path, deliver) => (path === '/sync/pull' ? { status: 0 } : deliver())
    await phone.record('w', 'x', 'visit2')
    const sent = (await stores.all()).sort((a, b) => a.counter - b.counter)
    expect(sent.map((e) => e.mutation.record)).toEqual(['visit1', 'visit2'])
    expect(server.applied).toEqual(sent.map((e) => e.id))
    expect(await states(stores)).toEqual(['applied', 'applied'])
    // Not pulled yet, with lower numbers than were seen: shown all the same.
    const { seen_seq } = await stores.replica.meta()
    const shown = overlay(await stores.replica.collection('visits'), await stores.all(), seen_seq).map((r) => r.id)
    expect(shown.sort()).toEqual(['visit1', 'visit2'])
    phone.spoil = (__, deliver) => deliver()
    await phone.sync()
    expect(phone.status?.in_sync).toBe(true)
  })

  test('told by the push while a page is being stored: cursor and sums stay those of the page', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    server.put('cupos', 'd', { intervention: 'x', state: 'activo' }, 'aii:x')
    // Both at once, as when a second tab or channel works on the replica.
    const page = phone.sync()
    await Promise.all([page, stores.replica.unsee()])
    const meta = await stores.replica.meta()
    expect(Object.values(meta.buckets).reduce((n, b) => n + b.count, 0)).toBe(5)
    await phone.sync()
    expect(await rowIds(stores)).toContain('cupos/d')
    expect(phone.status?.in_sync).toBe(true)
    expect(server.fetched).toEqual([])
  })

  test('what waits again is said before the page that told it is stored', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    const backup = server.backup()
    await phone.record('v', 'x', 'visit1')
    server.restore(backup)
    phone.spoil = (path, deliver) => (path === '/sync/push' ? { status: 0 } : deliver())
    const commit = stores.replica.commit.bind(stores.replica)
    let said: unknown
    stores.replica.commit = (batch) => {
      said ??= { ...phone.status }
      return commit(batch)
    }
    await phone.sync()
    expect(said).toMatchObject({ pending: 1, resending: 1, in_sync: false })
  })

  test('a decision of the lost future decides nothing, though its row is still stored', async () => {
    const { server, phone, stores } = setUp()
    server.judge = () => ({ status: 'parked', errors: [{ code: 'never_assigned', message: 'En revisión.' }] })
    await phone.start()
    await phone.record('v', 'x', 'visit1')
    const backup = server.backup()
    const [{ id } = { id: '' }] = await stores.all()
    server.put('mutation_reviews', 'r', { mutation: id, status: 'applied', seq: 9, rev: 1 }, 'catalog')
    await phone.sync()
    expect(await states(stores)).toEqual(['applied'])
    server.restore(backup)
    // The comparison that would take the row away does not get through.
    phone.spoil = (path, deliver) => (path === '/sync/digests' ? { status: 0 } : deliver())
    await phone.sync()
    await phone.sync()
    expect(await rowIds(stores)).toContain('mutation_reviews/r')
    expect(await states(stores)).toEqual(['parked'])
  })

  test('after a rewind only the difference is fetched, and what never happened is gone', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    const backup = server.backup()
    server.put('cupos', 'd', { intervention: 'x', state: 'activo' }, 'aii:x')
    server.put('cupos', 'b', { intervention: 'x', state: 'anulado' }, 'aii:x')
    await phone.sync()
    expect(await rowIds(stores)).toContain('cupos/d')
    server.restore(backup)
    server.put('cupos', 'e', { intervention: 'x', state: 'activo' }, 'aii:x')
    await phone.sync()
    expect(await rowIds(stores)).toEqual([...ALL, 'cupos/e'].sort())
    expect(server.fetched.sort()).toEqual(['cupos/b', 'cupos/e'])
    expect(phone.status?.in_sync).toBe(true)
    expect((await stores.replica.meta()).last_heal_at).not.toBe('')
  })

  test('a row that moved in the lost future, of a bucket read in part, is compared and not left to the sums', async () => {
    const { server, phone, stores } = setUp()
    const backup = server.backup()
    server.put('cupos', 'a', { intervention: 'x', state: 'anulado' }, 'aii:x') // now the last of its bucket
    server.pageSize = 3
    const asked: unknown[] = []
    let pages = 0
    phone.spoil = (path, deliver, body) => {
      if (path !== '/sync/pull') return deliver()
      asked.push((body as { checksums?: boolean }).checksums)
      if (++pages === 2) server.restore(backup)
      return deliver()
    }
    await phone.start()
    await phone.driver.idle()
    expect(pages).toBeGreaterThan(2)
    expect(asked.filter(Boolean)).toEqual([])
    expect(server.fetched).toEqual(['cupos/a'])
    expect(await rowIds(stores)).toEqual(ALL)
    expect(phone.status?.in_sync).toBe(true)
  })

  test('away longer than removals are kept: no first sync, and what was removed goes', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    server.put('cupos', 'a', { intervention: 'x', state: 'activo' }) // in no bucket any more
    server.compact()
    server.listingSize = 1
    await phone.sync()
    expect(await rowIds(stores)).toEqual(ALL.filter((id) => id !== 'cupos/a'))
    expect(server.fetched).toEqual([])
    expect(phone.status?.in_sync).toBe(true)
  })

  test('what changes while buckets are compared is not missed', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    server.compact()
    server.listingSize = 1
    let listings = 0
    phone.spoil = (path, deliver) => {
      const answer = deliver()
      if (path === '/sync/digests' && ++listings === 2) {
        server.put('cupos', 'a', { intervention: 'x', state: 'anulado' }, 'aii:x')
        server.put('cupos', 'aa', { intervention: 'x', state: 'activo' }, 'aii:x')
        server.put('cupos', 'c', { intervention: 'x', state: 'activo' })
      }
      return answer
    }
    await phone.sync()
    expect(await rowIds(stores)).toEqual(['cupos/a', 'cupos/aa', 'cupos/b', 'parameters/p'])
    expect((await stores.replica.rows([{ c: 'cupos', id: 'a' }]))[0]!.data.state).toBe('anulado')
    expect(phone.status?.in_sync).toBe(true)
  })

  test('a comparison cut short goes on later, and says nothing is in sync until then', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    server.compact()
    phone.spoil = (path, deliver) => (path === '/sync/digests' ? { status: 0 } : deliver())
    await phone.sync()
    expect(phone.status).toMatchObject({ in_sync: false, problem: 'no_network' })
    expect((await stores.replica.meta()).reconcile).toHaveLength(2)
    phone.spoil = (__, deliver) => deliver()
    await phone.pass()
    expect(phone.status).toMatchObject({ in_sync: true, problem: '' })
    expect((await stores.replica.meta()).reconcile).toEqual([])
  })

  test('a bucket that is no longer held stops no other from being repaired', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    server.compact()
    const held = server.held
    phone.spoil = (path, deliver) => {
      if (path === '/sync/digests') server.held = ['aii:x']
      return deliver()
    }
    await phone.sync()
    expect((await stores.replica.meta()).reconcile).toEqual([server.handle(held[0]!)])
    await phone.pass()
    expect(await rowIds(stores)).toEqual(['cupos/a', 'cupos/b', 'cupos/c'])
    expect(phone.status?.in_sync).toBe(true)
  })

  test('what a review had refused is sent again, also where only the answer to a push told of it', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    const backup = server.backup()
    server.judge = () => ({ status: 'rejected', reviewed: true, errors: [{ code: 'review_rejected', message: 'No.' }] })
    await phone.record('v', 'x', 'visit1')
    server.judge = () => ({ status: 'rejected', errors: [{ code: 'value_unknown', message: 'No.' }] })
    await phone.record('w', 'x', 'visit2')
    expect(phone.status).toMatchObject({ rejected: 2 })
    server.restore(backup)
    server.judge = () => ({ status: 'applied' })
    await phone.sync()
    expect((await stores.all()).map((e) => e.state)).toEqual(['applied', 'rejected'])
  })

  test('surplus rows stay while work on them is unsent', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    const backup = server.backup()
    server.put('cupos', 'd', { intervention: 'x', state: 'activo' }, 'aii:x')
    await phone.sync()
    server.restore(backup)
    phone.spoil = (path, deliver) => (path === '/sync/push' ? { status: 0 } : deliver())
    await phone.record('v', 'x', 'visit1')
    await phone.sync()
    expect((await stores.replica.rows([{ c: 'cupos', id: 'd' }]))[0]?.b).toEqual([-1])
    phone.spoil = (__, deliver) => deliver()
    await phone.sync()
    expect(await rowIds(stores)).not.toContain('cupos/d')
  })
})

const draft = { id: 'd', kind: 'visit' as const, intervention: 'x', version: 1, saved_at: '', body: {} }

/** Lets `writes` writes through; then the phone is dead and nothing more of it happens. */
function mortal(disk: ReturnType<typeof emptyDisk>, server: FakeServer, writes = Infinity): Phone {
  let left = writes
  const gate = (): Promise<void> => (left-- > 0 ? Promise.resolve() : new Promise(() => undefined))
  return new Phone(new MemoryReplica(disk, gate), new MemoryWork(disk, gate), server)
}

test('killed between any two writes of a rewind: nothing is lost, nothing counts twice', async () => {
  for (let writes = 0; writes < 16; writes++) {
    const server = new FakeServer()
    server.held = ['catalog', 'aii:x']
    server.put('parameters', 'p', { key: 'k' }, 'catalog')
    server.put('cupos', 'a', { intervention: 'x' }, 'aii:x')
    const disk = emptyDisk()
    const before = mortal(disk, server)
    await before.start()
    const backup = server.backup()
    await before.record('v', 'x', 'visit1')
    before.driver.stop()
    server.restore(backup)
    server.put('cupos', 'b', { intervention: 'x' }, 'aii:x')

    void mortal(disk, server, writes).start()
    await new Promise((resolve) => setImmediate(resolve))
    const phone = mortal(disk, server)
    await phone.start()
    const what = `after ${writes} writes`
    expect(phone.status, what).toMatchObject({ pending: 0, in_sync: true })
    expect(
      [...disk.outbox.values()].map((e) => e.state),
      what,
    ).toEqual(['applied'])
    expect(server.applied, what).toHaveLength(1)
    expect([...disk.rows.keys()].sort(), what).toEqual(['cupos/a', 'cupos/b', 'parameters/p', 'visits/visit1'])
  }
})

const recounted = (disk: { rows: Map<string, Parameters<typeof recount>[2][number]>; meta: ReplicaMeta }) =>
  Object.fromEntries(
    Object.entries(disk.meta.buckets).map(([h, { name }]) => [
      h,
      { name, ...recount(Number(h), name, [...disk.rows.values()]) },
    ]),
  )

test('whatever the server forgets, and whatever is damaged, the replica ends as the server has it (I1)', async () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd', 'e')
  const change = fc.oneof(
    fc.record({ do: fc.constant('put' as const), id, v: fc.nat(3), in: fc.subarray(['aii:x', 'ut:u']) }),
    fc.record({ do: fc.constant('damage' as const), id, how: fc.constantFrom('data', 'gone', 'sum') }),
    fc.constantFrom(
      { do: 'backup' as const },
      { do: 'restore' as const },
      { do: 'compact' as const },
      { do: 'sync' as const },
      { do: 'lose_unit' as const },
      { do: 'gain_unit' as const },
    ),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 25 }), fc.integer({ min: 1, max: 3 }), async (changes, size) => {
      const server = new FakeServer()
      server.held = ['aii:x', 'ut:u']
      server.pageSize = server.listingSize = size
      const disk = emptyDisk()
      const phone = new Phone(new MemoryReplica(disk), new MemoryWork(disk), server)
      await phone.start()
      let backup = server.backup()
      for (const c of changes) {
        if (c.do === 'put') server.put('cupos', c.id, { intervention: 'x', v: c.v }, ...c.in)
        if (c.do === 'backup') backup = server.backup()
        if (c.do === 'restore') server.restore(backup)
        if (c.do === 'compact') server.compact()
        if (c.do === 'sync') await phone.sync()
        if (c.do === 'lose_unit') server.held = ['aii:x']
        if (c.do === 'gain_unit') server.held = ['aii:x', 'ut:u']
        if (c.do !== 'damage') continue
        const row = disk.rows.get(`cupos/${c.id}`)
        if (c.how === 'gone') disk.rows.delete(`cupos/${c.id}`)
        else if (c.how === 'data' && row) row.data = { damaged: true }
        for (const bucket of Object.values(disk.meta.buckets)) bucket.sum = '0123456789abcdef'
      }
      for (let n = 0; n < 8 && !phone.status?.in_sync; n++) await phone.pass()
      await phone.sync()
      expect(phone.status).toMatchObject({ in_sync: true, pending: 0 })
      expect(totalOf(recounted(disk))).toBe(server.total())
      expect(disk.meta.buckets).toEqual(recounted(disk))
      for (const row of disk.rows.values()) expect(row.b.every((h) => h in disk.meta.buckets)).toBe(true)
    }),
    { numRuns: 150 },
  )
})

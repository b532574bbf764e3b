import { expect, test } from 'vitest'
import { emptyDisk, MemoryReplica, MemoryWork } from '../../sim/memory'
import type { Disk } from '../../sim/memory'
import { Phone } from './testing/phone'
import { FakeServer } from './testing/server'

/** Lets `writes` writes through; then the phone is dead and nothing more of it happens. */
function dyingPhone(disk: Disk, server: FakeServer, writes: number): Phone {
  let left = writes
  const gate = (): Promise<void> => (left-- > 0 ? Promise.resolve() : new Promise(() => undefined))
  return new Phone(new MemoryReplica(disk, gate), new MemoryWork(disk, gate), server)
}

const work = (id: string) => ({
  group: id,
  label: '',
  intervention: 'x',
  mutations: [{ collection: 'visits', record: id, op: 'create' as const, fields: { intervention: 'x' }, form: 'f/1' }],
})

test('killed between any two writes: nothing is lost, nothing counts twice, the replica is whole', async () => {
  for (let writes = 0; writes < 12; writes++) {
    const server = new FakeServer()
    server.held = ['catalog', 'aii:x']
    server.pageSize = 1
    server.put('parameters', 'p', { key: 'k' }, 'catalog')
    server.put('cupos', 'a', { intervention: 'x' }, 'aii:x')
    const disk = emptyDisk()
    await new MemoryWork(disk).enqueue(work('visit1'), { ids: ['m1'], at: '' })
    await new MemoryWork(disk).enqueue(work('visit2'), { ids: ['m2'], at: '' })

    void dyingPhone(disk, server, writes).start()
    await new Promise((resolve) => setImmediate(resolve))
    expect(disk.outbox.size, `after ${writes} writes`).toBe(2)

    const phone = dyingPhone(disk, server, Infinity)
    await phone.start()
    expect(phone.status, `after ${writes} writes`).toMatchObject({ pending: 0, in_sync: true })
    expect([...disk.outbox.values()].map((e) => e.state)).toEqual(['applied', 'applied'])
    expect(server.applied.sort()).toEqual(['m1', 'm2'])
    expect([...disk.rows.keys()].sort()).toEqual(['cupos/a', 'parameters/p', 'visits/visit1', 'visits/visit2'])
  }
})

test('killed around saying something anew: what was said before is there, or what is said now; never both, nor none', async () => {
  for (let writes = 0; writes < 3; writes++) {
    const server = new FakeServer()
    server.held = ['catalog', 'aii:x']
    server.put('cupos', 'a', { intervention: 'x' }, 'aii:x')
    const disk = emptyDisk()
    const said = (note: string, instead: string[] = []) => ({
      ...work(note),
      mutations: [{ collection: 'cupos', record: 'a', op: 'update' as const, fields: { note }, form: 'f/1' }],
      instead,
    })
    await new MemoryWork(disk).enqueue(said('before'), { ids: ['m1'], at: '' })

    const dying = dyingPhone(disk, server, writes)
    void dying.work.enqueue(said('now', ['before']), { ids: ['m2'], at: '' }).then(() => dying.start())
    await new Promise((resolve) => setImmediate(resolve))
    const there = writes === 0 ? 'm1' : 'm2'
    expect(
      [...disk.outbox.values()].map((e) => e.id),
      `after ${writes} writes`,
    ).toEqual([there])

    await dyingPhone(disk, server, Infinity).start()
    expect(server.applied, `after ${writes} writes`).toEqual([there])
    expect([...disk.outbox.values()].map((e) => e.state)).toEqual(['applied'])
  }
})

test('what was sent meanwhile is not said anew in its place: nothing happens, and who asked is told', async () => {
  const disk = emptyDisk()
  const store = new MemoryWork(disk)
  await store.enqueue(work('visit1'), { ids: ['m1'], at: '' })
  await store.claim([1])
  expect(await store.enqueue({ ...work('visit2'), instead: ['visit1'] }, { ids: ['m2'], at: '' })).toBe(false)
  expect(await store.enqueue({ ...work('visit2'), instead: ['nobody'] }, { ids: ['m2'], at: '' })).toBe(false)
  expect([...disk.outbox.keys()]).toEqual([1])

  // Refused, it may be replaced: it is forgotten as what takes its place is kept.
  await store.receive([
    { counter: 1, id: 'm1', outcome: { id: 'm1', status: 'rejected' }, acked_at: '', server_time: '' },
  ])
  expect(await store.enqueue({ ...work('visit2'), instead: ['visit1'] }, { ids: ['m2'], at: '' })).toBe(true)
  expect([...disk.outbox.values()].map((e) => e.id)).toEqual(['m2'])
})
